"""Numbers, verbs and negations that may have been misheard: never changed, only shown with their other reading.

Owns the pairs that recognizers confuse and that change the meaning, the shapes of numbers that nobody dictates, and the
bar above which the sound leaves a doubt. Decides nothing about the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import exp

from ehr.chart.note import Repair, Span
from ehr.soundalike.asking import around, joined
from transcriber.transcript import Question, SpanScorer, Word, word_offsets

_CLOSE = -3.0
"""Log probability of the other reading less that of what was heard, above which a doubt stays.

Of 144 such words that were right, in 20 dictations and 107 clips of real people, 4 lie above it.
"""
_PAIRS = {
    "start": "stop", "stop": "start", "started": "stopped", "stopped": "started", "increase": "decrease",
    "decrease": "increase", "increased": "decreased", "decreased": "increased", "no": "now", "now": "no",
    **{str(n + 10): str(n * 10) for n in range(3, 10)}, **{str(n * 10): str(n + 10) for n in range(3, 10)},
}  # fmt: skip
_ASKED_BELOW = {"no": 0.7, "now": 0.7}  # words so common that the sound is asked only where they are doubtful
_NUMBER_ASKED_BELOW = 0.95
_SWALLOWED = re.compile(r"[248](?=[1-9][05]$)")  # "succinate 25" heard as 825, "to 25" as 225, "for 40" as 440
_DOSED = re.compile(r"(?:mg|mcg|milli|micro|unit)", re.IGNORECASE)
_UNSAID_SCORE = 0.8
_AGE = re.compile(r"\b(\d0)-(\d0|\d)(?=[- ]year[- ]old)")
_DECIMAL = re.compile(r"(?<![\d.,])(\d{1,2}), (\d{1,2})(?= ?%| percent)")


def doubts(
    words: Sequence[Word], *, scorer: SpanScorer | None, language: str = "en", repaired: Sequence[Repair] = ()
) -> tuple[Repair, ...]:
    """What should be listened to again, in order, each with its other reading and never applied.

    Without a scorer only numbers of a shape that nobody dictates. Words under a repair are doubtful already.
    """
    if not _is_english(language):
        return ()
    spans = [Span(start, end) for start, end in word_offsets(tuple(words))]
    found = list(_unsaid(joined(words)))
    asked = list(_asked(words))
    scores = scorer.score([question for _, question in asked]) if scorer is not None and asked else None
    for (at, _), (heard, other) in zip(asked if scores else (), scores or (), strict=True):
        if other - heard >= _CLOSE:
            score = round(1 / (1 + exp(heard - other)), 3)
            found.append(Repair(spans[at], words[at].text, _other(words, at), score, (), applied=False))
    free = (each for each in found if not any(each.said.overlaps(other.said) for other in repaired))
    return tuple(sorted(free, key=lambda doubt: doubt.said))


def doubt_questions(words: Sequence[Word], *, language: str = "en") -> tuple[Question, ...]:
    """What `doubts` will ask its scorer."""
    return tuple(question for _, question in _asked(words)) if _is_english(language) else ()


def _asked(words: Sequence[Word]) -> Iterator[tuple[int, Question]]:
    for at, word in enumerate(words):
        plain = _plain(word)
        bar = _NUMBER_ASKED_BELOW if plain.isdigit() else _ASKED_BELOW.get(plain, 1.01)
        if word.probability < bar and _reading(words, at) and (ask := around(words, at, _other(words, at))) is not None:
            yield at, ask


def _other(words: Sequence[Word], at: int) -> str:
    """The word with its other reading in its place, in the same capitals."""
    word, other = words[at], _reading(words, at)
    return word.text.lower().replace(_plain(word), other.capitalize() if word.text[:1].isupper() else other, 1)


def _reading(words: Sequence[Word], at: int) -> str:
    """What else a word may be; nothing for most words."""
    plain = _plain(words[at])
    if plain in _PAIRS:
        return _PAIRS[plain]
    if _SWALLOWED.match(plain) and at + 1 < len(words) and _DOSED.match(words[at + 1].text):
        return plain[1:]
    return ""


def _unsaid(text: str) -> Iterator[Repair]:
    """Two halves of one number, side by side: "50-80-year-old" is 58, "7, 9%" is 7.9."""
    for match in _AGE.finditer(text):
        rest = int(match[2])
        yield _unlikely(match, str(int(match[1]) + (rest if rest < 10 else rest // 10)))
    for match in _DECIMAL.finditer(text):
        yield _unlikely(match, f"{match[1]}.{match[2]}")


def _unlikely(match: re.Match[str], meant: str) -> Repair:
    return Repair(Span(*match.span()), match.group(), meant, _UNSAID_SCORE, (), applied=False)


def _plain(word: Word) -> str:
    return word.text.lower().strip(".,;:?!")


def _is_english(language: str) -> bool:
    return language.lower().partition("-")[0] == "en"
