"""`chartwright commands`, `autotexts`, `vocabulary`: what can be said, and what the program was taught to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option, existing_store, opened_store
from desktop.errors import FileMissing, NothingUsable
from desktop.messages import from_os_error

if TYPE_CHECKING:
    from ehr.chart.phrases import AutoText, ClinicTerm, Phrase
    from ehr.soundalike.trial import Place
    from ehr.store.phrases import Owner

Command = TypeVar("Command", bound=Callable[..., object])

COMMANDS_EPILOG = """\b
Examples:
  chartwright commands
  chartwright commands --mine        with the auto-texts of the chart in the data folder

\b
One command a line where it is piped: group, words, what it does."""

AUTOTEXTS_EPILOG = """\b
Examples:
  chartwright autotexts import clinic.jsonl --clinic --preview
  chartwright autotexts import clinic.jsonl --clinic
  chartwright autotexts export mine.jsonl

\b
A file holds one JSON object a line:
  {"say": ["normal chest exam"], "section": "physical_exam", "text": "Lungs: [clear|wheezes]."}
[size] is a field to be filled in, [clear|wheezes] a choice whose first option is the default."""

VOCABULARY_EPILOG = """\b
Examples:
  chartwright vocabulary try words.csv        on your own past dictations, changing nothing
  chartwright vocabulary import words.csv --clinic
  chartwright vocabulary export words.jsonl

\b
A line is a word, or a word and how it sounds: HbA1c,"aye one see; hemoglobin aye one see";
or a JSON object: {"written": "HbA1c", "sounds_like": ["aye one see"]}."""


def preview_option(command: Command) -> Command:
    """`--preview`: say what would be taken, and keep nothing."""
    return click.option("--preview", is_flag=True, help="Only list what is new and what is replaced.")(command)


def clinic_option(command: Command) -> Command:
    """`--clinic`: for everyone, not for the present user alone."""
    return click.option("--clinic", is_flag=True, help="The clinic's, which hold for everyone (else your own).")(
        command
    )


@click.command("commands", epilog=COMMANDS_EPILOG)
@click.option("--mine", is_flag=True, help="Open the chart and list its auto-texts too.")
@data_dir_option
@click.pass_context
def commands(context: click.Context, *, mine: bool) -> None:
    """List everything that can be said to change the note: what can I say?"""
    from ehr.chart.phrases import Phrases
    from ehr.dictation.sayable import sayables

    phrases = Phrases()
    if mine:
        with existing_store(context.ensure_object(Home)) as store:
            phrases = store.phrases.current() if store else phrases
    rows = [(each.group, ", ".join(each.say), each.does) for each in sayables(phrases)]
    output.print_table("What you can say", ("Group", "Say", "What it does"), rows)


@click.group(epilog=AUTOTEXTS_EPILOG)
def autotexts() -> None:
    """Texts that one spoken command inserts: list, import, export, remove."""


@autotexts.command("list")
@data_dir_option
@click.pass_context
def list_autotexts(context: click.Context) -> None:
    """List your auto-texts, the clinic's, and those that come with the program."""
    from ehr.dictation.autotexts import shipped

    rows = [(*row, "comes with Chartwright") for row in _autotext_rows(shipped())]
    with existing_store(context.ensure_object(Home)) as store:
        for owner in _owners() if store else ():
            found = store.phrases.autotexts(owner) if store else ()
            rows += [(*row, owner.value) for row in _autotext_rows(found)]
    output.print_table("Auto-texts", ("Say “insert …”", "Text", "Whose"), rows)


@autotexts.command("import", epilog=AUTOTEXTS_EPILOG)
@click.argument("file", type=output.PATH)
@clinic_option
@preview_option
@data_dir_option
@click.pass_context
def import_autotexts(context: click.Context, file: Path, *, clinic: bool, preview: bool) -> None:
    """Take the auto-texts of a file; each unusable line is told with its reason and left out."""
    from ehr.dictation.autotexts import read_autotexts

    found, refused = read_autotexts(content_of(file))
    _tell(refused, usable=len(found))
    if preview:
        with existing_store(context.ensure_object(Home)) as store:
            _print_arrivals(found, store.phrases.autotexts(_owner(clinic=clinic)) if store else ())
        return
    with opened_store(context.ensure_object(Home)) as store:
        store.phrases.put_autotexts(_owner(clinic=clinic), found)
    output.warn(f"Auto-texts taken: {len(found)}; left out: {len(refused)}.")


@autotexts.command("export")
@click.argument("file", type=output.PATH)
@clinic_option
@data_dir_option
@click.pass_context
def export_autotexts(context: click.Context, file: Path, *, clinic: bool) -> None:
    """Write your auto-texts, or the clinic's, to a file that can be imported elsewhere; "-" is stdout."""
    from ehr.dictation.autotexts import write_autotexts

    with existing_store(context.ensure_object(Home)) as store:
        found = store.phrases.autotexts(_owner(clinic=clinic)) if store else ()
    output.write_result(write_autotexts(found), file)


@autotexts.command("remove")
@click.argument("name")
@clinic_option
@data_dir_option
@click.pass_context
def remove_autotext(context: click.Context, name: str, *, clinic: bool) -> None:
    """Remove an auto-text by its first name."""
    from ehr.dictation.autotexts import spoken_name

    with opened_store(context.ensure_object(Home)) as store:
        store.phrases.remove_autotexts(_owner(clinic=clinic), [spoken_name(name)])


@click.group(epilog=VOCABULARY_EPILOG)
def vocabulary() -> None:
    """Words of yours and the clinic's, with how they sound: list, try, import, export, remove."""


@vocabulary.command("list")
@data_dir_option
@click.pass_context
def list_terms(context: click.Context) -> None:
    """List your words and the clinic's."""
    rows: list[tuple[str, ...]] = []
    with existing_store(context.ensure_object(Home)) as store:
        for owner in _owners() if store else ():
            found = store.phrases.terms(owner) if store else ()
            rows += [(term.written, "; ".join(term.sounds_like), owner.value) for term in found]
    output.print_table("Words", ("Written", "Sounds like", "Whose"), rows)


@vocabulary.command("try", epilog=VOCABULARY_EPILOG)
@click.argument("file", type=output.PATH)
@click.option(
    "--limit", type=click.IntRange(min=1), default=200, show_default=True, help="Newest dictations to try on."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the counts and each place.")
@data_dir_option
@click.pass_context
def try_words(context: click.Context, file: Path, *, limit: int, as_json: bool) -> None:
    """Try a list on your past dictations and list every place that it would change; nothing is kept.

    A change "fixes" where a person wrote the same, "breaks" where a reviewed note keeps the old words, and is "open"
    where nobody has decided yet. The sound is not asked, so live dictation may do better.
    """
    from desktop.tryout import past_dictations
    from ehr.soundalike.trial import try_terms

    new = _terms(file)
    with existing_store(context.ensure_object(Home)) as store:
        past = past_dictations(store, limit) if store else ()
        now = store.phrases.current().terms if store else ()
    places = try_terms(past, now, new)
    _print_trial(places, dictations=len(past), as_json=as_json)


@vocabulary.command("import", epilog=VOCABULARY_EPILOG)
@click.argument("file", type=output.PATH)
@clinic_option
@preview_option
@data_dir_option
@click.pass_context
def import_terms(context: click.Context, file: Path, *, clinic: bool, preview: bool) -> None:
    """Take the words of a list; each unusable line is told with its reason and left out."""
    found = _terms(file)
    if preview:
        with existing_store(context.ensure_object(Home)) as store:
            _print_arrivals(found, store.phrases.terms(_owner(clinic=clinic)) if store else ())
        return
    with opened_store(context.ensure_object(Home)) as store:
        store.phrases.put_terms(_owner(clinic=clinic), found)
    output.warn(f"Words taken: {len(found)}.")


@vocabulary.command("export")
@click.argument("file", type=output.PATH)
@clinic_option
@data_dir_option
@click.pass_context
def export_terms(context: click.Context, file: Path, *, clinic: bool) -> None:
    """Write your words, or the clinic's, to a list that can be imported elsewhere; "-" is stdout."""
    from ehr.soundalike.vocabulary import write_vocabulary

    with existing_store(context.ensure_object(Home)) as store:
        found = store.phrases.terms(_owner(clinic=clinic)) if store else ()
    output.write_result(write_vocabulary(found), file)


@vocabulary.command("remove")
@click.argument("word")
@clinic_option
@data_dir_option
@click.pass_context
def remove_term(context: click.Context, word: str, *, clinic: bool) -> None:
    """Remove a word by how it is written."""
    with opened_store(context.ensure_object(Home)) as store:
        store.phrases.remove_terms(_owner(clinic=clinic), [word])


def content_of(path: Path) -> bytes:
    """The bytes of a file. Raises FileMissing and what the system says of one that cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing from error
    except OSError as error:
        raise from_os_error(error) from error


def _terms(path: Path) -> tuple[ClinicTerm, ...]:
    from ehr.soundalike.vocabulary import read_vocabulary

    found, refused = read_vocabulary(content_of(path))
    _tell(refused, usable=len(found))
    return found


def _print_arrivals(found: Sequence[Phrase], now: Sequence[Phrase]) -> None:
    from ehr.chart.phrases import arrivals, title

    rows = [(each.fate.value, title(each.phrase)) for each in arrivals(found, now)]
    output.print_table("What the file brings", ("What it does", "Name"), rows)


def _tell(refused: Sequence[tuple[int, str]], *, usable: int) -> None:
    for number, reason in refused:
        output.warn(f"Line {number} is left out: {reason}.")
    if not usable:
        raise NothingUsable


def _print_trial(places: Sequence[Place], *, dictations: int, as_json: bool) -> None:
    from ehr.soundalike.trial import counts

    found = counts(places)
    if as_json:
        shown = [
            {"id": each.dictation, "heard": each.heard, "before": each.before, "after": each.after,
             "applied": each.made, "verdict": each.verdict.value}
            for each in places
        ]  # fmt: skip
        whole = {"dictations": dictations, **{verdict.value: number for verdict, number in found.items()}}
        output.write_result(output.to_json({**whole, "places": shown}), None)
        return
    rows = [
        (each.verdict.value, each.before, each.after, "written" if each.made else "suggested", each.dictation[:8])
        for each in places
    ]
    if rows:
        output.print_table("What would change", ("Verdict", "Now", "With the list", "", "Dictation"), rows)
    told = ", ".join(f"{verdict.value} {number}" for verdict, number in found.items())
    output.warn(f"On {dictations} dictations: {told}.")


def _autotext_rows(found: Sequence[AutoText]) -> list[tuple[str, str]]:
    return [(", ".join(each.names), each.text) for each in found]


def _owners() -> tuple[Owner, ...]:
    from ehr.store.phrases import Owner

    return tuple(Owner)


def _owner(*, clinic: bool) -> Owner:
    from ehr.store.phrases import Owner

    return Owner.CLINIC if clinic else Owner.MINE
