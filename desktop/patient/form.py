"""The form that adds a patient: as little as a chart needs."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.widgets import label
from ehr.chart.patient import Gender, Patient

_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")
"""Ways to write a date in which day and month cannot be taken for each other."""


class PatientForm(QWidget):
    """Family name, given name, record number, birth date, sex. `submitted` carries the patient."""

    submitted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.family, self.given, self.mrn, self.born = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.born.setPlaceholderText(self.tr("1964-03-14 or 14 Mar 1964"))
        self.gender = QComboBox()
        names = {
            Gender.UNKNOWN: self.tr("not known"),
            Gender.FEMALE: self.tr("female"),
            Gender.MALE: self.tr("male"),
            Gender.OTHER: self.tr("other"),
        }
        for gender, name in names.items():
            self.gender.addItem(name, gender)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.add = QPushButton(self.tr("Add patient"))
        self.add.setProperty("look", "go")
        self.add.clicked.connect(self._on_add)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        rows: tuple[tuple[str, QWidget], ...] = (
            (self.tr("&Family name"), self.family),
            (self.tr("&Given name"), self.given),
            (self.tr("&Record number (MRN)"), self.mrn),
            (self.tr("&Birth date"), self.born),
            (self.tr("&Sex"), self.gender),
        )
        for title, widget in rows:
            widget.setAccessibleName(title.replace("&", ""))
            form.addRow(title, widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(form)
        outer.addWidget(self._problem)
        outer.addWidget(self.add)

    def start(self, typed: str) -> None:
        """Begin with what was typed in the search: a number is the MRN, words are the name."""
        if any(letter.isdigit() for letter in typed):
            self.mrn.setText(typed)
        else:
            family, _, given = typed.replace(",", " ").strip().partition(" ")
            self.family.setText(family)
            self.given.setText(given.strip())
        self.family.setFocus()

    def show_problem(self, text: str) -> None:
        """Say what is wrong, below the fields."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _on_add(self) -> None:
        born = parse_date(self.born.text())
        if not self.family.text().strip():
            self._refuse(self.tr("The family name is missing."), self.family)
        elif not self.mrn.text().strip():
            self._refuse(self.tr("The record number is missing; it tells people of one name apart."), self.mrn)
        elif self.born.text().strip() and born is None:
            self._refuse(self.tr("Write the birth date as 1964-03-14 or 14 Mar 1964."), self.born)
        else:
            self.show_problem("")
            names = self.mrn.text().strip(), self.family.text().strip(), self.given.text().strip()
            self.submitted.emit(Patient(*names, birth_date=born, gender=Gender(self.gender.currentData())))

    def _refuse(self, why: str, where: QWidget) -> None:
        self.show_problem(why)
        where.setFocus()


def parse_date(text: str) -> date | None:
    """A date written in a way that no country misreads; None for anything else, or one in the future."""
    for form in _FORMATS:
        try:
            found = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a birth date has no zone
        except ValueError:
            continue
        return found if found <= date.today() else None  # noqa: DTZ011 - the user's calendar
    return None
