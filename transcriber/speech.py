"""Where somebody speaks, and how much of the speech has words under it.

Owns the voice detector (the Silero network that faster-whisper ships) and the coverage measure. Knows no engine.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime phones home otherwise, and reads this when it loads

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.transcript import Coverage, TimeSpan, Word

_WINDOW = 60 * SAMPLE_RATE  # the network's memory grows with its input
_PAUSE_S = 0.1  # what is left of the shortest pause between two padded spans; less is the edge of a window
_OPTIONS = VadOptions(min_silence_duration_ms=160, min_speech_duration_ms=60, speech_pad_ms=30)
_SLACK_S = 0.3  # word times of a Whisper model are that exact
_WORD_S, _DIGIT_S, _LETTER_S = 0.6, 0.5, 0.12  # slow speech: "1995" is five syllables, a letter less than a tenth
_GAP_S = 0.6  # a shorter stretch without a word is a breath, or a word timed a little early


def speech_spans(audio: Samples) -> tuple[TimeSpan, ...]:
    """Stretches of speech in 16 kHz sound, in seconds from its first sample, pauses of 0.16 s and more left out."""
    spans: list[TimeSpan] = []
    for start in range(0, len(audio), _WINDOW):
        for found in get_speech_timestamps(audio[start : start + _WINDOW], _OPTIONS):
            span = TimeSpan((start + found["start"]) / SAMPLE_RATE, (start + found["end"]) / SAMPLE_RATE)
            if spans and span.start < spans[-1].end + _PAUSE_S:
                spans[-1] = TimeSpan(spans[-1].start, span.end)
            else:
                spans.append(span)
    return tuple(spans)


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
