"""The banner: whose chart this is, what must not be overlooked, and the one place that shows the state."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.formats import day, initials
from desktop.patient.pills import PillRow
from desktop.state import State
from desktop.widgets import label, pill, retone
from ehr.chart.glance import Glance
from ehr.chart.patient import Gender, Patient

_LEFT, _AVATAR, _GAP, _RIGHT = 6, 34, 12, 8
"""Pixels across the button that shows the patient; its text is as wide as it is."""


class Banner(QWidget):
    """Shows a patient and a state. A click on the patient chooses another."""

    def __init__(self, choose: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(56)
        self._avatar = label("")
        self._avatar.setObjectName("avatar")
        self._avatar.setFixedSize(_AVATAR, _AVATAR)
        self._avatar.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name = label("", "head")
        self._details = label("", "muted")
        self._person = _person_button(choose, self._avatar, self._name, self._details)
        self.pills = PillRow()
        self.state = pill("", "plain")
        self.state.setObjectName("state")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 18, 1)
        row.setSpacing(12)
        row.addWidget(self._person)
        row.addWidget(self.pills, 1)
        row.addWidget(self.state)
        self.show_patient(None, on=date(2000, 1, 1))

    def show_patient(self, patient: Patient | None, *, on: date) -> None:
        """Show whose chart it is; ages are those of the day `on`."""
        if patient is None:
            self._avatar.setText("–")
            self._name.setText(self.tr("No patient chosen"))
            self._details.setText(self.tr("Choose or add one: Ctrl+P"))
        else:
            self._avatar.setText(initials(patient.display_name))
            self._name.setText(patient.display_name)
            self._details.setText(details(patient, on=on))
        self._person.setAccessibleName(f"{self._name.text()}, {self._details.text()}")
        texts = (self._name, self._details)
        for text in texts:
            text.ensurePolished()
        widest = max(text.sizeHint().width() for text in texts)
        self._person.setMinimumWidth(
            _LEFT + _AVATAR + _GAP + widest + _RIGHT
        )  # a layout would tell the width of before

    def show_glance(self, glance: Glance | None) -> None:
        """Show what must not be overlooked; None where it is not known."""
        self.pills.show_glance(glance)

    def show_state(self, state: State) -> None:
        """Show the state."""
        retone(self.state, state.text, state.tone)


def details(patient: Patient, *, on: date) -> str:
    """Sex, age, birth date and record number on one line, as far as they are known."""
    letters = {Gender.MALE: "M", Gender.FEMALE: "F", Gender.OTHER: _tr("other"), Gender.UNKNOWN: ""}
    age = patient.age_on(on)
    parts = [
        letters[patient.gender],
        _tr("{0} y").format(age) if age is not None else "",
        day(patient.birth_date) if patient.birth_date else "",
        f"MRN {patient.mrn}",
    ]
    return " · ".join(part for part in parts if part)


def _person_button(action: QAction, avatar: QLabel, name: QLabel, details: QLabel) -> QPushButton:
    button = QPushButton()
    button.setProperty("look", "patient")
    button.setToolTip(f"{action.text()} ({action.shortcut().toString()})")
    button.clicked.connect(action.trigger)
    text = QVBoxLayout()
    text.setSpacing(0)
    text.addStretch(1)
    text.addWidget(name)
    text.addWidget(details)
    text.addStretch(1)
    row = QHBoxLayout(button)
    row.setContentsMargins(_LEFT, 3, _RIGHT, 3)
    row.setSpacing(_GAP)
    row.addWidget(avatar)
    row.addLayout(text)
    for child in (avatar, name, details):
        child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    button.setFixedHeight(46)
    return button


def _tr(text: str) -> str:
    return QCoreApplication.translate("patient", text)
