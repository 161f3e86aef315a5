"""`chartwright chart`, `list`, `show`, `search`: dictations that are kept, encrypted, in the data folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from desktop.cli import output
from desktop.cli.engine import MODEL_HELP, checked_language
from desktop.cli.home import Home, data_dir_option, existing_store, opened_store
from desktop.errors import UnknownEncounter, UnknownPatient

if TYPE_CHECKING:
    from ehr.chart.encounter import Encounter, EncounterSummary
    from ehr.chart.patient import Patient
    from ehr.store.store import Store

CHART_EPILOG = """\b
Examples:
  chartwright chart visit.m4a --patient 10042
  chartwright chart visit.m4a --patient 10042 --name "Okafor, Maria" --birth-date 1967-03-02
  CHARTWRIGHT_PASSPHRASE=... chartwright chart visit.wav --patient 10042 --existing

\b
Prints the id of the new draft; `chartwright show ID` reads it. A record number that is not on
file adds a patient: in a terminal you are asked first, unattended it is done and said;
--existing refuses instead. When anything fails, nothing is written."""

LIST_EPILOG = """\b
Examples:
  chartwright list
  chartwright list --asked
  chartwright list --patient 10042

\b
Where colleagues ask you to sign beside them, those dictations come first."""

SHOW_EPILOG = """\b
Examples:
  chartwright show 3f2a9c41
  chartwright show 3f2a9c41 --json"""

SEARCH_EPILOG = """\b
Examples:
  chartwright search losartan
  chartwright search "dry cough" --limit 5
  chartwright search --kind medication --patient 10042 --from 2026-01
  chartwright search code:E11 state:accepted

\b
Filters may be typed among the words too: patient: from: to: kind: code: author: state:"""


ALL = 10**9
DATE = click.DateTime(["%Y-%m-%d"])

GENDERS = ["male", "female", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose chart the command line asks for, and who they are if not on file yet."""

    mrn: str
    name: str
    birth_date: date | None
    gender: str
    must_exist: bool


@click.command(epilog=CHART_EPILOG)
@click.argument("audio", type=output.PATH)
@click.option("--patient", "mrn", required=True, metavar="MRN", help="The clinic's medical record number.")
@click.option("--name", default="", metavar="'FAMILY, GIVEN'", help="Name of a patient who is new.")
@click.option("--birth-date", type=DATE, metavar="DATE", help="Birth date of a new patient.")
@click.option("--gender", type=click.Choice(GENDERS), default="unknown", show_default=True, help="Of a new patient.")
@click.option("--existing", is_flag=True, help="Refuse a record number that is not on file.")
@click.option("--model", metavar="M", help=MODEL_HELP)
@click.option("--language", metavar="XX", callback=checked_language, help="Spoken language, e.g. en (else detected).")
@click.option("--on", "day", type=DATE, metavar="DATE", help="Day of the dictation (today by default).")
@click.option("--partial", is_flag=True, help="Take what there is of a recording that breaks off.")
@data_dir_option
@click.pass_context
def chart(
    context: click.Context, audio: Path, *, mrn: str, name: str, birth_date: datetime | None, gender: str,
    existing: bool, model: str | None, language: str | None, day: datetime | None, partial: bool,
) -> None:  # fmt: skip
    """Turn a recording into a draft encounter of a patient."""
    wanted = Wanted(mrn.strip(), name, birth_date.date() if birth_date else None, gender, existing)
    if not wanted.mrn:
        raise click.UsageError("--patient needs a record number.")
    home = context.ensure_object(Home)
    from desktop.cli.charting import draft_encounter
    from desktop.cli.engine import Listener, audio_file

    audio_file(audio)
    with opened_store(home) as store:
        on_file = store.patient_by_mrn(wanted.mrn)
        patient = on_file or _newcomer(wanted)
        listener = Listener.load(model, language, models_dir=home.models)
        encounter = draft_encounter(store, patient, audio, listener, dictated_at=_moment(day), partial=partial)
    output.write_result(encounter.id, None)
    if on_file is None:
        output.warn("The record number was not on file; a patient was added.")
    entries = len(encounter.draft.entries) if encounter.draft else 0
    output.note(f"A draft with {entries} proposed entries; read it with `chartwright show {encounter.id[:8]}`.")


def _moment(day: datetime | None) -> datetime:
    """Now, or noon of the given day: the hour is not known, and noon keeps its date in every time zone near."""
    return day.replace(hour=12).astimezone() if day else datetime.now().astimezone()


def _newcomer(wanted: Wanted) -> Patient:
    """A patient who is not yet stored, if the user wants one."""
    if wanted.must_exist:
        raise UnknownPatient
    name = wanted.name
    if sys.stdin.isatty():
        click.confirm("Nobody on file has this record number. Add a new patient?", abort=True, err=True)
        name = name or click.prompt("Family name, given name", default="", show_default=False, err=True)
    from ehr.chart.patient import Gender, Patient

    family, _, given = (part.strip() for part in name.partition(","))
    return Patient(wanted.mrn, family, given, wanted.birth_date, Gender(wanted.gender))


@click.command("list", epilog=LIST_EPILOG)
@click.option("--patient", "mrn", metavar="MRN", help="Only this patient's.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most dictations to show.")
@click.option("--asked", is_flag=True, help="Only those that you are asked to sign beside.")
@data_dir_option
@click.pass_context
def list_encounters(context: click.Context, mrn: str | None, limit: int, *, asked: bool) -> None:
    """List the dictations on file, newest first."""
    from desktop.cli.views import encounter_rows

    with existing_store(context.ensure_object(Home)) as store:
        mine = _asked(store, mrn) if store else []
        found = _encounters(store, mrn, limit) if store and not asked else []
    if mine:
        output.warn(f"Dictations that you are asked to sign: {len(mine)}.")
    ids = {each.id for each in mine}
    shown = [*mine, *(each for each in found if each.id not in ids)][:limit]
    if shown:
        output.print_table("Dictations, newest first", *encounter_rows(shown))
    elif asked:
        output.warn("Nobody asks you to sign beside them.")
    else:
        output.warn("No dictation is on file; `chartwright chart AUDIO --patient MRN` makes one.")


def _encounters(store: Store, mrn: str | None, limit: int) -> list[EncounterSummary]:
    if mrn is None:
        return store.encounters(limit=limit)
    patient = store.patient_by_mrn(mrn.strip())
    return store.encounters(limit=limit, patient_id=patient.id) if patient else []


def _asked(store: Store, mrn: str | None) -> list[EncounterSummary]:
    """What the user is asked to sign beside, of everybody or of one patient."""
    return [each for each in store.signatures.asked() if mrn is None or each.patient.mrn == mrn.strip()]


@click.command(epilog=SHOW_EPILOG)
@click.argument("encounter_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: patient, note, entries with their state and sound.")
@data_dir_option
@click.pass_context
def show(context: click.Context, encounter_id: str, *, as_json: bool) -> None:
    """Show a dictation, its note and its entries.

    ID is the dictation's id or enough of its first characters.
    """
    with existing_store(context.ensure_object(Home)) as store:
        encounter = find_encounter(store, encounter_id)
        if store is not None:
            store.trail.opened(encounter.id)
    from desktop.cli.views import encounter_object, print_encounter

    if as_json:
        output.write_result(output.to_json(encounter_object(encounter)), None)
    else:
        print_encounter(encounter)


def find_encounter(store: Store | None, beginning: str) -> Encounter:
    """The encounter whose id begins so. Raises UnknownEncounter for none or several."""
    wanted = beginning.strip().lower()
    matches = [each for each in store.encounters(limit=ALL) if each.id.startswith(wanted)] if store else []
    if store is None or len(matches) != 1 or not wanted:
        raise UnknownEncounter
    return store.encounter(matches[0].id)


@click.command(epilog=SEARCH_EPILOG)
@click.argument("words", nargs=-1)
@click.option("--patient", multiple=True, metavar="WHO", help="Name, record number or birth date.")
@click.option("--from", "since", metavar="DAY", help="From this day, month or year on.")
@click.option("--to", "until", metavar="DAY", help="Up to this day, month or year.")
@click.option("--kind", multiple=True, metavar="KIND", help="medication, allergy, problem, lab … or note.")
@click.option("--code", multiple=True, metavar="CODE", help="A code; E11 finds E11.9 too.")
@click.option("--author", multiple=True, metavar="NAME", help="Who wrote in the note.")
@click.option("--state", multiple=True, metavar="STATE", help="accepted, edited, proposed, draft, final …")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most finds to show.")
@data_dir_option
@click.pass_context
def search(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - what the options above say
    """Find notes and entries by words and filters, newest first.

    Every one of the WORDS must be there; the last may be unfinished.
    """
    from desktop.cli.views import hit_rows
    from ehr.store.query import parse

    words, limit = given.pop("words"), given.pop("limit")
    typed = parse(" ".join([*_as_typed(given), *words]))
    if typed.unknown:
        raise click.UsageError(f"No such filter or value: {', '.join(typed.unknown)}.")
    if typed.empty:
        raise click.UsageError("Give words or a filter.")
    with existing_store(context.ensure_object(Home)) as store:
        found = store.search(typed, limit=limit) if store else []
    if found:
        output.print_table("Found, newest first", *hit_rows(found))
    else:
        output.warn("Nothing on file holds these words.")


def _as_typed(filters: Mapping[str, tuple[str, ...] | str | None]) -> Iterator[str]:
    """The options as the search field takes them."""
    names = {"since": "from", "until": "to"}
    for name, given in filters.items():
        for value in (given,) if isinstance(given, str) else given or ():
            quoted = value.replace('"', " ")
            yield f'{names.get(name, name)}:"{quoted}"'
