"""The demo: one bundled dictation from sound to chart entries, told step by step.

Owns the order and the words of the demo. The samples are ours, spoken by a synthetic voice; the patient is invented.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

import click

import resources
from desktop.cli import output
from desktop.cli.engine import Listener
from desktop.cli.views import entry_rows
from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.patient import Patient
from transcriber.transcript import Transcript

WIDTH = 100
PASSPHRASE = "demo"  # noqa: S105  opens nothing but the throw-away chart
PATIENT = Patient("DEMO-1", "Sample", "Robin")


def sample_path(sample: str) -> Path:
    """The sound of a bundled dictation ("follow-up", "knee")."""
    return resources.path(f"samples/{sample}.flac")


def print_demo(sample: str) -> Draft:
    """Transcribe the sample, write the note, find the entries, and print all three; returns the draft."""
    transcript, draft = _drafted(sample)
    _print_heading("What was heard")
    click.echo(fill(transcript.text, WIDTH))
    coverage = transcript.coverage
    click.echo(
        f"\n{transcript.duration:.0f} s of sound, {len(transcript.words)} words, "
        f"{coverage.fraction:.0%} of the speech has words; {transcript.model} on {transcript.device}"
    )
    _print_heading("The written note")
    click.echo("\n".join(fill(line, WIDTH) if line.strip() else "" for line in draft.note.written.splitlines()))
    _print_heading(f"The {len(draft.entries)} entries proposed for review")
    _print_entries(draft)
    return draft


def _drafted(sample: str) -> tuple[Transcript, Draft]:
    listener, sound = Listener.load(None, "en", models_dir=Path()), sample_path(sample)
    with output.progress("Listening") as show:
        transcript = listener.hear_file(sound, on_progress=show, partial=False)
    scorer = listener.scorer(sound, transcript)
    today = date.today()  # noqa: DTZ011  the clinician's own calendar day
    return transcript, pipeline.draft(transcript, on=today, scorer=scorer)


def _print_heading(title: str) -> None:
    click.echo(f"\n{click.style(title, bold=True)}\n{'─' * len(title)}")


def _print_entries(draft: Draft) -> None:
    """The entries as a table, also where the output is piped: the demo is for reading."""
    from rich.console import Console

    header, rows = entry_rows(draft)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(output.table(None, header, rows))
    review = draft.to_review()
    if review:
        click.echo(f"\nTo be looked at first: {len(review)}; the reasons stand in brackets.")
    click.echo(
        "\nThe embedded speech model is small and mishears names of drugs; the README says what a larger one changes."
    )


@contextmanager
def chart_of(sample: str, draft: Draft) -> Iterator[Path]:
    """A throw-away data folder whose chart holds the sample; gone with everything in it afterwards."""
    from desktop.cli.charting import file_draft
    from ehr.store.store import Store

    with TemporaryDirectory(prefix="chartwright-demo-") as folder:
        home = Path(folder) / "chart"
        with Store.create(home, PASSPHRASE) as store:
            file_draft(store, PATIENT, sample_path(sample), draft, dictated_at=datetime.now(UTC))
        yield home
