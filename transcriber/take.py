"""Sound on its way into the journal: any rate, lost stretches, pauses, and the last block of a full disk.

Owns one journal while it is written. Every frame is on the disk before the next one is taken. Knows no microphone.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from transcriber.audio import SAMPLE_RATE, Resampler, Samples, to_int16
from transcriber.errors import DiskFull
from transcriber.journal import BLOCK, Journal, Pcm
from transcriber.space import Space

_WINDOW = SAMPLE_RATE // 20
_NEAR = SAMPLE_RATE // 4  # a place to go on from is met that well by ear and hand


class Take:
    """Writes into `journal`, whose disk is `space`. Every method raises DiskFull after keeping all that fits."""

    def __init__(self, journal: Journal, space: Space, device: str) -> None:
        self._journal = journal
        self._space = space
        self._resample: Resampler | None = None
        self._rate = 0
        self.written = journal.samples
        self.lost = 0
        self.device = device
        self._journal.mark("device", device)

    @property
    def duration(self) -> float:
        """Seconds on the disk, lost ones included."""
        return self.written / SAMPLE_RATE

    def add(self, samples: Samples, rate: int) -> None:
        """Take sound of this rate."""
        if rate != self._rate or self._resample is None:
            self.flush()
            self._rate, self._resample = rate, Resampler(rate)
        self._keep(to_int16(self._resample(samples)))

    def lose(self, seconds: float) -> None:
        """Note sound that never arrived."""
        self.flush()
        samples = round(seconds * SAMPLE_RATE)
        self._journal.append_gap(samples)
        self.written += max(0, samples)
        self.lost += max(0, samples)

    def mark(self, kind: str, detail: str = "", *, seconds: float = 0.0) -> None:
        """Note what happens here. On a full disk sound comes first: the mark is left out."""
        with suppress(DiskFull):
            self._journal.mark(kind, detail, seconds=seconds)

    def say_over(self, seconds: float) -> float:
        """Let what follows replace everything after `seconds`, or the quietest place near there, which it returns."""
        self.flush()
        wanted = min(max(0, round(seconds * SAMPLE_RATE)), self.written)
        first = max(0, wanted - _NEAR)
        first += quietest(self._journal.read(first, min(self.written, wanted + _NEAR)), wanted - first)
        try:
            self._journal.say_over(first)
        except DiskFull:
            self._space.release()
            self._journal.say_over(first)
        return first / SAMPLE_RATE

    def flush(self) -> None:
        """Write what the resampler still holds."""
        resample, self._resample = self._resample, None
        if resample is not None:
            self._keep(to_int16(resample.finish()))

    def seal(self) -> None:
        """Finish the recording; on a full disk too."""
        with suppress(DiskFull):
            self.flush()
        try:
            self._journal.seal()
        except DiskFull:
            self._space.release()
            self._journal.seal()
        self.close()

    def close(self) -> None:
        """Let go of the journal and give the reserve back."""
        self._journal.close()
        self._space.release()

    def _keep(self, pcm: Pcm) -> None:
        for start in range(0, len(pcm), BLOCK):
            block = pcm[start : start + BLOCK]
            try:
                self._journal.append(block)
            except DiskFull:
                self._space.release()
                self._journal.append(block)
                self.written += len(block)
                raise
            self.written += len(block)


def quietest(pcm: Pcm, near: int) -> int:
    """The sample at which a word is least likely cut: in the middle of the quietest twentieth of a second.

    Of places as quiet as each other the one next to `near`; that itself where there is too little sound.
    """
    if len(pcm) < 2 * _WINDOW:
        return near
    energy = np.concatenate([[0.0], np.cumsum(np.square(pcm, dtype=np.float64))])
    places = np.arange(0, len(pcm) - _WINDOW, _WINDOW // 5)
    loudness = energy[places + _WINDOW] - energy[places]
    middles = places + _WINDOW // 2
    quiet = middles[loudness <= loudness.min()]
    return int(quiet[np.abs(quiet - near).argmin()])
