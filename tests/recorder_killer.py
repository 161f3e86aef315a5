"""Kills recorders at random moments and counts what is missing of the sound that had been captured by then.

The fake microphone counts the samples that it has delivered in a file that every process maps, so what was captured is
known however a process ends. Ours dies in three ways: the recorder itself is killed, the window above it, or the
engine beside it. The window is a stand-in (recorder_window), the engine has no model (recorder_follower).
"""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

import resources
from transcriber import recorder
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal
from transcriber.messages import Level, Record, Stop, from_line, to_line

ROOT = Path(__file__).parents[1]
KEY = bytes(range(32))
PEERS = Path(__file__).with_name("recorder_peers.py")
TAIL_S = 0.1
"""What a kill may cost of the sound that was captured."""

WINDOW = Path(__file__).with_name("recorder_window.py")
FOLLOWER = Path(__file__).with_name("recorder_follower.py")
HEARD = b"heard "
"""Begins a line of the follower's; all others are the recorder's."""

VICTIMS = ("recorder", "engine", "window")
"""Of ours, in turn."""

_CHANCES = 20
_WENT_ON = SAMPLE_RATE // 4
"""So much sound has to come after an engine's death for the recording to have gone on."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill, in samples: captured by then, told by then as being on the disk, and found on the disk.

    `intact` tells whether every sample that was found is the one that was captured there, and after an engine's death
    also whether the recording went on and was sealed. `heard` is how much the engine had followed by then, `retaken`
    how often the computer had been too busy to record up to there.
    """

    victim: str
    captured: int
    told: int
    found: int
    intact: bool
    heard: int = 0
    retaken: int = 0

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

    def of(self, victim: str) -> Report:
        """The kills of one victim alone."""
        return Report(tuple(kill for kill in self.kills if kill.victim == victim))

    def assert_enough(self, kills: int) -> None:
        """Fail where too little was done for the numbers to mean anything."""
        assert len(self.kills) >= kills
        assert self.captured_s >= 0.3 * kills
        assert sum(kill.told > 0 for kill in self.kills) >= 0.9 * kills
        followed = [kill for kill in self.kills if kill.victim in VICTIMS]
        assert sum(kill.heard > 0 for kill in followed) >= 0.9 * len(followed)

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
        speech, rate = soundfile.read(resources.path("samples/knee.flac"), dtype="int16")
        assert rate == SAMPLE_RATE
        self._pcm = speech[: 30 * SAMPLE_RATE]
        soundfile.write(self._file, self._pcm, SAMPLE_RATE, subtype="PCM_16")

    def run(self, kinds: Sequence[str], kills: int, *, at_once: int = 3, planted: str = "") -> Report:
        """Kill so many, of each kind in turn: `VICTIMS` are ours, the others are `recorder_peers`.

        `planted` is a bug of `recorder_window`.
        """
        delays = [(kinds[number % len(kinds)], number, self._random.uniform(0.35, 1.1)) for number in range(kills)]
        with ThreadPoolExecutor(at_once) as pool:
            return Report(tuple(pool.map(lambda each: self._kill(*each, planted), delays)))

    def _kill(self, kind: str, number: int, delay: float, planted: str) -> Kill:
        """Kill one. Where the computer was too busy to record without a gap up to then, it is done again."""
        for chance in range(_CHANCES):
            kill = self._try(kind, f"{planted}{kind}-{number}-{chance}", delay, planted)
            if kill is not None:
                return replace(kill, retaken=chance)
        raise AssertionError("the computer is too busy to record")

    def _try(self, kind: str, name: str, delay: float, planted: str) -> Kill | None:
        path, count = (self._folder / f"{name}{end}" for end in ("", ".count"))
        count.write_bytes(bytes(8))
        device = f"fake:{self._file}?count={count}"
        if kind in VICTIMS:
            return self._kill_ours(kind, path, count, device, delay, planted)
        command = [sys.executable, str(PEERS), kind, str(path), device]
        with _started(command) as process:
            told = _until(process, delay, int)
            captured = _counted(count)
            process.send_signal(signal.SIGKILL)
            captured = max(captured, _counted(count))
            told = max([told, *(int(line) for line in process.stdout if line.endswith(b"\n"))])
        pcm = {"ram": _nothing, "wav": _believed, "eager": _journal}[kind](path)
        return Kill(kind, captured, told, len(pcm), self._is_intact(pcm))

    def _kill_ours(self, victim: str, path: Path, count: Path, device: str, delay: float, planted: str) -> Kill | None:
        """A dictation of three processes, of which one dies; what was captured by then has to be on the disk."""
        engine = [sys.executable, str(FOLLOWER), str(path), KEY.hex()]
        request = to_line(Record(str(path), KEY.hex(), device))
        arguments = [planted, request, json.dumps([recorder.command(), engine])]
        ears = _Ears()
        with _started([sys.executable, "-S", str(WINDOW), *arguments]) as process:
            children = {name: int(process.stderr.readline() or 0) for name in ("recorder", "engine")}
            if not children["engine"]:
                return None
            _until(process, delay, ears.hear, lambda: ears.heard > 0)
            heard, captured = ears.heard, _counted(count)
            os.kill(children.get(victim, process.pid), signal.SIGKILL)
            if victim == "recorder":
                captured = max(captured, _counted(count))
            if victim == "engine":
                _until(process, 0.0, ears.hear, lambda: ears.told >= captured + _WENT_ON)
                with suppress(BrokenPipeError):
                    os.write(process.stdin.fileno(), to_line(Stop()).encode())
            for line in process.stdout:
                ears.hear(line)
        for child in children.values():
            _wait_for_end(child)
        with Journal.open(path, KEY) as journal:
            pcm, sealed = journal.read(0, journal.samples), journal.sealed
            if journal.gaps:
                return None
        whole = not sealed if victim != "engine" else sealed and len(pcm) >= captured + _WENT_ON
        return Kill(victim, captured, ears.told, len(pcm), whole and self._is_intact(pcm), heard)

    def _is_intact(self, pcm: np.ndarray) -> bool:
        return bool(np.array_equal(pcm, self._pcm[: len(pcm)]))


class _Ears:
    """What the window has said so far: samples told as being on the disk, and followed by the engine."""

    def __init__(self) -> None:
        self.told = self.heard = 0

    def hear(self, line: bytes) -> int:
        """Take a line, whole or cut off by a kill; the most that was told by now."""
        if not line.endswith(b"\n"):
            return self.told
        if line.startswith(HEARD):
            self.heard = max(self.heard, int(line.removeprefix(HEARD)))
        elif isinstance(message := from_line(line.decode()), Level):
            self.told = max(self.told, round(message.duration * SAMPLE_RATE))
        return self.told


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)


def _until(
    process: subprocess.Popen[bytes],
    delay: float,
    told: Callable[[bytes], int],
    ready: Callable[[], bool] = lambda: True,
) -> int:
    """Read until some time after the first level, and until all is ready; the most that was told."""
    most, until = 0, float("inf")
    while time.monotonic() < until and (line := process.stdout.readline()):
        most = max(most, told(line))
        if most and ready() and until == float("inf"):
            until = time.monotonic() + delay
    return most


def _counted(count: Path) -> int:
    return int(struct.unpack("<q", count.read_bytes())[0])


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
