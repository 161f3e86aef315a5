"""Where a clinical word may have been misheard, and what it may have been.

Owns the walk over the heard words: which stretches look wrong in their place, and which terms of the lexicons sound
like them. Decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ehr.soundalike.lexicon import (
    Alike,
    Lexicon,
    Term,
    clinical,
    clinical_terms,
    clinical_words,
    english,
    pronounce,
)
from transcriber.transcript import Word

LONGEST = 4  # words
WITHIN = 0.45
SAME = 0.03
"""The distance up to which two words are the same to the ear."""

_WITHIN_ORDINARY = 0.25
_NEAREST = 4
_A_SITE = 8  # candidates
ORDINARY = 3.2  # zipf: words at least this common are words of the language, not misspellings
_EVERYWHERE = 5.2  # zipf: words so common say nothing about what stands beside them
_DOUBTED = 0.7
_SHORTEST = 4  # phonemes
_PAUSE_S = 1.5
_BESIDE = 5  # words
_DOSE = re.compile(r"\d[\d.,]*\s*(?:mg|mcg|milli|micro|unit|ml|gram|tablet|puff)", re.IGNORECASE)
_ENDS = (".", "?", "!")
_SPOKEN_MARKS = frozenset(["comma", "kama", "period", "semicolon"])
_ENDINGS = frozenset(["s", "es", "d", "ed", "ing"])
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_VERBS = {
    *("start", "started", "starting", "stop", "stopped", "continue", "take", "takes", "taking", "taken", "on", "use"),
    *("uses", "using", "increase", "decrease", "resume", "refill", "switch", "hold", "give", "prescribe", "tried"),
    *("denies", "reports", "of", "with", "to", "and", "has"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """`term` may have been said where words [first, last) were heard.

    `distance` is phonetic, `margin` how much farther the next other medicine or finding is; `zipf` tells how common the
    rarest of the heard words is, `dose` that a dose follows, `verb` that a verb of medication goes before, `beside` how
    many of the words around are clinical (at most 3), `listed` that the term is the patient's or the clinic's own,
    `probability` the mean of the heard words, `phonemes` how many were heard; `rest` counts the words next to it that
    would stay unexplained; `holds_medicine` tells that a medicine other than the term, or a part of
    it, stands among the heard words already.
    """

    first: int
    last: int
    term: Term
    distance: float
    margin: float
    zipf: float
    dose: bool
    verb: bool
    beside: int
    listed: bool
    probability: float
    phonemes: int
    rest: int
    holds_medicine: bool


@dataclass(frozen=True, slots=True)
class Site:
    """Candidates whose stretches overlap, nearest first: at most one of each stretch can be right."""

    first: int
    last: int
    candidates: tuple[Candidate, ...]


def sites(words: Sequence[Word], own: Lexicon | None = None, names: Iterable[str] = ()) -> list[Site]:
    """All places among `words` that need a decision, in order.

    `own` holds the patient's medicines and the clinic's terms; `names` are lower-case words that are never changed.
    """
    heard = _Heard(words, own or Lexicon(()), frozenset(names))
    found: list[list[Candidate]] = []
    end = 0
    for candidate in heard.candidates():
        if not found or candidate.first >= end:
            found.append([])
        found[-1].append(candidate)
        end = max(end, candidate.last)
    return [_site(overlapping) for overlapping in found]


def _site(overlapping: list[Candidate]) -> Site:
    nearest = sorted(overlapping, key=lambda candidate: candidate.distance - 0.1 * candidate.listed)[:_A_SITE]
    return Site(min(each.first for each in nearest), max(each.last for each in nearest), tuple(nearest))


@dataclass(frozen=True)
class _Heard:
    words: Sequence[Word]
    own: Lexicon
    names: frozenset[str]

    @cached_property
    def spoken(self) -> list[tuple[str, ...]]:
        """The lower-case words that each heard word was pronounced as; none where it ends what can be one term."""
        fixed = self.names | _SPOKEN_MARKS
        return [() if _plain(word.text) in fixed else _spoken(word.text) for word in self.words]

    @cached_property
    def telling(self) -> list[bool]:
        """Whether each heard word is clinical, and not one that stands everywhere."""
        return [
            bool(parts) and all(part in clinical_words() and _zipf(part) < _EVERYWHERE for part in parts)
            for parts in self.spoken
        ]

    def candidates(self) -> Iterator[Candidate]:
        """All of them, by their first word."""
        for first in range(len(self.words)):
            for last in range(first + 1, min(first + LONGEST, len(self.words)) + 1):
                if not self.spoken[last - 1] or (last - first > 1 and self._parted(last - 1)):
                    break
                yield from self._at(first, last)

    def _parted(self, at: int) -> bool:
        """Whether a sentence ends, or a long pause lies, before a word."""
        before, word = self.words[at - 1], self.words[at]
        return before.text.endswith(_ENDS) or word.start - before.end > _PAUSE_S

    def _at(self, first: int, last: int) -> Iterator[Candidate]:
        parts = [part for word in self.spoken[first:last] for part in word]
        if " ".join(parts) in clinical_terms() or parts[0] in _NUMBERS:
            return
        unknown = [_zipf(part) for part in parts if part not in clinical_words()]
        probability = sum(word.probability for word in self.words[first:last]) / (last - first)
        dose = _DOSE.match(" ".join(word.text for word in self.words[last : last + 3])) is not None
        verb = first > 0 and _plain(self.words[first - 1].text) in _VERBS
        beside = self._beside(first, last)
        found, listed = self._alike(
            pronounce(parts), strange=min(unknown, default=9.0) < ORDINARY or dose or (verb and probability < _DOUBTED)
        )
        rest = self._rest(first, last)
        named = last - first == 1 and self._is_name(first)
        for alike in found:
            if _says_the_same(parts, alike.term.text) or (named and alike.distance <= SAME):
                continue
            yield Candidate(
                first=first,
                last=last,
                term=alike.term,
                distance=alike.distance,
                margin=_margin(alike, found),
                zipf=min(unknown, default=6.0),
                dose=dose,
                verb=verb,
                beside=beside,
                listed=alike.term.text in listed,
                probability=probability,
                phonemes=sum(len(pronounce([part])) for part in parts),
                rest=rest,
                holds_medicine=any(_is_medicine(run) and run not in alike.term.text for run in _runs(parts)),
            )

    def _alike(self, phones: bytes, *, strange: bool) -> tuple[list[Alike], set[str]]:
        """The terms that sound like it, and which of them are the patient's or the clinic's own."""
        if len(phones) < _SHORTEST:
            return [], set()
        own = self.own.alike(phones, within=WITHIN, limit=1)
        if strange:
            shipped = clinical().alike(phones, within=WITHIN, limit=_NEAREST)
        else:
            shipped = clinical().alike_in_frame(phones, within=_WITHIN_ORDINARY, limit=_NEAREST)
        listed = {alike.term.text for alike in own}
        return [*own, *(alike for alike in shipped if alike.term.text not in listed)], listed

    def _is_name(self, at: int) -> bool:
        """Whether a word has a capital where no sentence begins: what only sounds like a term is then a name."""
        return at > 0 and self.words[at].text[:1].isupper() and not self.words[at - 1].text.endswith((*_ENDS, ":"))

    def _rest(self, first: int, last: int) -> int:
        before = first > 0 and not self._parted(first) and self._strange(first - 1)
        after = last < len(self.words) and not self._parted(last) and self._strange(last)
        return before + after

    def _strange(self, at: int) -> bool:
        return any(_zipf(part) < ORDINARY and part not in clinical_words() for part in self.spoken[at])

    def _beside(self, first: int, last: int) -> int:
        around = self.telling[max(0, first - _BESIDE) : first] + self.telling[last : last + _BESIDE]
        return min(3, sum(around))


def _margin(one: Alike, others: list[Alike]) -> float:
    rivals = [other.distance for other in others if other.term.filed != one.term.filed]
    return min([*rivals, WITHIN]) - one.distance


def _says_the_same(parts: Sequence[str], term: str) -> bool:
    """Whether the term stands among the heard words, or is what they are with another ending or hyphen."""
    said, whole = " ".join(parts), re.sub(r"[^a-z]", " ", term.lower().replace("'", ""))
    if (
        f" {whole} " in f" {said} "
        or said == whole.replace(" ", "")
        or (said.startswith(whole) and said.removeprefix(whole) in _ENDINGS)
    ):
        return True
    return said.replace(" ", "") == whole.replace(" ", "") and all(_zipf(part) >= ORDINARY for part in parts)


def _is_medicine(text: str) -> bool:
    term = clinical_terms().get(text)
    return term is not None and term.kind == "medication"


def _runs(parts: Sequence[str]) -> Iterator[str]:
    yield from parts
    yield from (" ".join(pair) for pair in pairwise(parts))


def _spoken(text: str) -> tuple[str, ...]:
    """A heard word as it was pronounced: "4min" is four, min; nothing for a larger number or a decimal."""
    parts = re.findall(r"[a-z]+|\d+", text.lower().replace("'", "").replace("’", ""))
    numbers = [part for part in parts if part.isdigit()]
    if any(len(number) > 2 or int(number) >= len(_NUMBERS) for number in numbers) or len(numbers) > 1:
        return ()
    return tuple(_NUMBERS[int(part)] if part.isdigit() else part for part in parts)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _zipf(word: str) -> float:
    known = english().get(word)
    return known[0] if known else 1.0
