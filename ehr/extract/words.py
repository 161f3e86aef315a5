"""The words of a Doc as the extraction rules read them: lower case, singular, hyphens gone.

Owns the reading of "X-rays", "x ray" and "x-ray" as the same words, and the phrase tries that look them up.
Knows no medicine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar, cast

from spacy.tokens import Doc

from ehr.chart.note import Span
from ehr.extract import resources

_SILENT = frozenset({"-", "–", "'", '"', "’", "“", "”", "`"})
_NOUNS = resources.load("words")
_INVARIANT = frozenset(_NOUNS["invariant"])
_IRREGULAR: dict[str, str] = _NOUNS["irregular"]

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Words:
    """The words and punctuation marks of a text in order, as parallel lists.

    `text` is lower case, `stem` singular besides, `start` and `end` character offsets. Hyphens and quotes are left out.
    """

    text: list[str]
    stem: list[str]
    start: list[int]
    end: list[int]

    def __len__(self) -> int:
        return len(self.text)

    def span(self, first: int, last: int) -> Span:
        """The characters from word `first` up to and without word `last`."""
        return Span(self.start[first], self.end[last - 1])

    def at(self, position: int) -> int:
        """Index of the first word that ends after the character `position`."""
        low, high = 0, len(self.end)
        while low < high:
            middle = (low + high) // 2
            if self.end[middle] <= position:
                low = middle + 1
            else:
                high = middle
        return low

    def range(self, span: Span) -> tuple[int, int]:
        """The half-open range of words that `span` touches."""
        first = self.at(span.start)
        last = first
        while last < len(self.start) and self.start[last] < span.end:
            last += 1
        return first, last


def words(doc: Doc) -> Words:
    """The words of `doc`, read once and kept with it."""
    found = doc.user_data.get("words")
    if found is None:
        found = doc.user_data["words"] = read(doc)
    return cast("Words", found)


def read(doc: Doc) -> Words:
    """Read the words of `doc` anew.

    The mark after a single letter is a word of its own where it ends a sentence ("vitamin D."), and none where it
    abbreviates ("C. diff").
    """
    text: list[str] = []
    start: list[int] = []
    end: list[int] = []
    for token in doc:
        shape = token.text
        if shape in _SILENT or (shape.isspace() and "\n" not in shape):
            continue
        letter = len(shape) == 2 and shape[0].isalpha() and shape[1] == "."
        cut = 1 if letter else len(shape)
        for piece, offset in ((shape[:cut], 0), (shape[cut:], cut)):
            if piece and not (offset and _goes_on(doc, token.i + 1)):
                text.append(piece.lower())
                start.append(token.idx + offset)
                end.append(token.idx + offset + len(piece))
    return Words(text, [singular(word) for word in text], start, end)


def _goes_on(doc: Doc, index: int) -> bool:
    """Whether the token at `index` begins in lower case, so that no sentence ended before it."""
    return index < len(doc) and doc[index].text[0].islower()


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The singular of an English noun as far as its ending shows it; other words unchanged."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if (
        len(word) < 4
        or not word.endswith("s")
        or word in _INVARIANT
        or word.endswith(("ss", "us", "sis", "itis", "'s"))
    ):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-1] if word.endswith("aches") else word[:-2]
    return word[:-1]


class Phrases(Generic[Payload]):
    """A trie of phrases over stems; finds the longest phrase at each place.

    Phrases are split as the text is: at spaces, hyphens and apostrophes.
    """

    def __init__(self, phrases: Mapping[str, Payload] | Iterable[tuple[str, Payload]]) -> None:
        self._heads: dict[str, dict[tuple[str, ...], Payload]] = {}
        self._longest: dict[str, int] = {}
        for phrase, payload in phrases.items() if isinstance(phrases, Mapping) else phrases:
            key = split(phrase)
            self._heads.setdefault(key[0], {})[key] = payload
            self._longest[key[0]] = max(self._longest.get(key[0], 0), len(key))

    def longest(self, stems: list[str], first: int, stop: int | None = None) -> tuple[int, Payload] | None:
        """The end and payload of the longest phrase that begins at word `first` and ends by `stop`."""
        head = self._heads.get(stems[first])
        if head is None:
            return None
        limit = len(stems) if stop is None else stop
        for length in range(min(self._longest[stems[first]], limit - first), 0, -1):
            payload = head.get(tuple(stems[first : first + length]))
            if payload is not None:
                return first + length, payload
        return None

    def scan(self, stems: list[str], first: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, Payload]]:
        """All longest phrases between words `first` and `stop`, left to right without overlap."""
        limit = len(stems) if stop is None else stop
        index = first
        while index < limit:
            hit = self.longest(stems, index, limit) if stems[index] in self._heads else None
            if hit is None:
                index += 1
                continue
            yield index, hit[0], hit[1]
            index = hit[0]


@lru_cache(maxsize=65536)
def split(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase written in a data file."""
    spaced = phrase.lower().replace("-", " ").replace("'s", " 's").replace("/", " / ")
    spaced = spaced.replace("cannot", "can not").replace("n't", " n't")
    return tuple(singular(word) for word in spaced.split())
