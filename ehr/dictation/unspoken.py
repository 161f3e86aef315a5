"""What a reviewer has to know of facts that rest on inserted text: nobody said them word by word.

Owns the flags for such entries. Knows nothing of how texts are inserted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ehr.chart.entry import OPEN_FIELD, Entry, Flag
from ehr.chart.fields import ACCEPT_DEFAULTS, AUTO_TEXT, Field, inserted, is_open, open_fields
from ehr.chart.note import Change, Note

INSERTED = "auto-text"
"""Code of the flag where words that an entry rests on were inserted."""


def marked(entries: Iterable[Entry], note: Note) -> tuple[Entry, ...]:
    """The entries, those that rest on inserted text or on a sentence with an open field with their flags first."""
    written, waiting = inserted(note), open_fields(note)
    return tuple(_marked(entry, note, written, waiting) for entry in entries)


def _marked(entry: Entry, note: Note, written: Sequence[Change], waiting: Sequence[Field]) -> Entry:
    flags = tuple(_flags(entry, note, written, waiting))
    return replace(entry, flags=(*flags, *entry.flags)) if flags else entry


def _flags(entry: Entry, note: Note, written: Sequence[Change], waiting: Sequence[Field]) -> Iterator[Flag]:
    if is_open(entry, note.written, waiting):
        yield OPEN_FIELD
    spans = [span for span in (entry.evidence, entry.cue) if span is not None]
    touched = [change for change in written if any(change.written.overlaps(span) for span in spans)]
    if touched:
        yield Flag(INSERTED, _reason(touched, note, written))


def _reason(touched: Sequence[Change], note: Note, written: Sequence[Change]) -> str:
    by = [change for change in written if change.rule == AUTO_TEXT and change.written <= touched[0].written]
    said = [words for change in by if (words := change.said.of(note.said).strip(" .,;:!?\n"))]
    reason = f"Inserted by “{said[-1]}”, not said word by word." if said else "Inserted, not said word by word."
    if any(change.rule == ACCEPT_DEFAULTS for change in touched):
        reason += " Its defaults were accepted by command."
    return reason
