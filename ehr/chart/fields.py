"""Fields of inserted text: `[size]` to be filled in, `[clear|wheezes]` to be chosen.

Owns their syntax, which of a note's are still open, and the text without them. A field holds no bracket and no line
end. Knows nothing of commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ehr.chart.note import Change, Note, Span
from ehr.chart.revision import TYPED

AUTO_TEXT = "auto-text"
NEXT_FIELD = "next field"
ACCEPT_DEFAULTS = "accept defaults"
INSERTING = frozenset({AUTO_TEXT, NEXT_FIELD, ACCEPT_DEFAULTS})
"""The rules whose changes write text that nobody said word by word."""

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
