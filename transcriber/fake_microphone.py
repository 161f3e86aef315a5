"""A microphone that is not there: it plays a sound file, and fails by a script of faults.

Owns the fake that tests, the demonstration and the documentation record from. It keeps the promises of a real one:
frames of 50 ms, signs of life between them, a device that cannot be opened while it is unplugged.

"file:PATH" plays a file. "fake:PATH?unplug=3&return=5" plays it, unplugged from second 3 to second 5 of its own clock:

    unplug=T return=T   no sound and no device between the two
    vanish=T return=T   the device leaves the list, and the sound of another one goes on
    hang=T              the driver blocks: no sound until the device is opened again
    freeze=T            the whole process stands still until it is killed
    late=T              the first sound comes in second T
    zeros=T until=T     every sample is zero
    same=T until=T      the driver repeats one block
    rate=T:HZ           the device delivers HZ samples a second and claims another rate
    flood=T             fifty blocks come instead of one, until the device is opened again
    sleep=T:S           the computer sleeps for S seconds
    stuck=1             the driver never comes back from closing
    loop=1 length=S     the file starts again at its end; the sound ends after S seconds
    count=FILE          eight bytes in FILE count the samples that were delivered, as long as the process lives
"""

from __future__ import annotations

import mmap
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import soundfile

from transcriber.audio import Samples
from transcriber.errors import NoMicrophone
from transcriber.frames import TICK_S, Ended, Frame, Wanted

PREFIXES = ("file:", "fake:")
_NEVER = float("inf")
_FLOOD = 50
_COUNT = struct.Struct("<q")


class FakeMicrophone:
    """Plays a file at `wanted.pace` times its speed. Raises NoMicrophone for a missing file or while unplugged.

    With a pace of 0 frames come as fast as they are taken, and None where a real microphone would not answer.
    """

    def __init__(self, wanted: Wanted) -> None:
        device = wanted.device or ""
        path, _, script = device.removeprefix(PREFIXES[0]).removeprefix(PREFIXES[1]).partition("?")
        if not Path(path).is_file():
            raise NoMicrophone("The file that stands in for a microphone does not exist.")
        self._script = _Script(script)
        self._wanted = wanted
        if not self._script.connected(wanted.since):
            raise NoMicrophone("The chosen microphone is not connected.")
        self._file = soundfile.SoundFile(path)
        self.name = f"{device.partition(':')[0]}:{Path(path).name}"
        self.source = ""
        self.rate = int(self._file.samplerate)
        self._count = _counter(self._script.text("count"))
        self._last: Samples | None = None

    def frames(self) -> Iterator[Frame | Ended | None]:
        """What comes, one item a tick; ends with the sound."""
        script, pace = self._script, self._wanted.pace
        length = script.number("length", _NEVER if script.flag("loop") else self._file.frames / self.rate)
        began, tick = time.monotonic(), round(self._wanted.since / TICK_S)
        while (start := tick * TICK_S) < length:
            tick += 1
            at = tick * TICK_S
            if pace:
                time.sleep(max(0.0, began + (at - self._wanted.since) / pace - time.monotonic()))
            yield from self._tick(start, at)
        yield Ended()

    def close(self) -> None:
        """Let go of the file, or, where the script says so, never come back."""
        if self._script.flag("stuck"):
            threading.Event().wait()
        self._file.close()

    def _tick(self, start: float, at: float) -> Iterator[Frame | None]:
        script, opened = self._script, self._wanted.since
        slept = script.pair("sleep")[1] if at > script.pair("sleep")[0] else 0.0
        if opened <= script.number("freeze") <= start:
            if self._wanted.pace:
                threading.Event().wait()
            yield None
        elif (
            script.gone(start) or opened <= script.number("hang") <= start or start < opened + script.number("late", 0)
        ):
            yield Frame(at, slept, present=script.connected(start))
        else:
            samples = self._samples(start, at)
            for _ in range(_FLOOD if opened <= script.number("flood") <= start else 1):
                if self._count is not None:
                    _COUNT.pack_into(self._count, 0, _COUNT.unpack_from(self._count)[0] + len(samples))
                yield Frame(at, slept, samples, present=script.connected(start))

    def _samples(self, start: float, at: float) -> Samples:
        """The sound of [start, at), as the script lets it through."""
        script = self._script
        first, last = round(start * self.rate), round(at * self.rate)
        samples = self._read(first, last)
        if script.within("zeros", start):
            return np.zeros_like(samples)
        if script.within("same", start) and self._last is not None:
            return self._last
        if start >= script.pair("rate")[0]:
            places = np.linspace(0, len(samples) - 1, round(script.pair("rate")[1] * TICK_S))
            samples = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
        if not script.connected(start):
            samples = 0.001 * np.random.default_rng(first).standard_normal(len(samples)).astype(np.float32)
        self._last = samples
        return samples

    def _read(self, first: int, last: int) -> Samples:
        place = first % self._file.frames if self._script.flag("loop") else first
        self._file.seek(place)
        frames = self._file.read(last - first, dtype="float32", always_2d=True)
        if self._script.flag("loop") and len(frames) < last - first:
            self._file.seek(0)
            rest = self._file.read(last - first - len(frames), dtype="float32", always_2d=True)
            frames = np.concatenate([frames, rest])
        return mono(frames, self._wanted.channel)


class _Script:
    """The faults of one fake device, by name and time."""

    def __init__(self, text: str) -> None:
        self._told = dict(parse_qsl(text, strict_parsing=True)) if text else {}

    def text(self, name: str) -> str:
        """A value as it was written, empty where there is none."""
        return self._told.get(name, "")

    def flag(self, name: str) -> bool:
        """Whether a value is 1."""
        return self.text(name) == "1"

    def number(self, name: str, otherwise: float = _NEVER) -> float:
        """A time or length, `otherwise` where there is none."""
        return float(self._told.get(name, otherwise))

    def pair(self, name: str) -> tuple[float, float]:
        """A time and what happens then."""
        when, _, what = self.text(name).partition(":")
        return (float(when), float(what)) if what else (_NEVER, 0.0)

    def within(self, name: str, start: float) -> bool:
        """Whether a fault that ends with `until` holds."""
        return self.number(name) <= start < self.number("until")

    def gone(self, start: float) -> bool:
        """Whether the device is unplugged."""
        return self.number("unplug") <= start < self.number("return")

    def connected(self, start: float) -> bool:
        """Whether the device is in the list of devices."""
        return not (self.gone(start) or self.number("vanish") <= start < self.number("return"))


def mono(frames: np.ndarray[tuple[int, int], np.dtype[np.float32]], channel: int) -> Samples:
    """One channel of (frames, channels), counted from 1, or the mix for 0; the last one where there are fewer."""
    if channel == 0:
        mixed: Samples = frames.mean(axis=1, dtype=np.float32)
        return mixed
    chosen: Samples = np.ascontiguousarray(frames[:, min(channel, frames.shape[1]) - 1])
    return chosen


def _counter(path: str) -> mmap.mmap | None:
    """Shared memory that outlives this process, however it ends."""
    if not path:
        return None
    with Path(path).open("r+b") as file:
        return mmap.mmap(file.fileno(), _COUNT.size)
