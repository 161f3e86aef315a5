"""What can be asked of the chart.

Owns the queries. A reader may be used from any thread, one call at a time; `Store.reader` opens one with its own
connection, which never waits for the writer. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from ehr.chart.encounter import Encounter, EncounterStatus, EncounterSummary
from ehr.chart.entry import Entry
from ehr.chart.note import Note
from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.store import encounters, entries, patients
from ehr.store.ledger import Ledger
from ehr.store.query import Query
from ehr.store.search import Hit, search
from ehr.store.session import Session
from ehr.store.sqlcipher import Database


class Reader:
    """Queries on one open store, for a user who may read charts.

    Every query raises NotAllowed where they may not, and StoreDamaged where the file does not verify.
    """

    def __init__(self, session: Session, ledger: Ledger) -> None:
        self._session = session
        self._ledger = ledger

    @contextmanager
    def _reading(self, *, snapshot: bool = False) -> Iterator[Database]:
        """The database for the queries of one method."""
        self._ledger.require(Right.READ)
        with self._session.snapshot() if snapshot else self._session.read() as db:
            yield db

    def patients(self, typed: str = "", *, limit: int = 50) -> list[Patient]:
        """Patients for whom every typed word begins a name or the record number, by name."""
        with self._reading() as db:
            return patients.matching(db, typed, limit=limit)

    def patient(self, patient_id: str) -> Patient:
        """The patient with this id. Raises NotInStore."""
        with self._reading() as db:
            return patients.by_id(db, patient_id)

    def patient_by_mrn(self, mrn: str) -> Patient | None:
        """The patient with exactly this record number, None where there is none."""
        with self._reading() as db:
            return patients.by_mrn(db, mrn)

    def everyone(self) -> list[Patient]:
        """Every patient on file, in no order; who was merged into another record is that one."""
        with self._reading() as db:
            return patients.everyone(db)

    def lookalikes(self, patient: Patient) -> list[Patient]:
        """Who else on file may be this person, by name. The patient need not be on file."""
        with self._reading() as db:
            return patients.lookalikes(db, patient)

    def encounters(
        self, *, limit: int = 100, status: EncounterStatus | None = None, patient_id: str | None = None
    ) -> list[EncounterSummary]:
        """The newest encounters first, light enough for a list."""
        with self._reading() as db:
            return encounters.summaries(db, limit=limit, status=status, patient_id=patient_id)

    def encounter(self, encounter_id: str) -> Encounter:
        """The encounter with its current draft. Raises NotInStore."""
        with self._reading(snapshot=True) as db:
            return encounters.by_id(db, encounter_id)

    def note_versions(self, encounter_id: str) -> list[Note]:
        """Every version of the encounter's note, oldest first."""
        with self._reading() as db:
            return encounters.versions(db, encounter_id)

    def proposal(self, entry_id: str) -> Entry:
        """The entry as the draft proposed it, whatever was decided since, its evidence in the current note.

        Raises NotInStore.
        """
        with self._reading() as db:
            return entries.proposal(db, entry_id)

    def search(self, words: str | Query, *, limit: int = 50) -> list[Hit]:
        """Where all the words occur together in names, titles, notes or entries, newest encounter first.

        Filters may stand among them ("kind:medication from:2026"; `ehr.store.query`).
        The last word may be unfinished. Rejected entries are not found.
        """
        with self._reading() as db:
            return search(db, words, limit=limit)

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
