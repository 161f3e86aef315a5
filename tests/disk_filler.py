"""Fills a disk under a recording, the limit moving byte by byte, and looks at what is left.

Run as `python disk_filler.py KIND FOLDER FIRST LAST STEP`: for every limit it records with `KIND` until no more fits,
finishes, and prints one line: limit, samples acknowledged, samples found, whether the recording is sealed and intact.
The limit is on the size of each file (RLIMIT_FSIZE): a write that goes past it is cut short without an error, as on a
disk that fills; only the next one fails. Kinds: "ours", and "careless", a plain file whose writer does not look at
how much of a write was taken (the planted bug).
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcriber.audio import SAMPLE_RATE
from transcriber.errors import DiskFull
from transcriber.journal import Journal
from transcriber.space import Space
from transcriber.take import Take

KEY = bytes(range(32))
FRAME = SAMPLE_RATE // 20
MOST = 200


@dataclass(frozen=True, slots=True)
class Full:
    """What a full disk left."""

    limit: int
    acknowledged: int
    found: int
    sealed: bool
    intact: bool


def sweep(folder: Path, kind: str, limits: range) -> list[Full]:
    """Record once for every limit, in a process of its own."""
    command = [sys.executable, __file__, kind, str(folder), *(str(each) for each in (limits.start, limits.stop))]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    told = subprocess.run(
        [*command, str(limits.step)], capture_output=True, text=True, check=True, env=environment
    ).stdout
    return [Full(*(int(part) for part in line.split()[:3]), *(part == "1" for part in line.split()[3:]))
            for line in told.splitlines()]  # fmt: skip


def _sound(start: int, count: int) -> np.ndarray:
    return (((np.arange(start, start + count) % 60_000) - 30_000) / 32768).astype(np.float32)


def _limit(size: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def ours(path: Path, limit: int) -> tuple[int, np.ndarray, bool]:
    """Our recorder's way: every frame through a take, then the seal."""
    take = Take(Journal.create(path, KEY, device="test"), Space(path), "test")
    _limit(limit)
    try:
        for number in range(MOST):
            take.add(_sound(number * FRAME, FRAME), SAMPLE_RATE)
    except DiskFull:
        pass
    take.seal()
    _limit(resource.RLIM_INFINITY)
    with Journal.open(path, KEY) as journal:
        return take.written, journal.read(0, journal.samples), journal.sealed


def careless(path: Path, limit: int) -> tuple[int, np.ndarray, bool]:
    """A plain file; what a write says of how much it took is not looked at."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    written = 0
    _limit(limit)
    try:
        for number in range(MOST):
            os.write(file, np.rint(_sound(number * FRAME, FRAME) * 32768).astype("<i2").tobytes())
            written += FRAME
    except OSError:
        pass
    os.close(file)
    _limit(resource.RLIM_INFINITY)
    data = path.read_bytes()
    return written, np.frombuffer(data[: len(data) // 2 * 2], "<i2"), True


def main() -> None:
    """Sweep."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit in range(*(int(each) for each in sys.argv[3:6])):
        path = folder / f"{limit}.{kind}"
        written, found, sealed = {"ours": ours, "careless": careless}[kind](path, limit)
        expected = np.rint(_sound(0, len(found)) * 32768).astype(np.int16)
        intact = bool(np.array_equal(found, expected))
        sys.stdout.write(f"{limit} {written} {len(found)} {int(sealed)} {int(intact)}\n")
        for leftover in folder.glob(f"{path.name}*"):
            leftover.unlink()


if __name__ == "__main__":
    main()
