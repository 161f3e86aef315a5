"""`chartwright transcribe`: sound to words, without the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desktop import messages
from desktop.cli import output
from desktop.cli.engine import MODEL_HELP, checked_language
from desktop.cli.home import Home, data_dir_option
from desktop.errors import SomeFilesFailed

if TYPE_CHECKING:
    from desktop.cli.engine import Clinical, Listener

EPILOG = """\b
Examples:
  chartwright transcribe visit.m4a
  chartwright transcribe visit.wav --format json --output visit.json
  chartwright transcribe monday/*.mp3 --format srt --output subtitles/
  chartwright transcribe visite.ogg --language fr --model large-v3-turbo
  chartwright transcribe visit.m4a --clinical

\b
json holds: text, language, duration, model, device,
segments[{start, end, text, words[{text, start, end, probability}]}],
coverage{speech, covered, fraction, gaps[], stray[]}; times in seconds.
Several files make a list of such objects in their order, with null for one that failed.
With --clinical the words are repaired, and "changes" lists
{heard, written, start, end, score, alternatives, applied}."""


@click.command(epilog=EPILOG)
@click.argument("audio", nargs=-1, required=True, type=output.PATH)
@click.option("--model", metavar="M", help=MODEL_HELP)
@click.option("--language", metavar="XX", callback=checked_language, help="Spoken language, e.g. en (else detected).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "srt", "vtt"]),
    default="text",
    show_default=True,
    help="Of the result.",
)
@click.option(
    "--output", "target", type=output.PATH, metavar="FILE",
    help="Write there, not to stdout; a folder takes one file per recording.",
)  # fmt: skip
@click.option("--clinical", is_flag=True, help="Repair clinical words that were misheard (English).")
@click.option("--partial", is_flag=True, help="Take what there is of a recording that breaks off.")
@data_dir_option
@click.pass_context
def transcribe(
    context: click.Context, audio: tuple[Path, ...], *, model: str | None, language: str | None, form: str,
    target: Path | None, clinical: bool, partial: bool,
) -> None:  # fmt: skip
    """Write down the words of recordings.

    Reads wav, flac, ogg and mp3, and with PyAV or ffmpeg also m4a, webm and the rest. Nothing is kept in the chart.
    """
    folder = target if target is not None and target.is_dir() else None
    if form in {"srt", "vtt"} and len(audio) > 1 and folder is None:
        raise click.UsageError(f"{form} for several recordings needs --output with an existing folder.")
    if folder is not None and len({path.stem for path in audio}) < len(audio):
        raise click.UsageError("Two recordings of the same name would be written to the same file.")
    output.check_target(target)
    from desktop.cli.engine import Listener
    from desktop.cli.formats import SUFFIXES

    listener = Listener.load(model, language, models_dir=context.ensure_object(Home).models)
    heard = _Heard(listener, partial=partial, clinical=clinical)
    results = []
    for path, result in heard.each(audio):
        results.append(result)
        if folder is not None and result is not None:
            output.write_result(_as(form, [result]), folder / (path.stem + SUFFIXES[form]))
    if folder is None and any(results):
        output.write_result(_as(form, results), target)
    if heard.failures:
        raise SomeFilesFailed


def _as(form: str, results: Sequence[Clinical | None]) -> str:
    from desktop.cli.formats import FORMATS, as_json

    return as_json(results) if form == "json" else FORMATS[form]([each.transcript for each in results if each])


@dataclass(slots=True)
class _Heard:
    """Recordings one after the other; a failing one among several is told at once and the rest goes on."""

    listener: Listener
    partial: bool
    clinical: bool
    failures: int = 0

    def each(self, audio: tuple[Path, ...]) -> Iterator[tuple[Path, Clinical | None]]:
        """Each recording with its words, None where it could not be transcribed."""
        for number, path in enumerate(audio, 1):
            try:
                with output.progress(f"Transcribing {number} of {len(audio)}") as show:
                    result = self._result(path, show)
            except (*messages.CATALOGUED, OSError) as failure:
                if len(audio) == 1:
                    raise
                self.failures += 1
                output.warn(f"Recording {number} of {len(audio)}: {messages.explain(failure)}")
                yield path, None
            else:
                yield path, result

    def _result(self, path: Path, show: Callable[[float], None]) -> Clinical:
        from desktop.cli.engine import Clinical

        transcript = self.listener.hear_file(path, on_progress=show, partial=self.partial)
        return self.listener.clinical(path, transcript) if self.clinical else Clinical(transcript)
