"""The upper part of the upkeep page: when the last backup was verified, and making one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from desktop.messages import explain
from desktop.upkeep.buttons import button
from desktop.widgets import label

if TYPE_CHECKING:
    from desktop.chart import Asking
    from desktop.upkeep.run import BackupRun
    from ehr.store.backups import LastBackup
    from ehr.store.manifest import Manifest

_LONGEST_DAYS = 365
_STEPS = 1000


class BackupPart(QWidget):
    """`say` shows what is wrong; `remind_after` keeps the days after which the window reminds of a backup."""

    def __init__(
        self, asking: Asking, run: BackupRun, say: Callable[[str], None], days: int, remind_after: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._asking, self._run, self._say, self._remind_after = asking, run, say, remind_after
        self.last = label("", wrap=True)
        self.place = QLineEdit()
        self.place.setPlaceholderText(self.tr("Folder on another disk"))
        self.place.setAccessibleName(self.tr("Folder of the backups"))
        self.go = button(self.tr("&Back up now"), self._on_go, look="go")
        self.progress = QProgressBar()
        self.progress.setRange(0, _STEPS)
        self.progress.setTextVisible(False)
        self.days = QLineEdit(str(days))
        self.days.setValidator(QIntValidator(0, _LONGEST_DAYS, self.days))
        self.days.setAccessibleName(self.tr("Days after which a backup is reminded of; 0 for never"))
        self.days.setFixedWidth(56)
        self.days.editingFinished.connect(self._on_days)
        run.advanced.connect(self._on_advanced)
        run.made.connect(self._on_made)
        run.failed.connect(self._on_failed)
        self._lay_out()
        self._settle()
        self.reload()

    def reload(self) -> None:
        """Read again which backup is the last."""
        self._asking.ask(lambda store: store.backups.last, self._show_last, self._on_failed)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Backup"), "title"))
        outer.addWidget(self.last)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(button(self.tr("&Choose …"), self._on_choose))
        row.addWidget(self.go)
        outer.addLayout(row)
        outer.addWidget(self.progress)
        remind = QHBoxLayout()
        before = label(self.tr("Remind when the last one is older than"), "muted")
        remind.addWidget(before)
        remind.addWidget(self.days)
        remind.addWidget(label(self.tr("days; 0 for never"), "muted"))
        remind.addStretch(1)
        outer.addLayout(remind)

    def _show_last(self, last: LastBackup | None) -> None:
        if last is None:
            self.last.setText(self.tr("There is no verified backup yet: a broken disk would take the chart with it."))
            return
        when = f"{last.verified_at.astimezone():%d %b %Y, %H:%M}"
        self.last.setText(self.tr("Last backup verified by restoring it: {0}.").format(when))
        if not self.place.text():
            self.place.setText(str(last.place))

    def _on_choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of the backups"), self.place.text())
        if chosen:
            self.place.setText(chosen)

    def _on_go(self) -> None:
        typed = self.place.text().strip()
        if not typed:
            self._say(self.tr("Choose a folder on another disk first."))
            self.place.setFocus()
            return
        self._say("")
        self._run.start(Path(typed))
        self._settle()

    def _on_advanced(self, done: float) -> None:
        self.progress.setValue(int(done * _STEPS))

    def _on_made(self, made: Manifest) -> None:
        self._settle()
        if made.unheard:
            self._say(self.tr("The sound of {0} recordings was missing or damaged.").format(len(made.unheard)))
        self.reload()

    def _on_failed(self, error: BaseException) -> None:
        self._settle()
        message = explain(error)
        self._say(f"{message.sentence} {message.next_step} ({message.code})")

    def _on_days(self) -> None:
        self._remind_after(int(self.days.text() or "0"))

    def _settle(self) -> None:
        self.go.setEnabled(not self._run.busy)
        self.progress.setVisible(self._run.busy)
        self.progress.setValue(0)
