"""`chartwright record`, `move` and `confirm`: a patient over time, and whose a dictation is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.chart import find_encounter
from desktop.cli.home import Home, data_dir_option, existing_store
from desktop.errors import UnknownPatient

if TYPE_CHECKING:
    from ehr.chart.history import Filed, Line, Reading, Record
    from ehr.chart.patient import Patient
    from ehr.store.store import Store

RECORD_EPILOG = """\b
Examples:
  chartwright record 10042
  chartwright record 10042 --json

\b
Only entries that a person accepted count; dictations entered in error do not. The last column is
the dictation that a line rests on: chartwright show ID."""

MOVE_EPILOG = """\b
Examples:
  chartwright move 3f2a9c41 10043 --reason "recorded under the wrong name" """

CONFIRM_EPILOG = """\b
Examples:
  chartwright confirm 3f2a9c41
  chartwright confirm 3f2a9c41 --yes"""

_NEWEST_VALUES = 5


@click.command(epilog=RECORD_EPILOG)
@click.argument("mrn", metavar="MRN")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the entries that each line rests on.")
@data_dir_option
@click.pass_context
def record(context: click.Context, mrn: str, *, as_json: bool) -> None:
    """Show a patient's problems, medicines, allergies, values and immunisations over time."""
    with existing_store(context.ensure_object(Home)) as store:
        patient = patient_of(store, mrn)
        found = store.records.of(patient.id) if store else None
    if found is None:
        return
    if as_json:
        output.write_result(output.to_json(record_object(patient, found)), None)
    else:
        _print(patient, found)


@click.command(epilog=MOVE_EPILOG)
@click.argument("encounter_id", metavar="ID")
@click.argument("mrn", metavar="MRN")
@click.option("--reason", required=True, help="Why it was in the other chart; kept with the dictation.")
@data_dir_option
@click.pass_context
def move(context: click.Context, encounter_id: str, mrn: str, *, reason: str) -> None:
    """Give a dictation to the patient whose record number is MRN."""
    with existing_store(context.ensure_object(Home)) as store:
        wanted = find_encounter(store, encounter_id)
        patient = patient_of(store, mrn)
        if store is not None:
            store.register.move(wanted.id, patient.id, reason=reason)
    output.note("Moved; the reason is kept with it.")


@click.command(epilog=CONFIRM_EPILOG)
@click.argument("encounter_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Confirm without being asked.")
@data_dir_option
@click.pass_context
def confirm(context: click.Context, encounter_id: str, *, yes: bool) -> None:
    """Say that a dictation is about its patient, although it seems to speak of somebody else."""
    with existing_store(context.ensure_object(Home)) as store:
        wanted = find_encounter(store, encounter_id)
        doubts = store.identity.doubts(wanted.id) if store else ()
        rows = [(each.trait.value.replace("_", " "), each.said, each.charted) for each in doubts]
        if not rows:
            output.warn("Nothing in the dictation contradicts the chart.")
            return
        output.print_table("What was said and what the chart says", ("", "said", "chart"), rows)
        if store is not None and (yes or click.confirm("Is this the right patient?", abort=True, err=True)):
            store.identity.confirm(wanted.id)


def patient_of(store: Store | None, mrn: str) -> Patient:
    """The patient to whom the record number leads. Raises UnknownPatient."""
    found = store.patient_by_mrn(mrn.strip()) if store is not None else None
    if found is None:
        raise UnknownPatient
    return found


def _print(patient: Patient, found: Record) -> None:
    click.echo(f"{patient.display_name}, MRN {patient.mrn}")
    if found.allergies_conflict:
        click.echo("Conflict: allergies are listed, and “no known allergies” was dictated.")
    lists = (
        ("Allergies", found.allergies),
        ("Problems", found.problems),
        ("Medicines", found.medications),
        ("Immunisations", found.immunizations),
    )
    header = ("name", "standing", "details", "since", "last", "dictation")
    for title, lines in lists:
        if lines:
            output.print_table(title, header, [_line_row(line) for line in lines])
    if not found.allergies and found.no_known_allergies:
        click.echo(f"No known allergies, {_day(found.no_known_allergies[-1])}.")
    rows = [
        (series.name, each.on, _value(each), _short(each.evidence))
        for series in found.values
        for each in series.readings[-_NEWEST_VALUES:]
    ]
    if rows:
        output.print_table("Values", ("name", "day", "value", "dictation"), rows)


def _line_row(line: Line) -> tuple[str, ...]:
    from desktop.cli.views import details_of

    standing = line.state.value.replace("_", " ") + (", changed" if line.changed else "")
    days = line.since.astimezone().date().isoformat(), _day(line.newest)
    return (line.name, standing, details_of(line.details), *days, _short(line.newest))


def _value(reading: Reading) -> str:
    return " ".join(filter(None, (reading.value, reading.unit, reading.interpretation)))


def _day(filed: Filed) -> str:
    return filed.at.astimezone().date().isoformat()


def _short(filed: Filed) -> str:
    return filed.encounter_id[:8]


def record_object(patient: Patient, found: Record) -> dict[str, object]:
    """The record as one JSON object; every line names the encounters and entries that it rests on."""
    return {
        "patient": {"mrn": patient.mrn, "family_name": patient.family_name, "given_name": patient.given_name},
        "allergies": [_line_object(line) for line in found.allergies],
        "no_known_allergies": [_evidence(each) for each in found.no_known_allergies],
        "allergies_conflict": found.allergies_conflict,
        "problems": [_line_object(line) for line in found.problems],
        "medications": [_line_object(line) for line in found.medications],
        "immunizations": [_line_object(line) for line in found.immunizations],
        "values": [
            {
                "kind": series.kind.value,
                "name": series.name,
                "readings": [
                    {"on": each.on, "value": each.value, "unit": each.unit, "interpretation": each.interpretation}
                    | _evidence(each.evidence)
                    for each in series.readings
                ],
            }
            for series in found.values
        ],
    }


def _line_object(line: Line) -> dict[str, object]:
    code = line.newest.entry.code
    return {
        "name": line.name,
        "state": line.state.value,
        "changed": line.changed,
        "details": dict(line.details),
        "code": None if code is None else {"system": code.system, "code": code.code, "display": code.display},
        "evidence": [_evidence(each) for each in line.evidence],
    }


def _evidence(filed: Filed) -> dict[str, str]:
    return {"encounter": filed.encounter_id, "entry": filed.entry.id, "at": filed.at.isoformat()}
