"""The clinical terms by their sound, and the ordinary words beside them.

Owns `resources/soundalike/lexicon.tsv` and `english.tsv` and the phonetic search: which terms sound like a stretch of
phonemes. Knows nothing of where the phonemes come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

import resources
from ehr.chart.phrases import ClinicTerm
from ehr.soundalike.phonemes import PHONEMES, VOWELS, costs, parsed
from ehr.soundalike.pronounce import read

_CLASSES = ("B P", "F V W", "M N NG", "T D", "TH DH S Z", "SH ZH CH JH", "K G", "L R", "Y HH")


@dataclass(frozen=True, slots=True)
class Term:
    """A clinical term: its kind ("medication"; "word" for a word of longer terms), the name it is filed under, and how
    common it is in general English (zipf, 0 where unknown).
    """

    text: str
    kind: str
    filed: str
    common: float = 0.0


@dataclass(frozen=True, slots=True)
class Alike:
    """A term that sounds like what was heard; `distance` is 0 for the same sound, about 1 for an unrelated one."""

    term: Term
    distance: float


class Lexicon:
    """Terms with their pronunciations, searched by phonetic distance.

    The distance is a weighted edit distance divided by what it would cost to lose the whole term. A coarse count of
    sounds chooses the terms that are worth it.
    """

    def __init__(self, terms: Sequence[tuple[Term, bytes]]) -> None:
        self._terms = [term for term, _ in terms]
        self._substitution, self._lost = costs()
        lengths = [len(phones) for _, phones in terms]
        self._lengths = np.array(lengths)
        self._phones = np.zeros((len(terms), max(lengths, default=1)), np.int64)
        for row, (_, phones) in enumerate(terms):
            self._phones[row, : len(phones)] = list(phones)
        present = np.arange(self._phones.shape[1]) < self._lengths[:, None]
        self._weight = (self._lost[self._phones] * present).sum(axis=1)
        self._profile = _profiles(self._phones, present)
        self._frames: dict[bytes, list[int]] = {}
        for row, (_, phones) in enumerate(terms):
            self._frames.setdefault(_frame(phones), []).append(row)

    def alike(self, heard: bytes, *, within: float, limit: int) -> list[Alike]:
        """The nearest terms within a distance, nearest first, each term once."""
        wanted = _profiles(np.array([list(heard)]), np.ones((1, len(heard)), bool))
        rows = np.nonzero(np.abs(self._profile - wanted).sum(axis=1) <= within * self._profile.sum(axis=1) + 1)[0]
        return self._nearest(heard, rows, within, limit)

    def alike_in_frame(self, heard: bytes, *, within: float, limit: int) -> list[Alike]:
        """The same among the terms with the same consonants, voicing and the like aside: cheap, and strict."""
        return self._nearest(heard, np.array(self._frames.get(_frame(heard), ()), np.int64), within, limit)

    def _nearest(self, heard: bytes, rows: np.ndarray, within: float, limit: int) -> list[Alike]:
        if not len(rows):
            return []
        distances = self._distances(heard, rows)
        found: dict[str, Alike] = {}
        for at in np.argsort(distances, kind="stable"):
            if distances[at] > within or len(found) == limit:
                break
            term = self._terms[rows[at]]
            found.setdefault(term.text, Alike(term, float(distances[at])))
        return list(found.values())

    def _distances(self, heard: bytes, rows: np.ndarray) -> np.ndarray:
        """The edit distance of `heard` to many terms at once, one phoneme of `heard` after the other."""
        phones = self._phones[rows, : int(self._lengths[rows].max())].T
        lost = self._lost[phones]
        all_lost = np.concatenate([np.zeros((1, len(rows))), np.cumsum(lost, axis=0)])
        above = all_lost
        for phone in heard:
            row = above + self._lost[phone]
            np.minimum(row[1:], above[:-1] + self._substitution[phone][phones], out=row[1:])
            # a phoneme of the term may be lost after any of these: what follows costs what was lost since
            above = np.minimum.accumulate(row - all_lost) + all_lost
        return np.asarray(above[self._lengths[rows], np.arange(len(rows))] / self._weight[rows])


@cache
def clinical() -> Lexicon:
    """The shipped clinical terms."""
    return Lexicon(_rows())


@cache
def clinical_words() -> frozenset[str]:
    """Every word of four letters or more that stands in a clinical term: right already, wherever it is heard."""
    return frozenset(word for term, _ in _rows() for word in _words(term.text) if len(word) > 3)


@cache
def clinical_terms() -> dict[str, Term]:
    """The clinical terms by their text, hyphens as spaces."""
    return {" ".join(_words(term.text)): term for term, _ in _rows()}


@cache
def english() -> dict[str, tuple[float, str]]:
    """Ordinary words: how common (zipf) and how pronounced (ARPAbet)."""
    return {word: (float(common), phones) for word, common, phones in resources.table("soundalike/english")}


def pronounce(words: Sequence[str]) -> bytes:
    """How lower-case words sound one after the other."""
    ordinary = english()
    return b"".join(parsed(ordinary[word][1]) if word in ordinary else read(word) for word in words)


def own_terms(names: Iterable[str], kind: str) -> list[tuple[Term, bytes]]:
    """A patient's or a clinic's own terms with their pronunciations, as `Lexicon` takes them."""
    known = clinical_terms()
    found: list[tuple[Term, bytes]] = []
    for name in names:
        words = _words(name)
        if term := known.get(" ".join(words)):
            found += ((term, phones) for phones in _ways()[term])
        elif words:
            found.append((Term(name, kind, name), pronounce(words)))
    return found


def taught_terms(vocabulary: Iterable[ClinicTerm]) -> list[tuple[Term, bytes]]:
    """A clinic's words with the pronunciations of their spelling and of each spelling of their sound."""
    known = clinical_terms()
    found: list[tuple[Term, bytes]] = []
    for taught in vocabulary:
        words = _words(taught.written)
        term = known.get(" ".join(words), Term(taught.written, "word", taught.written))
        if all(word.isascii() and word.isalpha() for word in words):
            found += own_terms([taught.written], "word")
        found += ((term, pronounce(_words(sound))) for sound in taught.sounds_like)
    return [(term, phones) for term, phones in found if phones]


@cache
def _rows() -> tuple[tuple[Term, bytes], ...]:
    return tuple(_read_rows())


@cache
def _ways() -> dict[Term, list[bytes]]:
    """The pronunciations of each term."""
    found: dict[Term, list[bytes]] = {}
    for term, phones in _rows():
        found.setdefault(term, []).append(phones)
    return found


def _read_rows() -> Iterator[tuple[Term, bytes]]:
    for text, kind, filed, common, spoken in resources.table("soundalike/lexicon"):
        term = Term(text, kind, filed, float(common))
        for phones in spoken.split("|"):
            yield term, parsed(phones)


def _words(text: str) -> list[str]:
    return text.lower().replace("-", " ").replace("'", "").replace("’", "").split()


_CLASS_OF = {name: number for number, names in enumerate(_CLASSES, 1) for name in names.split()}
_AS_CLASSES = bytes(_CLASS_OF.get(name, 0) for name in PHONEMES) + bytes(256 - len(PHONEMES))
_FRAME_CLASS_OF = _CLASS_OF | {"ER": _CLASS_OF["R"]}  # "your" before "analysis" and the "ur" of urinalysis sound alike
_AS_FRAME = bytes(_FRAME_CLASS_OF.get(name, 0) for name in PHONEMES) + bytes(256 - len(PHONEMES))
_SILENT = bytes(number for number, name in enumerate(PHONEMES) if name not in _FRAME_CLASS_OF)


def _frame(phones: bytes) -> bytes:
    """The classes of the consonants, and of the r-coloured vowel, in their order."""
    return phones.translate(_AS_FRAME, _SILENT)


def _profiles(phones: np.ndarray, present: np.ndarray) -> np.ndarray:
    """How often each class of sounds occurs in each row; vowels, which change easily, count half."""
    classes = np.frombuffer(_AS_CLASSES, np.uint8)[phones]
    weights = np.where(phones < len(VOWELS), 0.5, 1.0) * present
    counts = [(weights * (classes == number)).sum(axis=1) for number in range(len(_CLASSES) + 1)]
    return np.stack(counts, axis=1).astype(np.float32)
