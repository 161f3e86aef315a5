"""Entries, notes and dictations as rows and paragraphs for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import click

from desktop.cli.output import Header, Rows, print_table
from ehr.chart.encounter import Draft, Encounter, EncounterSummary
from ehr.chart.entry import Assertion, Entry
from ehr.chart.signing import Standing, Status
from ehr.export.record import reviewed_records
from ehr.store.search import Hit

SHORT_ID = 8

HEADER = ("kind", "name", "assertion", "details", "code", "said")


def entry_rows(draft: Draft) -> tuple[Header, Rows]:
    """Header and one row an entry, in the order of the note."""
    entries = sorted(draft.entries, key=lambda entry: entry.evidence)
    return HEADER, [_entry_row(entry, draft) for entry in entries]


def _entry_row(entry: Entry, draft: Draft) -> tuple[str, ...]:
    said = draft.note.to_said(entry.evidence).of(draft.note.said)
    assertion = "" if entry.assertion is Assertion.PRESENT else entry.assertion.value
    code = f"{entry.code.code}" if entry.code else ""
    return (entry.kind.value.replace("_", " "), entry.name, assertion, details(entry), code, " ".join(said.split()))


def details(entry: Entry) -> str:
    """The attributes in one phrase: "500 mg, oral, twice daily, as needed"."""
    flags = [f"[check: {flag.reason}]" for flag in entry.flags]
    return ", ".join(filter(None, [details_of(entry.attributes), *flags]))


def details_of(attributes: Mapping[str, str | bool]) -> str:
    """Attributes in one phrase: "500 mg, oral, twice daily, as needed"."""
    values = dict(attributes)
    amount = " ".join(str(values.pop(key)) for key in ("comparator", "value", "dose", "unit") if key in values)
    if values.pop("prn", False):
        values["prn"] = "as needed"
    rest = [str(value) for value in values.values()]
    return ", ".join([*([amount] if amount else []), *rest])


def encounter_rows(encounters: Sequence[EncounterSummary]) -> tuple[Header, Rows]:
    """Header and one row a dictation."""
    header = ("id", "date", "mrn", "patient", "status", "to review", "to check")
    return header, [
        (
            each.id[:SHORT_ID],
            _time(each.started_at),
            each.patient.mrn,
            each.patient.display_name,
            _progress(each) + (f" ({each.failure})" if each.failure else "") + _asked(each),
            str(each.proposed),
            str(each.to_check),
        )
        for each in encounters
    ]


def _progress(encounter: EncounterSummary) -> str:
    standing = encounter.standing
    return encounter.status.value if standing.status is Status.PRELIMINARY else standing.status.value


def hit_rows(hits: Sequence[Hit]) -> tuple[Header, Rows]:
    """Header and one row a find."""
    header = ("id", "date", "mrn", "patient", "in", "words")
    return header, [
        (
            each.encounter_id[:SHORT_ID],
            _time(each.started_at),
            each.patient.mrn,
            each.patient.display_name,
            each.kind.value,
            " ".join(each.snippet.split()),
        )
        for each in hits
    ]


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _standing(standing: Standing) -> str:
    """The status with who brought it there, and the amendment that is worked on."""
    who = f" by {standing.by}" if standing.by else ""
    when = f", {_time(standing.since)}" if standing.since else ""
    return f"{standing.status.value}{who}{when}" + (" (amendment under way)" if standing.amendment else "")


def _asked(encounter: EncounterSummary) -> str:
    return f", asked by {encounter.asked_by}" if encounter.asked_by else ""


def print_encounter(encounter: Encounter) -> None:
    """A dictation for a person: whose and when, the written note, the entries."""
    patient = encounter.patient
    click.echo(f"{patient.display_name or '(no name)'}, MRN {patient.mrn}")
    click.echo(f"{_time(encounter.started_at)}, {encounter.status.value}, {_standing(encounter.standing)}")
    if encounter.draft is not None:
        click.echo(f"\n{encounter.draft.note.written}\n")
        print_table("Entries", *entry_rows(encounter.draft))


def encounter_object(encounter: Encounter) -> dict[str, object]:
    """A dictation as one JSON object."""
    patient = encounter.patient
    shown: dict[str, object] = {
        "id": encounter.id,
        "started_at": encounter.started_at.isoformat(),
        "status": encounter.status.value,
        "standing": encounter.standing.status.value,
        "title": encounter.title,
        "patient": {
            "mrn": patient.mrn,
            "family_name": patient.family_name,
            "given_name": patient.given_name,
            "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
            "gender": patient.gender.value,
        },
    }
    if encounter.draft is not None:
        note = encounter.draft.note
        shown |= {"spoken": note.said, "written": note.written, "entries": reviewed_records(encounter.draft)}
    return shown
