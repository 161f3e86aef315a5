"""What the window's tests run in: an offscreen screen, a chart with a dictation, a window on it, and no leftovers."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import window_samples
from PySide6.QtCore import QProcess, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from desktop.parts import Opening, Parts, assemble
from desktop.theme.theme import follow_system
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

LANES = ("chart", "loudspeaker", "waveform", "import", "messages", "devices", "pedals")
CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)


def leftovers() -> list[str]:
    """What a test left running: lanes, timers, processes."""
    found = [f"thread {each.name}" for each in threading.enumerate() if each.name.startswith(LANES)]
    found += [f"process {each.pid}" for each in multiprocessing.active_children()]
    for each in gc.get_objects():
        if isinstance(each, QTimer) and isValid(each) and each.isActive():
            found.append(f"timer of {type(each.parent()).__name__}")
        elif isinstance(each, QProcess) and isValid(each) and each.state() is not QProcess.ProcessState.NotRunning:
            found.append(f"process {each.processId()}")
    return found


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a process behind."""
    yield
    if "qapp" in request.fixturenames:
        left = leftovers()
        assert left == [], f"left running: {left}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with a chart of two patients and one dictation of Maria's, ready for review."""
    folder = tmp_path / "home"
    with Store.create(folder, window_samples.PASSPHRASE, cost=CHEAP) as store:
        store.add_patient(window_samples.MARIA)
        store.add_patient(window_samples.PER)
        encounter = store.add_encounter(window_samples.MARIA, title="Follow-up")
        store.save_draft(encounter.id, window_samples.draft())
    return folder


@dataclass
class Program:
    """The running program, with what a test does to it most."""

    parts: Parts
    opening: Opening
    qtbot: object

    def __getattr__(self, name: str) -> object:
        return getattr(self.parts, name)

    def run(self, command: str) -> None:
        """Do a command by its id."""
        self.parts.window.actions_by_id[command].trigger()

    def settled(self) -> bool:
        """Whether the chart has answered everything."""
        return not self.parts.chart.busy


@pytest.fixture
def program(qapp: QApplication, qtbot, home: Path) -> Iterator[Program]:
    """A window on the chart in `home`, unlocked and showing its worklist."""
    follow_system(qapp)
    parts = assemble(home)
    parts.window.show()
    qtbot.waitExposed(parts.window)
    opening = Opening(parts)
    opening.begin(window_samples.PASSPHRASE)
    qtbot.waitUntil(lambda: bool(parts.session.encounters), timeout=20_000)
    yield Program(parts, opening, qtbot)
    parts.window.close()
    parts.window.deleteLater()


@pytest.fixture
def review(program: Program, qtbot) -> Program:
    """The program with Maria's dictation open, its first check in focus."""
    program.parts.session.open(program.parts.session.encounters[0].id)
    qtbot.waitUntil(lambda: bool(program.parts.window.transcript.view.marked), timeout=20_000)
    program.parts.window.facts.list.setFocus()
    return program
