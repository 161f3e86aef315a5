"""`chartwright transcribe`: sound to words, without the chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desktop import messages
from desktop.cli import output
from desktop.errors import SomeFilesFailed

if TYPE_CHECKING:
    from transcriber.transcript import Transcript

EPILOG = """\b
Examples:
  chartwright transcribe visit.m4a
  chartwright transcribe visit.wav --format json --output visit.json
  chartwright transcribe monday/*.mp3 --format srt --output subtitles/
  chartwright transcribe visite.ogg --language fr --model large-v3-turbo

\b
json holds: text, language, duration, model, device,
segments[{start, end, text, words[{text, start, end, probability}]}],
coverage{speech, covered, fraction, gaps[], stray[]}; times in seconds.
Several files make a list of such objects."""

MODEL_HELP = "Installed model, model folder, or Whisper size (the embedded whisper-base by default)."


@click.command(epilog=EPILOG)
@click.argument("audio", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", metavar="M", help=MODEL_HELP)
@click.option("--language", metavar="XX", help="Spoken language, e.g. en; found out from the sound by default.")
@click.option("--format", "form", type=click.Choice(["text", "json", "srt", "vtt"]), default="text", show_default=True)
@click.option(
    "--output", "target", type=click.Path(path_type=Path), metavar="FILE",
    help="Write there, not to stdout; a folder takes one file per recording.",
)  # fmt: skip
def transcribe(
    audio: tuple[Path, ...], model: str | None, language: str | None, form: str, target: Path | None
) -> None:
    """Write down the words of recordings.

    Reads wav, flac, ogg and mp3, and with PyAV or ffmpeg also m4a, webm and the rest. Nothing is kept in the chart.
    """
    folder = target if target is not None and target.is_dir() else None
    if form in {"srt", "vtt"} and len(audio) > 1 and folder is None:
        raise click.UsageError(f"{form} for several recordings needs --output with an existing folder.")
    from desktop.cli.formats import FORMATS, SUFFIXES

    heard: list[Transcript] = []

    def finish(path: Path, transcript: Transcript) -> None:
        if folder is not None:
            output.write_result(FORMATS[form]([transcript]), folder / (path.stem + SUFFIXES[form]))
        heard.append(transcript)

    complete = _transcribe_all(audio, model, language, finish)
    if folder is None and heard:
        text = FORMATS[form](heard)
        output.write_result(text, target)
    if not complete:
        raise SomeFilesFailed


def _transcribe_all(
    audio: tuple[Path, ...], model: str | None, language: str | None, finish: Callable[[Path, Transcript], None]
) -> bool:
    """Transcribe each file; a failing one among several is told at once and the rest goes on."""
    from desktop.cli.engine import Listener

    listener = Listener.load(model, language)
    complete = True
    for number, path in enumerate(audio, 1):
        try:
            with output.progress(f"Transcribing {number} of {len(audio)}") as show:
                transcript = listener.hear(path, on_progress=show)
        except (*messages.CATALOGUED, OSError) as failure:
            if len(audio) == 1:
                raise
            click.echo(f"Recording {number} of {len(audio)}: {messages.explain(failure)}", err=True)
            complete = False
        else:
            finish(path, transcript)
    return complete
