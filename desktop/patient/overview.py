"""What must not be overlooked of the patient on the page: their record over time and what the open dictation proposes.

Owns when the record is read again: for another patient, and after every decision that the chart has kept. The window
never waits for it. What stands and what is proposed is `ehr.chart.glance`'s to say.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from desktop.session import Session
from ehr.chart.glance import Glance, glance
from ehr.chart.history import Record
from ehr.chart.people import Right


class Overview(QObject):
    """The record of the session's patient. `changed` says that `shown` is another."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: Glance | None = None
        self._session = session
        self._record: Record | None = None
        self._whose = ""
        self._listed: object = None
        self._reading = self._stale = False
        session.patient_changed.connect(self._on_patient)
        session.entries_changed.connect(self._tell)
        session.worklist_changed.connect(self._on_worklist)

    @Slot()
    def _on_patient(self) -> None:
        """Another patient's record is gone at once, before theirs is known."""
        patient = self._session.patient
        whose = patient.id if patient is not None else ""
        if whose != self._whose:
            self._whose, self._record = whose, None
            self._tell()
        self._look()

    @Slot()
    def _on_worklist(self) -> None:
        """The worklist is read anew after each decision; progress of a transcription repaints the same list."""
        if self._session.encounters is not self._listed:
            self._listed = self._session.encounters
            self._look()

    def _look(self) -> None:
        """Read the record, one reading at a time; what comes up meanwhile is read after it."""
        if not self._whose or not self._session.chart.may(Right.READ):
            return
        self._stale = self._reading
        if not self._reading:
            self._reading, whose = True, self._whose
            self._session.ask(
                lambda store: store.records.of(whose), lambda record: self._take(whose, record), self._failed
            )

    def _take(self, whose: str, record: Record) -> None:
        self._reading = False
        if whose == self._whose and record != self._record:
            self._record = record
            self._tell()
        if self._stale or whose != self._whose:
            self._look()

    def _failed(self, error: BaseException) -> None:
        """Not known is not the same as nothing recorded: nothing is shown."""
        self._reading, self._record = False, None
        self._tell()
        self._session.failed.emit(error, None)

    @Slot()
    def _tell(self) -> None:
        shown = glance(self._record, self._session.entries) if self._record is not None else None
        if shown != self.shown:
            self.shown = shown
            self.changed.emit()
