"""Numbers, verbs and negations that may have been misheard: never changed, only shown with their other reading.

Owns the pairs that recognizers confuse and that change the meaning, the shapes of numbers that nobody dictates, and the
bar above which the sound leaves a doubt. Decides nothing about the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ehr.chart.note import Span
from ehr.soundalike.asking import around, joined
from transcriber.transcript import Question, SpanScorer, Word, word_offsets

_CLOSE = -1.0  # log probability: the other reading at least a third as likely as what was heard
_PAIRS = {
    "start": "stop", "stop": "start", "started": "stopped", "stopped": "started", "increase": "decrease",
    "decrease": "increase", "increased": "decreased", "decreased": "increased", "no": "now", "now": "no",
    **{str(n + 10): str(n * 10) for n in range(3, 10)}, **{str(n * 10): str(n + 10) for n in range(3, 10)},
}  # fmt: skip
_ASKED_BELOW = {"no": 0.7, "now": 0.7}  # words so common that the sound is asked only where they are doubtful
_NUMBER_ASKED_BELOW = 0.9
_UNSAID = (
    (re.compile(r"\b\d+-(?:\d+)(?=[- ]year[- ]old)"), "an age"),
    (re.compile(r"(?<![\d.,])\d{1,2}, \d{1,2}(?= ?%| percent)"), "one number with a point"),
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words of `Note.said` that may be another reading; `difference` is the other's log probability less the heard
    one's, None where the sound was not asked.
    """

    said: Span
    heard: str
    other: str
    difference: float | None


def doubts(words: Sequence[Word], *, scorer: SpanScorer | None, language: str = "en") -> tuple[Doubt, ...]:
    """What should be listened to again, in order. Without a scorer only numbers of a shape that nobody dictates."""
    if not _is_english(language):
        return ()
    spans = [Span(start, end) for start, end in word_offsets(tuple(words))]
    found = list(_unsaid(joined(words)))
    asked = list(_asked(words))
    scores = scorer.score([question for _, question in asked]) if scorer is not None and asked else None
    for (at, _), (heard, other) in zip(asked if scores else (), scores or (), strict=True):
        if other - heard >= _CLOSE:
            found.append(Doubt(spans[at], words[at].text, _other(words[at]), round(other - heard, 1)))
    return tuple(sorted(found, key=lambda doubt: doubt.said))


def doubt_questions(words: Sequence[Word], *, language: str = "en") -> tuple[Question, ...]:
    """What `doubts` will ask its scorer."""
    return tuple(question for _, question in _asked(words)) if _is_english(language) else ()


def _asked(words: Sequence[Word]) -> Iterator[tuple[int, Question]]:
    for at, word in enumerate(words):
        plain = _plain(word)
        bar = _NUMBER_ASKED_BELOW if plain.isdigit() else _ASKED_BELOW.get(plain, 1.01)
        if plain in _PAIRS and word.probability < bar and (ask := around(words, at, _other(word))) is not None:
            yield at, ask


def _other(word: Word) -> str:
    plain = _plain(word)
    other = _PAIRS[plain]
    return word.text.lower().replace(plain, other.capitalize() if word.text[:1].isupper() else other, 1)


def _unsaid(text: str) -> Iterator[Doubt]:
    for pattern, meant in _UNSAID:
        for match in pattern.finditer(text):
            yield Doubt(Span(*match.span()), match.group(), meant, None)


def _plain(word: Word) -> str:
    return word.text.lower().strip(".,;:?!")


def _is_english(language: str) -> bool:
    return language.lower().partition("-")[0] == "en"
