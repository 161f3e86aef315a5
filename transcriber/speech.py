"""Where somebody speaks, and how much of the speech has words under it.

Owns the voice detector (the Silero network that faster-whisper ships) and the coverage measure. Knows no engine.

The detector hears sound as it arrives and looks only back: what it finds depends on the sound alone, never on the
pieces in which it came, so a recording is cut at the same places while it grows and when it is finished.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime phones home otherwise, and reads this when it loads

import numpy as np
from faster_whisper.vad import get_vad_model

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.transcript import Coverage, TimeSpan, Word

FRAME = 512  # samples the network judges at a time
_FRAMES = 8  # judged in one call: a quarter of a second
_CONTEXT = 64  # samples before a frame that the network sees with it
_SPEECH, _SILENCE = 0.5, 0.35  # a probability above the one begins speech, below the other ends it
_PAUSE = int(0.16 * SAMPLE_RATE)  # a shorter pause is part of a word
_SHORTEST = int(0.06 * SAMPLE_RATE)
_PAD = int(0.03 * SAMPLE_RATE)
_SLACK_S = 0.3  # word times of a Whisper model are that exact
_WORD_S, _DIGIT_S, _LETTER_S = 0.6, 0.5, 0.12  # slow speech: "1995" is five syllables, a letter less than a tenth
_GAP_S = 0.6  # a shorter stretch without a word is a breath, or a word timed a little early


class SpeechDetector:
    """Finds speech in sound that arrives bit by bit; all positions are samples of the recording.

    The sound begins at its sample `first`. `ended` are the stretches of speech that are over, `began` is where the
    present one began, None in a pause, and `heard` how far the network has judged.
    """

    def __init__(self, first: int = 0) -> None:
        self._network = get_vad_model().session
        self._state = [np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)]
        self._before = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._fading: int | None = None
        self.ended: list[tuple[int, int]] = []
        self.began: int | None = None
        self.heard = first

    def frames(self, audio: Samples) -> Iterator[int]:
        """Hear more sound; yields how far it is judged, frame after frame."""
        self._rest = np.concatenate([self._rest, audio])
        whole = _FRAMES * FRAME
        while len(self._rest) >= whole:
            batch, self._rest = self._rest[:whole], self._rest[whole:]
            yield from self._judge(batch)

    def finish(self) -> Iterator[int]:
        """The sound is over: judge what is left, and end the speech that is under way."""
        length = self.heard + len(self._rest)
        yield from self._judge(np.pad(self._rest, (0, -len(self._rest) % FRAME)))
        self._rest = self._rest[:0]
        self.heard = length
        if self.began is not None:
            self._end(self._fading or length)
        yield length

    def _judge(self, audio: Samples) -> Iterator[int]:
        frames = audio.reshape(-1, FRAME)
        if not len(frames):
            return
        before = np.vstack([self._before, frames[:-1, -_CONTEXT:]])
        self._before = frames[-1, -_CONTEXT:]
        inputs = {"input": np.hstack([before, frames]), "h": self._state[0], "c": self._state[1]}
        probabilities, *self._state = self._network.run(None, inputs)
        for probability in probabilities.reshape(-1):
            self._step(float(probability))
            self.heard += FRAME
            yield self.heard

    def _step(self, probability: float) -> None:
        if probability >= _SPEECH:
            self._fading = None
            if self.began is None:
                self.began = self.heard
        elif probability < _SILENCE and self.began is not None:
            self._fading = self._fading or self.heard
            if self.heard - self._fading >= _PAUSE:
                self._end(self._fading)

    def _end(self, at: int) -> None:
        if self.began is not None and at - self.began > _SHORTEST:
            self.ended.append((max(0, self.began - _PAD), min(self.heard, at + _PAD)))
        self.began = self._fading = None


def speech_spans(audio: Samples) -> tuple[TimeSpan, ...]:
    """Stretches of speech in 16 kHz sound, in seconds from its first sample, pauses of 0.16 s and more left out."""
    detector = SpeechDetector()
    for _ in (*detector.frames(audio), *detector.finish()):
        pass
    return tuple(TimeSpan(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in detector.ended)


def coverage(words: Iterable[Word], spans: tuple[TimeSpan, ...]) -> Coverage:
    """Measure words against speech: what was spoken without a word, and what was written without speech.

    A model that leaves words out stretches the time of their neighbours over the hole: a word covers no more than it
    takes to say it slowly.
    """
    words = tuple(words)
    heard = _merged(_said(word, spans) for word in words)
    gaps = tuple(gap for span in spans for gap in _without(span, heard) if gap.duration >= _GAP_S)
    speech = sum(span.duration for span in spans)
    stray = tuple(word for word in words if not touches(spans, word.start - _SLACK_S, word.end + _SLACK_S))
    return Coverage(speech, speech - sum(gap.duration for gap in gaps), gaps, stray)


def quietest(audio: Samples, start: float, end: float) -> float:
    """The middle of the quietest tenth of a second between two times."""
    frame = SAMPLE_RATE // 10
    part = audio[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
    energy = np.square(part[: len(part) // frame * frame].reshape(-1, frame)).sum(axis=1)
    return start + (int(energy.argmin()) + 0.5) * frame / SAMPLE_RATE


def touches(spans: tuple[TimeSpan, ...], start: float, end: float) -> bool:
    """Whether any of the ordered spans overlaps [start, end)."""
    index = bisect_left(spans, start, key=lambda span: span.end)
    return index < len(spans) and spans[index].start < end


def _said(word: Word, spans: tuple[TimeSpan, ...]) -> TimeSpan:
    """The time in which a word can have been said: within its own, over speech, and no longer than it takes."""
    first = bisect_left(spans, word.start, key=lambda span: span.end)
    last = bisect_left(spans, word.end, key=lambda span: span.start) - 1
    start = max(word.start, spans[first].start) if first <= last else word.start
    end = min(word.end, spans[last].end) if first <= last else word.end
    digits = sum(character.isdigit() for character in word.text)
    longest = _WORD_S + _DIGIT_S * digits + _LETTER_S * (len(word.text) - digits)
    middle, half = (start + end) / 2, min(end - start, longest) / 2
    return TimeSpan(middle - half - _SLACK_S, middle + half + _SLACK_S)


def _merged(spans: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    merged: list[TimeSpan] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = TimeSpan(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _without(span: TimeSpan, heard: tuple[TimeSpan, ...]) -> Iterable[TimeSpan]:
    """The parts of `span` that no stretch of `heard` overlaps."""
    start = span.start
    for other in heard[bisect_left(heard, span.start, key=lambda other: other.end) :]:
        if other.start >= span.end:
            break
        if other.start > start:
            yield TimeSpan(start, other.start)
        start = max(start, other.end)
    if start < span.end:
        yield TimeSpan(start, span.end)
