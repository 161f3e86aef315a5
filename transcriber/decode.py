"""A whole recording becomes a transcript, in bounded memory.

Owns the walk over a recording in stretches of some minutes, cut in pauses; one language for all of them, progress,
cancelling, and the gate that lets no text through where nobody speaks. Knows no engine but the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.base import DecodeOptions, Engine
from transcriber.errors import AudioSilent, Cancelled, NoSpeech, NothingUnderstood
from transcriber.speech import coverage, quietest, speech_spans, touches
from transcriber.transcript import Segment, TimeSpan, Transcript, Word
from transcriber.utterances import Utterance

_STRETCH_S = 300.0  # decoded at once: a few hundred MB at most, and enough for a whole dictation
_CUT_AFTER = 0.6  # the part of a stretch before which it is not cut
_SILENCE = 10 ** (-60 / 20)  # full scale −60 dB: below the noise of any microphone
_STRAY_S = 0.3
_LEAD_S = 5.0  # of the silence before the first word: cut at the very onset, short clips were taken for Welsh
_PROMPT_SEGMENTS, _PROMPT_CHARS = 6, 400
_SURE = 0.4  # mean probability of words: what is below it would lead astray what follows


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
    found = Transcription(engine, options or DecodeOptions())
    blocks = found.listen(_until(cancelled, source.blocks()))
    for piece in _stretches(blocks):
        for segment in found.decode(piece):
            if cancelled():
                raise Cancelled
            on_progress(_fraction(segment.end, source.duration))
            found.take(segment)
            on_segment(segment)
        on_progress(_fraction(piece.end, source.duration))
    on_progress(1.0)
    return found.transcript()


class Transcription:
    """What is known of a recording so far: the road's memory between two pieces.

    The words of a piece depend on its sound, the language and the text before it alone, so a transcription that goes
    on from its `segments` in another process comes to the same end. It begins at the sample `first`.
    """

    def __init__(
        self, engine: Engine, options: DecodeOptions, segments: Iterable[Segment] = (), *, first: int = 0
    ) -> None:
        self._engine = engine
        self._options = options
        self._spoken: list[TimeSpan] = []
        self._loudest = 0.0
        self._samples = first
        self.segments = list(segments)

    @property
    def language(self) -> str | None:
        """ISO 639-1 code, None before anything was decoded in a language that has to be found out."""
        return self._options.language

    def listen(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The blocks of the recording, measured as they pass."""
        for block in blocks:
            self._samples += len(block)
            self._loudest = max(self._loudest, float(np.abs(block).max(initial=0.0)))
            yield block

    def decode(self, piece: Utterance) -> Iterator[Segment]:
        """The segments of a piece, in times of the recording, without what is written where nobody speaks."""
        self._spoken += [TimeSpan(piece.start + span.start, piece.start + span.end) for span in piece.speech]
        if not piece.speech:
            return
        if self._options.language is None:
            first = max(0.0, piece.speech[0].start - _LEAD_S)
            language = self._engine.detect_language(piece.audio[int(first * SAMPLE_RATE) :])
            self._options = replace(self._options, language=language)
        yield from self.guess(piece)

    def skip(self, piece: Utterance) -> None:
        """Count a piece whose segments are known already."""
        self._spoken += [TimeSpan(piece.start + span.start, piece.start + span.end) for span in piece.speech]

    def guess(self, piece: Utterance, *, beam_size: int | None = None) -> Iterator[Segment]:
        """What `decode` would find, without consequences, and with less effort if so wished; the language is known."""
        beam_size = beam_size or self._options.beam_size
        options = replace(self._options, beam_size=beam_size, prompt=self._prompt())
        for segment in self._engine.decode(piece.audio, piece.speech, options):
            if touches(piece.speech, segment.start - _STRAY_S, segment.end + _STRAY_S):
                yield shifted(segment, piece.start)

    def take(self, segment: Segment) -> None:
        """Keep a segment."""
        self.segments.append(segment)

    def transcript(self) -> Transcript:
        """Everything. Raises AudioSilent, NoSpeech, NothingUnderstood."""
        if not self._spoken:
            raise AudioSilent if self._loudest < _SILENCE else NoSpeech
        if not self.segments:
            raise NothingUnderstood
        words = (word for segment in self.segments for word in segment.words)
        covered = coverage(words, tuple(self._spoken))
        duration = self._samples / SAMPLE_RATE
        language, engine = self._options.language or "", self._engine
        return Transcript(tuple(self.segments), language, duration, engine.model, engine.device, covered)

    def _prompt(self) -> str | None:
        """What was just said, as context, unless the engine doubted it."""
        before = [segment for segment in self.segments[-_PROMPT_SEGMENTS:] if _sure(segment)]
        if not before or self._options.batch_size > 1:
            return self._options.prompt
        return " ".join(segment.text for segment in before)[-_PROMPT_CHARS:]


def later(transcript: Transcript, by: float) -> Transcript:
    """The transcript of a recording's end in times of the whole recording, whose first `by` seconds it left out."""
    covered = transcript.coverage
    gaps = tuple(TimeSpan(gap.start + by, gap.end + by) for gap in covered.gaps)
    stray = tuple(_shifted_word(word, by) for word in covered.stray)
    return replace(
        transcript,
        segments=tuple(shifted(segment, by) for segment in transcript.segments),
        duration=transcript.duration + by,
        coverage=replace(covered, gaps=gaps, stray=stray),
    )


def _stretches(blocks: Iterable[Samples]) -> Iterator[Utterance]:
    """Some minutes at once, cut in pauses."""
    held: list[Samples] = []
    start = count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= _STRETCH_S * SAMPLE_RATE:
            audio = np.concatenate(held)
            speech = speech_spans(audio)
            cut = _cut(audio, speech)
            ended = tuple(span for span in speech if span.start * SAMPLE_RATE < cut)
            yield Utterance(start / SAMPLE_RATE, audio[:cut], ended)
            held, count = [audio[cut:].copy()], count - cut
            start += cut
    if count:
        audio = np.concatenate(held)
        yield Utterance(start / SAMPLE_RATE, audio, speech_spans(audio))


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


def _until(cancelled: Callable[[], bool], blocks: Iterable[Samples]) -> Iterator[Samples]:
    for block in blocks:
        if cancelled():
            raise Cancelled
        yield block


def _sure(segment: Segment) -> bool:
    return sum(word.probability for word in segment.words) >= _SURE * len(segment.words)


def shifted(segment: Segment, by: float) -> Segment:
    """The segment `by` seconds later."""
    return Segment(tuple(_shifted_word(word, by) for word in segment.words)) if by else segment


def _shifted_word(word: Word, by: float) -> Word:
    return replace(word, start=word.start + by, end=word.end + by)


def _fraction(done: float, duration: float | None) -> float:
    return min(1.0, done / duration) if duration else 0.0
