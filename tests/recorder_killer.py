"""Kills recorders at random moments and counts what is missing of the sound that had been captured by then.

The fake microphone counts the samples that it has delivered in a file that every process maps, so what was captured is
known however a process ends. Ours is killed in two ways: the recorder itself, or the window above it.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import subprocess
import sys
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from transcriber import recorder
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal
from transcriber.messages import Level, Record, from_line, to_line

ROOT = Path(__file__).parents[1]
KEY = bytes(range(32))
PEERS = Path(__file__).with_name("recorder_peers.py")
TAIL_S = 0.1
"""What a kill may cost of the sound that was captured."""

_WINDOW = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
sys.stderr.write(f"{child.pid}\\n"); sys.stderr.flush()
child.stdin.write(sys.stdin.buffer.readline())
for line in child.stdout:
    sys.stdout.buffer.write(line); sys.stdout.buffer.flush()
"""
"""A parent of the recorder that does what the window does with it, and can be killed instead of it."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill, in samples: captured by then, told by then as being on the disk, and found on the disk.

    `intact` tells whether every sample that was found is the one that was captured there.
    """

    captured: int
    told: int
    found: int
    intact: bool

    @property
    def committed_lost(self) -> int:
        """Samples that were told as being on the disk and are not."""
        return max(0, self.told - self.found)

    @property
    def tail_s(self) -> float:
        """Seconds that were captured and are not there."""
        return max(0, self.captured - self.found) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Report:
    """What many kills came to."""

    kills: tuple[Kill, ...]

    @property
    def captured_s(self) -> float:
        """Seconds that were captured in all."""
        return sum(kill.captured for kill in self.kills) / SAMPLE_RATE

    @property
    def lost_s(self) -> float:
        """Seconds that were captured and are not there, in all."""
        return sum(kill.tail_s for kill in self.kills)

    @property
    def worst_s(self) -> float:
        """The most that one kill cost."""
        return max(kill.tail_s for kill in self.kills)

    @property
    def committed_lost(self) -> int:
        """Samples that were told as being on the disk and are not, in all."""
        return sum(kill.committed_lost for kill in self.kills)

    def assert_enough(self, kills: int) -> None:
        """Fail where too little was done for the numbers to mean anything."""
        assert len(self.kills) >= kills
        assert self.captured_s >= 0.3 * kills
        assert sum(kill.told > 0 for kill in self.kills) >= 0.9 * kills

    def assert_safe(self) -> None:
        """Fail where anything committed is lost or changed, or a kill cost more than a tenth of a second."""
        assert all(kill.intact for kill in self.kills)
        assert self.committed_lost == 0
        assert self.worst_s <= TAIL_S


class Killer:
    """Kills recorders that record in `folder`; `seed` chooses the moments."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self._folder = folder
        self._random = random.Random(seed)  # noqa: S311
        self._file = folder / "captured.wav"
        self._pcm = np.random.default_rng(seed).integers(-20_000, 20_000, 30 * SAMPLE_RATE, np.int16)
        soundfile.write(self._file, self._pcm, SAMPLE_RATE, subtype="PCM_16")

    def run(self, kind: str, kills: int, *, at_once: int = 5) -> Report:
        """Kill so many recorders: "recorder" and "window" are ours, the others are `recorder_peers`."""
        delays = [(number, self._random.uniform(0.35, 1.1)) for number in range(kills)]
        with ThreadPoolExecutor(at_once) as pool:
            return Report(tuple(pool.map(lambda each: self._kill(kind, *each), delays)))

    def _kill(self, kind: str, number: int, delay: float) -> Kill:
        path = self._folder / f"{kind}-{number}"
        count = self._folder / f"{kind}-{number}.count"
        count.write_bytes(bytes(8))
        device = f"fake:{self._file}?count={count}"
        ours = kind in ("recorder", "window")
        command = recorder.command() if ours else [sys.executable, str(PEERS), kind, str(path), device]
        if kind == "window":
            command = [sys.executable, "-S", "-c", _WINDOW, *command]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
            if ours:
                process.stdin.write(to_line(Record(str(path), KEY.hex(), device)).encode())
                process.stdin.flush()
            child = int(process.stderr.readline()) if kind == "window" else 0
            told = self._listen(process, delay, ours=ours)
            captured = struct.unpack("<q", count.read_bytes())[0]
            process.send_signal(signal.SIGKILL)
            if kind != "window":
                captured = max(captured, struct.unpack("<q", count.read_bytes())[0])
            told = max([told, *(self._told(line, ours=ours) for line in process.stdout if line.endswith(b"\n"))])
        if child:
            _wait_for_end(child)
        return self._examine(kind, path, captured, told)

    def _listen(self, process: subprocess.Popen[bytes], delay: float, *, ours: bool) -> int:
        """Until some time after the first level; the most that was told."""
        told, until = 0, float("inf")
        while time.monotonic() < until:
            told = max(told, self._told(process.stdout.readline(), ours=ours))
            if told and until == float("inf"):
                until = time.monotonic() + delay
        return told

    def _told(self, line: bytes, *, ours: bool) -> int:
        if not ours:
            return int(line)
        message = from_line(line.decode())
        return round(message.duration * SAMPLE_RATE) if isinstance(message, Level) else 0

    def _examine(self, kind: str, path: Path, captured: int, told: int) -> Kill:
        pcm = {"ram": _nothing, "wav": _believed}.get(kind, _journal)(path)
        return Kill(captured, told, len(pcm), bool(np.array_equal(pcm, self._pcm[: len(pcm)])))


def _nothing(_path: Path) -> np.ndarray:
    return np.zeros(0, np.int16)


def _believed(path: Path) -> np.ndarray:
    """What a player finds in the file: as much as its header says."""
    try:
        with wave.open(str(path)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except (EOFError, wave.Error):
        return np.zeros(0, np.int16)


def _journal(path: Path) -> np.ndarray:
    with Journal.open(path, KEY) as journal:
        assert not journal.sealed
        return journal.read(0, journal.samples)


def _wait_for_end(pid: int) -> None:
    """Wait for a process that is not ours any more; where nobody collects it, for its death."""
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state.startswith("Z"):
            return
        time.sleep(0.005)
