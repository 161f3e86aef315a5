"""The page that shows a recovery key once: to be printed, saved or written down, and typed back in part.

Owns the key while it is shown; it is kept nowhere else. Printing is loaded when it is asked for.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QTextDocument
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.widgets import label

_SHEET_OWNER_ONLY = 0o600


class RecoveryPage(QWidget):
    """`done` follows when two groups were typed back as they are."""

    done = Signal()

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._groups = key.split("-")
        one, other = sorted(secrets.SystemRandom().sample(range(len(self._groups)), 2))
        self.asked = (one, other)
        self._print = QPushButton(self.tr("&Print …"))
        self._print.clicked.connect(self._on_print)
        self._save = QPushButton(self.tr("&Save to a file …"))
        self._save.clicked.connect(self._on_save)
        self.typed = QLineEdit()
        name = self.tr("Group {0} and group {1} of your print").format(one + 1, other + 1)
        self.typed.setPlaceholderText(name)
        self.typed.setAccessibleName(name)
        self.typed.textChanged.connect(self._on_typed)
        self.typed.returnPressed.connect(self._on_go)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton(self.tr("Continue"))
        self.go.setProperty("look", "go")
        self.go.setEnabled(False)
        self.go.clicked.connect(self._on_go)
        self._lay_out()

    def save_to(self, path: Path) -> None:
        """Write the key into a file that only its owner reads. Raises OSError."""
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _SHEET_OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self._sheet())

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Your recovery key"), "title"))
        why = self.tr(
            "It opens the chart when a passphrase is lost. It is shown only now: print it or write it down, and keep "
            "it where the clinic keeps such things, not beside this computer."
        )
        outer.addWidget(label(why, wrap=True))
        outer.addWidget(self._shown())
        ways = QHBoxLayout()
        for button in (self._print, self._save):
            button.setAutoDefault(False)
            ways.addWidget(button)
        ways.addStretch(1)
        outer.addLayout(ways)
        one, other = (number + 1 for number in self.asked)
        check = self.tr("To be sure that you have it, type group {0} and group {1}:").format(one, other)
        outer.addWidget(label(check, wrap=True))
        outer.addWidget(self.typed)
        outer.addWidget(self._problem)
        outer.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.go)
        outer.addLayout(row)

    def _shown(self) -> QFrame:
        """The groups in two rows, each under its number."""
        frame = QFrame()
        frame.setObjectName("sheet")
        frame.setAccessibleName(self.tr("Recovery key: {0}").format(self.key))
        grid = QGridLayout(frame)
        grid.setContentsMargins(18, 12, 18, 14)
        grid.setVerticalSpacing(2)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        half = len(self._groups) // 2
        for number, group in enumerate(self._groups):
            shown = label(group, "recovery")
            shown.setFont(font)
            row, column = 2 * (number // half), number % half
            grid.addWidget(label(str(number + 1), "muted"), row, column, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(shown, row + 1, column, Qt.AlignmentFlag.AlignHCenter)
        return frame

    def _sheet(self) -> str:
        lines = (
            self.tr("Chartwright recovery key"),
            "",
            *self._groups,
            "",
            self.tr("Letters and digits only: no O, no I, no L, no U. The fifth of each group checks it."),
            self.tr("Whoever has this and the data folder can read every chart in it."),
        )
        return "\n".join(lines) + "\n"

    def _on_typed(self) -> None:
        typed = "".join(letter for letter in self.typed.text().upper() if letter.isalnum())
        typed = typed.replace("O", "0").replace("I", "1").replace("L", "1")
        wanted = "".join(self._groups[number] for number in self.asked)
        self.go.setEnabled(typed == wanted)
        wrong = len(typed) >= len(wanted) and typed != wanted
        self._say(self.tr("That is not what is shown; look at the two groups again.") if wrong else "")

    def _on_go(self) -> None:
        if self.go.isEnabled():
            self.done.emit()

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _on_save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save the recovery key"), "recovery-key.txt")
        if chosen:
            try:
                self.save_to(Path(chosen))
            except OSError:
                self._say(self.tr("The file could not be written there; choose another place."))

    def _on_print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        dialog = QPrintDialog(printer, self)
        if dialog.exec():
            document = QTextDocument()
            document.setPlainText(self._sheet())
            document.setDefaultFont(QFont("monospace", 14))
            document.print_(printer)
