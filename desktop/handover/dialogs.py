"""The dialogs of a hand-over: write the dictation on the page to a file, take one in from a file.

Own what is asked and what is told. The work runs on the chart's lane; a dialog that is closed meanwhile, by the lock
too, stops it: then there is no file, or nothing was taken in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QWidget
from shiboken6 import isValid

from desktop.handover.files import SUFFIX, Taken, take_encounter, write_encounter
from desktop.people.forms import fit, passphrase_problem, secret_field
from desktop.people.own_account import Question
from desktop.widgets import label

if TYPE_CHECKING:
    from desktop.people.host import Host
    from ehr.chart.encounter import Encounter
    from ehr.store.store import Store

_STEPS = 1000


class Abandoned(Exception):
    """The dialog was closed while it was at work."""


class _FileDialog(Question):
    """A place for the file, fields below it, and how far it has come."""

    _advanced = Signal(float)

    def __init__(self, people: Host, parent: QWidget | None) -> None:
        super().__init__(people, parent)
        self._left = False
        self.done_with = False
        self.place = QLineEdit()
        self.place.setPlaceholderText(self.tr("Encounter file"))
        self.place.setAccessibleName(self.tr("Encounter file"))
        self.choose = QPushButton(self.tr("C&hoose …"))
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._on_choose)
        self.progress = QProgressBar()
        self.progress.setRange(0, _STEPS)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self._advanced.connect(lambda done: self.progress.setValue(int(done * _STEPS)))
        self.told = label("", wrap=True)
        self.told.hide()
        self.finished.connect(self._leave)

    def _lay_out(self, *fields: QWidget) -> None:
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.choose)
        self.body.addLayout(row)
        self.fields = (self.place, self.choose, *fields)
        for field in (*fields, self.progress, self.told):
            self.body.addWidget(field)
        self.body.addStretch(1)
        fit(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as what is shown: only now is it known how its lines break."""
        super().showEvent(event)
        fit(self)

    def _on_choose(self) -> None:
        raise NotImplementedError

    def _leave(self) -> None:
        self._left = True

    def _tell(self, done: float) -> None:
        """Called on the chart's lane. Raises Abandoned."""
        if self._left:
            raise Abandoned
        self._advanced.emit(done)

    def _work(self, work: Callable[[Store], object], then: Callable[..., None]) -> None:
        self.say("")
        self._set_busy(busy=True)
        self.progress.setValue(0)

        def done(found: object) -> None:
            if isValid(self) and not self._left:
                self._set_busy(busy=False)
                then(found)

        def failed(error: BaseException) -> None:
            if isValid(self) and not self._left:
                self._set_busy(busy=False)
                self.refused(error)

        self.people.ask(work, done, failed)

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (*self.fields, self.go):
            widget.setEnabled(not busy)
        self.progress.setVisible(busy)
        fit(self)

    def _show_done(self, text: str, go: str) -> None:
        """Say what was done, in the place of the fields; the button goes on."""
        self.done_with = True
        for field in self.fields:
            field.hide()
        self.told.setText(text)
        self.told.show()
        self.told.setMinimumHeight(self.told.heightForWidth(self.width() - 52))
        self.go.setText(go)
        self.leave.setText(self.tr("Close"))
        fit(self)
        self.go.setFocus()


class HandOverDialog(_FileDialog):
    """Writes the dictation on the page to an encrypted file for a colleague."""

    def __init__(self, people: Host, encounter: Encounter, parent: QWidget | None = None) -> None:
        super().__init__(people, parent)
        self._encounter_id = encounter.id
        self._replaced: Path | None = None
        day = f"{encounter.started_at.astimezone():%d %b %Y %H:%M}"
        text = self.tr(
            "{0}, {1}. The sound, the words, every version, decision and signature go into one encrypted file. Tell "
            "your colleague its passphrase by another way than the file."
        ).format(encounter.patient.display_name, day)
        self.explain(self.tr("Hand over to a colleague"), text, self.tr("Write the file"))
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.place.setText(str(Path(documents or Path.home()) / f"{encounter.id[:8]}{SUFFIX}"))
        self.passphrase = secret_field(self.tr("A passphrase for the file"))
        self.again = secret_field(self.tr("The same again"))
        self._lay_out(self.passphrase, self.again)
        self.passphrase.setFocus()

    def on_go(self) -> None:
        """Write it; once it is written, close."""
        if self.done_with:
            self.accept()
            return
        out, passphrase = Path(self.place.text().strip()).expanduser(), self.passphrase.text()
        problem = passphrase_problem(self, passphrase, self.again.text())
        if not self.place.text().strip():
            problem = self.tr("Choose where the file goes.")
        elif out.exists() and out != self._replaced:
            problem = self.tr("There is a file of this name already. Choose another name.")
        if problem:
            self.say(problem)
            return
        id_ = self._encounter_id
        self._work(lambda store: write_encounter(store, id_, out, passphrase, self._tell), lambda _: self._on_done(out))

    def _on_choose(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Hand over to a colleague"), self.place.text(), f"{self.tr('Encounter file')} (*{SUFFIX})"
        )
        if chosen:
            self._replaced = Path(chosen)  # the system's dialog has asked
            self.place.setText(chosen)

    def _on_done(self, out: Path) -> None:
        self._show_done(self.tr("Written: {0}\nKeep the passphrase apart from the file.").format(out), self.tr("Done"))


class TakeInDialog(_FileDialog):
    """Takes a dictation in from a colleague's file: `arrived` hears its id, `opened` once it is to be shown."""

    def __init__(
        self,
        people: Host,
        arrived: Callable[[str], None],
        opened: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(people, parent)
        self._arrived, self._opened = arrived, opened
        self.taken: Taken | None = None
        text = self.tr(
            "All of it comes in or nothing. A dictation that is here already is brought up to date; one that went on "
            "differently here is refused."
        )
        self.explain(self.tr("Take a handed-over dictation in"), text, self.tr("Take it in"))
        self.passphrase = secret_field(self.tr("The file's passphrase"))
        self._lay_out(self.passphrase)
        self.place.setFocus()

    def on_go(self) -> None:
        """Take it in; once it is here, open it."""
        if self.taken is not None:
            self._opened(self.taken.received.encounter_id)
            self.accept()
            return
        typed, passphrase = self.place.text().strip(), self.passphrase.text()
        if not typed:
            self.say(self.tr("Choose the file that your colleague sent."))
            self.place.setFocus()
            return
        file = Path(typed).expanduser()
        self._work(lambda store: take_encounter(store, file, passphrase, self._tell), self._on_taken)

    def refused(self, error: BaseException) -> None:
        """Say why, and let the passphrase be typed again."""
        super().refused(error)
        self.passphrase.setFocus()
        self.passphrase.selectAll()

    def _on_choose(self) -> None:
        filters = f"{self.tr('Encounter file')} (*{SUFFIX});;{self.tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("Take a handed-over dictation in"), self.place.text(), filters
        )
        if chosen:
            self.place.setText(chosen)
            self.passphrase.setFocus()

    def _on_taken(self, taken: Taken) -> None:
        self.taken = taken
        self._arrived(taken.received.encounter_id)
        self._show_done("\n".join(self._lines(taken)), self.tr("Open it"))

    def _lines(self, taken: Taken) -> list[str]:
        outcomes = {
            "new": self.tr("Taken in."),
            "newer": self.tr("It was here; now it is as the file has it."),
            "same": self.tr("All of it was here already; nothing was changed."),
        }
        received = taken.received
        lines = [f"{received.patient.display_name}, MRN {received.patient.mrn}", outcomes[received.outcome.value]]
        if received.signatures and not taken.differences:
            lines.append(self.tr("Signatures: {0}, verified.").format(received.signatures))
        elif received.signatures:
            lines.append(
                self.tr("Signatures: {0}. What is here differs from what was signed:").format(received.signatures)
            )
        else:
            lines.append(self.tr("It is not signed."))
        return lines + [f"• {each.sentence}" for each in taken.differences[:5]]
