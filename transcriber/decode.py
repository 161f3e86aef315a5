"""A whole recording becomes a transcript, in bounded memory.

Owns the walk over a recording: stretches of some minutes cut in pauses, one language for all of them, progress,
cancelling, and the gate that lets no text through where nobody speaks. Knows no engine but the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.base import DecodeOptions, Engine
from transcriber.errors import AudioSilent, Cancelled, NoSpeech, NothingUnderstood
from transcriber.speech import coverage, quietest, speech_spans, touches
from transcriber.transcript import Segment, TimeSpan, Transcript, Word

_STRETCH_S = 300.0  # decoded at once: a few hundred MB at most, and enough for a whole dictation
_CUT_AFTER = 0.6  # the part of a stretch before which it is not cut
_SILENCE = 10 ** (-60 / 20)  # full scale −60 dB: below the noise of any microphone
_STRAY_S = 0.3
_LEAD_S = 5.0  # of the silence before the first word: cut at the very onset, short clips were taken for Welsh
_PROMPT_CHARS = 400


class Source(Protocol):
    """Where the sound comes from: an AudioFile or a Journal."""

    @property
    def duration(self) -> float | None:
        """Seconds, where known beforehand."""

    def blocks(self) -> Iterator[Samples]:
        """16 kHz mono blocks from the first sample on."""


def transcribe(
    source: Source,
    engine: Engine,
    options: DecodeOptions | None = None,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    on_segment: Callable[[Segment], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Transcript:
    """Decode everything that is spoken in `source`.

    `on_progress` gets fractions from 0 to 1, `on_segment` each segment once as it is found; `cancelled` is asked
    between segments. Raises AudioSilent, NoSpeech, NothingUnderstood, Cancelled, and whatever the source raises.
    """
    options = options or DecodeOptions()
    segments: list[Segment] = []
    spoken: list[TimeSpan] = []
    heard = duration = 0.0
    for stretch in _stretches(source, cancelled):
        if stretch.speech:
            options = _continued(options, stretch, engine, segments)
        for segment in engine.decode(stretch.audio, stretch.speech, options):
            if cancelled():
                raise Cancelled
            on_progress(_fraction(stretch.start + segment.end, source.duration))
            if touches(stretch.speech, segment.start - _STRAY_S, segment.end + _STRAY_S):
                segments.append(_shifted(segment, stretch.start))
                on_segment(segments[-1])
        spoken += [TimeSpan(stretch.start + span.start, stretch.start + span.end) for span in stretch.speech]
        heard = max(heard, float(np.abs(stretch.audio).max(initial=0.0)))
        duration = stretch.start + len(stretch.audio) / SAMPLE_RATE
        on_progress(_fraction(duration, source.duration))
    if not spoken:
        raise AudioSilent if heard < _SILENCE else NoSpeech
    if not segments:
        raise NothingUnderstood
    on_progress(1.0)
    words = (word for segment in segments for word in segment.words)
    covered = coverage(words, tuple(spoken))
    return Transcript(tuple(segments), options.language or "", duration, engine.model, engine.device, covered)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some minutes of the recording: `start` in seconds of the recording, `speech` in seconds of `audio`."""

    start: float
    audio: Samples
    speech: tuple[TimeSpan, ...]


def _stretches(source: Source, cancelled: Callable[[], bool]) -> Iterator[_Stretch]:
    held: list[Samples] = []
    start = count = 0
    for block in source.blocks():
        if cancelled():
            raise Cancelled
        held.append(block)
        count += len(block)
        if count >= _STRETCH_S * SAMPLE_RATE:
            audio = np.concatenate(held)
            speech = speech_spans(audio)
            cut = _cut(audio, speech)
            ended = tuple(span for span in speech if span.start * SAMPLE_RATE < cut)
            yield _Stretch(start / SAMPLE_RATE, audio[:cut], ended)
            held, count = [audio[cut:].copy()], count - cut
            start += cut
    if count:
        audio = np.concatenate(held)
        yield _Stretch(start / SAMPLE_RATE, audio, speech_spans(audio))


def _cut(audio: Samples, speech: tuple[TimeSpan, ...]) -> int:
    """The sample to cut a stretch at: the middle of the longest late pause, else where it is quietest."""
    earliest = len(audio) / SAMPLE_RATE * _CUT_AFTER
    following = [*(span.start for span in speech[1:]), len(audio) / SAMPLE_RATE]
    pauses = [
        TimeSpan(span.end, start)
        for span, start in zip(speech, following, strict=False)
        if earliest <= span.end < start
    ]
    if pauses:
        longest = max(pauses, key=lambda pause: pause.duration)
        return int((longest.start + longest.end) / 2 * SAMPLE_RATE)
    return int(quietest(audio, earliest, len(audio) / SAMPLE_RATE) * SAMPLE_RATE)


def _continued(options: DecodeOptions, stretch: _Stretch, engine: Engine, before: list[Segment]) -> DecodeOptions:
    """The options for this stretch: the language of the first speech, and what was just said as context."""
    if options.language is None:
        first = max(0.0, stretch.speech[0].start - _LEAD_S)
        options = replace(options, language=engine.detect_language(stretch.audio[int(first * SAMPLE_RATE) :]))
    if before and options.batch_size == 1:
        options = replace(options, prompt=" ".join(segment.text for segment in before[-6:])[-_PROMPT_CHARS:])
    return options


def _shifted(segment: Segment, by: float) -> Segment:
    return Segment(tuple(_shifted_word(word, by) for word in segment.words)) if by else segment


def _shifted_word(word: Word, by: float) -> Word:
    return replace(word, start=word.start + by, end=word.end + by)


def _fraction(done: float, duration: float | None) -> float:
    return min(1.0, done / duration) if duration else 0.0
