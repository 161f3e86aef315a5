"""What can be wrong with the sound, and how it is noticed.

Owns the list of troubles and the rules that find them in the sound itself and in its pace. Pure: it is told of every
frame and keeps no clock, opens nothing and writes nothing.
"""

from __future__ import annotations

import json
from collections import deque
from enum import StrEnum
from functools import cache

import numpy as np

import resources
from transcriber.audio import Samples
from transcriber.messages import Warned


class Trouble(StrEnum):
    """What a `Warned` is about."""

    WAITING = "waiting"
    """The device is open and no sound has come yet."""
    LOST = "lost"
    """No sound comes, or another device's: a gap is written until the same one is back."""
    SLEPT = "slept"
    """The computer slept."""
    RATE = "rate"
    """The device delivers at another rate than it claims; the sound is taken at the rate that was measured."""
    FLOOD = "flood"
    """The driver delivers far more sound than time has passed; it is opened again."""
    ZEROS = "zeros"
    """Every sample is exactly zero: muted by a switch or a permission."""
    FROZEN = "frozen"
    """The driver repeats one block."""
    SILENT = "silent"
    """Sound arrives, and nobody is heard in it."""
    CLIPPING = "clipping"
    """Too loud for the microphone."""
    WEBCAM = "webcam"
    """By its name the device is a camera's microphone."""
    LOOPBACK = "loopback"
    """By its name the device is no microphone: it plays back what the computer says."""
    DISK = "disk"
    """The disk holds only so many more seconds."""


SUSPECT_S = 2.0
SILENT_S = 8.0
_QUIET = 0.002  # −54 dBFS: below the noise of any room that a live microphone hears
_FULL_SCALE, _RUN = 0.997, 3
_CLIPPING_BLOCKS = 3
_CLEAR_S = 2.0
_NOISE_S, _NOISE_PART = 5.0, 0.1
STANDARD_RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000)


class Meter:
    """Level of a microphone: peak, clipping, and the noise floor of the last seconds."""

    def __init__(self) -> None:
        self._loudness: deque[float] = deque(maxlen=round(_NOISE_S * 20))
        self.peak = self.noise = 0.0
        self.clipped = False

    def hear(self, samples: Samples) -> None:
        """Measure one frame."""
        magnitude = np.abs(samples)
        self.peak = min(1.0, float(magnitude.max(initial=0.0)))
        full = magnitude >= _FULL_SCALE
        self.clipped = bool(np.any(np.convolve(full, np.ones(_RUN), "valid") >= _RUN)) if full.any() else False
        if len(samples):
            self._loudness.append(float(np.sqrt(np.mean(np.square(samples)))))
            self.noise = float(np.quantile(self._loudness, _NOISE_PART))


class Ear:
    """Finds what is wrong in the sound itself: zeros, a repeated block, silence, clipping."""

    def __init__(self) -> None:
        self.meter = Meter()
        self._last: Samples | None = None
        self._lasting = dict.fromkeys((Trouble.ZEROS, Trouble.FROZEN, Trouble.SILENT), 0.0)
        self._told: set[Trouble] = set()
        self._clipped = self._since_clipped = 0.0

    def hear(self, samples: Samples, seconds: float) -> list[Warned]:
        """Take one frame of so many seconds; what began or ended with it."""
        self.meter.hear(samples)
        zeros = self.meter.peak == 0.0
        same = not zeros and self._last is not None and np.array_equal(samples, self._last)
        self._last = samples
        quiet = not zeros and not same and self.meter.peak < _QUIET
        found = []
        for trouble, holds, limit in (
            (Trouble.ZEROS, zeros, SUSPECT_S),
            (Trouble.FROZEN, same, SUSPECT_S),
            (Trouble.SILENT, quiet, SILENT_S),
        ):
            self._lasting[trouble] = self._lasting[trouble] + seconds if holds else 0.0
            found += self._change(trouble, self._lasting[trouble], holds=self._lasting[trouble] >= limit - 1e-6)
        return found + self._hear_clipping(seconds)

    def _hear_clipping(self, seconds: float) -> list[Warned]:
        self._since_clipped = 0.0 if self.meter.clipped else self._since_clipped + seconds
        if self.meter.clipped:
            self._clipped += 1
        elif self._since_clipped >= _CLEAR_S:
            self._clipped = 0
        return self._change(Trouble.CLIPPING, 0.0, holds=self._clipped >= _CLIPPING_BLOCKS)

    def _change(self, trouble: Trouble, seconds: float, *, holds: bool) -> list[Warned]:
        if holds == (trouble in self._told):
            return []
        (self._told.add if holds else self._told.discard)(trouble)
        return [Warned(trouble, round(seconds, 2), over=not holds)]


class Pace:
    """Measures how much sound comes in how much time, and finds a device that lies about its rate.

    `rate` is what the sound is to be taken at. A device that is a fifth off is noticed within a second, one that is
    off by a few hundredths (44.1 for 48 kHz) within some seconds: callbacks of honest devices come in bursts.
    """

    _SHORT, _LONG = (0.8, 0.2), (6.0, 0.06)
    _MEASURE_S = 0.5
    _FLOOD = 4.0

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._seen: deque[tuple[float, int]] = deque()
        self._measuring: tuple[float, int] | None = None

    def hear(self, at: float, samples: int) -> Trouble | None:
        """Take a frame that ended at `at`; RATE or FLOOD when it has become plain."""
        self._seen.append((at, samples))
        while self._seen and self._seen[0][0] < at - self._LONG[0]:
            self._seen.popleft()
        recent = sum(count for when, count in self._seen if when > at - 1.0)
        if recent > self._FLOOD * self.rate:
            return Trouble.FLOOD
        if self._measuring is not None:
            self._settle(at, samples)
        elif any(self._is_off(at, *rule) for rule in (self._SHORT, self._LONG)):
            self._measuring = (at, 0)
            return Trouble.RATE
        return None

    def _is_off(self, at: float, window: float, tolerance: float) -> bool:
        began = self._seen[0][0]
        if at - began < window - 1e-6:
            return False
        start = next(when for when, _ in self._seen if when >= at - window - 1e-6)
        count = sum(samples for when, samples in self._seen if when > start)
        return abs(count / (at - start) / self.rate - 1) > tolerance

    def _settle(self, at: float, samples: int) -> None:
        """Measure a while after the change, then take the nearest rate that devices have."""
        began, count = self._measuring or (at, 0)
        self._measuring = (began, count + samples)
        if at - began < self._MEASURE_S - 1e-6:
            return
        measured = (count + samples) / (at - began)
        self.rate = min(STANDARD_RATES, key=lambda rate: abs(rate / measured - 1))
        self._measuring = None
        self._seen.clear()


@cache
def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = json.loads(resources.path("microphones.json").read_text(encoding="utf-8"))["names"]
    return names


def kind_of(name: str) -> Trouble | None:
    """WEBCAM or LOOPBACK for a device whose name says so (resources/microphones.json), else None."""
    folded = name.casefold()
    for kind in (Trouble.LOOPBACK, Trouble.WEBCAM):
        if any(part in folded for part in _names()[kind.value]):
            return kind
    return None
