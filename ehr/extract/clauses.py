"""Scope units: how far a cue ("denies", "if", "history of") can reach.

Owns the cutting of a note into clauses that do not depend on punctuation, since speech recognizers drop it.
A clause ends at a mark where there is one, and else where a new heading, a new subject with its verb or a conjunction
with a subject begins.
Knows nothing of what the cues mean.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.note import Span
from ehr.extract.mention import note_of
from ehr.extract.words import Words, words

_ENDS = frozenset({".", "?", "!", ";", ":"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Words [first, last) of a Doc's `Words`; `section` is the section's key, empty outside any."""

    first: int
    last: int
    span: Span
    section: str


def clauses(doc: Doc) -> tuple[Clause, ...]:
    """The clauses of `doc` in order; together they cover every word."""
    return cast("tuple[Clause, ...]", doc.user_data["clauses"])


def clause_at(doc: Doc, position: int) -> Clause:
    """The clause that holds the character at `position`."""
    found = clauses(doc)
    index = bisect_right([clause.span.start for clause in found], position) - 1
    return found[max(index, 0)]


@Language.component("clauses")
def find_clauses(doc: Doc) -> Doc:
    """Cut `doc` into clauses."""
    these = words(doc)
    note = note_of(doc)
    starts = {these.at(section.heading.start) for section in note.sections}
    starts |= {these.at(section.body.start) for section in note.sections}
    starts |= {index + 1 for index, word in enumerate(these.text) if word in _ENDS or "\n" in word}
    edges = sorted({0, *(start for start in starts if start < len(these))})
    doc.user_data["clauses"] = tuple(
        _clause(doc, these, first, last)
        for first, last in zip(edges, [*edges[1:], len(these)], strict=True)
        if first < last
    )
    return doc


def _clause(doc: Doc, these: Words, first: int, last: int) -> Clause:
    section = note_of(doc).section_at(these.start[first])
    return Clause(first, last, these.span(first, last), section.name if section else "")
