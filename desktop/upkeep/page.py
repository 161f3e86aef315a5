"""The page of backup and retention: when the last backup was verified, and what the rules would delete now.

Owns what is on the page. A backup runs on a thread of its own, so that the chart stays in use; nothing is deleted but
what the list shows, once it was ticked that it was read.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.messages import explain
from desktop.tasks import Operation, run_alone
from desktop.widgets import label
from ehr.chart.retention import Doomed, Matter, Plan, Rules, Why

if TYPE_CHECKING:
    from ehr.store.backups import Backups, LastBackup
    from ehr.store.manifest import Manifest
    from ehr.store.store import Store

_LONGEST_DAYS = 36_500
_STEPS = 1000


class Asking(Protocol):
    """What the page needs of who opens it."""

    def ask(
        self,
        work: Callable[[Store], object],
        success: Callable[..., None],
        failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Ask the store something."""


class UpkeepPage(QDialog):
    """Backup above; below it, for who may shred, the rules and what is due."""

    _advanced = Signal(float)

    def __init__(self, asking: Asking, *, may_shred: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asking = asking
        self._may_shred = may_shred
        self._plan: Plan | None = None
        self.setModal(True)
        self.setWindowTitle(self.tr("Backup and retention"))
        self.resize(700, 640 if may_shred else 280)
        self.last = label("", wrap=True)
        self.place = QLineEdit()
        self.place.setPlaceholderText(self.tr("Folder on another disk"))
        self.place.setAccessibleName(self.tr("Folder of the backups"))
        self.go = self._button(self.tr("&Back up now"), self._on_go, look="go")
        self.progress = QProgressBar()
        self.progress.setRange(0, _STEPS)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self._advanced.connect(lambda done: self.progress.setValue(int(done * _STEPS)))
        self.days = {matter: self._field(matter, name) for matter, name in self._names().items()}
        self.due = QListWidget()
        self.due.setObjectName("palette")
        self.due.setAccessibleName(self.tr("What is due to be deleted"))
        self.summary = label("", wrap=True)
        self.read = QCheckBox(self.tr("I have &read what is listed; it cannot be brought back"))
        self.read.toggled.connect(self._offer)
        self.shred = self._button(self.tr("&Delete for good"), self._on_shred)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._lay_out()
        self.reload()

    @property
    def problem(self) -> str:
        """What the page complains of."""
        return self._problem.text()

    def reload(self) -> None:
        """Read everything again."""
        self._asking.ask(lambda store: store.backups.last, self._show_last, self._refused)
        if self._may_shred:
            work = lambda store: (store.retention.rules(), store.retention.preview())  # noqa: E731
            self._asking.ask(work, lambda found: self._show_rules(*found), self._refused)

    def _names(self) -> dict[Matter, str]:
        return {
            Matter.AUDIO: self.tr("&Audio"),
            Matter.TRANSCRIPT: self.tr("&Transcript"),
            Matter.NOTE: self.tr("&Note and facts"),
            Matter.AUDIT: self.tr("Audit &log"),
        }

    def _field(self, matter: Matter, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText(self.tr("for ever"))
        field.setValidator(QIntValidator(1, _LONGEST_DAYS, field))
        field.setAccessibleName(self.tr("{0}: days kept; empty for ever").format(name.replace("&", "")))
        field.setFixedWidth(110)
        field.editingFinished.connect(partial(self._on_rule, matter))
        return field

    def _button(self, text: str, then: Callable[[], object], look: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        if look:
            button.setProperty("look", look)
        button.clicked.connect(then)
        return button

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Backup"), "title"))
        outer.addWidget(self.last)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self._button(self.tr("&Choose …"), self._on_choose))
        row.addWidget(self.go)
        outer.addLayout(row)
        outer.addWidget(self.progress)
        if self._may_shred:
            outer.addSpacing(10)
            self._lay_out_retention(outer)
        outer.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._button(self.tr("Clo&se"), self.accept))
        outer.addStretch(0)
        outer.addLayout(foot)

    def _lay_out_retention(self, outer: QVBoxLayout) -> None:
        outer.addWidget(label(self.tr("Retention"), "title"))
        why = self.tr(
            "Days from the newest signature on. What nobody signed is kept, and so is a patient under a hold."
        )
        outer.addWidget(label(why, "muted", wrap=True))
        columns = QHBoxLayout()
        columns.setSpacing(30)
        for half in ((Matter.AUDIO, Matter.TRANSCRIPT), (Matter.NOTE, Matter.AUDIT)):
            form = QFormLayout()
            form.setVerticalSpacing(8)
            form.setHorizontalSpacing(14)
            for matter in half:
                form.addRow(f"{self._names()[matter]} ", self.days[matter])
            columns.addLayout(form)
        columns.addStretch(1)
        outer.addLayout(columns)
        outer.addWidget(self.summary)
        outer.addWidget(self.due, 1)
        row = QHBoxLayout()
        row.addWidget(self.read, 1)
        row.addWidget(self.shred)
        outer.addLayout(row)

    def _show_last(self, last: LastBackup | None) -> None:
        if last is None:
            self.last.setText(self.tr("There is no verified backup yet: a broken disk would take the chart with it."))
        else:
            when = f"{last.verified_at.astimezone():%d %b %Y, %H:%M}"
            self.last.setText(self.tr("Last backup verified by restoring it: {0}.").format(when))
            if not self.place.text():
                self.place.setText(str(last.place))

    def _show_rules(self, rules: Rules, plan: Plan) -> None:
        for matter, field in self.days.items():
            field.setText(str(rules[matter]) if matter in rules else "")
        self._plan = plan
        self.due.clear()
        self.due.addItems([self._line(each) for each in plan.doomed])
        if plan.audit_rows:
            self.due.addItem(self.tr("The oldest {0} rows of the audit log").format(plan.audit_rows))
        self.due.setVisible(not plan.empty)
        said = (
            self.tr("Nothing is due.")
            if plan.empty
            else self.tr("Due now: {0}, {1:.1f} MB.").format(self.due.count(), plan.size / 10**6)
        )
        if rules:
            held, unsent = (len(plan.kept_for(why)) for why in (Why.LEGAL_HOLD, Why.UNSENT))
            said += self.tr("  Kept all the same: {0} never signed, {1} under a hold, {2} not sent yet.").format(
                plan.unsigned, held, unsent
            )
        self.summary.setText(said)
        self.read.setChecked(False)
        self._offer()

    def _line(self, doomed: Doomed) -> str:
        name = self._names()[doomed.matter].replace("&", "")
        return self.tr("{0} of {1:%d %b %Y}, signed {2:%d %b %Y}, kept {3} days").format(
            name, doomed.dictated_at.astimezone(), doomed.signed_at.astimezone(), doomed.kept
        )

    def _offer(self) -> None:
        due = self._plan is not None and not self._plan.empty
        self.read.setEnabled(due)
        self.shred.setEnabled(due and self.read.isChecked())

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
        self.go.setEnabled(False)
        self.progress.setValue(0)
        self.progress.show()
        self._asking.ask(lambda store: store.backups, partial(self._back_up, Path(typed)), self._refused)

    def _back_up(self, place: Path, backups: Backups) -> None:
        work = partial(backups.make, place, self._tell)
        run_alone(self, "backup", Operation(work, self._on_made, self._refused))

    def _tell(self, done: float) -> None:
        """Called on the backup's thread; the page may be closed, the backup goes on."""
        with suppress(RuntimeError):
            self._advanced.emit(done)

    def _on_made(self, made: Manifest) -> None:
        self._settle()
        if made.unheard:
            self._say(self.tr("The sound of {0} recordings was missing or damaged.").format(len(made.unheard)))
        self.reload()

    def _on_rule(self, matter: Matter) -> None:
        typed = self.days[matter].text()
        days = int(typed) if typed else None

        def changed(store: Store) -> None:
            if store.retention.rules().get(matter) != days:
                store.retention.set_rule(matter, days)

        self._say("")
        self._asking.ask(changed, lambda _: self.reload(), self._on_rule_refused)

    def _on_rule_refused(self, error: BaseException) -> None:
        self._refused(error)
        self.reload()

    def _on_shred(self) -> None:
        plan = self._plan
        if plan is not None and self.read.isChecked():
            self._say("")
            self._asking.ask(lambda store: store.retention.shred(plan), lambda _: self.reload(), self._on_rule_refused)

    def _refused(self, error: BaseException) -> None:
        message = explain(error)
        self._settle()
        self._say(f"{message.sentence} {message.next_step} ({message.code})")

    def _settle(self) -> None:
        self.go.setEnabled(True)
        self.progress.hide()

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
