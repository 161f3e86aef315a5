"""The `chartwright` command: every action of the command line, and what it exits with.

Owns the group of commands and the translation of failures: exit status 0 for done, 1 for a failure (a sentence, a next
step and a code on stderr), 2 for wrong usage. Commands import the houses below only when they run, so that help is
instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from desktop import __version__, messages
from desktop.cli import (
    audit,
    care,
    chart,
    dictate,
    fields,
    handover,
    language,
    models,
    patients,
    phrases,
    press,
    record,
    retention,
    signing,
    soundalike,
    speech,
    upkeep,
    user,
)
from desktop.cli.home import Home, data_dir_option

EPILOG = """\b
Examples:
  chartwright                                   open the window
  chartwright demo                              see the whole road on a sample dictation
  chartwright transcribe visit.m4a              words
  chartwright transcribe visit.m4a | chartwright extract -
  chartwright chart visit.m4a --patient 10042   words, note and entries, kept encrypted
  chartwright dictate --patient 10042           from the microphone, words as they are spoken
  chartwright list

Every command has examples of its own: chartwright COMMAND --help"""


class InOrderOfUse(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names as `--help` lists them."""
        del ctx
        return list(self.commands)


@click.group(
    cls=InOrderOfUse,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="chartwright %(version)s")
@data_dir_option
@click.pass_context
def app(context: click.Context) -> None:
    """Dictation to reviewed, coded chart entries, on this computer alone.

    Without a command the window opens. Nothing leaves the machine; nothing is filed before a person accepts it.
    """
    if context.invoked_subcommand is None:
        from desktop.cli.window import open_window

        open_window(context.ensure_object(Home).path)


for command in (
    care.demo,
    speech.transcribe,
    language.extract,
    chart.chart,
    dictate.dictate,
    chart.list_encounters,
    chart.show,
    chart.search,
    record.record,
    record.move,
    record.confirm,
    patients.patients,
    fields.fields,
    signing.sign,
    signing.amend,
    handover.handover,
    user.user,
    audit.audit,
    upkeep.backup,
    upkeep.restore,
    retention.retention,
    upkeep.check,
    upkeep.salvage,
    care.doctor,
    models.models,
    press.press,
    language.code,
    language.assertions,
    language.sig,
    language.sections,
    soundalike.repair,
    phrases.commands,
    phrases.autotexts,
    phrases.vocabulary,
):
    app.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; failures are told on stderr.

    `arguments` are those after the program's name; the process's own by default.
    """
    try:
        status = app.main(arguments, prog_name="chartwright", standalone_mode=False)
    except click.Abort:
        click.echo("Stopped; nothing was left half-done.", err=True)
        return 1
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except BrokenPipeError:
        _forget_stdout()
        return 1
    except (*messages.CATALOGUED, OSError) as failure:
        click.echo(str(messages.explain(failure)), err=True)
        return 1
    return status if isinstance(status, int) else 0


def _forget_stdout() -> None:
    """The reader has gone: keep the interpreter from complaining when it flushes at exit."""
    os.dup2(os.open(Path(os.devnull), os.O_WRONLY), sys.stdout.fileno())
