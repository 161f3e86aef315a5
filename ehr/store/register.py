"""The register of patients: whose records are one person's, and which dictation belongs to whom.

Owns merging two records, parting them again, moving a dictation with a reason, and taking in a list of patients whole
or not at all. A merged record is kept as it was; its number leads to the one that survives.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.chart.signing import Status
from ehr.store import patients
from ehr.store.codec import Row, time_to_text
from ehr.store.errors import MergeRefused, NotInStore, SignedStays
from ehr.store.faults import NoReason
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database

_SIGNED = frozenset({"final", "amended"})
"""Standings of a dictation that somebody has signed (`ehr.chart.signing`)."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that became one. `encounters` are the ids of the dictations that moved with it; `undone_at` is None
    while the merge holds.
    """

    id: str
    survivor: Patient
    retired: Patient
    encounters: tuple[str, ...]
    reason: str
    merged_at: datetime
    merged_by: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """A dictation that was given to another patient: from whom, to whom, why, when, by whom."""

    encounter_id: str
    source: Patient
    target: Patient
    reason: str
    moved_at: datetime
    moved_by: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one record holds. `mrns` are the numbers that lead to it, its own first; `facts` are entries that somebody
    accepted, `signed` dictations with a signature, `held` a legal hold.
    """

    patient: Patient
    mrns: tuple[str, ...]
    dictations: int
    signed: int
    facts: int
    newest: datetime | None
    held: bool


_HOLDINGS = """
    SELECT
        count(*),
        count(*) FILTER (WHERE EXISTS (SELECT 1 FROM signature WHERE encounter_id = encounter.id)),
        (SELECT count(*) FROM entry JOIN encounter AS its ON its.id = entry.encounter_id
         WHERE its.patient_id = :id AND entry.state IN ('accepted', 'edited') AND its.standing <> :error),
        max(started_at),
        EXISTS (SELECT 1 FROM legal_hold WHERE patient_id = :id)
    FROM encounter WHERE patient_id = :id
"""


def _nobody(_: float) -> None:
    """Nobody wants to know how far it is."""


class Register:
    """The room of the store for patients as a clinic keeps them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def merge(self, survivor_id: str, retired_id: str, *, reason: str) -> Merge:
        """Give the dictations of one record to another; both record numbers then lead to the survivor.

        Raises MergeRefused, NotInStore, NoReason, and then nothing has changed.
        """
        reason = _given(reason)
        merge_id = str(uuid.uuid4())
        with self._ledger.act("patient.merged", merge_id, Right.MERGE_PATIENTS) as db:
            survivor, retired = patients.by_id(db, survivor_id), patients.by_id(db, retired_id)
            if survivor.id == retired.id or any(_merged(db, each.id) for each in (survivor, retired)):
                raise MergeRefused
            moved = [row[0] for row in db.execute("SELECT id FROM encounter WHERE patient_id = ?", (retired.id,))]
            self._give(db, moved, survivor.id)
            db.execute("UPDATE patient SET merged_into = ? WHERE id = ?", (survivor.id, retired.id))
            # A legal hold on either record holds what is now one.
            db.execute(
                "INSERT OR IGNORE INTO legal_hold SELECT ?, reason, placed_at, placed_by FROM legal_hold "
                "WHERE patient_id = ?",
                (survivor.id, retired.id),
            )
            db.table("patient_merge").insert(
                {
                    "id": merge_id,
                    "survivor_id": survivor.id,
                    "retired_id": retired.id,
                    "encounters": json.dumps(moved),
                    "reason": reason,
                    "merged_at": time_to_text(self._ledger.now()),
                    "merged_by": self._ledger.user.name,
                    "undone_at": None,
                }
            )
            self._ledger.record(db, "patient.retired", retired.id)
            return _merge(db, _row(db, "patient_merge", merge_id))

    def unmerge(self, merge_id: str) -> Merge:
        """Part two records again: what moved with the merge and is still with the survivor moves back.

        Raises NotInStore, and MergeRefused where it is parted already or the survivor was itself merged since.
        """
        with self._ledger.act("patient.unmerged", merge_id, Right.MERGE_PATIENTS) as db:
            row = _row(db, "patient_merge", merge_id)
            if row["undone_at"] is not None or _merged(db, row["survivor_id"]):
                raise MergeRefused
            db.execute("UPDATE patient SET merged_into = NULL WHERE id = ?", (row["retired_id"],))
            still = [
                each
                for each in json.loads(row["encounters"])
                if _row(db, "encounter", each)["patient_id"] == row["survivor_id"]
            ]
            self._give(db, still, row["retired_id"])
            now = time_to_text(self._ledger.now())
            db.execute("UPDATE patient_merge SET undone_at = ? WHERE id = ?", (now, merge_id))
            return _merge(db, _row(db, "patient_merge", merge_id))

    def merges(self, patient_id: str) -> list[Merge]:
        """The merges that the patient was part of, newest first."""
        with self._ledger.reading() as db:
            where, values = "survivor_id = :id OR retired_id = :id", {"id": patient_id}
            rows = list(db.table("patient_merge").rows_where(where, values, order_by="merged_at DESC"))
            return [_merge(db, row) for row in rows]

    def move(self, encounter_id: str, patient_id: str, *, reason: str) -> Move:
        """Give a dictation to another patient. Raises NotInStore, NoReason, SignedStays."""
        reason = _given(reason)
        with self._ledger.act("encounter.moved", encounter_id, Right.EDIT_PATIENTS) as db:
            encounter = _row(db, "encounter", encounter_id)
            if encounter.get("standing") in _SIGNED:
                raise SignedStays
            source, target = patients.by_id(db, encounter["patient_id"]), patients.survivor(db, patient_id)
            moved_at, by = self._ledger.now(), self._ledger.user.name
            db.execute("UPDATE encounter SET patient_id = ? WHERE id = ?", (target.id, encounter_id))
            db.table("encounter_move").insert(
                {
                    "encounter_id": encounter_id,
                    "from_id": source.id,
                    "to_id": target.id,
                    "reason": reason,
                    "moved_at": time_to_text(moved_at),
                    "moved_by": by,
                }
            )
        return Move(encounter_id, source, target, reason, moved_at, by)

    def moves(self, encounter_id: str) -> list[Move]:
        """Where the dictation was before, oldest first."""
        with self._ledger.reading() as db:
            rows = list(db.table("encounter_move").rows_where("encounter_id = ?", [encounter_id], order_by="id"))
            return [
                Move(
                    encounter_id,
                    patients.by_id(db, row["from_id"]),
                    patients.by_id(db, row["to_id"]),
                    row["reason"],
                    datetime.fromisoformat(row["moved_at"]),
                    row["moved_by"],
                )
                for row in rows
            ]

    def holdings(self, patient_id: str) -> Holdings:
        """What the patient's record holds, and so what a merge would move. Raises NotInStore."""
        with self._ledger.reading() as db:
            patient = patients.by_id(db, patient_id)
            row = db.execute(_HOLDINGS, {"id": patient.id, "error": Status.ENTERED_IN_ERROR.value}).fetchone()
            dictations, signed, facts, newest, held = row
            return Holdings(
                patient,
                patients.mrns(db, patient.id),
                dictations=dictations,
                signed=signed,
                facts=facts,
                newest=None if newest is None else datetime.fromisoformat(newest),
                held=bool(held),
            )

    def take_in(
        self, newcomers: Sequence[Patient], changed: Sequence[Patient] = (), tell: Callable[[float], None] = _nobody
    ) -> None:
        """Add patients and replace those on file with the ids of `changed`, all of them or none.

        `tell` hears between them how much is done, 0 to 1; what it raises leaves everything as it was. Raises
        DuplicateMrn, NotInStore.
        """
        self._ledger.require(Right.EDIT_PATIENTS)
        acts = [("patient.imported", patients.insert, each) for each in newcomers]
        acts += [("patient.changed", patients.update, each) for each in changed]
        with self._ledger.session.transaction() as db:
            for number, (action, act, patient) in enumerate(acts):
                tell(number / len(acts))
                act(db, patient)
                self._ledger.record(db, action, patient.id)

    def _give(self, db: Database, encounter_ids: Sequence[str], patient_id: str) -> None:
        for encounter_id in encounter_ids:
            db.execute("UPDATE encounter SET patient_id = ? WHERE id = ?", (patient_id, encounter_id))
            self._ledger.record(db, "encounter.moved", encounter_id)


def _given(reason: str) -> str:
    if not reason.strip():
        raise NoReason
    return reason.strip()


def _merged(db: Database, patient_id: str) -> bool:
    return patients.survivor(db, patient_id).id != patient_id


def _merge(db: Database, row: Row) -> Merge:
    undone = row["undone_at"]
    return Merge(
        id=row["id"],
        survivor=patients.by_id(db, row["survivor_id"]),
        retired=patients.by_id(db, row["retired_id"]),
        encounters=tuple(json.loads(row["encounters"])),
        reason=row["reason"],
        merged_at=datetime.fromisoformat(row["merged_at"]),
        merged_by=row["merged_by"],
        undone_at=None if undone is None else datetime.fromisoformat(undone),
    )


def _row(db: Database, table: str, row_id: str) -> Row:
    found = list(db.table(table).rows_where("id = ?", [row_id]))
    if not found:
        raise NotInStore
    return found[0]
