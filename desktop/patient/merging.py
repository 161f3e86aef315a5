"""The dialogs that make two records of one person one, and part them again.

Own what is shown of both before somebody decides, and that a reason is given. What a merge does is the store's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.formats import day
from desktop.translation import QT_TRANSLATE_NOOP
from desktop.widgets import label
from ehr.chart.likeness import may_be_one
from ehr.chart.patient import Gender, Patient

if TYPE_CHECKING:
    from ehr.store.register import Holdings, Merge

_SEXES = {
    Gender.FEMALE: QT_TRANSLATE_NOOP("merging", "female"),
    Gender.MALE: QT_TRANSLATE_NOOP("merging", "male"),
    Gender.OTHER: QT_TRANSLATE_NOOP("merging", "other"),
    Gender.UNKNOWN: QT_TRANSLATE_NOOP("merging", "not known"),
}


class MergeDialog(QDialog):
    """Both records beside each other; one is kept. Stays open until its owner accepts it.

    `given` carries the id of the record that is kept, that of the other, and the reason.
    """

    given = Signal(str, str, str)

    def __init__(self, one: Holdings, other: Holdings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._both = one, other
        self.setWindowTitle(self.tr("Merge two records"))
        self.setModal(True)
        self.setFixedWidth(640)
        self.keep = [QRadioButton(self.tr("Keep &left")), QRadioButton(self.tr("Keep &right"))]
        self.what, self.warning = label("", wrap=True), label("", "error", wrap=True)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Why they are one person; kept with the merge"))
        self.reason.setAccessibleName(self.tr("Why they are one person"))
        self.reason.textChanged.connect(self._offer)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton(self.tr("&Merge"))
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self._lay_out()
        self._group = QButtonGroup(self)
        for button in self.keep:
            self._group.addButton(button)
            button.toggled.connect(self._tell)
        self.keep[0 if one.dictations >= other.dictations else 1].setChecked(True)
        self._offer()
        self.reason.setFocus()

    @property
    def problem(self) -> str:
        """What the dialog complains of."""
        return self._problem.text()

    def show_problem(self, text: str) -> None:
        """Say why it was refused, and let it be tried again."""
        self._problem.setText(text)
        self._problem.show()
        self._offer()
        self.adjustSize()

    def _lay_out(self) -> None:
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Are these one person?"), "title"))
        outer.addWidget(self._sheet())
        for widget in (self.warning, self.what, self.reason, self._problem):
            outer.addWidget(widget)
        outer.addLayout(buttons)

    def _sheet(self) -> QFrame:
        """Row by row what each record says; where they differ it is said so."""
        sheet = QFrame()
        sheet.setObjectName("sheet")
        grid = QGridLayout(sheet)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        for column, stretch in enumerate((0, 1, 1, 0)):
            grid.setColumnStretch(column, stretch)
        for column, button in enumerate(self.keep, start=1):
            grid.addWidget(button, 0, column)
        for row, (title, texts, compared) in enumerate(self._rows(), start=1):
            differs = compared and texts[0] != texts[1]
            grid.addWidget(label(title, "muted"), row, 0)
            for column, text in enumerate(texts, start=1):
                grid.addWidget(label(text, "strong" if differs else "", wrap=True), row, column)
            grid.addWidget(label(self.tr("differs") if differs else "", "muted"), row, 3)
        told = "; ".join(f"{title}: {texts[0]}, {texts[1]}" for title, texts, _ in self._rows())
        sheet.setAccessibleName(told)
        return sheet

    def _rows(self) -> list[tuple[str, tuple[str, str], bool]]:
        """Title, both texts, and whether a difference matters."""
        one, other = self._both
        return [
            (self.tr("Name"), (one.patient.display_name, other.patient.display_name), True),
            (self.tr("Born"), (_born(one.patient), _born(other.patient)), True),
            (self.tr("Sex"), (_sex(one.patient), _sex(other.patient)), True),
            (self.tr("Record number"), (", ".join(one.mrns), ", ".join(other.mrns)), False),
            (self.tr("Dictations"), (self._dictations(one), self._dictations(other)), False),
            (self.tr("Accepted facts"), (str(one.facts), str(other.facts)), False),
            (self.tr("Last dictated"), (_on(one.newest), _on(other.newest)), False),
        ]

    def _dictations(self, held: Holdings) -> str:
        return self.tr("{0}, {1} signed").format(held.dictations, held.signed) if held.signed else str(held.dictations)

    def _chosen(self) -> tuple[Holdings, Holdings]:
        """The record that is kept, and the other."""
        one, other = self._both
        return (one, other) if self.keep[0].isChecked() else (other, one)

    def _tell(self) -> None:
        """What would happen with the present choice, and what to be careful of."""
        kept, gone = self._chosen()
        text = self.tr(
            "To {2} ({3}) move: dictations {0}, accepted facts {1}; the number {4} then leads there. Name, birth date "
            "and sex of the other record are put away with it. Nothing is deleted: Ctrl+Shift+X parts the records "
            "again, and what moved moves back; what is dictated after the merge stays with {2}."
        )
        numbers = ", ".join(gone.mrns)
        name = kept.patient.display_name
        self.what.setText(text.format(gone.dictations, gone.facts, name, kept.patient.mrn, numbers))
        warnings = []
        if not may_be_one(kept.patient, gone.patient):
            warnings.append(self.tr("Name and birth date speak for two people: be sure that it is one."))
        if gone.signed:
            signed = self.tr("Signed dictations that name the other record and stay as they were signed: {0}.")
            warnings.append(signed.format(gone.signed))
        if gone.held and not kept.held:
            warnings.append(self.tr("The legal hold on the other record then holds for both."))
        self.warning.setText(" ".join(warnings))
        self.warning.setVisible(bool(warnings))
        self.adjustSize()

    def _offer(self) -> None:
        self.go.setEnabled(bool(self.reason.text().strip()))

    def _on_go(self) -> None:
        kept, gone = self._chosen()
        self.go.setEnabled(False)
        self.given.emit(kept.patient.id, gone.patient.id, self.reason.text().strip())


class PartDialog(QDialog):
    """The merges that hold for a patient, newest first; one is undone. `given` carries its id."""

    given = Signal(str)

    def __init__(self, merges: Sequence[Merge], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._merges = list(merges)
        self.setWindowTitle(self.tr("Part merged records"))
        self.setModal(True)
        self.setMinimumWidth(560)
        self.list = QListWidget()
        self.list.setObjectName("palette")
        self.list.setAccessibleName(self.tr("Merged records"))
        self.list.setWordWrap(True)
        for merge in self._merges:
            self.list.addItem(self._line(merge))
        self.list.setCurrentRow(0)
        self.list.currentRowChanged.connect(self._tell)
        self.list.itemActivated.connect(self._on_go)
        self.what, self._problem = label("", wrap=True), label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton(self.tr("&Part"))
        self.go.setProperty("look", "go")
        self.go.clicked.connect(self._on_go)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Part which records again?"), "title"))
        outer.addWidget(self.list, 1)
        outer.addWidget(self.what)
        outer.addWidget(self._problem)
        outer.addLayout(buttons)
        self._tell()
        self.list.setFocus()

    def show_problem(self, text: str) -> None:
        """Say why it was refused."""
        self._problem.setText(text)
        self._problem.show()
        self.go.setEnabled(True)

    def _line(self, merge: Merge) -> str:
        text = self.tr("{0} (MRN {1}), merged on {2} by {3}: {4}")
        when = _on(merge.merged_at)
        return text.format(merge.retired.display_name, merge.retired.mrn, when, merge.merged_by, merge.reason)

    def _tell(self) -> None:
        for widget in (self.go, self.list):
            widget.setVisible(bool(self._merges))
        if not self._merges:
            self.what.setText(self.tr("No other record is merged into this one."))
            self.cancel.setText(self.tr("Close"))
        elif self.list.currentRow() >= 0:
            merge = self._merges[self.list.currentRow()]
            text = self.tr("Dictations that move back, but for those moved elsewhere since: {0}.")
            self.what.setText(text.format(len(merge.encounters)))

    def _on_go(self) -> None:
        row = self.list.currentRow()
        if self.go.isEnabled() and 0 <= row < len(self._merges):
            self.go.setEnabled(False)
            self.given.emit(self._merges[row].id)


def _born(patient: Patient) -> str:
    return day(patient.birth_date) if patient.birth_date else _tr(QT_TRANSLATE_NOOP("merging", "not known"))


def _sex(patient: Patient) -> str:
    return _tr(_SEXES[patient.gender])


def _on(moment: datetime | None) -> str:
    return day(moment.astimezone().date()) if moment is not None else "–"


def _tr(text: str) -> str:
    return QCoreApplication.translate("merging", text)
