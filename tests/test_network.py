"""Nothing reaches for a network unless the user asks for it: the system calls of the real program are watched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import ROOT, chartwright, clip

from ehr.chart.patient import Patient
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

STRACE = shutil.which("strace")


def watching(log: Path) -> tuple[str, ...]:
    """The program that writes every network call of a process and its children to `log`."""
    return (str(STRACE), "-f", "-qq", "-e", "trace=%network", "-o", str(log))


def reached(log: Path) -> list[str]:
    """The calls that name an internet address.

    One is let through: at import, urllib3 binds a socket to its own machine's ::1 to see whether IPv6 exists.
    """
    calls = [line for line in log.read_text(encoding="utf-8").splitlines() if re.search(r"sa_family=AF_INET6?\b", line)]
    return [call for call in calls if not ("bind(" in call and "htons(0)" in call and '"::1"' in call)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Where calls are logged; skips where watching is not possible."""
    if STRACE is None:
        pytest.skip("strace is not installed")
    path = tmp_path / "calls"
    tried = subprocess.run([*watching(path), "true"], capture_output=True, check=False)
    if tried.returncode != 0:
        pytest.skip("watching a process is not permitted here")
    return path


def test_the_watch_sees_a_planted_call(log: Path) -> None:
    """The test below can fail: an address that is reached for is seen, in a child process too."""
    call = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 53))"
    planted = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {call!r}], check=True)"
    subprocess.run([*watching(log), sys.executable, "-c", planted], check=True)
    assert any("connect(" in each and "192.0.2.1" in each for each in reached(log))


def test_from_sound_to_entries_without_a_network(log: Path, tmp_path: Path) -> None:
    """Model, speech detection, extraction and store call nobody, and no library leaves a file of its own at home."""
    home = tmp_path / "home"
    home.mkdir()
    sound = clip(tmp_path / "visit.wav", 6.0)
    places = {"HOME": str(home), "CHARTWRIGHT_HOME": str(tmp_path / "chart"), "CHARTWRIGHT_PASSPHRASE": "secret"}
    done = chartwright("chart", sound, "--patient", "1", around=watching(log), **places)
    assert (done.returncode, reached(log)) == (0, []), done.stderr
    assert [path for path in home.rglob("*") if path.is_file()] == []


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.app import run

def close_when_open():
    windows = [each for each in QApplication.topLevelWidgets() if hasattr(each, "session")]
    if windows and windows[0].session.encounters:
        windows[0].close()

app = QApplication([])
timer = QTimer()
timer.timeout.connect(close_when_open)
timer.start(20)
sys.exit(run(Path(sys.argv[1])))
"""
"""Opens the window on a chart and closes it once its dictations are listed."""


def test_the_window_opens_without_a_network(log: Path, tmp_path: Path) -> None:
    """Neither Qt nor anything that the window loads calls anybody."""
    with Store.create(tmp_path / "chart", "secret", cost=Argon2Cost(1, 1, 8)) as store:
        store.add_encounter(store.add_patient(Patient("1", "Doe", "Jo")))
    (tmp_path / "home").mkdir()
    places = {"HOME": str(tmp_path / "home"), "CHARTWRIGHT_PASSPHRASE": "secret", "QT_QPA_PLATFORM": "offscreen"}
    command = [*watching(log), sys.executable, "-c", WINDOW, str(tmp_path / "chart")]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **places}
    opened = subprocess.run(command, capture_output=True, text=True, timeout=150, env=environment, check=False)
    assert (opened.returncode, reached(log)) == (0, []), opened.stderr
