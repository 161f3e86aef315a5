"""The speech engine as the command line uses it: in this process, on the best processor that works.

Owns the choice of model by name and the refusal of recordings that break off. Knows nothing of what is done with the
words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desktop.cli import output
from desktop.errors import AudioCutShort, FileMissing

if TYPE_CHECKING:
    from transcriber.audio import AudioFile
    from transcriber.decode import Source
    from transcriber.engines.base import DecodeOptions, Engine
    from transcriber.transcript import SpanScorer, Transcript

MODEL_HELP = "Installed model, model folder, or Whisper size (the embedded whisper-base by default)."

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def checked_language(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """`--language` as click checks it: a code that Whisper knows."""
    if value is None:
        return None
    code = value.lower()
    if not _LANGUAGE.fullmatch(code):
        raise click.BadParameter("give an ISO 639-1 code such as en, es, de.")
    return code


@dataclass(frozen=True, slots=True)
class Clinical:
    """The words of a recording and, where they were repaired, what was changed (None: as they were heard)."""

    transcript: Transcript
    changes: tuple[dict[str, object], ...] | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """A loaded engine and how it shall listen."""

    engine: Engine
    options: DecodeOptions

    @classmethod
    def load(cls, model: str | None, language: str | None, *, models_dir: Path) -> Listener:
        """The engine for `--model` and `--language`.

        Raises ModelUnknown, ModelInvalid or ModelDamaged. A GPU that fails is told on stderr and the CPU is used.
        """
        from transcriber import hardware, models
        from transcriber.engines.base import DecodeOptions

        folder = _folder(model or models.EMBEDDED, models_dir)
        choice = hardware.choose(folder)
        if choice.reason:
            click.echo(f"{choice.reason} {choice.fix}", err=True)
        return cls(hardware.load(folder, choice), DecodeOptions(language=language))

    def hear_file(self, path: Path, *, on_progress: Callable[[float], None], partial: bool) -> Transcript:
        """The words of an audio file. Raises AudioCutShort for one that breaks off, unless `partial`."""
        file = audio_file(path)
        transcript = self.hear(file, on_progress=on_progress)
        tell_cut_short(cut_short=file.truncated, partial=partial)
        return transcript

    def scorer(self, path: Path, transcript: Transcript) -> SpanScorer:
        """What asks the sound of the file that `transcript` was heard in."""
        from transcriber.scoring import Scorer

        return Scorer(self.engine, audio_file(path), transcript.language)

    def clinical(self, path: Path, transcript: Transcript) -> Clinical:
        """The transcript with misheard clinical words repaired. Words in another language than English stay."""
        from ehr.soundalike.repair import repairs
        from ehr.soundalike.rewriting import as_changes, rewritten

        if transcript.language != "en":
            output.warn("The words are not in English and were left as they are.")
        found = repairs(transcript.words, scorer=self.scorer(path, transcript), language=transcript.language)
        return Clinical(rewritten(transcript, found), tuple(as_changes(transcript.words, found)))

    def hear(self, source: Source, *, on_progress: Callable[[float], None]) -> Transcript:
        """The words of a source of sound. Raises NoSpeech and its kind."""
        from transcriber.decode import transcribe

        return transcribe(source, self.engine, self.options, on_progress=on_progress)


def audio_file(path: Path) -> AudioFile:
    """The recording at `path`, opened far enough to know that it is one.

    Raises FileMissing, AudioUnreadable and its kind.
    """
    from transcriber.audio import AudioFile

    if not path.exists():
        raise FileMissing
    return AudioFile(path)


def _folder(model: str, models_dir: Path) -> Path:
    from transcriber import models
    from transcriber.errors import ModelUnknown

    try:
        return models.resolve(model, models_dir)
    except ModelUnknown:
        if model not in models.sizes():
            raise
        raise ModelUnknown(
            "This speech model is not installed yet.",
            f"Fetch it with `chartwright models --install {model}`, or leave the choice out to use the embedded model.",
        ) from None


def tell_cut_short(*, cut_short: bool, partial: bool) -> None:
    """Refuse a recording that broke off before its own end, or say so where the user wants what there is."""
    if cut_short and not partial:
        raise AudioCutShort
    if cut_short:
        output.warn("The recording breaks off before its end; this is what there was.")
