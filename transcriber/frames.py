"""What a microphone delivers, and how it travels from the process that listens to the one that writes.

Owns the frame and its bytes on a pipe. Knows no device and no journal.
"""

from __future__ import annotations

import json
import struct
import time
from dataclasses import dataclass, field
from typing import IO

import numpy as np

from transcriber.audio import Samples
from transcriber.errors import TranscriberError

TICK_S = 0.05
"""Sound comes in frames of so many seconds: twenty levels a second, and the most that a kill can cost."""

SILENCE: Samples = np.zeros(0, np.float32)
_HEAD = struct.Struct("<cI")
_TIMES = struct.Struct("<dd??")
_FRAME, _OPENED, _REFUSED, _ENDED = b"F", b"O", b"R", b"E"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which microphone to open. `source` is what the sound server called it before, empty where it is not known;
    `since` is the fake microphone's clock when it is opened.
    """

    device: str | None = None
    channel: int = 0
    pace: float = 1.0
    since: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The device is open: its name for people, its rate in Hz, its name for the sound server."""

    name: str
    rate: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Mono sound that ends at `at` (seconds of a clock that stands still in sleep), or none: a sign of life.

    `slept` are the seconds that the computer has slept so far, `present` tells whether the device is still connected
    and still the one that is heard, `overflowed` that sound before this frame was lost on the way.
    """

    at: float
    slept: float = 0.0
    samples: Samples = field(default_factory=lambda: SILENCE)
    present: bool = True
    overflowed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The device could not be opened, or failed."""

    error: TranscriberError


@dataclass(frozen=True, slots=True)
class Ended:
    """There is no more sound: the file is over. `died` where a process ended without saying so."""

    died: bool = False


Item = Opened | Frame | Refused | Ended


def write_item(out: IO[bytes], item: Item) -> None:
    """Put an item on the pipe."""
    if isinstance(item, Frame):
        times = _TIMES.pack(item.at, item.slept, item.present, item.overflowed)
        kind, body = _FRAME, times + item.samples.astype("<f4").tobytes()
    elif isinstance(item, Opened):
        kind, body = _OPENED, json.dumps([item.name, item.rate, item.source]).encode()
    elif isinstance(item, Refused):
        kind, body = _REFUSED, json.dumps([item.error.code, item.error.sentence, item.error.next_step]).encode()
    else:
        kind, body = _ENDED, b""
    out.write(_HEAD.pack(kind, len(body)) + body)
    out.flush()


def read_item(source: IO[bytes]) -> Item:
    """The next item from the pipe; at its end, `Ended` with `died`."""
    head = source.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return Ended(died=True)
    kind, length = _HEAD.unpack(head)
    body = source.read(length)
    if len(body) < length:
        return Ended(died=True)
    if kind == _FRAME:
        at, slept, present, overflowed = _TIMES.unpack_from(body)
        samples = np.frombuffer(body, "<f4", offset=_TIMES.size).astype(np.float32)
        return Frame(at, slept, samples, present, overflowed)
    if kind == _OPENED:
        return Opened(*json.loads(body))
    if kind == _REFUSED:
        code, sentence, next_step = json.loads(body)
        error = TranscriberError(sentence, next_step)
        error.code = code
        return Refused(error)
    return Ended()


def slept() -> float:
    """Seconds that this computer has slept since it was started, as far as the system tells."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.clock_gettime(boot) if boot is not None else time.time()) - time.monotonic()
