"""`chartwright fields`: the fields of a note that nobody filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.chart import find_encounter
from desktop.cli.home import Home, data_dir_option, existing_store

if TYPE_CHECKING:
    from ehr.chart.fields import Field
    from ehr.chart.note import Note

FIELDS_EPILOG = """\b
Examples:
  chartwright fields 3f2a9c41                           list them by number
  chartwright fields 3f2a9c41 --fill 1 "left shin" --fill 2 4
  chartwright fields 3f2a9c41 --defaults                the first option of every choice
  chartwright fields 3f2a9c41 --take-out                the fields that are left, out of the note

\b
A note with open fields cannot be marked as reviewed or signed. Exit status 1 while one is open."""


@click.command(epilog=FIELDS_EPILOG)
@click.argument("encounter_id", metavar="ID")
@click.option(
    "--fill", type=(click.IntRange(min=1), str), multiple=True, metavar="N TEXT", help="What stands in field N."
)
@click.option("--defaults", is_flag=True, help="Take the first option of every choice that is not filled.")
@click.option("--take-out", is_flag=True, help="Take out every field that is left.")
@data_dir_option
@click.pass_context
def fields(
    context: click.Context, encounter_id: str, *, fill: tuple[tuple[int, str], ...], defaults: bool, take_out: bool
) -> int:
    """List the open fields of a note, fill them, take their defaults, or take them out."""
    from ehr.chart.fields import around, open_fields

    with existing_store(context.ensure_object(Home)) as store:
        encounter = find_encounter(store, encounter_id)
        if store is None or encounter.draft is None:
            return 0
        note = encounter.draft.note
        if fill or defaults or take_out:
            written = _answered(note, dict(fill), defaults=defaults, take_out=take_out)
            note = store.edit_note(encounter.id, written).note
    left = open_fields(note)
    rows = [(str(number), _choice(field), around(note.written, field)) for number, field in enumerate(left, start=1)]
    if rows:
        output.print_table("Open fields", ("Field", "Default", "In"), rows)
    else:
        output.note("No field is open.")
    return 1 if left else 0


def _answered(note: Note, answers: dict[int, str], *, defaults: bool, take_out: bool) -> str:
    """The note's text with these answers by the fields' numbers. Raises UsageError for a number that is none."""
    from ehr.chart.fields import filled, open_fields

    waiting = open_fields(note)
    if wrong := [number for number in answers if number > len(waiting)]:
        raise click.UsageError(f"There is no open field {wrong[0]}; the note has {len(waiting)}.")
    written = note.written
    for number, field in reversed(list(enumerate(waiting, start=1))):
        answer = answers.get(number)
        if answer is None and defaults:
            answer = field.default
        if answer is None and take_out:
            answer = ""
        if answer is not None:
            written = filled(written, field, answer)
    return written


def _choice(field: Field) -> str:
    return field.default or ""
