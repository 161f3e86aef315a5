"""A patient's record over time, from what the store holds.

Owns which entries count: accepted or edited ones of encounters that nobody has marked as entered in error. The fold is
`ehr.chart.history`'s, the comparison `ehr.chart.reconciliation`'s.
"""

from __future__ import annotations

from datetime import datetime

from ehr.chart.encounter import Draft, Encounter
from ehr.chart.history import Filed, Record, fold
from ehr.chart.reconciliation import Related, reconcile
from ehr.chart.signing import Status
from ehr.store import patients
from ehr.store.codec import entry_from_row, time_to_text
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database

_COUNTING = """
    SELECT entry.*, encounter.started_at AS at FROM encounter JOIN entry ON entry.encounter_id = encounter.id
    WHERE patient_id = :patient AND state IN ('accepted', 'edited') AND standing <> :error
    AND (:before IS NULL OR started_at < :before) AND encounter.id <> :apart
"""


class Records:
    """The room of the store for the longitudinal record."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, patient_id: str) -> Record:
        """The record of a patient, or of whom theirs was merged into. Raises NotInStore."""
        with self._ledger.reading() as db:
            return _record(db, patients.survivor(db, patient_id).id)

    def reconciled(self, encounter: Encounter, draft: Draft, related: Related) -> tuple[Draft, Record]:
        """A draft of the encounter with flags where it contradicts the record before it, and that record.

        Raises NotInStore.
        """
        with self._ledger.reading() as db:
            patient = patients.survivor(db, encounter.patient.id)
            before = _record(db, patient.id, before=encounter.started_at, apart=encounter.id)
        return Draft(draft.note, reconcile(draft.entries, before, related), draft.transcript), before


def _record(db: Database, patient_id: str, *, before: datetime | None = None, apart: str = "") -> Record:
    values = {
        "patient": patient_id,
        "error": Status.ENTERED_IN_ERROR.value,
        "before": None if before is None else time_to_text(before),
        "apart": apart,
    }
    return fold(
        Filed(row["encounter_id"], datetime.fromisoformat(row["at"]), entry_from_row(row))
        for row in db.query(_COUNTING, values)
    )
