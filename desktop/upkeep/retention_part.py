"""The retention tab of the upkeep page: the rules, what is due now, and what is kept all the same.

Owns the list that a person reads before anything is deleted. Nothing is deleted but what it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QListWidget, QVBoxLayout, QWidget

from desktop.messages import explain
from desktop.upkeep.buttons import button
from desktop.widgets import label
from ehr.chart.retention import Doomed, Kept, Matter, Plan, Rules, Why

if TYPE_CHECKING:
    from desktop.chart import Asking
    from ehr.store.store import Store

_LONGEST_DAYS = 36_500
_KEPT_HEIGHT = 92


class RetentionPart(QWidget):
    """For who may shred. `say` shows what is wrong."""

    def __init__(self, asking: Asking, say: Callable[[str], None]) -> None:
        super().__init__()
        self._asking, self._say = asking, say
        self._plan: Plan | None = None
        self.days = {matter: self._field(matter, name) for matter, name in self._names().items()}
        self.due, self.kept = QListWidget(), QListWidget()
        for shown, name in ((self.due, self.tr("What is due to be deleted")), (self.kept, self.tr("What is kept"))):
            shown.setObjectName("palette")
            shown.setAccessibleName(name)
        self.kept.setMaximumHeight(_KEPT_HEIGHT)
        self.kept_title = label(self.tr("Old enough, and kept"), "strong")
        self.summary = label("", wrap=True)
        self.read = QCheckBox(self.tr("I have &read what is listed; it cannot be brought back"))
        self.read.toggled.connect(self._offer)
        self.shred = button(self.tr("&Delete for good"), self._on_shred)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Why they need not be sent"))
        self.reason.setAccessibleName(self.reason.placeholderText())
        self.waive = button(self.tr("They need &not be sent"), self._on_waive)
        self._lay_out()
        self.reload()

    def reload(self) -> None:
        """Read rules and preview again."""
        work = lambda store: (store.retention.rules(), store.retention.preview())  # noqa: E731
        self._asking.ask(work, lambda found: self._show(*found), self._refused)

    def _names(self) -> dict[Matter, str]:
        return {
            Matter.AUDIO: self.tr("&Audio"),
            Matter.TRANSCRIPT: self.tr("&Transcript"),
            Matter.NOTE: self.tr("N&ote and facts"),
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

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 12, 0, 0)
        outer.setSpacing(10)
        why = self.tr("Days from the newest signature on. What nobody signed is kept.")
        outer.addWidget(label(why, "muted", wrap=True))
        columns = QGridLayout()
        columns.setHorizontalSpacing(14)
        columns.setColumnMinimumWidth(2, 16)
        columns.setColumnStretch(5, 1)
        for at, (matter, field) in enumerate(self.days.items()):
            name = label(f"{self._names()[matter]} ")
            name.setBuddy(field)
            columns.addWidget(name, at % 2, at // 2 * 3)
            columns.addWidget(field, at % 2, at // 2 * 3 + 1)
        outer.addLayout(columns)
        outer.addWidget(self.summary)
        outer.addWidget(self.due, 1)
        outer.addLayout(_row(self.read, self.shred))
        outer.addWidget(self.kept_title)
        outer.addWidget(self.kept)
        outer.addLayout(_row(self.reason, self.waive))
        outer.addStretch(0)

    def _show(self, rules: Rules, plan: Plan) -> None:
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
        if plan.unsigned:
            said += self.tr("  Kept, as nobody signed them: {0}.").format(plan.unsigned)
        self.summary.setText(said)
        self._show_kept(plan)
        self.read.setChecked(False)
        self._offer()

    def _show_kept(self, plan: Plan) -> None:
        self.kept.clear()
        self.kept.addItems([self._kept_line(each) for each in plan.kept])
        unsent = bool(plan.kept_for(Why.UNSENT))
        self.kept_title.setVisible(bool(plan.kept))
        self.kept.setVisible(bool(plan.kept))
        self.reason.setVisible(unsent)
        self.waive.setVisible(unsent)

    def _line(self, doomed: Doomed) -> str:
        name = self._names()[doomed.matter].replace("&", "")
        return self.tr("{0} of {1:%d %b %Y}, signed {2:%d %b %Y}, kept {3} days").format(
            name, doomed.dictated_at.astimezone(), doomed.signed_at.astimezone(), doomed.kept
        )

    def _kept_line(self, kept: Kept) -> str:
        why = {Why.LEGAL_HOLD: self.tr("under a legal hold"), Why.UNSENT: self.tr("its note was not sent yet")}
        return self.tr("Dictation of {0:%d %b %Y}, signed {1:%d %b %Y}: {2}").format(
            kept.dictated_at.astimezone(), kept.signed_at.astimezone(), why[kept.why]
        )

    def _offer(self) -> None:
        due = self._plan is not None and not self._plan.empty
        self.read.setEnabled(due)
        self.shred.setEnabled(due and self.read.isChecked())

    def _on_rule(self, matter: Matter) -> None:
        typed = self.days[matter].text()
        days = int(typed) if typed else None

        def changed(store: Store) -> None:
            if store.retention.rules().get(matter) != days:
                store.retention.set_rule(matter, days)

        self._say("")
        self._asking.ask(changed, lambda _: self.reload(), self._refused_anew)

    def _on_shred(self) -> None:
        plan = self._plan
        if plan is not None and self.read.isChecked():
            self._say("")
            self._asking.ask(lambda store: store.retention.shred(plan), lambda _: self.reload(), self._refused_anew)

    def _on_waive(self) -> None:
        reason = self.reason.text()
        ids = [each.encounter_id for each in self._plan.kept_for(Why.UNSENT)] if self._plan is not None else []

        def waived(_: object) -> None:
            self.reason.clear()
            self.reload()

        self._say("")
        self._asking.ask(lambda store: store.outbox.waive(ids, reason), waived, self._refused)
        self.reason.setFocus()

    def _refused_anew(self, error: BaseException) -> None:
        self._refused(error)
        self.reload()

    def _refused(self, error: BaseException) -> None:
        message = explain(error)
        self._say(f"{message.sentence} {message.next_step} ({message.code})")


def _row(first: QWidget, last: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(first, 1)
    row.addWidget(last)
    return row
