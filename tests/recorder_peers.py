"""Recorders that the killer is tried on beside ours: what other programs do, and bugs that it has to catch.

Run as `python recorder_peers.py KIND PATH DEVICE`: records from the fake microphone through the same process as ours
and tells how much it claims to have, one number of samples a line. Kinds:

    ram     a list in memory, written when stopped (Buzz, Handy and Anki's recorder: docs/decisions/0088)
    wav     the standard library's wave writer, whose header is patched when the file is closed
    eager   our journal with a planted bug: it tells what it has not written yet
"""

from __future__ import annotations

import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from transcriber.audio import SAMPLE_RATE, to_int16
from transcriber.capture import CaptureProcess
from transcriber.frames import Ended, Frame, Wanted
from transcriber.journal import Journal

KEY = bytes(range(32))
_LATE = 8


def ram(_path: Path) -> Callable[[np.ndarray], None]:
    """Keep everything in a list."""
    return [].append


def wav(path: Path) -> Callable[[np.ndarray], None]:
    """Write into a wav file."""
    file = wave.open(str(path), "wb")  # noqa: SIM115
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(SAMPLE_RATE)
    return lambda pcm: file.writeframesraw(pcm.tobytes())


def eager(path: Path) -> Callable[[np.ndarray], None]:
    """Write some frames late."""
    journal = Journal.create(path, KEY, device="eager")
    held: list[np.ndarray] = []

    def keep(pcm: np.ndarray) -> None:
        held.append(pcm)
        if len(held) == _LATE:
            journal.append(np.concatenate(held))
            held.clear()

    return keep


def main() -> None:
    """Record until killed."""
    kind, path, device = sys.argv[1:4]
    pace = float(sys.argv[4]) if len(sys.argv) > 4 else 1.0
    source = CaptureProcess(Wanted(device, pace=pace))
    keep = {"ram": ram, "wav": wav, "eager": eager}[kind](Path(path))
    claimed = 0
    while not isinstance(item := source.take(5.0), Ended | None):
        if isinstance(item, Frame):
            keep(to_int16(item.samples))
            claimed += len(item.samples)
            sys.stdout.write(f"{claimed}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
