"""Whisper models through faster-whisper and CTranslate2.

Owns every call into the two packages. Knows no files, journals or processes; a damaged model folder is its caller's
business (`models.resolve`), except where loading fails all the same.

Two roads lead from sound to segments. In sequence, each window of half a minute is primed with the text before it.
Batched, chunks that were cut in pauses are decoded at once; a chunk whose result is doubtful, or leaves speech without
words, is decoded again in sequence (docs/decisions/0003).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime, which faster-whisper loads, phones home otherwise

import ctranslate2
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper import transcribe as peer

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.alignment import log_probabilities
from transcriber.engines.base import CPU, DecodeOptions, Processor
from transcriber.engines.chunks import chunks, passages
from transcriber.errors import DeviceFailed, LanguageUnknown, ModelDamaged
from transcriber.speech import coverage
from transcriber.transcript import Segment, TimeSpan, Word

_WINDOW_S = 30
_WINDOW = _WINDOW_S * SAMPLE_RATE
_CHUNK_S = 28.0
_HOTWORD_TOKENS = 128
_LEFT_OUT_S = 1.0  # so much speech without words in a chunk is worth decoding it again
_REPETITIVE = 2.4  # Whisper's own thresholds for a failed window: compression ratio and mean log probability
_IMPROBABLE = -1.0
_SENTENCE_ENDS = (".", "?", "!", "。", "？", "！")


def gpu_count() -> int:
    """How many GPUs CTranslate2 can see."""
    return int(ctranslate2.get_cuda_device_count())


@dataclass(frozen=True, slots=True)
class _Found:
    """What a chunk yielded: its words, the seconds of its speech without words, and whether Whisper doubts it."""

    words: tuple[Word, ...]
    left_out: float
    doubtful: bool


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
        self._batched = BatchedInferencePipeline(self._whisper)

    def detect_language(self, audio: Samples) -> str:
        """See Engine."""
        if not self._whisper.model.is_multilingual:
            return "en"
        return str(self._whisper.detect_language(audio[:_WINDOW])[0])

    def decode(self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions) -> Iterator[Segment]:
        """See Engine."""
        if not speech:
            return iter(())
        if options.language not in self._whisper.supported_languages:
            raise LanguageUnknown
        options = replace(options, hotwords=self._fitting(options.hotwords))
        if options.batch_size > 1:
            return self._decode_batched(audio, speech, options)
        return _segments(self._decode_in_sequence(audio, speech, options))

    def score(self, audio: Samples, texts: Sequence[str], language: str) -> list[float] | None:
        """See Engine."""
        return log_probabilities(self._whisper, audio, texts, language)

    def _fitting(self, hotwords: str | None) -> str | None:
        """As many hotwords as leave room for the prompt and the text in the decoder's 448 tokens."""
        if hotwords is None:
            return None
        tokens = self._whisper.hf_tokenizer.encode(hotwords, add_special_tokens=False).ids
        return str(self._whisper.hf_tokenizer.decode(tokens[:_HOTWORD_TOKENS]))

    def _decode_in_sequence(
        self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions
    ) -> Iterable[peer.Segment]:
        edges = [edge for passage in passages(audio, speech) for edge in (passage.start, passage.end)]
        segments, _ = self._whisper.transcribe(
            audio,
            clip_timestamps=edges,
            language=options.language,
            beam_size=options.beam_size,
            word_timestamps=True,
            initial_prompt=options.prompt,
            hotwords=options.hotwords,
        )
        return cast("Iterable[peer.Segment]", segments)

    def _decode_batched(
        self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions
    ) -> Iterator[Segment]:
        cut = chunks(audio, speech, limit=_CHUNK_S)
        for start in range(0, len(cut), options.batch_size):
            batch = cut[start : start + options.batch_size]
            first = self._decode_chunks(audio, batch, speech, options)
            for chunk, found in zip(batch, first, strict=True):
                yield from _sentences(self._mended(found, audio, chunk, speech, options).words)

    def _mended(
        self, found: _Found, audio: Samples, chunk: TimeSpan, speech: tuple[TimeSpan, ...], options: DecodeOptions
    ) -> _Found:
        """The better of a chunk's first result and, where that is doubtful or incomplete, of one in sequence."""
        if not found.doubtful and found.left_out < _LEFT_OUT_S:
            return found
        samples = audio[int(chunk.start * SAMPLE_RATE) : int(chunk.end * SAMPLE_RATE)]
        whole = (TimeSpan(0.0, chunk.duration),)
        again = _found(list(self._decode_in_sequence(samples, whole, options)), chunk, speech, 0.0)
        return again if found.doubtful or again.left_out < found.left_out else found

    def _decode_chunks(
        self, audio: Samples, batch: tuple[TimeSpan, ...], speech: tuple[TimeSpan, ...], options: DecodeOptions
    ) -> list[_Found]:
        """Decode chunks at once, each in a window of its own that digital silence fills up.

        faster-whisper itself fills windows with zeros of the normalized spectrum, which is noise to the model.
        """
        windows = np.zeros((len(batch), _WINDOW), np.float32)
        for window, chunk in zip(windows, batch, strict=True):
            samples = audio[int(chunk.start * SAMPLE_RATE) : int(chunk.end * SAMPLE_RATE)]
            window[: len(samples)] = samples
        segments, _ = self._batched.transcribe(
            windows.reshape(-1),
            clip_timestamps=[
                {"start": at, "end": at + _WINDOW_S} for at in range(0, len(batch) * _WINDOW_S, _WINDOW_S)
            ],
            batch_size=options.batch_size,
            language=options.language,
            beam_size=options.beam_size,
            word_timestamps=True,
            initial_prompt=options.prompt,
            hotwords=options.hotwords,
        )
        by_window: list[list[peer.Segment]] = [[] for _ in batch]
        for segment in segments:
            by_window[segment.seek // 100 // _WINDOW_S].append(segment)
        return [
            _found(found, chunk, speech, index * _WINDOW_S)
            for index, (found, chunk) in enumerate(zip(by_window, batch, strict=True))
        ]


def _found(segments: list[peer.Segment], chunk: TimeSpan, speech: tuple[TimeSpan, ...], offset: float) -> _Found:
    """What the segments of one window say about a chunk, in times of the audio; `offset` is the window's start."""
    by = chunk.start - offset
    words = tuple(
        replace(word, start=min(word.start + by, chunk.end), end=min(word.end + by, chunk.end))
        for segment in segments
        for word in words_of(segment)
    )
    spoken = tuple(span for span in speech if chunk.start < span.end and span.start < chunk.end)
    doubtful = any(s.compression_ratio > _REPETITIVE or s.avg_logprob < _IMPROBABLE for s in segments)
    return _Found(words, sum(gap.duration for gap in coverage(words, spoken).gaps), doubtful)


def words_of(segment: peer.Segment) -> tuple[Word, ...]:
    """The words of a faster-whisper segment; joined, they are its text."""
    return tuple(_word(word) for word in segment.words or () if word.word.strip())


def _segments(segments: Iterable[peer.Segment]) -> Iterator[Segment]:
    for segment in segments:
        if words := words_of(segment):
            yield Segment(words)


def _word(word: peer.Word) -> Word:
    return Word(word.word.strip(), float(word.start), float(word.end), float(word.probability), word.word[:1].isspace())


def _sentences(words: tuple[Word, ...]) -> Iterator[Segment]:
    """Segments of one sentence each."""
    start = 0
    for index, word in enumerate(words, 1):
        if index == len(words) or (word.text.endswith(_SENTENCE_ENDS) and words[index].spaced):
            yield Segment(words[start:index])
            start = index
