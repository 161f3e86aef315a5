"""A recording in utterances: what is said between two pauses, and fits into an engine's window.

Owns where a recording is cut, while it grows as when it is finished: one rule, which looks only back, so that both have
the same utterances and therefore the same words. Knows no engine.

A short utterance waits for a longer pause, since a few words alone are misheard more often; the longer one gets, the
shorter a pause ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.speech import SpeechDetector, quietest
from transcriber.transcript import TimeSpan

_PAUSES = ((15.0, 1.2), (20.0, 0.7), (24.0, 0.3))  # an utterance shorter than so many seconds ends at a pause of …
_SHORTEST_PAUSE_S = 0.16
_LONGEST_S = 28.0  # of an engine's thirty
_EARLIEST = 0.6  # the part of it before which speech without a pause is not cut
_LEAD_S, _TAIL_S = 0.4, 0.4  # of the pauses around: consonants fade in and out below the detector's threshold
_FIRST_LEAD_S = 5.0  # before the first word: cut at its very onset, a language was taken for another
SETTLED_S = _TAIL_S
"""So much silence after the last word, and what was said up to there will not change while it lasts."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A piece of the recording: `start` in seconds of the recording, `speech` in seconds of `audio` (16 kHz mono)."""

    start: float
    audio: Samples
    speech: tuple[TimeSpan, ...]

    @property
    def end(self) -> float:
        """Where it ends, in seconds of the recording."""
        return self.start + len(self.audio) / SAMPLE_RATE


class Cutter:
    """Cuts sound that arrives bit by bit, from the sample `first` of a recording on. Holds only what is not yet cut."""

    def __init__(self, first: int = 0) -> None:
        self._detector = SpeechDetector(first)
        self._held = np.zeros(0, np.float32)
        self._origin = first  # the sample at which `_held` begins, never before the last cut
        self._lead = _FIRST_LEAD_S

    @property
    def heard(self) -> float:
        """Seconds of the recording so far."""
        return (self._origin + len(self._held)) / SAMPLE_RATE

    @property
    def quiet(self) -> float:
        """Seconds since the last word ended; 0 while somebody speaks."""
        if self._detector.began is not None or not self._detector.ended:
            return 0.0
        return (self._detector.heard - self._detector.ended[-1][1]) / SAMPLE_RATE

    def add(self, audio: Samples) -> Iterator[Utterance]:
        """Hear more; yields the utterances that end in it."""
        self._held = np.concatenate([self._held, audio])
        for now in self._detector.frames(audio):
            if self._ends(now):
                yield self._cut(now)
        self._forget_silence()

    def finish(self) -> Iterator[Utterance]:
        """The recording is over: yields what is left of it."""
        for now in self._detector.finish():
            if self._ends(now):
                yield self._cut(now)
        if self._detector.ended:
            yield self._cut(self._origin + len(self._held))

    def unfinished(self) -> Utterance | None:
        """What is said but not cut yet; in a pause of SETTLED_S it is what will be cut, if the pause lasts."""
        if self._detector.began is None and self._detector.ended:
            return self._piece(self._detector.ended, self._detector.heard)
        if self._detector.began is not None:
            now = self._origin + len(self._held)
            return self._piece([*self._detector.ended, (self._detector.began, now)], now)
        return None

    def _ends(self, now: int) -> bool:
        detector = self._detector
        if detector.began is not None:
            first = detector.ended[0][0] if detector.ended else detector.began
            return now - self._begin(first) >= _LONGEST_S * SAMPLE_RATE
        if not detector.ended:
            return False
        length = (detector.ended[-1][1] - detector.ended[0][0]) / SAMPLE_RATE
        needed = next((pause for limit, pause in _PAUSES if length < limit), _SHORTEST_PAUSE_S)
        return now - detector.ended[-1][1] >= needed * SAMPLE_RATE

    def _cut(self, now: int) -> Utterance:
        detector = self._detector
        if detector.began is not None:
            spans = self._divide(now)
        else:
            spans, detector.ended = detector.ended, []
        piece = self._piece(spans, now)
        end = round(piece.end * SAMPLE_RATE)
        self._held = self._held[end - self._origin :]
        self._origin, self._lead = end, _LEAD_S
        return piece

    def _divide(self, now: int) -> list[tuple[int, int]]:
        """Speech that goes on for too long: cut where it is quietest, and let the rest begin there."""
        detector = self._detector
        spans = [*detector.ended, (detector.began or 0, now)]
        begin = self._begin(spans[0][0])
        late = (begin - self._origin) / SAMPLE_RATE + _EARLIEST * _LONGEST_S
        at = self._origin + int(quietest(self._held, late, (now - self._origin) / SAMPLE_RATE) * SAMPLE_RATE)
        after = [(max(start, at), end) for start, end in spans if end > at]
        detector.ended, detector.began = after[:-1], after[-1][0]
        return [(start, min(end, at)) for start, end in spans if start < at]

    def _begin(self, first: int) -> int:
        return max(self._origin, first - int(self._lead * SAMPLE_RATE))

    def _piece(self, spans: list[tuple[int, int]], now: int) -> Utterance:
        """An utterance of these spans, with the silence around it that is there and wanted."""
        start = self._begin(spans[0][0])
        tail = int(_TAIL_S * SAMPLE_RATE) if self._detector.began is None else 0
        end = min(now, spans[-1][1] + tail)
        audio = self._held[start - self._origin : end - self._origin].copy()
        speech = tuple(TimeSpan(max(0, low - start) / SAMPLE_RATE, (high - start) / SAMPLE_RATE) for low, high in spans)
        return Utterance(start / SAMPLE_RATE, audio, speech)

    def _forget_silence(self) -> None:
        if self._detector.began is None and not self._detector.ended:
            keep = int((self._lead + 1.0) * SAMPLE_RATE)
            surplus = max(0, len(self._held) - keep)
            self._held = self._held[surplus:]
            self._origin += surplus


def utterances(blocks: Iterable[Samples], cutter: Cutter | None = None) -> Iterator[Utterance]:
    """Cut a whole recording that comes in blocks."""
    cutter = cutter or Cutter()
    for block in blocks:
        yield from cutter.add(block)
    yield from cutter.finish()
