"""Between the dialogs about patients and the chart that keeps them.

Owns what is asked of the store for each dialog, and that the page follows a patient who was changed or merged. What may
be changed, and how, is the store's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QWidget
from shiboken6 import isValid

from desktop.messages import explain
from desktop.session import Session
from ehr.chart.history import Record
from ehr.chart.patient import Patient

if TYPE_CHECKING:
    from desktop.patient.chooser import PatientChooser
    from ehr.store.register import Holdings, Merge
    from ehr.store.store import Store


class PatientKeeper(QObject):
    """Opens the dialogs over `window` and keeps what is decided in them. `hear` plays the fact in focus."""

    def __init__(self, window: QWidget, session: Session, hear: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._session, self._hear = window, session, hear
        self._to_hear: str | None = None
        session.sound_changed.connect(self._on_sound)

    def choose(self, purpose: str, then: Callable[[Patient], None], *, like: Patient | None = None) -> None:
        """Let a patient be chosen or added, and go on with them; first listed is who may be the same as `like`."""
        from desktop.patient.chooser import PatientChooser

        chooser = PatientChooser(purpose, self._window)

        def look(store: Store, typed: str) -> list[Patient]:
            if like is None or typed:
                return [each for each in store.patients(typed) if like is None or each.id != like.id]
            near = store.lookalikes(like)
            return near or [each for each in store.patients("") if each.id != like.id]

        def search(typed: str) -> None:
            self._session.ask(
                lambda store: look(store, typed),
                lambda found: _if_open(chooser, lambda: chooser.show_patients(found)),
            )

        def add(patient: Patient) -> None:
            told = chooser.form.is_told(patient)
            self._session.ask(
                lambda store: _added(store, patient, told=told),
                lambda found: _if_open(chooser, lambda: _take(chooser, patient, found)),
                lambda error: _if_open(chooser, lambda: chooser.show_problem(explain(error).sentence)),
            )

        chooser.typed.connect(search)
        chooser.added.connect(add)
        chooser.chosen.connect(then)
        search("")
        self._open(chooser)

    def ask_reason(self, patient: Patient, then: Callable[[str], None]) -> None:
        """Let somebody say why a dictation goes to this patient, and go on with it."""
        asking = QInputDialog(self._window)
        asking.setWindowTitle(self.tr("Move the dictation"))
        asking.setLabelText(self.tr("Why does it belong to {0}?").format(patient.display_name))
        asking.setTextValue(self.tr("What was said names this patient."))
        asking.setOkButtonText(self.tr("Move"))
        asking.textValueSelected.connect(then)
        self._open(asking)

    def show_record(self, patient: Patient) -> None:
        """Show a patient over time."""
        from desktop.patient.record_page import RecordPage

        def show(record: Record) -> None:
            page = RecordPage(patient, record, self._window)
            page.opened.connect(lambda encounter_id, entry_id: self._session.open(encounter_id, focus=entry_id))
            page.heard.connect(self._open_and_hear)
            self._open(page)

        self._session.ask(lambda store: store.records.of(patient.id), show)

    def _open_and_hear(self, encounter_id: str, entry_id: str) -> None:
        self._session.open(encounter_id, focus=entry_id)
        self._to_hear = entry_id

    def _on_sound(self, sound: object, _: object) -> None:
        """The sound of the page is there: let the fact be heard, unless the keyboard went elsewhere meanwhile."""
        if sound is not None:
            wanted, self._to_hear = self._to_hear, None
            if wanted is not None and wanted == self._session.focus:
                self._hear()

    def edit(self, patient: Patient) -> None:
        """Let the details of a patient be changed."""
        from desktop.patient.edit import EditPatient

        dialog = EditPatient(patient, self._window)

        def changed(typed: Patient) -> None:
            told = dialog.form.is_told(typed)
            self._session.ask(
                lambda store: _changed(store, typed, told=told),
                lambda found: _if_open(dialog, lambda: kept(typed, found)),
                lambda error: _if_open(dialog, lambda: dialog.form.show_problem(explain(error).sentence)),
            )

        def kept(typed: Patient, alike: list[Patient]) -> None:
            if alike:
                dialog.form.show_lookalikes(typed, alike)
            else:
                dialog.accept()
                self._follow(typed)

        def preferred(other: Patient) -> None:
            dialog.reject()
            self._compare(patient, other)

        dialog.changed.connect(changed)
        dialog.form.preferred.connect(preferred)
        self._open(dialog)

    def merge(self, patient: Patient) -> None:
        """Let another record be chosen that is the same person's, and both be looked at and merged."""
        purpose = self.tr("Which record is the same person’s?")
        self.choose(purpose, lambda other: self._compare(patient, other), like=patient)

    def part(self, patient: Patient) -> None:
        """Let a merge be undone that the patient's record survived."""
        from desktop.patient.merging import PartDialog

        def show(merges: list[Merge]) -> None:
            holding = [each for each in merges if each.undone_at is None and each.survivor.id == patient.id]
            dialog = PartDialog(holding, self._window)
            dialog.given.connect(lambda merge_id: self._part(dialog, patient, merge_id))
            self._open(dialog)

        self._session.ask(lambda store: store.register.merges(patient.id), show)

    def import_list(self) -> None:
        """Let a file be chosen, and show what importing it would do."""
        filters = self.tr("Patients (*.csv *.tsv *.txt *.json *.ndjson)") + ";;" + self.tr("All files (*)")
        chosen, _ = QFileDialog.getOpenFileName(self._window, self.tr("Import patients"), "", filters)
        if chosen:
            self.import_file(Path(chosen))

    def import_file(self, file: Path) -> None:
        """Show what importing a list of patients would do, and do what is chosen of it."""
        from desktop.patient.import_page import ImportPage

        page = ImportPage(file, self._session, self._window)
        page.imported.connect(self._look_again)
        self._open(page)

    def _compare(self, patient: Patient, other: Patient) -> None:
        self._session.ask(
            lambda store: (store.register.holdings(patient.id), store.register.holdings(other.id)),
            lambda found: self._show_both(*found),
        )

    def _show_both(self, one: Holdings, other: Holdings) -> None:
        from desktop.patient.merging import MergeDialog

        dialog = MergeDialog(one, other, self._window)

        def given(survivor_id: str, retired_id: str, reason: str) -> None:
            self._session.ask(
                lambda store: store.register.merge(survivor_id, retired_id, reason=reason),
                merged,
                lambda error: _if_open(dialog, lambda: dialog.show_problem(explain(error).sentence)),
            )

        def merged(merge: Merge) -> None:
            _if_open(dialog, dialog.accept)
            self._follow(merge.survivor)

        dialog.given.connect(given)
        self._open(dialog)

    def _part(self, dialog: QDialog, patient: Patient, merge_id: str) -> None:
        from desktop.patient.merging import PartDialog

        def parted(_: object) -> None:
            _if_open(dialog, dialog.accept)
            self._follow(patient)

        def failed(error: BaseException) -> None:
            if isinstance(dialog, PartDialog):
                _if_open(dialog, lambda: dialog.show_problem(explain(error).sentence))

        self._session.ask(lambda store: store.register.unmerge(merge_id), parted, failed)

    def _look_again(self) -> None:
        """What was imported may have changed the patient on the page."""
        patient = self._session.patient
        if patient is not None:
            self._session.ask(lambda store: store.patient(patient.id), self._follow)

    def _follow(self, patient: Patient) -> None:
        """Show the page with the patient as the chart has them now."""
        session = self._session
        session.refresh()
        if session.encounter is not None:
            session.open(session.encounter.id, focus=session.focus)
        elif session.patient is not None and session.patient != patient:
            session.choose_patient(patient)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _added(store: Store, patient: Patient, *, told: bool) -> Patient | list[Patient]:
    """The patient, added; or those who may be the same person, unless they were told."""
    alike = [] if told else store.lookalikes(patient)
    return alike or store.add_patient(patient)


def _changed(store: Store, patient: Patient, *, told: bool) -> list[Patient]:
    """Those whom the patient would be taken for with these details, unless they were told; else change them."""
    before = set() if told else {each.id for each in store.lookalikes(store.patient(patient.id))}
    alike = [] if told else [each for each in store.lookalikes(patient) if each.id not in before]
    if not alike:
        store.update_patient(patient)
    return alike


def _take(chooser: PatientChooser, patient: Patient, found: Patient | list[Patient]) -> None:
    if isinstance(found, Patient):
        chooser.take(found)
    else:
        chooser.form.show_lookalikes(patient, found)


def _if_open(dialog: QWidget, then: Callable[[], None]) -> None:
    """The chart may answer after the dialog was closed."""
    if isValid(dialog) and dialog.isVisible():
        then()
