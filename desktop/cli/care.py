"""`chartwright demo` and `chartwright doctor`: seeing it work, and seeing why it does not."""

from __future__ import annotations

import sys

import click

from desktop.cli import output
from desktop.cli.home import Home, data_dir_option
from desktop.cli.window import has_display, open_window
from desktop.errors import NoDisplay

DEMO_EPILOG = """\b
Examples:
  chartwright demo
  chartwright demo --sample knee
  chartwright demo --window"""

DOCTOR_EPILOG = """\b
Examples:
  chartwright doctor
  chartwright doctor --json

Exit status 1 means that dictation cannot work on this computer as it is; what is optional never fails."""


@click.command(epilog=DEMO_EPILOG)
@click.option(
    "--sample", type=click.Choice(["follow-up", "knee"]), default="follow-up", show_default=True, help="Which one."
)
@click.option("--window", is_flag=True, help="Then open the window on a throw-away chart with this dictation.")
def demo(sample: str, *, window: bool) -> None:
    """See it work on a bundled dictation.

    Prints what was heard, the written note and the entries found; keeps nothing. The speaker is a synthetic voice and
    the patient is invented.
    """
    from desktop.demo import PASSPHRASE, chart_of, print_demo

    if window and not has_display():
        raise NoDisplay
    draft = print_demo(sample)
    if window:
        with chart_of(sample, draft) as home:
            open_window(home, passphrase=PASSPHRASE)
    elif has_display() and sys.stdout.isatty():
        click.echo("\nSee it in the window: chartwright demo --window")


@click.command(epilog=DOCTOR_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of {name, state, detail, fix}.")
@data_dir_option
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Check this computer, and how to mend it."""
    from desktop.doctor import State, checks

    home = context.ensure_object(Home).path
    found = []
    for check in checks(home):
        found.append(check)
        if not as_json:
            click.echo(str(check))
    if as_json:
        rows = [{"name": c.name, "state": c.state.value, "detail": c.detail, "fix": c.fix} for c in found]
        output.write_result(output.to_json(rows), None)
    if any(check.state is State.BROKEN for check in found):
        context.exit(1)
