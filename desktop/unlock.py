"""The dialog that unlocks the chart, or makes it on the first start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.widgets import label

SHORTEST = 8
"""A passphrase shorter than this is guessed too soon, whatever the key derivation costs."""


def chart_exists(home: Path) -> bool:
    """Whether a chart was made in the data folder `home`: a look at the disk without the store's code."""
    return (home / "chart.db").exists() or (home / "keyslots.json").exists()


class UnlockDialog(QDialog):
    """Asks for the passphrase, twice where it is chosen. Stays open until its owner closes it."""

    submitted = Signal(str)
    seen = Signal()

    def __init__(self, *, first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = first
        self._painted = False
        self.setWindowTitle("Chartwright")
        self.setModal(True)
        self.setMinimumWidth(440)
        self.passphrase = _secret(self.tr("Passphrase"))
        self.again = _secret(self.tr("The same again"))
        self._problem = label("", "error", wrap=True)
        self.go = QPushButton(self.tr("Create the chart") if first else self.tr("Unlock"))
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        leave = QPushButton(self.tr("Quit"))
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 24, 26, 22)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Choose a passphrase") if first else self.tr("Unlock the chart"), "title"))
        outer.addWidget(label(self._explanation(), "", wrap=True))
        outer.addWidget(self.passphrase)
        outer.addWidget(self.again)
        self.again.setVisible(first)
        outer.addWidget(self._problem)
        self._problem.hide()
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(leave)
        row.addWidget(self.go)
        outer.addLayout(row)
        self.passphrase.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the question can be seen: the rest is built while it is answered."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.seen.emit)

    def show_problem(self, text: str) -> None:
        """Say why it did not open, and let it be tried again."""
        self._set_busy(busy=False)
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self.passphrase.setFocus()
        self.passphrase.selectAll()

    @property
    def problem(self) -> str:
        """What the dialog complains of."""
        return self._problem.text() if self._problem.isVisible() else ""

    def _explanation(self) -> str:
        if self._first:
            return self.tr(
                "It encrypts every patient, recording and note on this computer. Nobody reads them without it, not "
                "even we, so keep a copy where only you find it."
            )
        return self.tr("Patients, recordings and notes on this computer are encrypted with your passphrase.")

    def _on_go(self) -> None:
        typed = self.passphrase.text()
        if self._first and len(typed) < SHORTEST:
            self.show_problem(
                self.tr("Choose at least {0} characters; a few unrelated words are good.").format(SHORTEST)
            )
        elif self._first and typed != self.again.text():
            self.show_problem(self.tr("The two passphrases are not the same."))
        elif typed:
            self._problem.hide()
            self._set_busy(busy=True)
            self.submitted.emit(typed)

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (self.passphrase, self.again, self.go):
            widget.setEnabled(not busy)


def _secret(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field
