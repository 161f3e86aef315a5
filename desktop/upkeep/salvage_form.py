"""The way out of a damaged chart: copied aside, rebuilt, and what is missing said.

Owns the form on the unlock dialog and its report. Erasing is not offered anywhere.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from desktop.messages import explain
from desktop.people.forms import Form, secret_field
from desktop.tasks import Operation, run_alone

if TYPE_CHECKING:
    from ehr.store.salvage import Salvaged


class SalvageForm(Form):
    """Asks for the key and the folder of the backups; then shows the report, and `submitted` is never sent."""

    def __init__(self, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self.explain(
            self.tr("Rebuild the damaged chart"),
            self.tr(
                "The damaged files are copied first and kept. The newest backup that verifies is the ground; what can "
                "still be read of the damaged chart lies over it, and what is missing is said."
            ),
            self.tr("&Rebuild"),
        )
        self.secret = secret_field(self.tr("Passphrase or recovery key"))
        self.place = QLineEdit(_usual_place(home))
        self.place.setPlaceholderText(self.tr("Folder of the backups (if there is one)"))
        self.place.setAccessibleName(self.tr("Folder of the backups"))
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName(self.tr("What was found, and what is missing"))
        self.report.setMinimumHeight(180)
        self.report.hide()
        self.ask(self.secret, self.place)
        self.fields.addWidget(self.report)
        self.back = self.offer(self.tr("&Back"))
        self.choose = self.offer(self.tr("&Choose a folder …"))
        self.choose.clicked.connect(self._on_choose)

    def start(self) -> None:
        """Give the keyboard to the passphrase."""
        self.secret.setFocus()

    def typed(self) -> object | None:
        """Rebuild with what is typed; the form shows what comes of it."""
        if not self.secret.text():
            self.show_problem(self.tr("Type the passphrase, or the clinic's recovery key."))
            return None
        self.set_busy(busy=True)
        self._problem.hide()
        place = self.place.text().strip()
        work = partial(_salvaged, self._home, self.secret.text(), Path(place) if place else None)
        run_alone(self, "salvage", Operation(work, self._on_done, self._on_failed))
        return None

    def _on_done(self, found: Salvaged) -> None:
        self.secret.clear()
        self.title.setText(self.tr("The chart can be opened again"))
        for widget in (self.explanation, self.secret, self.place, self.go, self.choose):
            widget.hide()
        self.report.setPlainText("\n".join(found.lines()))
        self.report.show()
        self.report.setFocus()
        self.back.setText(self.tr("&Unlock the chart"))

    def _on_failed(self, error: BaseException) -> None:
        message = explain(error)
        self.show_problem(f"{message.sentence} {message.next_step} ({message.code})")

    def _on_choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of the backups"), self.place.text())
        if chosen:
            self.place.setText(chosen)


def _usual_place(home: Path) -> str:
    from ehr.store.backups import last_backup

    last = last_backup(home)
    return str(last.place) if last is not None else ""


def _salvaged(home: Path, secret: str, place: Path | None) -> Salvaged:
    from ehr.store.salvage import salvage

    return salvage(home, secret, place)
