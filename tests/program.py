"""The real program in a process of its own, for tests that look at it from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import soundfile

import resources

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "desktop")
SAMPLE = resources.path("samples/follow-up.flac")


def chartwright(
    *arguments: str | Path, stdin: str = "", around: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `chartwright ARGUMENTS` with nothing but `environment`; `around` is a program that runs it (strace)."""
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2", **environment}
    command = [*around, *COMMAND, *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=150, env=variables, check=False)


def clip(path: Path, seconds: float, *, start: float = 0.0) -> Path:
    """A piece of the sample dictation as a wav file."""
    rate = soundfile.info(SAMPLE).samplerate
    sound, _ = soundfile.read(SAMPLE, start=int(start * rate), frames=int(seconds * rate), dtype="int16")
    soundfile.write(path, sound, rate)
    return path
