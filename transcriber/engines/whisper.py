"""Whisper models through faster-whisper and CTranslate2.

Owns every call into the two packages. Knows no files, journals or processes; a damaged model folder is its caller's
business (`models.resolve`), except where loading fails all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime, which faster-whisper loads, phones home otherwise

import ctranslate2
from faster_whisper import WhisperModel
from faster_whisper import transcribe as peer

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.base import CPU, DecodeOptions, Processor
from transcriber.errors import DeviceFailed, ModelDamaged
from transcriber.transcript import Segment, TimeSpan, Word

_DETECTION = 30 * SAMPLE_RATE


def gpu_count() -> int:
    """How many GPUs CTranslate2 can see."""
    return int(ctranslate2.get_cuda_device_count())


class WhisperEngine:
    """A loaded Whisper model. Raises ModelDamaged or DeviceFailed where it cannot be loaded."""

    def __init__(self, folder: Path, *, name: str, processor: Processor = CPU, threads: int = 0) -> None:
        self.model = name
        self.device = processor.name
        try:
            self._whisper = WhisperModel(
                str(folder),
                device=processor.kind,
                compute_type=processor.compute_type,
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError) as error:
            raise (DeviceFailed if processor.kind == "cuda" else ModelDamaged) from error

    def detect_language(self, audio: Samples) -> str:
        """See Engine."""
        if not self._whisper.model.is_multilingual:
            return "en"
        return str(self._whisper.detect_language(audio[:_DETECTION])[0])

    def decode(self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions) -> Iterator[Segment]:
        """See Engine."""
        if not speech:
            return
        segments, _ = self._whisper.transcribe(
            audio,
            language=options.language,
            beam_size=options.beam_size,
            word_timestamps=True,
            initial_prompt=options.prompt,
            hotwords=options.hotwords,
        )
        yield from _segments(segments)


def _segments(segments: Iterable[peer.Segment]) -> Iterator[Segment]:
    for segment in segments:
        words = tuple(_word(word) for word in segment.words or () if word.word.strip())
        if words:
            yield Segment(words)


def _word(word: peer.Word) -> Word:
    return Word(word.word.strip(), float(word.start), float(word.end), float(word.probability), word.word[:1].isspace())
