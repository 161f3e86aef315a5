"""`chartwright audit`: whether the log of who did what is whole, where it ends, and a copy of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option, existing_store

EPILOG = """\b
Examples:
  chartwright audit verify
  chartwright audit head > head-of-today.txt
  chartwright audit verify --head head-of-today.txt
  chartwright audit verify --head /media/usb/chartwright/chart-20260301T180000Z
  chartwright audit export log.jsonl

\b
The chain shows edited, removed and reordered rows. Rows cut off its end show only against a head
that was kept elsewhere. Every backup, every export of the log and every encounter file carries
one by name, with the time of its row."""


@click.group(epilog=EPILOG)
def audit() -> None:
    """Verify or export the log of who read, changed, signed and exported what."""


@audit.command()
@click.option(
    "--head",
    "head",
    type=output.PATH,
    metavar="FILE",
    help="What carries an earlier head: its line, a backup's folder, an export of the log, an encounter file.",
)
@data_dir_option
@click.pass_context
def verify(context: click.Context, head: Path | None) -> int:
    """Recompute the whole chain; exit 1 and name the row where it breaks."""
    from ehr.store.head import Head

    noted = None if head is None else Head.noted_in(head)
    with existing_store(context.ensure_object(Home)) as store:
        found = store.trail.verify(noted) if store is not None else []
        end = store.trail.head() if store is not None else None
    for sentence in found:
        click.echo(sentence)
    if not found and end is not None:
        click.echo(f"The audit log is whole: {end.seq} rows.")
    return 1 if found else 0


@audit.command()
@data_dir_option
@click.pass_context
def head(context: click.Context) -> None:
    """Print where the log ends now, to be kept elsewhere."""
    with existing_store(context.ensure_object(Home)) as store:
        if store is not None:
            click.echo(str(store.trail.head()))


@audit.command()
@click.argument("out", type=output.PATH, metavar="OUT")
@data_dir_option
@click.pass_context
def export(context: click.Context, out: Path) -> None:
    """Write every row as a line of JSON to OUT, and the head as the last line ("-" for stdout)."""
    output.check_target(out)
    with existing_store(context.ensure_object(Home)) as store, output.result_file(out) as file:
        if store is None:
            return
        rows, end = store.trail.export()
        for row in rows:
            file.write(json.dumps({**asdict(row), "mac": row.mac.hex()}) + "\n")
        file.write(json.dumps({"head": str(end)}) + "\n")
