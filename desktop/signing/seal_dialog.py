"""The dialog before an act that a person answers for: what it is, what stands in the way, the statement, the proof.

Owns what is asked and when it may be given. Knows nothing of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.widgets import label

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Question:
    """What the dialog shows and asks. `undecided` facts and `open_fields`, each named, stand in the way: with any of
    them nothing can be signed.
    """

    title: str
    go: str
    facts: tuple[str, ...]
    statement: str = ""
    undecided: tuple[str, ...] = ()
    open_fields: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    needs_reason: bool = False
    needs_passphrase: bool = True
    needs_code: bool = False

    @property
    def stopped(self) -> bool:
        """Whether something stands in the way."""
        return bool(self.undecided or self.open_fields)


class SealDialog(QDialog):
    """Stays open until its owner accepts it. `given` carries the reason, the passphrase and the one-time code."""

    given = Signal(str, str, str)
    look = Signal()
    fill = Signal()
    reject_all = Signal()

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.setWindowTitle(question.title)
        self.setModal(True)
        self.setFixedWidth(520)
        self.reason = _field(self.tr("Reason"))
        self.passphrase = _field(self.tr("Your passphrase"), secret=True)
        self.code = _field(self.tr("One-time code"))
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton(question.go)
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self._build()
        first = next((field for field in (self.reason, self.passphrase) if not field.isHidden()), None)
        if first is not None and not question.stopped:
            first.setFocus()

    def show_problem(self, text: str) -> None:
        """Say why it was refused, and let it be tried again."""
        self._set_busy(busy=False)
        self._problem.setText(text)
        self._problem.show()
        self.passphrase.setFocus()
        self.passphrase.selectAll()
        self.adjustSize()

    @property
    def problem(self) -> str:
        """What the dialog complains of."""
        return self._problem.text()

    def _build(self) -> None:
        question = self.question
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 24, 26, 22)
        outer.setSpacing(10)
        outer.addWidget(label(question.title, "title"))
        for line in question.facts:
            outer.addWidget(label(line, "", wrap=True))
        for line in question.remarks:
            outer.addWidget(label(line, "muted", wrap=True))
        if question.undecided:
            self._add_undecided(outer)
        if question.open_fields:
            self._add_open_fields(outer)
        if question.statement and not question.stopped:
            statement = label(question.statement, "statement", wrap=True)
            statement.setAccessibleName(self.tr("You state: {0}").format(question.statement))
            outer.addWidget(statement)
        asked = (
            (self.reason, question.needs_reason),
            (self.passphrase, question.needs_passphrase),
            (self.code, question.needs_code),
        )
        for field, needed in asked:
            outer.addWidget(field)
            field.setVisible(needed and not question.stopped)
        outer.addWidget(self._problem)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        self.go.setVisible(not question.stopped)
        outer.addLayout(row)

    def _add_undecided(self, outer: QVBoxLayout) -> None:
        named = self.question.undecided
        text = self.tr("{0} facts are still undecided, and nothing undecided can be signed:").format(len(named))
        self._add_list(outer, text if len(named) > 1 else self.tr("One fact is still undecided:"), named)
        look = _button(self.tr("&Look at the first"), self._on_look, default=True)
        reject = _button(self.tr("&Reject all of them"), self._on_reject_all)
        reject.setToolTip(self.tr("Rejected facts are kept, and not filed."))
        outer.addLayout(_in_row(look, reject))
        look.setFocus()

    def _add_open_fields(self, outer: QVBoxLayout) -> None:
        named = self.question.open_fields
        text = self.tr("{0} fields are still open, and a note with open fields cannot be signed:").format(len(named))
        self._add_list(outer, text if len(named) > 1 else self.tr("One field is still open:"), named)
        outer.addWidget(label(self.tr("Fill each, take its default (Ctrl+F7) or delete it."), "muted", wrap=True))
        is_first = not self.question.undecided
        fill = _button(self.tr("&Go to the next field  F7"), self._on_fill, default=is_first)
        QShortcut(QKeySequence("F7"), self).activated.connect(self._on_fill)
        outer.addLayout(_in_row(fill))
        if is_first:
            fill.setFocus()

    def _add_list(self, outer: QVBoxLayout, heading: str, named: Sequence[str]) -> None:
        outer.addWidget(label(heading, "error", wrap=True))
        more = len(named) - _MOST_NAMED
        lines = [f"•  {name}" for name in named[:_MOST_NAMED]]
        outer.addWidget(
            label("\n".join([*lines, *([self.tr("and {0} more").format(more)] if more > 0 else [])]), wrap=True)
        )

    def _on_look(self) -> None:
        self.reject()
        self.look.emit()

    def _on_fill(self) -> None:
        self.reject()
        self.fill.emit()

    def _on_reject_all(self) -> None:
        self.reject()
        self.reject_all.emit()

    def _on_go(self) -> None:
        missing = next(
            (field for field in (self.reason, self.passphrase) if field.isVisible() and not field.text().strip()), None
        )
        if missing is not None:
            missing.setFocus()
            return
        self._problem.hide()
        self._set_busy(busy=True)
        self.given.emit(self.reason.text().strip(), self.passphrase.text(), self.code.text().strip())

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (self.reason, self.passphrase, self.code, self.go):
            widget.setEnabled(not busy)


def _field(name: str, *, secret: bool = False) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    if secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field


def _button(text: str, run: Callable[[], None], *, default: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("look", "go" if default else "")
    button.setAutoDefault(default)
    button.setDefault(default)
    button.clicked.connect(run)
    return button


def _in_row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row
