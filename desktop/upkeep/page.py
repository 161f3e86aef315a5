"""The page of backup, retention and legal holds.

Owns where its parts stand and the one line that says what is wrong. Nothing is deleted but what its list shows, once it
was ticked that it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop.upkeep.backup_part import BackupPart
from desktop.upkeep.buttons import button
from desktop.upkeep.holds_part import HoldsPart
from desktop.upkeep.retention_part import RetentionPart
from desktop.widgets import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.chart import Asking
    from desktop.upkeep.holds_part import AskPatient
    from desktop.upkeep.run import BackupRun


@dataclass(frozen=True, slots=True)
class Reminding:
    """After how many days the window reminds of a backup, 0 for never, and how another number is kept."""

    days: int
    keep: Callable[[int], None]


class UpkeepPage(QDialog):
    """Backup above; below it, for who may shred (`ask_patient` is given), retention and legal holds."""

    def __init__(
        self,
        asking: Asking,
        run: BackupRun,
        reminding: Reminding,
        ask_patient: AskPatient | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(self.tr("Backup and retention"))
        self.resize(700, 720 if ask_patient is not None else 300)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        self.backup = BackupPart(asking, run, self.say, reminding.days, reminding.keep)
        outer.addWidget(self.backup)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        if ask_patient is not None:
            self.retention = RetentionPart(asking, self.say)
            self.holds = HoldsPart(asking, ask_patient, self.say, self.retention.reload)
            self.tabs.addTab(self.retention, self.tr("R&etention"))
            self.tabs.addTab(self.holds, self.tr("Le&gal holds"))
            outer.addSpacing(10)
            outer.addWidget(self.tabs, 1)
        outer.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(self.tr("Clo&se"), self.accept))
        outer.addStretch(0)
        outer.addLayout(foot)

    @property
    def problem(self) -> str:
        """What the page complains of."""
        return self._problem.text()

    def say(self, text: str) -> None:
        """Say what is wrong; nothing for an empty text."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
