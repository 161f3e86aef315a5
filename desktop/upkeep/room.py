"""Keeping the chart safe, as the window does it: the page, the backup by one key, and the reminder of it.

Owns when it reminds: at the start, whoever may make backups, where the last verified one is too old or there is none
and something was dictated. It never opens a dialog by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.settings import BACKUP_DAYS, Settings
from desktop.upkeep.reminder import ReminderBar
from desktop.upkeep.run import BackupRun
from ehr.chart.people import Right

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from desktop.session import Session
    from ehr.chart.patient import Patient
    from ehr.store.errors import BackupDue
    from ehr.store.manifest import Manifest


class Frame(Protocol):
    """What this room needs of the window."""

    session: Session

    def ask_patient(self, purpose: str, then: Callable[[Patient], None]) -> None:
        """Let a patient be chosen, and go on with them."""

    def show_problem(self, error: BaseException, again: Callable[[], None] | None = None) -> None:
        """Say what went wrong."""


class Upkeep(QObject):
    """Reached as `window.upkeep`."""

    def __init__(self, frame: Frame, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._frame, self._window, self._settings = frame, window, settings
        self._session = frame.session
        self.run = BackupRun(self._session, self)
        self.run.made.connect(self._on_made)
        self.run.failed.connect(self._on_failed)
        self._bar: ReminderBar | None = None

    @property
    def days(self) -> int:
        """After how many days without a verified backup the window reminds; 0 for never."""
        return self._settings.number(BACKUP_DAYS)

    def make_bar(self, back_up: QAction) -> ReminderBar:
        """The line in which it reminds."""
        self._bar = ReminderBar(back_up)
        return self._bar

    def welcome(self) -> None:
        """Remind of a backup where one is due."""
        if self._session.chart.may(Right.BACK_UP):
            days = self.days
            self._session.ask(lambda store: store.backups.overdue(days), self._remind)

    def page(self) -> None:
        """Show when the last backup was made, make one, and what retention would delete."""
        from desktop.upkeep.page import Reminding, UpkeepPage

        may_shred = self._session.chart.may(Right.SHRED)
        reminding = Reminding(self.days, lambda days: self._settings.remember(BACKUP_DAYS, str(days)))
        page = UpkeepPage(
            self._session, self.run, reminding, self._frame.ask_patient if may_shred else None, self._window
        )
        page.finished.connect(page.deleteLater)
        page.open()

    def back_up(self) -> None:
        """Make a backup where the last one lies; where there was none, let the place be chosen."""
        from ehr.store.backups import last_backup

        last = last_backup(self._session.chart.home)
        if last is None:
            self.page()
        elif not self.run.busy:
            self._tell(self.tr("A backup is being made; you can go on working."))
            self.run.start(last.place)

    def _remind(self, due: BackupDue | None) -> None:
        if due is not None and self._bar is not None and not self.run.busy:
            self._bar.remind(due.sentence)

    def _on_made(self, made: Manifest) -> None:
        if made.unheard:
            self._tell(
                self.tr("The backup was verified; the sound of {0} recordings was missing or damaged.").format(
                    len(made.unheard)
                )
            )
        elif self._bar is not None and self._bar.text:
            self._tell(self.tr("The backup was made, and verified by restoring it."))

    def _on_failed(self, error: BaseException) -> None:
        if self._bar is not None and self._bar.text:
            self._bar.hide()
            self._frame.show_problem(error, self.back_up)

    def _tell(self, text: str) -> None:
        if self._bar is not None:
            self._bar.report(text)
