"""Whether the open questions of who a dictation is about are settled.

Owns the decisions of people that the patient is the right one, and the refusal to accept anything before. What
contradicts what is `ehr.chart.identity`'s to say.
"""

from __future__ import annotations

from ehr.chart.identity import Contradiction, contradictions
from ehr.chart.people import Right
from ehr.store import encounters, patients
from ehr.store.codec import time_to_text
from ehr.store.errors import IdentityInDoubt, NotInStore
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database


class Identity:
    """The room of the store for the wrong-patient guard."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def doubts(self, encounter_id: str) -> tuple[Contradiction, ...]:
        """What the note says of its patient that the chart contradicts and nobody has confirmed. Raises NotInStore."""
        with self._ledger.reading() as db:
            return doubts(db, encounter_id)

    def confirm(self, encounter_id: str) -> None:
        """Say that the patient is the right one, whatever was said so far. Raises NotInStore."""
        with self._ledger.act("identity.confirmed", encounter_id, Right.REVIEW) as db:
            patient_id = _patient_id(db, encounter_id)
            db.table("identity_decision").insert_all(
                {
                    "encounter_id": encounter_id,
                    "patient_id": patient_id,
                    "trait": doubt.trait.value,
                    "said": doubt.said.casefold(),
                    "charted": doubt.charted,
                    "decided_at": time_to_text(self._ledger.now()),
                    "decided_by": self._ledger.user.name,
                }
                for doubt in doubts(db, encounter_id)
            )


def doubts(db: Database, encounter_id: str) -> tuple[Contradiction, ...]:
    """As `Identity.doubts`, in the caller's transaction or read."""
    note = encounters.written_text(db, encounter_id)
    if note is None:
        return ()
    encounter = next(iter(db.table("encounter").rows_where("id = ?", [encounter_id])))
    patient = patients.by_id(db, encounter["patient_id"])
    day = encounters.day_of(encounter["started_at"])
    found = contradictions(note, patient, day, mrns=patients.mrns(db, patient.id))
    decided = {
        (row["trait"], row["said"], row["charted"])
        for row in db.table("identity_decision").rows_where(
            "encounter_id = ? AND patient_id = ?", [encounter_id, patient.id]
        )
    }
    return tuple(each for each in found if (each.trait.value, each.said.casefold(), each.charted) not in decided)


def require_settled(db: Database, encounter_id: str) -> None:
    """Refuse to go on while it is open whose dictation it is. Raises IdentityInDoubt, NotInStore.

    For every act that files something: acceptance and signing.
    """
    if doubts(db, encounter_id):
        raise IdentityInDoubt


def _patient_id(db: Database, encounter_id: str) -> str:
    row = db.execute("SELECT patient_id FROM encounter WHERE id = ?", (encounter_id,)).fetchone()
    if row is None:
        raise NotInStore
    return str(row[0])
