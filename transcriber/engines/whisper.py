"""Whisper models through faster-whisper and CTranslate2.

Owns every call into the two packages. Knows no files, journals or processes; a damaged model folder is its caller's
business (`models.resolve`), except where loading fails all the same.

Three roads lead from sound to segments. In sequence, each window of half a minute is primed with the text before it:
the road with the fewest errors. An utterance, for text while somebody speaks, is decoded in a window of its own length.
Batched, chunks that were cut in pauses are decoded at once. On the last two, what Whisper itself doubts, or what leaves
speech without words, is decoded again in a whole window and the better one kept (docs/decisions/0003, 0090).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime, which faster-whisper loads, phones home otherwise

import ctranslate2
from faster_whisper import WhisperModel

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.alignment import log_probabilities
from transcriber.engines.base import CPU, DecodeOptions, Processor
from transcriber.engines.chunks import chunks, passages
from transcriber.engines.windows import Window, decode_windows, words_of
from transcriber.errors import DeviceFailed, LanguageUnknown, ModelDamaged
from transcriber.speech import coverage
from transcriber.transcript import Segment, TimeSpan, Word

_WINDOW_S = 30
_WINDOW = _WINDOW_S * SAMPLE_RATE
_CHUNK_S = 28.0
_HOTWORD_TOKENS = 128
_LEFT_OUT_S = 1.0  # so much speech without words in a chunk is worth decoding it again
_SENTENCE_ENDS = (".", "?", "!", "。", "？", "！")


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
        if options.utterance:
            return self._decode_utterance(audio, speech, options)
        return self._decode_in_sequence(audio, speech, options)

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
    ) -> Iterator[Segment]:
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
        for segment in segments:
            if words := words_of(vars(word) for word in segment.words or ()):
                yield Segment(words)

    def _decode_utterance(
        self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions
    ) -> Iterator[Segment]:
        (found,) = decode_windows(self._whisper, [audio], options)
        yield from _sentences(self._mended(found, audio, speech, options).words)

    def _decode_batched(
        self, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions
    ) -> Iterator[Segment]:
        cut = chunks(audio, speech, limit=_CHUNK_S)
        for start in range(0, len(cut), options.batch_size):
            batch = cut[start : start + options.batch_size]
            sounds = [audio[int(chunk.start * SAMPLE_RATE) : int(chunk.end * SAMPLE_RATE)] for chunk in batch]
            windows = decode_windows(self._whisper, sounds, options)
            for chunk, sound, found in zip(batch, sounds, windows, strict=True):
                mended = self._mended(found, sound, _within(chunk, speech), options)
                yield from _sentences(tuple(_moved(word, chunk) for word in mended.words))

    def _mended(self, found: Window, audio: Samples, speech: tuple[TimeSpan, ...], options: DecodeOptions) -> Window:
        """The better of a first result and, where that is doubtful or incomplete, of a whole, unprimed window."""
        left_out = _left_out(found, speech)
        if not found.doubtful and left_out < _LEFT_OUT_S:
            return found
        (again,) = decode_windows(self._whisper, [audio], replace(options, prompt=None), whole=True)
        before, after = (found.doubtful, left_out), (again.doubtful, _left_out(again, speech))
        return again if after < before else found


def _left_out(found: Window, speech: tuple[TimeSpan, ...]) -> float:
    """Seconds of speech without words."""
    return sum(gap.duration for gap in coverage(found.words, speech).gaps)


def _within(chunk: TimeSpan, speech: tuple[TimeSpan, ...]) -> tuple[TimeSpan, ...]:
    """The speech of a chunk, in times of its own."""
    return tuple(
        TimeSpan(max(span.start, chunk.start) - chunk.start, min(span.end, chunk.end) - chunk.start)
        for span in speech
        if chunk.start < span.end and span.start < chunk.end
    )


def _moved(word: Word, chunk: TimeSpan) -> Word:
    return replace(word, start=min(word.start + chunk.start, chunk.end), end=min(word.end + chunk.start, chunk.end))


def _sentences(words: tuple[Word, ...]) -> Iterator[Segment]:
    """Segments of one sentence each."""
    start = 0
    for index, word in enumerate(words, 1):
        if index == len(words) or (word.text.endswith(_SENTENCE_ENDS) and words[index].spaced):
            yield Segment(words[start:index])
            start = index
