"""The dialog that chooses a patient: type a few letters, or add a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.filter_dialog import ArrowKeys
from desktop.patient.banner import details
from desktop.patient.form import PatientForm
from desktop.widgets import label
from ehr.chart.patient import Patient


class PatientChooser(QDialog):
    """Asks its owner to search (`typed`) and to add (`added`), and says who was chosen (`chosen`)."""

    typed = Signal(str)
    added = Signal(object)
    chosen = Signal(object)

    def __init__(self, purpose: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Choose a patient"))
        self.setModal(True)
        self.resize(480, 430)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Name, record number or birth date"))
        self.search.setAccessibleName(self.tr("Name, record number or birth date"))
        self.search.textChanged.connect(lambda text: self.typed.emit(text.strip()))
        self._patients: Sequence[Patient] = ()
        self._names = QStringListModel(self)
        self.list = QListView()
        self.list.setObjectName("patients")
        self.list.setAccessibleName(self.tr("Patients"))
        self.list.setModel(self._names)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        ArrowKeys(self.search, self.list).entered.connect(self._on_return)
        self.list.activated.connect(lambda index: self._choose(index.row()))
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.form = PatientForm()
        self.form.submitted.connect(self.added)
        self.form.preferred.connect(self.take)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._searching())
        self._stack.addWidget(self._adding())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 18)
        outer.setSpacing(10)
        outer.addWidget(label(purpose, "title"))
        outer.addWidget(self._stack, 1)
        self.search.setFocus()

    def show_patients(self, patients: Sequence[Patient]) -> None:
        """Replace what the search found; the first is chosen by Enter."""
        self._patients = patients
        today = date.today()  # noqa: DTZ011 - the user's calendar
        self._names.setStringList([f"{each.display_name}   {details(each, on=today)}" for each in patients])
        if patients:
            self.list.setCurrentIndex(self._names.index(0))

    def show_problem(self, text: str) -> None:
        """Say why a patient could not be added."""
        self.form.show_problem(text)

    def take(self, patient: Patient) -> None:
        """Close with a patient."""
        self.accept()
        self.chosen.emit(patient)

    def _on_return(self) -> None:
        if self._patients:
            self._choose(max(0, self.list.currentIndex().row()))
        else:
            self._begin_adding()

    def _choose(self, row: int) -> None:
        self.take(self._patients[row])

    def _begin_adding(self) -> None:
        self._stack.setCurrentIndex(1)
        self.form.start(self.search.text().strip())

    def _searching(self) -> QWidget:
        page = QWidget()
        add = QPushButton(self.tr("&Add a patient …"))
        add.setAutoDefault(False)
        add.clicked.connect(self._begin_adding)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(add)
        row.addStretch(1)
        row.addWidget(cancel)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.search)
        outer.addWidget(self.list, 1)
        outer.addLayout(row)
        return page

    def _adding(self) -> QWidget:
        page = QWidget()
        back = QPushButton(self.tr("Back to the list"))
        back.setAutoDefault(False)
        back.clicked.connect(lambda: self._stack.setCurrentIndex(0))
        self.form.add.setDefault(True)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.form)
        outer.addStretch(1)
        outer.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        return page
