"""An entry as one flat JSON object, under the field names of the annotation guidelines.

Owns the record that `chartwright extract` and `chartwright show --json` print. Its `evidence`, `start` and `end` are in
the *spoken* text, so the record can be checked against what was said without knowing how it was written. Knows nothing
of files or FHIR.
"""

from __future__ import annotations

from collections.abc import Sequence

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry
from ehr.chart.note import Note

Record = dict[str, object]
"""A JSON object."""


def record(entry: Entry, note: Note) -> Record:
    """The entry as one flat object.

    Always: `kind`, `name`, `assertion`, `evidence` (exact substring of `note.said`), `start`, `end` (characters of
    `note.said`), then the kind's attributes under their own names. Where known: `cue` (the spoken words that decided
    the assertion), `code`, `code_system` (FHIR URI), `code_display`, `flags` (`code` and `reason` each).
    """
    said = note.to_said(entry.evidence)
    fields: Record = {"kind": entry.kind.value, "name": entry.name, "assertion": entry.assertion.value}
    fields |= {"evidence": said.of(note.said), "start": said.start, "end": said.end}
    fields |= entry.attributes
    if entry.cue is not None:
        fields["cue"] = note.to_said(entry.cue).of(note.said)
    if entry.code is not None:
        fields |= {"code": entry.code.code, "code_system": entry.code.system, "code_display": entry.code.display}
    if entry.flags:
        fields["flags"] = [{"code": flag.code, "reason": flag.reason} for flag in entry.flags]
    return fields


def records(entries: Sequence[Entry], note: Note) -> list[Record]:
    """The entries in the order of the note."""
    return [record(entry, note) for entry in sorted(entries, key=lambda entry: entry.evidence)]


def reviewed_records(draft: Draft) -> list[Record]:
    """The entries with what review and sound add: `id`, `state`, and `audio` (seconds) where words were heard."""
    result = []
    for entry in sorted(draft.entries, key=lambda entry: entry.evidence):
        fields: Record = {"id": entry.id, "state": entry.state.value} | record(entry, draft.note)
        words = draft.words_of(entry)
        if words:
            fields["audio"] = {"start": words[0].start, "end": words[-1].end}
        result.append(fields)
    return result
