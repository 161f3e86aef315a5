"""The dialog that changes a patient's details."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.patient.form import PatientForm
from desktop.widgets import label
from ehr.chart.patient import Patient


class EditPatient(QDialog):
    """Stays open until its owner accepts it. `changed` carries the patient with what was typed."""

    changed = Signal(object)

    def __init__(self, patient: Patient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Change a patient's details"))
        self.setModal(True)
        self.setFixedWidth(480)
        self.form = PatientForm()
        self.form.submitted.connect(self.changed)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.form.add)
        self.form.add.setDefault(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Change the details"), "title"))
        what = self.tr("Every dictation shows the new details; what is signed keeps those of its day.")
        outer.addWidget(label(what, "muted", wrap=True))
        outer.addWidget(self.form)
        outer.addLayout(row)
        self.form.edit(patient)
