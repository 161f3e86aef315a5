"""What a reviewer has to know of facts that rest on inserted text: nobody said them word by word.

Owns the flags for such entries. Knows nothing of how texts are inserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ehr.chart.entry import Entry, Flag
from ehr.chart.fields import ACCEPT_DEFAULTS, AUTO_TEXT, Field, inserted, open_fields
from ehr.chart.note import Change, Note, Span

INSERTED = "auto-text"
"""Code of the flag where words that an entry rests on were inserted."""

OPEN_FIELD = Flag("open-field", "A field of the text that this entry rests on is not filled in yet.")
"""Set where an open field stands in the sentence of the evidence."""

_SENTENCE_END = re.compile(r"[.!?](?=\s|\Z)|\n")


def marked(entries: Iterable[Entry], note: Note) -> tuple[Entry, ...]:
    """The entries, those that rest on inserted text or on a sentence with an open field with their flags first."""
    written, waiting = inserted(note), open_fields(note)
    return tuple(_marked(entry, note, written, waiting) for entry in entries)


def _marked(entry: Entry, note: Note, written: Sequence[Change], waiting: Sequence[Field]) -> Entry:
    flags = tuple(_flags(entry, note, written, waiting))
    return replace(entry, flags=(*flags, *entry.flags)) if flags else entry


def _flags(entry: Entry, note: Note, written: Sequence[Change], waiting: Sequence[Field]) -> Iterator[Flag]:
    sentence = _sentence(note.written, entry.evidence)
    if any(field.span.overlaps(sentence) for field in waiting):
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


def _sentence(text: str, evidence: Span) -> Span:
    starts = [match.end() for match in _SENTENCE_END.finditer(text, 0, evidence.start)]
    end = _SENTENCE_END.search(text, evidence.end)
    return Span(starts[-1] if starts else 0, end.end() if end else len(text))
