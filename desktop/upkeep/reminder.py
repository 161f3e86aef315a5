"""The line that reminds of a backup: quiet, above the page, gone with one key.

Owns its look and its two buttons.
"""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from desktop.widgets import label


class ReminderBar(QFrame):
    """Hidden until there is something to be reminded of. `back_up` is the command that makes the backup."""

    def __init__(self, back_up: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problem")
        self.setProperty("notice", True)  # noqa: FBT003 - Qt's own signature
        self._text = label("", wrap=True)
        keys = back_up.shortcut().toString()
        self.go = QPushButton(self.tr("{0} ({1})").format(back_up.text(), keys))
        self.go.clicked.connect(back_up.trigger)
        self.later = QPushButton(self.tr("Later"))
        self.later.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 7, 16, 7)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self.go)
        row.addWidget(self.later)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def remind(self, text: str) -> None:
        """Say that a backup is due."""
        self._say(text, offer=True)

    def report(self, text: str) -> None:
        """Say how the backup goes, or went."""
        self._say(text, offer=False)

    def _say(self, text: str, *, offer: bool) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)
        self.go.setVisible(offer)
        self.later.setText(self.tr("Later") if offer else self.tr("Dismiss"))
        self.show()
