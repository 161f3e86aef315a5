"""Fields of inserted text: `[size]` to be filled in, `[clear|wheezes]` to be chosen.

Owns their syntax, which of a note's are still open, the facts that wait for one, and the text without them. A field
holds no bracket and no line end. Knows nothing of commands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ehr.chart.encounter import Draft
from ehr.chart.entry import OPEN_FIELD, Entry, ReviewState
from ehr.chart.note import Change, Note, Span
from ehr.chart.revision import TYPED

AUTO_TEXT = "auto-text"
NEXT_FIELD = "next field"
ACCEPT_DEFAULTS = "accept defaults"
INSERTING = frozenset({AUTO_TEXT, NEXT_FIELD, ACCEPT_DEFAULTS})
"""The rules whose changes write text that nobody said word by word."""

_AROUND = 28  # characters shown on either side of a field
_SENTENCE_END = re.compile(r"[.!?](?=\s|\Z)|\n")
_FIELD = re.compile(r"\[([^\[\]\n]*)\]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its place, brackets included. `options` has one text for a blank (its label), more for a choice."""

    span: Span
    options: tuple[str, ...]

    @property
    def default(self) -> str | None:
        """The first option of a choice; None for a blank, which has no default."""
        return self.options[0] if len(self.options) > 1 else None


def fields(text: str) -> tuple[Field, ...]:
    """The fields of a text in their order."""
    return tuple(
        Field(Span(match.start(), match.end()), tuple(option.strip() for option in match[1].split("|")))
        for match in _FIELD.finditer(text)
    )


def with_defaults(text: str) -> str:
    """The text with the default of every choice in its place; blanks stay."""
    for field in reversed(fields(text)):
        if field.default is not None:
            text = text[: field.span.start] + field.default + text[field.span.end :]
    return text


def inserted(note: Note) -> tuple[Change, ...]:
    """The changes of a note that wrote text which nobody said word by word, in the order of that text."""
    found = (change for change in note.changes if change.rule in INSERTING and change.written.of(note.written))
    return tuple(sorted(found, key=lambda change: change.written))


def open_fields(note: Note) -> tuple[Field, ...]:
    """The fields of a note that wait for a person: those of inserted or typed text, no other brackets."""
    places = [change.written for change in note.changes if change.rule in INSERTING or change.rule == TYPED]
    return tuple(field for field in fields(note.written) if any(field.span.overlaps(place) for place in places))


def without_fields(note: Note) -> Note:
    """The note with blanks over its open fields: what may be read as fact. Every place stays the same."""
    written = note.written
    for field in open_fields(note):
        blank = " " * (field.span.end - field.span.start)
        written = written[: field.span.start] + blank + written[field.span.end :]
    return note if written == note.written else replace(note, written=written)


def filled(text: str, field: Field, answer: str) -> str:
    """The text with an answer in place of a field; with none, the blank beside the field goes too."""
    before, after = text[: field.span.start], text[field.span.end :]
    if not answer and before[-1:] == " " and (not after or after[0] in " .,;:\n"):
        before = before[:-1]
    return f"{before}{answer}{after}"


def around(text: str, field: Field) -> str:
    """A field with the words of its line before and after it: "… Left shin, [size] cm, edges …"."""
    start = text.rfind("\n", 0, field.span.start) + 1
    end = (text.find("\n", field.span.end) + 1 or len(text) + 1) - 1
    first, last = max(start, field.span.start - _AROUND), min(end, field.span.end + _AROUND)
    if first > start:
        first = text.find(" ", first, field.span.start) + 1 or field.span.start
    if last < end:
        last = max(text.rfind(" ", field.span.end, last), field.span.end)
    return f"{'… ' if first > start else ''}{text[first:last].strip()}{' …' if last < end else ''}"


def is_open(entry: Entry, written: str, waiting: Sequence[Field]) -> bool:
    """Whether one of the `waiting` fields stands in the sentence that the entry rests on."""
    sentence = _sentence(written, entry.evidence) if waiting else entry.evidence
    return any(field.span.overlaps(sentence) for field in waiting)


def reflagged(draft: Draft) -> Draft:
    """The draft whose entries say `OPEN_FIELD` where it holds now: of a filled field, no longer."""
    waiting = open_fields(draft.note)
    entries = tuple(_reflagged(entry, draft.note.written, waiting) for entry in draft.entries)
    return draft if entries == draft.entries else replace(draft, entries=entries)


def _reflagged(entry: Entry, written: str, waiting: Sequence[Field]) -> Entry:
    holds = is_open(entry, written, waiting)
    if holds == (OPEN_FIELD in entry.flags) or (holds and entry.state is not ReviewState.PROPOSED):
        return entry
    rest = tuple(flag for flag in entry.flags if flag != OPEN_FIELD)
    return replace(entry, flags=(OPEN_FIELD, *rest) if holds else rest)


def _sentence(text: str, evidence: Span) -> Span:
    starts = [match.end() for match in _SENTENCE_END.finditer(text, 0, evidence.start)]
    end = _SENTENCE_END.search(text, evidence.end)
    return Span(starts[-1] if starts else 0, end.end() if end else len(text))
