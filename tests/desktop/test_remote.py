"""Commands from outside the window: which may come, that they arrive, and what is said where no window is open."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtGui import QAction

from desktop.commands.table import COMMANDS
from desktop.errors import NotFromOutside, NoWindow
from desktop.remote import ALLOWED, Remote, press


@pytest.fixture
def ran(qapp, tmp_path):
    """A listening window of two commands, and what was run."""
    done = []
    actions = {}
    for name in ("dictation.record", "entry.accept"):
        actions[name] = QAction()
        actions[name].triggered.connect(lambda _=False, name=name: done.append(name))
    remote = Remote(tmp_path, actions)
    yield done
    remote.close()


def test_a_command_arrives(qtbot, ran, tmp_path):
    """The command line runs the command, once, and says nothing."""
    line = [sys.executable, "-m", "desktop", "press", "dictation.record", "--data-dir", str(tmp_path)]
    asking = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    qtbot.waitUntil(lambda: asking.poll() is not None, timeout=20_000)

    assert (asking.communicate()[1], asking.returncode) == ("", 0)
    assert ran == ["dictation.record"]


def test_a_decision_cannot_come_from_outside(tmp_path):
    """Accepting is refused before anything is asked."""
    with pytest.raises(NotFromOutside):
        press(tmp_path, "entry.accept")


def test_no_window_is_said(tmp_path):
    """Where none is open on the folder."""
    with pytest.raises(NoWindow):
        press(tmp_path / "elsewhere", "dictation.record")


def test_what_may_come_exists():
    """Every allowed command is one of the window's."""
    assert set(ALLOWED) <= {command.id for command in COMMANDS}
