"""Three hours in one file: every word comes, and memory stays bounded."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from program import COMMAND, ROOT, SAMPLE

HOURS = 3
PEAK_MB = 1500


@pytest.fixture
def three_hours(tmp_path: Path) -> Path:
    """The sample dictation over and over."""
    sound, rate = soundfile.read(SAMPLE, dtype="int16")
    path = tmp_path / "three-hours.flac"
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        written = 0
        while written < HOURS * 3600 * rate:
            file.write(np.concatenate([sound, np.zeros(rate, np.int16)]))
            written += len(sound) + rate
    return path


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_three_hours_in_bounded_memory(three_hours: Path, tmp_path: Path) -> None:
    """The real command takes a three-hour recording with a peak under 1.5 GB and loses no stretch of it."""
    words = tmp_path / "words.json"
    arguments = [
        *COMMAND,
        "transcribe",
        str(three_hours),
        "--language",
        "en",
        "--format",
        "json",
        "--output",
        str(words),
    ]
    process = subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "2"})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    transcript = json.loads(words.read_text(encoding="utf-8"))
    peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    write_figure = runpy.run_path(str(ROOT / "tests" / "bench" / "figures.py"))["write_figure"]
    write_figure(
        "transcribe-three-hours-peak", figure=round(peak), unit="MB resident", target=f"<= {PEAK_MB}", n=1, peer="none",
        seed=None, command="make soak", coverage=transcript["coverage"]["fraction"], seconds=transcript["duration"],
        said=transcript["text"].count("metabolic panel"),
    )  # fmt: skip
    assert process.returncode == 0
    assert transcript["duration"] >= HOURS * 3600
    assert transcript["coverage"]["fraction"] >= 0.97
    assert transcript["text"].count("metabolic panel") >= 0.95 * HOURS * 3600 / 76
    assert peak <= PEAK_MB
