"""Commands from outside the window: which may come, that they arrive, and what is said where no window is open."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtGui import QAction

from desktop.commands import COMMANDS
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
    """Another process's press runs the command."""
    asking = threading.Thread(target=press, args=(tmp_path, "dictation.record"))
    asking.start()
    qtbot.waitUntil(lambda: ran == ["dictation.record"])
    qtbot.waitUntil(lambda: not asking.is_alive())
    asking.join()


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
