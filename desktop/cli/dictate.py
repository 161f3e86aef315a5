"""`chartwright dictate`: a dictation from the microphone, with its words in the terminal as they are spoken."""

from __future__ import annotations

import click

from desktop.cli import output
from desktop.cli.engine import MODEL_HELP, checked_language
from desktop.cli.home import Home, data_dir_option, existing_store
from desktop.cli.record import patient_of
from desktop.errors import UnknownPatient

EPILOG = """\b
Examples:
  chartwright dictate --patient 10042
  chartwright dictate --patient 10042 --seconds 90 --device "USB Headset"
  chartwright dictate --patient 10042 > words.txt

\b
Speak when it says so; Ctrl+C finishes. The sound is on the disk, encrypted, before its words are
found, and stays there whatever happens. Final words go to stdout, an utterance a line; words that
may still change are shown in a terminal only."""


@click.command(epilog=EPILOG)
@click.option("--patient", "mrn", required=True, metavar="MRN", help="The clinic's medical record number.")
@click.option("--seconds", type=click.FloatRange(min=0.5), metavar="N", help="Finish after so long (else with Ctrl+C).")
@click.option("--device", metavar="NAME", help="The microphone (the system's choice by default).")
@click.option("--model", metavar="M", help=MODEL_HELP)
@click.option("--language", metavar="XX", callback=checked_language, help="Spoken language, e.g. en (else detected).")
@data_dir_option
@click.pass_context
def dictate(
    context: click.Context, *, mrn: str, seconds: float | None, device: str | None, model: str | None,
    language: str | None,
) -> None:  # fmt: skip
    """Dictate from a microphone into a draft encounter of a patient who is on file."""
    home = context.ensure_object(Home)
    with existing_store(home) as store:
        patient = patient_of(store, mrn)
        if store is None:
            raise UnknownPatient
        from desktop.cli.dictating import Dictation
        from desktop.cli.engine import Listener

        listener = Listener.load(model, language, models_dir=home.models)
        encounter = Dictation(store, listener, device, seconds).take(patient)
    entries = len(encounter.draft.entries) if encounter.draft else 0
    output.warn(f"A draft with {entries} proposed entries; read it with `chartwright show {encounter.id[:8]}`.")
