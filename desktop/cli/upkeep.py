"""`chartwright backup`, `restore`, `check`, `salvage`: a chart that survives its disk, and this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option, existing_store, passphrase
from ehr.store.errors import StoreMissing

if TYPE_CHECKING:
    from ehr.store.manifest import Manifest
    from ehr.store.store import Store

FOLDER = click.Path(file_okay=False, path_type=Path)

BACKUP_EPILOG = """\b
Examples:
  chartwright backup /media/usb/chartwright
  chartwright backup                             to the place of the last one
  chartwright backup --list /media/usb/chartwright
  chartwright backup --verify /media/usb/chartwright/chart-20260301T180000Z

\b
A backup is encrypted as the chart is; it opens with the passphrases and the recovery key of the
day it was made. Sound is written once and shared by all backups of a folder. What retention
deletes stays in older backups: delete their folders when its time is over there too."""

RESTORE_EPILOG = """\b
Examples:
  chartwright restore /media/usb/chartwright                     the newest backup in it
  chartwright restore /media/usb/chartwright/chart-20260301T180000Z
  chartwright restore --replace /media/usb/chartwright

\b
This is also the way to another computer. You are asked for a passphrase of the backup, or the
clinic's recovery key. A chart that is there is left alone; with --replace it is moved aside
within the data folder, never deleted."""

CHECK_EPILOG = """\b
Examples:
  chartwright check
  chartwright check || chartwright salvage"""

SALVAGE_EPILOG = """\b
Examples:
  chartwright check || chartwright salvage
  chartwright salvage --from /media/usb/chartwright

\b
The newest backup that verifies is the ground; every row that can still be read from the damaged
chart lies over it. The damaged files are moved aside as they were, with a report of what is
missing; nothing is erased."""


@click.command(epilog=BACKUP_EPILOG)
@click.argument("folder", type=FOLDER, required=False)
@click.option("--list", "list_them", is_flag=True, help="List the backups in FOLDER; needs no passphrase.")
@click.option("--verify", is_flag=True, help="Compare the backup FOLDER with what its manifest says.")
@data_dir_option
@click.pass_context
def backup(context: click.Context, folder: Path | None, *, list_them: bool, verify: bool) -> int:
    """Back the chart up to FOLDER, encrypted, and verify the backup by restoring it."""
    from ehr.store.backups import last_backup

    home = context.ensure_object(Home)
    last = last_backup(home.path)
    place = folder or (last.place if last is not None else None)
    if place is None:
        raise click.UsageError("Give the folder of the backups: there is no earlier one to go by.")
    if list_them:
        _list(place)
        return 0
    with existing_store(home) as store:
        if store is None:
            raise StoreMissing
        with output.progress("Verifying" if verify else "Backing up") as advance:
            made = store.backups.verify(place, advance) if verify else store.backups.make(place, advance)
        doubts = store.backups.compared(made)
    _say(made, place if verify else place / made.name)
    for sentence in doubts:
        output.warn(f"This chart differs from the backup. {sentence}")
    return 1 if doubts else 0


def _list(place: Path) -> None:
    from ehr.store.backups import backups_in
    from ehr.store.manifest import Manifest

    found = [Manifest.read(path) for path in backups_in(place)]
    if not found:
        output.warn("There is no backup in this folder.")
        return
    cells = [(each.name, str(each.counts.get("encounter", 0)), f"{each.size / 10**6:.1f} MB") for each in found]
    output.print_table("Backups, newest first", ("Name", "Dictations", "Size"), cells)


def _say(made: Manifest, where: Path) -> None:
    output.write_result(str(where), None)
    output.note(f"Verified: {made.counts['encounter']} dictations, {made.size / 10**6:.1f} MB.")
    output.note(f"Audit log up to row {made.head.seq} of {made.head.at}.")
    if made.unheard:
        named = ", ".join(id_[:8] for id_ in made.unheard)
        output.warn(f"The sound of {len(made.unheard)} recordings was missing or damaged: {named}.")


@click.command(epilog=RESTORE_EPILOG)
@click.argument("folder", type=FOLDER)
@click.option("--replace", is_flag=True, help="Move the chart that is there aside, and put the backup in its place.")
@data_dir_option
@click.pass_context
def restore(context: click.Context, folder: Path, *, replace: bool) -> None:
    """Make a backup the chart of this computer. FOLDER is one backup, or a folder of which the newest is taken."""
    from ehr.store.backups import backups_in
    from ehr.store.manifest import NAME
    from ehr.store.restoring import restore as bring_back

    chosen = folder if (folder / NAME).exists() else next(iter(backups_in(folder)), folder)
    home = context.ensure_object(Home).path
    manifest, aside = bring_back(chosen, home, passphrase("Passphrase or recovery key of the backup"), replace=replace)
    output.write_result(str(home), None)
    output.note(f"Restored {manifest.name}: {manifest.counts['encounter']} dictations.")
    if aside is not None:
        output.warn(f"The chart that was there is in {aside}.")


@click.command(epilog=CHECK_EPILOG)
@data_dir_option
@click.pass_context
def check(context: click.Context) -> int:
    """Check every page, every table and the audit log of the chart; exit 1 where something is wrong."""
    with existing_store(context.ensure_object(Home)) as store:
        if store is None:
            raise StoreMissing
        found = store.check()
        healthy = _summary(store)
    for sentence in found:
        click.echo(sentence)
    if not found:
        click.echo(healthy)
    return 1 if found else 0


def _summary(store: Store) -> str:
    last = store.backups.last
    when = f"The last verified backup is {last.name}." if last is not None else "There is no verified backup yet."
    return f"The chart is whole. {when}"


@click.command(epilog=SALVAGE_EPILOG)
@click.option("--from", "backups", type=FOLDER, metavar="FOLDER", help="Folder of the backups, if not the usual one.")
@data_dir_option
@click.pass_context
def salvage(context: click.Context, backups: Path | None) -> None:
    """Rebuild a damaged chart from its newest backup and what can still be read, and say what is missing."""
    from ehr.store.salvage import salvage as rebuild

    home = context.ensure_object(Home).path
    found = rebuild(home, passphrase("Passphrase or recovery key of the chart"), backups)
    output.write_result("\n".join(found.lines()), None)
