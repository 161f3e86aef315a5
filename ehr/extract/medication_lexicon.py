"""The names of medicines, found in text.

Owns the look-up of `resources/extract/medications.tsv` (built by packaging/lexicons). Whether a name found is a
medicine the patient takes is for `medications.py`; its code is for `ehr.terminology`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.words import Phrases, Words, singular

_TOKEN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[^\w\s'\"-]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Medicine:
    """A name of the lexicon: the name it is filed under, its ingredient, and whether the words around must show
    that it is taken.
    """

    name: str
    ingredient: str
    needs_context: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A medicine's name in a text."""

    span: Span
    medicine: Medicine

    @property
    def name(self) -> str:
        """The name it is filed under."""
        return self.medicine.name


@cache
def lexicon() -> Phrases[Medicine]:
    """All names of medicines."""
    return Phrases(
        (name, Medicine(filed, ingredient, kind == "context"))
        for name, ingredient, kind, filed in resources.table("medications")
    )


def names(these: Words) -> Iterator[Name]:
    """The longest names among the words of a note, in order."""
    for first, last, medicine in lexicon().scan(these.stem):
        yield Name(these.span(first, last), medicine)


def find_names(text: str) -> Iterator[Name]:
    """The longest names in a text that stands alone, in order."""
    found = list(_TOKEN.finditer(text))
    lower = [match[0].lower() for match in found]
    start, end = [match.start() for match in found], [match.end() for match in found]
    yield from names(Words(lower, [singular(word) for word in lower], start, end))
