"""The program put together: chart, desk, session, window, and how the chart is opened in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from desktop.chart import Chart
from desktop.dictation.desk import Desk
from desktop.dictation.job import EngineChoice
from desktop.messages import explain
from desktop.player.player import Player
from desktop.presenter import Presenter
from desktop.session import Session
from desktop.settings import LANGUAGE, MODEL, PUNCTUATION, Settings
from desktop.unlock import UnlockDialog, chart_exists
from desktop.window import MainWindow


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that lives as long as the window."""

    window: MainWindow
    session: Session
    desk: Desk
    chart: Chart
    engine: EngineChoice

    def open(self, files: Sequence[Path] = ()) -> Opening:
        """The opening of the chart; `files` are imported after it."""
        return Opening(self, files)


def assemble(home: Path) -> Parts:
    """Build everything on the data folder `home`; nothing is opened or started yet."""
    settings = Settings(home)
    chart = Chart(home)
    desk = Desk(chart)
    desk.says_marks = settings.text(PUNCTUATION) == "spoken"
    session = Session(chart, desk)
    window = MainWindow(session, Player(), settings)
    for part in (chart, desk, session):
        part.setParent(window)
    Presenter(window)
    engine = EngineChoice(settings.text(MODEL), settings.text(LANGUAGE) or None, home / "models")
    return Parts(window, session, desk, chart, engine)


class Opening(QObject):
    """Unlocks the chart and fills the window."""

    def __init__(self, parts: Parts, files: Sequence[Path] = ()) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._files = list(files)
        self.dialog: UnlockDialog | None = None

    def begin(self, passphrase: str) -> None:
        """Open with a passphrase; where it is wrong, ask."""
        self._parts.chart.unlock(passphrase, success=self._on_open, failure=self._on_failed)

    def adopt(self, dialog: UnlockDialog) -> None:
        """Open with what is typed into a dialog."""
        self.dialog = dialog
        dialog.submitted.connect(self.begin)
        dialog.rejected.connect(self._parts.window.close)

    def ask(self) -> UnlockDialog:
        """The dialog that is open, or a new one over the window."""
        if self.dialog is None:
            dialog = UnlockDialog(first=not chart_exists(self._parts.chart.home), parent=self._parts.window)
            self.adopt(dialog)
            dialog.open()
            return dialog
        return self.dialog

    def _on_open(self) -> None:
        self._parts.window.show()
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog.deleteLater()
            self.dialog = None
        self._parts.desk.equip(self._parts.engine)
        self._parts.window.recovery.look()
        self._parts.session.refresh()
        self._parts.window.facts.list.setFocus()
        if self._files:
            self._parts.window.handlers.bring_in(self._files)

    def _on_failed(self, error: BaseException) -> None:
        message = explain(error)
        self.ask().show_problem(f"{message.sentence} {message.next_step} ({message.code})")
