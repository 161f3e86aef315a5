"""Where a clinical word may have been misheard, and what it may have been.

Owns the walk over the heard words: which stretches look wrong in their place, and which terms of the lexicons sound
like them. Decides nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import resources
from ehr.soundalike.lexicon import Alike, Lexicon, Term, clinical, clinical_terms, clinical_words, english, pronounce
from transcriber.transcript import Word

LONGEST = 4  # words
WITHIN = 0.45
_NEAREST = 4
_ORDINARY = 3.2  # zipf: words at least this common are words of the language, not misspellings
_DOUBTED = 0.7
_SHORTEST = 4  # phonemes
_PAUSE_S = 1.5
_DOSE = re.compile(r"\d[\d.,]*\s*(?:mg|mcg|milli|micro|unit|ml|gram|tablet|puff)", re.IGNORECASE)
_ENDS = (".", "?", "!")


@dataclass(frozen=True, slots=True)
class Candidate:
    """`term` may have been said where words [first, last) were heard.

    `distance` is phonetic, `margin` how much farther the next other medicine or finding is; `rare` tells that the heard
    words are not all words of the language, `dose` that a dose follows, `verb` that a verb of medication goes before,
    `listed` that the term is the patient's own, `probability` the mean of the heard words.
    """

    first: int
    last: int
    term: Term
    distance: float
    margin: float
    rare: bool
    dose: bool
    verb: bool
    listed: bool
    probability: float
    phonemes: int


def candidates(words: Sequence[Word], own: Lexicon | None = None) -> Iterator[Candidate]:
    """All candidates among `words`; `own` holds the patient's medicines or the clinic's terms."""
    plain = [_plain(word.text) for word in words]
    for first in range(len(words)):
        for last in range(first + 1, min(first + LONGEST, len(words)) + 1):
            if not _joined(words, plain, first, last):
                break
            yield from _at(words, plain, first, last, own)


def _at(words: Sequence[Word], plain: list[str], first: int, last: int, own: Lexicon | None) -> Iterator[Candidate]:
    heard = plain[first:last]
    if " ".join(heard) in clinical_terms():
        return
    probability = sum(word.probability for word in words[first:last]) / (last - first)
    rare = not all(_is_word(word) for word in heard)
    dose = _DOSE.match(" ".join(word.text for word in words[last : last + 3])) is not None
    verb = first > 0 and plain[first - 1] in _verbs()
    if not (rare or dose or (verb and probability < _DOUBTED)):
        return
    phones = pronounce(heard)
    if len(phones) < _SHORTEST:
        return
    listed = own.alike(phones, within=WITHIN, limit=1) if own else []
    own_names = {alike.term.text for alike in listed}
    shipped = clinical().alike(phones, within=WITHIN, limit=_NEAREST)
    found = [*listed, *(alike for alike in shipped if alike.term.text not in own_names)]
    for alike in found:
        yield Candidate(
            first=first,
            last=last,
            term=alike.term,
            distance=alike.distance,
            margin=_margin(alike, found),
            rare=rare,
            dose=dose,
            verb=verb,
            listed=alike in listed,
            probability=probability,
            phonemes=len(phones),
        )


def _margin(one: Alike, others: list[Alike]) -> float:
    rivals = [other.distance for other in others if other.term.filed != one.term.filed]
    return min([*rivals, WITHIN]) - one.distance


def _joined(words: Sequence[Word], plain: list[str], first: int, last: int) -> bool:
    """Whether words [first, last) can be one term: no sentence end, number or long pause inside."""
    if not plain[last - 1]:
        return False
    if last - first == 1:
        return True
    before = words[last - 2]
    return not before.text.endswith(_ENDS) and words[last - 1].start - before.end < _PAUSE_S


def _is_word(word: str) -> bool:
    known = english().get(word)
    return (known is not None and known[0] >= _ORDINARY) or word in clinical_words()


def _plain(text: str) -> str:
    """Lower-case letters of a word; empty for a word with digits."""
    return "" if any(letter.isdigit() for letter in text) else re.sub(r"[^a-z]", "", text.lower())


@cache
def _verbs() -> frozenset[str]:
    table = json.loads(resources.path("soundalike/decision.json").read_text(encoding="utf-8"))
    return frozenset(table["verbs"])
