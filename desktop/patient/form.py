"""The form of a patient's details, to add one or to change them: as little as a chart needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.patient.banner import details
from desktop.widgets import label
from ehr.chart.birth_dates import typed_dates
from ehr.chart.patient import Gender, Patient

_MOST_LOOKALIKES = 3


class PatientForm(QWidget):
    """Family name, given name, record number, birth date, sex.

    `submitted` carries the patient; with one to `edit`, it is that one changed. `preferred` carries a patient on file
    who was offered as perhaps the same person.
    """

    submitted = Signal(object)
    preferred = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edited: Patient | None = None
        self._told: Patient | None = None
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
        self.alike = QVBoxLayout()
        self.alike.setSpacing(6)
        self.add = QPushButton(self.tr("Add patient"))
        self.add.setProperty("look", "go")
        self.add.clicked.connect(self._on_add)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
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
        outer.addLayout(self.alike)
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

    def edit(self, patient: Patient) -> None:
        """Fill the fields with a patient's details, to be changed."""
        self._edited = patient
        self.add.setText(self.tr("Save the changes"))
        for field, text in (
            (self.family, patient.family_name),
            (self.given, patient.given_name),
            (self.mrn, patient.mrn),
            (self.born, patient.birth_date.isoformat() if patient.birth_date else ""),
        ):
            field.setText(text)
        self.gender.setCurrentIndex(self.gender.findData(patient.gender))
        self.family.setFocus()
        self.family.selectAll()

    def is_told(self, patient: Patient) -> bool:
        """Whether somebody with these details was already compared with those who are on file."""
        return self._told is not None and replace(patient, id=self._told.id) == self._told

    def show_lookalikes(self, patient: Patient, alike: Sequence[Patient]) -> None:
        """Offer those on file who may be this person; sent once more, it is somebody else."""
        self._told = patient
        text = (
            self.tr("This may be somebody who is on file. Take their chart, or press “{0}” again for another person.")
            if self._edited is None
            else self.tr("Somebody on file has these details. Merge both records, or press “{0}” again for two people.")
        )
        self.show_problem(text.format(self.add.text()))
        today = date.today()  # noqa: DTZ011 - the user's calendar
        for each in alike[:_MOST_LOOKALIKES]:
            take = QPushButton(f"{each.display_name}   {details(each, on=today)}")
            take.setAutoDefault(False)
            take.clicked.connect(partial(self.preferred.emit, each))
            self.alike.addWidget(take)
        first = self.alike.itemAt(0)
        if first is not None and (widget := first.widget()) is not None:
            widget.show()
            widget.setFocus()

    def show_problem(self, text: str) -> None:
        """Say what is wrong, below the fields."""
        while (item := self.alike.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _on_add(self) -> None:
        born = parse_date(self.born.text())
        if not self.family.text().strip():
            self._refuse(self.tr("The family name is missing."), self.family)
        elif not self.mrn.text().strip():
            self._refuse(self.tr("The record number is missing; it tells people of one name apart."), self.mrn)
        elif self.born.text().strip() and born is None:
            self._refuse(self.tr("Write a past birth date as 1964-03-14 or 14 Mar 1964."), self.born)
        else:
            self.show_problem("")
            names = self.mrn.text().strip(), self.family.text().strip(), self.given.text().strip()
            typed = Patient(*names, birth_date=born, gender=Gender(self.gender.currentData()))
            self.submitted.emit(typed if self._edited is None else replace(typed, id=self._edited.id))

    def _refuse(self, why: str, where: QWidget) -> None:
        self.show_problem(why)
        where.setFocus()


def parse_date(text: str) -> date | None:
    """A date written in a way that no country misreads; None for anything else, or one in the future."""
    days = typed_dates(text)
    found = next(iter(days)) if len(days) == 1 else None
    return found if found is not None and found <= date.today() else None  # noqa: DTZ011 - the user's calendar
