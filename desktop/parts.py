"""The program put together: chart, desk, session, window, and how the chart is opened in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from desktop.chart import Chart, Key, NewChart, RecoveryKey
from desktop.dictation.desk import Desk
from desktop.dictation.job import EngineChoice
from desktop.messages import explain
from desktop.player.player import Player
from desktop.presenter import Presenter
from desktop.session import Session
from desktop.settings import LANGUAGE, MODEL, PUNCTUATION, Settings
from desktop.unlock import UnlockDialog
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
        dialog.submitted.connect(self._on_submitted)
        dialog.rejected.connect(self._parts.window.close)

    def ask(self) -> UnlockDialog:
        """The dialog that is open, or a new one over the window."""
        if self.dialog is None:
            dialog = UnlockDialog(self._parts.chart.home, parent=self._parts.window)
            self.adopt(dialog)
            dialog.open()
            return dialog
        return self.dialog

    @Slot(object)
    def _on_submitted(self, typed: Key | RecoveryKey | NewChart) -> None:
        chart = self._parts.chart
        if isinstance(typed, NewChart):
            chart.create(typed, success=self._on_made, failure=self._on_failed)
        else:
            chart.unlock_with(typed, success=self._on_open, failure=self._on_failed)

    def _on_made(self, recovery_key: str) -> None:
        """The new chart's recovery key is shown before anything else."""
        self.ask().show_recovery_key(recovery_key, self._on_open)

    def _on_open(self) -> None:
        self._parts.window.show()
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog.deleteLater()
            self.dialog = None
        self._parts.desk.equip(self._parts.engine)
        self._parts.window.recovery.look()
        self._parts.window.listen_outside()
        self._parts.session.refresh()
        self._parts.window.refresh()
        self._parts.window.facts.list.setFocus()
        self._parts.window.people.welcome()
        self._parts.window.upkeep.welcome()
        if self._files:
            self._parts.window.handlers.dictating.bring_in(self._files)

    def _on_failed(self, error: BaseException) -> None:
        message = explain(error)
        self.ask().show_problem(f"{message.sentence} {message.next_step} ({message.code})", message.code)
