"""Running a command in the window that is open, for shortcuts of the desktop."""

from __future__ import annotations

import click

from desktop.cli.home import Home, data_dir_option


@click.command(
    epilog="""\b
Examples:
  chartwright press dictation.record     begin the dictation, or finish it
  chartwright press dictation.pause      pause it, or go on

\b
Commands: dictation.record, dictation.pause, player.toggle, player.back, player.forward, note.field"""
)
@click.argument("command")
@data_dir_option
@click.pass_context
def press(context: click.Context, command: str) -> None:
    """Run COMMAND in the window that is open.

    Bind it to a shortcut of your desktop, and dictation begins and ends while another program is in front. Only
    commands that record, pause, play or step to the next field may come from outside.
    """
    from desktop.remote import press as run

    run(context.ensure_object(Home).path, command)
