"""What a person does about whose a dictation is, and with a patient over time."""

from __future__ import annotations

from desktop.commands.command import PATIENTS, REVIEW, Command, Scope
from desktop.commands.workbench import Workbench, may_change
from desktop.player.player import LEAD_S, TAIL_S
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.patient import Patient

IDENTITY = ("identity.hear", "identity.confirm", "identity.move")
"""The commands that settle whose a dictation is."""


class Patients:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session
        self._desk = window.session.desk
        self._player = window.player

    def choose_patient(self) -> None:
        """Choose or add the patient of the next dictation."""
        self._window.ask_patient(self._window.tr("Choose or add a patient"), self._session.choose_patient)

    def has_patient(self) -> bool:
        """Whether a patient is on the page."""
        return self._session.patient is not None

    def show_record(self) -> None:
        """Show the patient over time."""
        if self._session.patient is not None:
            self._window.patients.show_record(self._session.patient)

    def edit_patient(self) -> None:
        """Change the details of the patient on the page."""
        if self._session.patient is not None:
            self._window.patients.edit(self._session.patient)

    def merge_patients(self) -> None:
        """Merge the record of the patient on the page with another one of the same person."""
        if self._session.patient is not None:
            self._window.patients.merge(self._session.patient)

    def part_patients(self) -> None:
        """Part records again that were merged into the one on the page."""
        if self._session.patient is not None:
            self._window.patients.part(self._session.patient)

    def import_patients(self) -> None:
        """Import a list of patients."""
        self._window.patients.import_list()

    def in_doubt(self) -> bool:
        """Whether the dictation seems to speak of another patient."""
        return bool(self._window.guard.doubts)

    def hear_patient(self) -> None:
        """Play the words that speak of another patient."""
        reading = self._session.reading
        for doubt in self._window.guard.doubts if reading is not None else ():
            time = reading.time_of(doubt.span) if reading is not None else None
            if time is not None:
                self._player.play(time.start - LEAD_S, time.end + TAIL_S)
                return

    def confirm_patient(self) -> None:
        """Say that the patient is the right one."""
        self._window.guard.confirm()

    def can_move(self) -> bool:
        """Whether a dictation is on the page and nothing works on it."""
        encounter = self._session.encounter
        return encounter is not None and encounter.id not in self._desk.jobs and may_change(self._window)

    def move_dictation(self) -> None:
        """Give the dictation to another patient, with a reason."""

        def chosen(patient: Patient) -> None:
            self._window.patients.ask_reason(patient, lambda reason: self._window.guard.move(patient.id, reason))

        self._window.ask_patient(self._window.tr("Whose dictation is this?"), chosen)


COMMANDS: tuple[Command[Patients], ...] = (
    Command(
        "patient.choose",
        QT_TRANSLATE_NOOP("commands", "Choose or add a patient …"),
        ("Ctrl+P",),
        PATIENTS,
        Patients.choose_patient,
    ),
    Command(
        "patient.record",
        QT_TRANSLATE_NOOP("commands", "Record over time …"),
        ("Ctrl+R",),
        PATIENTS,
        Patients.show_record,
        Patients.has_patient,
    ),
    Command(
        "patient.edit",
        QT_TRANSLATE_NOOP("commands", "Change the patient's details …"),
        ("Ctrl+Shift+N",),
        PATIENTS,
        Patients.edit_patient,
        Patients.has_patient,
    ),
    Command(
        "patient.merge",
        QT_TRANSLATE_NOOP("commands", "Merge with another record …"),
        ("Ctrl+Shift+J",),
        PATIENTS,
        Patients.merge_patients,
        Patients.has_patient,
    ),
    Command(
        "patient.part",
        QT_TRANSLATE_NOOP("commands", "Part merged records …"),
        ("Ctrl+Shift+X",),
        PATIENTS,
        Patients.part_patients,
        Patients.has_patient,
    ),
    Command(
        "patient.import",
        QT_TRANSLATE_NOOP("commands", "Import patients …"),
        ("Ctrl+Shift+I",),
        PATIENTS,
        Patients.import_patients,
    ),
    Command(
        "identity.hear",
        QT_TRANSLATE_NOOP("commands", "Hear the patient named"),
        ("H",),
        REVIEW,
        Patients.hear_patient,
        Patients.in_doubt,
        Scope.REVIEW,
    ),
    Command(
        "identity.confirm",
        QT_TRANSLATE_NOOP("commands", "Right patient"),
        ("Y",),
        REVIEW,
        Patients.confirm_patient,
        Patients.in_doubt,
        Scope.REVIEW,
    ),
    Command(
        "identity.move",
        QT_TRANSLATE_NOOP("commands", "Move to another patient …"),
        ("M",),
        REVIEW,
        Patients.move_dictation,
        Patients.can_move,
        Scope.REVIEW,
    ),
)
