"""`chartwright patients`: find, add, change, merge and import patients."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.chart import GENDERS
from desktop.cli.home import Home, data_dir_option, existing_store, opened_store
from desktop.cli.record import patient_of
from desktop.errors import BirthDateUnclear

if TYPE_CHECKING:
    from ehr.importing.lines import Fate, Planned

IMPORT_EPILOG = """\b
Examples:
  chartwright patients import clinic.csv --preview
  chartwright patients import clinic.csv
  chartwright patients import Patient.ndjson

\b
Takes a FHIR R4 Bundle, NDJSON of Patient, or a CSV whose header names the columns (mrn, family name,
given name, birth date, sex; other names for them are known). A bad line is refused with its reason
and the others go in together. A record number that is on file is left as it is unless --update is given
(an empty cell never erases), and who may be on file under another number waits for --lookalikes."""


PATIENTS_EPILOG = """\b
Examples:
  chartwright patients find okafor 1964-03-14
  chartwright patients add 10042 --family Okafor --given Maria --birth-date 1964-03-14
  chartwright patients edit 10042 --gender female
  chartwright patients merge 10042 77 --reason "registered twice"
  chartwright patients import clinic.csv --preview"""


@click.group(epilog=PATIENTS_EPILOG)
def patients() -> None:
    """Find, add, change, merge and import patients."""


@patients.command("find")
@click.argument("words", nargs=-1)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most patients to show.")
@data_dir_option
@click.pass_context
def find(context: click.Context, words: tuple[str, ...], limit: int) -> None:
    """List patients by name, record number or birth date (1964-03-14, 14.3.1964, 3/14/1964, 14 Mar 1964)."""
    with existing_store(context.ensure_object(Home)) as store:
        found = store.patients(" ".join(words), limit=limit) if store else []
    rows = [(each.mrn, each.display_name, str(each.birth_date or ""), each.gender.value) for each in found]
    if rows:
        output.print_table("Patients", ("mrn", "name", "born", "sex"), rows)
    else:
        output.warn("Nobody on file is called so.")


@patients.command("add")
@click.argument("mrn", metavar="MRN")
@click.option("--family", required=True, help="Family name.")
@click.option("--given", default="", help="Given names.")
@click.option("--birth-date", "born", metavar="DATE", help="Birth date.")
@click.option("--gender", type=click.Choice(GENDERS), default="unknown", show_default=True, help="Sex.")
@data_dir_option
@click.pass_context
def add(context: click.Context, mrn: str, *, family: str, given: str, born: str | None, gender: str) -> None:
    """Add a patient."""
    from ehr.chart.patient import Gender, Patient

    patient = Patient(mrn.strip(), family.strip(), given.strip(), _date(born), Gender(gender))
    with opened_store(context.ensure_object(Home)) as store:
        store.add_patient(patient)


@patients.command("edit")
@click.argument("mrn", metavar="MRN")
@click.option("--mrn", "number", metavar="NEW", help="Another record number.")
@click.option("--family", help="Family name.")
@click.option("--given", help="Given names.")
@click.option("--birth-date", "born", metavar="DATE", help="Birth date.")
@click.option("--gender", type=click.Choice(GENDERS), help="Sex.")
@data_dir_option
@click.pass_context
def edit(
    context: click.Context, mrn: str, *, number: str | None, family: str | None, given: str | None, born: str | None,
    gender: str | None,
) -> None:  # fmt: skip
    """Change what is given; everything else stays."""
    from ehr.chart.patient import Gender

    with existing_store(context.ensure_object(Home)) as store:
        before = patient_of(store, mrn)
        after = replace(
            before,
            mrn=before.mrn if number is None else number.strip(),
            family_name=before.family_name if family is None else family.strip(),
            given_name=before.given_name if given is None else given.strip(),
            birth_date=before.birth_date if born is None else _date(born),
            gender=before.gender if gender is None else Gender(gender),
        )
        if store is not None:
            store.update_patient(after)


@patients.command("merge")
@click.argument("survivor", metavar="MRN")
@click.argument("retired", metavar="DUPLICATE")
@click.option("--reason", required=True, help="Why they are one person; kept with the merge.")
@data_dir_option
@click.pass_context
def merge(context: click.Context, survivor: str, retired: str, *, reason: str) -> None:
    """Merge the record DUPLICATE into MRN; both numbers then lead to it."""
    with existing_store(context.ensure_object(Home)) as store:
        kept, duplicate = patient_of(store, survivor), patient_of(store, retired)
        done = store.register.merge(kept.id, duplicate.id, reason=reason) if store else None
    if done is not None:
        moved = f"{len(done.encounters)} dictations moved."
        output.note(f"{moved} To part them: chartwright patients unmerge {kept.mrn}")


@patients.command("unmerge")
@click.argument("mrn", metavar="MRN")
@data_dir_option
@click.pass_context
def unmerge(context: click.Context, mrn: str) -> None:
    """Undo the newest merge into the record MRN; what moved with it moves back."""
    with existing_store(context.ensure_object(Home)) as store:
        patient = patient_of(store, mrn)
        holding = [each for each in store.register.merges(patient.id) if each.undone_at is None] if store else []
        if store is None or not holding:
            output.warn("Nothing is merged into this record.")
            return
        store.register.unmerge(holding[0].id)


@patients.command("import", epilog=IMPORT_EPILOG)
@click.argument("file", type=output.PATH)
@click.option("--preview", is_flag=True, help="Show what would be done and change nothing.")
@click.option("--update", is_flag=True, help="Also change patients on file whose details differ.")
@click.option("--lookalikes", is_flag=True, help="Also add those who may be on file under another number.")
@data_dir_option
@click.pass_context
def import_(context: click.Context, file: Path, *, preview: bool, update: bool, lookalikes: bool) -> None:
    """Add the patients of a FHIR bundle, NDJSON or CSV file."""
    from ehr.importing.lines import Fate, plan
    from ehr.importing.patients import read_patients

    lines = read_patients(file.read_bytes(), today=date.today())  # noqa: DTZ011 - the user's calendar
    fates = {Fate.ADD, Fate.ALIKE} if lookalikes else {Fate.ADD}
    with opened_store(context.ensure_object(Home)) as store:
        planned = list(plan(lines, store.patient_by_mrn, store.everyone()))
        newcomers = [each.line.patient for each in planned if each.fate in fates and each.line.patient is not None]
        changed = [each.changed for each in planned if update and each.changed is not None]
        _tell(planned, taken=fates | ({Fate.DIFFERS} if update else set()))
        if not preview and (newcomers or changed):
            store.register.take_in(newcomers, changed)
    would = "would be " if preview else ""
    output.warn(f"{len(newcomers)} patients {would}added" + (f", {len(changed)} {would}changed." if update else "."))


def _tell(planned: list[Planned], taken: set[Fate]) -> None:
    """Every line that is not taken with its reason and who is meant, then how many of each."""
    rows = [
        (str(each.line.number), each.fate.value, each.reason, each.known.mrn if each.known is not None else "")
        for each in planned
        if each.fate not in taken
    ]
    if rows:
        output.print_table("Not taken", ("line", "", "why", "on file"), rows)
    counts = Counter(each.fate.value for each in planned)
    output.warn(", ".join(f"{fate}: {count}" for fate, count in sorted(counts.items())) or "The list is empty.")


def _date(text: str | None) -> date | None:
    from ehr.chart.birth_dates import typed_dates

    if text is None or not text.strip():
        return None
    days = typed_dates(text)
    if len(days) != 1:
        raise BirthDateUnclear
    return next(iter(days))
