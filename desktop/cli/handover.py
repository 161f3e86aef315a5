"""`chartwright handover`: one dictation as one encrypted file, for a colleague's computer."""

from __future__ import annotations

from pathlib import Path

import click

from desktop.cli import output
from desktop.cli.chart import find_encounter
from desktop.cli.home import Home, data_dir_option, existing_store, file_passphrase, opened_store
from desktop.handover.files import take_encounter, write_encounter

EPILOG = """\b
Examples:
  chartwright handover send 3f2a9c41 visit.encounter
  chartwright handover receive visit.encounter

\b
The file holds the sound, the words, every version, decision and signature, encrypted under a
passphrase of its own (asked for, or $CHARTWRIGHT_FILE_PASSPHRASE): tell it to your colleague by
another way than the file. A file that is altered or cut off is refused whole."""


@click.group(epilog=EPILOG)
def handover() -> None:
    """Hand a dictation to a colleague, or take one over, as one encrypted file."""


@handover.command()
@click.argument("encounter_id", metavar="ID")
@click.argument("out", type=output.PATH, metavar="OUT")
@data_dir_option
@click.pass_context
def send(context: click.Context, encounter_id: str, out: Path) -> None:
    """Write the dictation ID to the encrypted file OUT."""
    output.check_target(out)
    with existing_store(context.ensure_object(Home)) as store:
        wanted = find_encounter(store, encounter_id).id
        passphrase = file_passphrase(new=True)
        if store is not None:
            write_encounter(store, wanted, out, passphrase)
            output.note(f"Written: {out}. Keep the passphrase apart from the file.")


@handover.command()
@click.argument("file", type=output.PATH, metavar="FILE")
@data_dir_option
@click.pass_context
def receive(context: click.Context, file: Path) -> int:
    """Take over the dictation in FILE; exit 1 where its signatures do not verify."""
    with opened_store(context.ensure_object(Home)) as store:
        taken = take_encounter(store, file, file_passphrase(new=False))
    told, differences = taken.received, taken.differences
    click.echo(told.encounter_id)
    output.warn({"new": "Taken in.", "newer": "Brought up to date.", "same": "All of it was here."}[told.outcome.value])
    output.warn(f"Signatures: {told.signatures}" + (", verified." if told.signatures and not differences else "."))
    for each in differences:
        output.warn(f"signature {each.number}, {each.place}: {each.sentence}")
    return 1 if differences else 0
