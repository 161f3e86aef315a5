"""The composition root: puts the window, the session, the desk and the chart together, and runs them.

Owns the order of starting: the window first, then the chart, and whatever is heavy only when it is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.chart import Chart
from desktop.dictation.desk import Desk
from desktop.dictation.engine import Engine, EngineChoice
from desktop.dictation.recorder import Recorder
from desktop.messages import explain
from desktop.player.player import Player
from desktop.presenter import Presenter
from desktop.session import Session
from desktop.settings import LANGUAGE, MODEL, Settings
from desktop.theme.theme import follow_system
from desktop.unlock import UnlockDialog
from desktop.window import MainWindow

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]
PASSPHRASE_VARIABLE = "CHARTWRIGHT_PASSPHRASE"  # noqa: S105 - the variable's name, not its value


@dataclass(frozen=True, slots=True)
class Parts:
    """The program put together."""

    window: MainWindow
    session: Session
    desk: Desk
    engine: Engine
    chart: Chart


def run(home: Path, *, passphrase: str | None = None, files: Sequence[Path] = ()) -> int:
    """Open the window on the chart in `home` and stay until it is closed; returns the exit status.

    Without a passphrase the CHARTWRIGHT_PASSPHRASE variable is taken, and without that the user is asked. `files` are
    imported once the chart is open.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("the window needs a QApplication")
    app.setApplicationName("Chartwright")
    follow_system(app)
    parts = assemble(home)
    sys.excepthook = _shown_in(parts.window)
    parts.window.show()
    Opening(parts, files).begin(passphrase or os.environ.get(PASSPHRASE_VARIABLE))
    return app.exec()


def assemble(home: Path) -> Parts:
    """Build everything; nothing is opened or started yet."""
    settings = Settings(home)
    chart = Chart(home)
    engine = Engine(EngineChoice(settings.text(MODEL), settings.text(LANGUAGE) or None, home / "models"))
    desk = Desk(chart, engine, Recorder())
    session = Session(chart, desk)
    window = MainWindow(session, Player(), settings)
    for part in (chart, engine, desk, session):
        part.setParent(window)
    Presenter(window)
    return Parts(window, session, desk, engine, chart)


class Opening(QObject):
    """Unlocks the chart and fills the window."""

    def __init__(self, parts: Parts, files: Sequence[Path] = ()) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._files = list(files)
        self.dialog: UnlockDialog | None = None

    def begin(self, passphrase: str | None) -> None:
        """Open with a passphrase, or ask for it."""
        if passphrase:
            self._unlock(passphrase)
        else:
            self._ask()

    def _ask(self) -> UnlockDialog:
        if self.dialog is None:
            self.dialog = UnlockDialog(first=not self._parts.chart.exists, parent=self._parts.window)
            self.dialog.submitted.connect(self._unlock)
            self.dialog.rejected.connect(self._parts.window.close)
            self.dialog.open()
        return self.dialog

    def _unlock(self, passphrase: str) -> None:
        self._parts.chart.unlock(passphrase, success=self._on_open, failure=self._on_failed)

    def _on_open(self) -> None:
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog.deleteLater()
            self.dialog = None
        self._parts.session.refresh()
        self._parts.window.facts.list.setFocus()
        if self._files:
            self._parts.window.handlers.bring_in(self._files)

    def _on_failed(self, error: BaseException) -> None:
        message = explain(error)
        self._ask().show_problem(f"{message.sentence} {message.next_step} ({message.code})")


def _shown_in(window: MainWindow) -> Hook:
    """An exception hook that shows our own faults in the window, without what they hold."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        del kind, trace
        window.show_problem(error)

    return show
