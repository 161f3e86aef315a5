"""What the journal costs beside the leanest thing that could stand in its place: an append-only file of AEAD frames.

Both take the same ten minutes of 50 ms frames, in turn, and reach the disk once a second. What is measured: seconds of
processor and of waiting per second of sound, bytes on the disk, and the slowest append.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import paired_ratio, write_figure
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal

SECONDS, ROUNDS = 600, 3
FRAME = SAMPLE_RATE // 20
KEY = bytes(range(32))
Append = Callable[[np.ndarray], None]


def journal(path: Path) -> tuple[Append, Callable[[], None]]:
    """Ours."""
    opened = Journal.create(path, KEY, device="bench")

    def end() -> None:
        opened.seal()
        opened.close()

    return opened.append, end


def frames(path: Path) -> tuple[Append, Callable[[], None]]:
    """A length, a counter, and AES-256-GCM over the samples; one write a frame."""
    file, cipher, count = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND), AESGCM(KEY), 0

    def append(pcm: np.ndarray) -> None:
        nonlocal count
        sealed = cipher.encrypt(count.to_bytes(12, "little"), pcm.tobytes(), None)
        os.write(file, len(sealed).to_bytes(4, "little") + sealed)
        count += 1
        if count % 20 == 0:
            os.fdatasync(file)

    return append, lambda: os.close(file)


def measure(make: Callable[[Path], tuple[Append, Callable[[], None]]], folder: Path) -> dict[str, float]:
    """Write the sound; milliseconds per second of sound, the slowest append in ms, bytes per second of sound."""
    path = folder / f"{make.__name__}-{time.monotonic_ns()}"
    sound = np.random.default_rng(0).integers(-9000, 9000, FRAME, np.int16)
    append, end = make(path)
    took, before = [], resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(SECONDS * 20):
        began = time.perf_counter()
        append(sound)
        took.append(time.perf_counter() - began)
    end()
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "processor_ms": 1000 * processor / SECONDS,
        "wall_ms": 1000 * sum(took) / SECONDS,
        "p99_ms": 1000 * statistics.quantiles(took, n=100)[98],
        "slowest_ms": 1000 * max(took),
        "bytes": path.stat().st_size / SECONDS,
    }


def main() -> None:
    """Measure both in turn and write the figure."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        pairs = [(measure(journal, Path(folder)), measure(frames, Path(folder))) for _ in range(ROUNDS)]
    ours, peer = ({name: round(statistics.median(each[side][name] for each in pairs), 3) for name in pairs[0][0]}
                  for side in (0, 1))  # fmt: skip
    path = write_figure(
        "journal-cost", figure=ours["processor_ms"], unit="ms of processor per second of sound", target="<= 50",
        n=ROUNDS * SECONDS * 20, peer="append-only file of AES-256-GCM frames", seed=0,
        command="python tests/bench/journal_bench.py", ours=ours, theirs=peer,
        ratio=paired_ratio([each["processor_ms"] for each, _ in pairs], [each["processor_ms"] for _, each in pairs]),
    )  # fmt: skip
    sys.stdout.write(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
