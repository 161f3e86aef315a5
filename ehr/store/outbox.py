"""What is signed and waits to leave this computer, and what became of it.

Owns the outbox and the record of deliveries. A row of the outbox commits with the signature that it belongs to. Its
payload, the bytes that will be sent, is NULL until an exporter has frozen them, and then stays. A row is unsent until a
delivery says that a receiver has it, or that a records officer decided that it need not be sent; retention keeps the
note of an unsent row. How a version travels is not this room's business.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ehr.chart.people import Right
from ehr.chart.signing import Signature
from ehr.store.codec import time_to_text
from ehr.store.errors import NotInStore
from ehr.store.faults import NoReason
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database


class Outcome(StrEnum):
    """How the waiting of a row ended."""

    DELIVERED = "delivered"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unsent row, in the order of `seq`. `version` is the hash of the signature, `kind` its kind."""

    seq: int
    id: str
    encounter_id: str
    version: str
    kind: str
    created_at: datetime
    payload: bytes | None


class Outbox:
    """Reached as `store.outbox`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def waiting(self) -> list[Waiting]:
        """What was signed and waits to leave this computer, oldest first."""
        with self._ledger.reading() as db:
            return _waiting(db)

    def delivered(self, seq: int, receipt: str) -> None:
        """Note that a receiver has this row's version; `receipt` is what it answered, such as the resource's address.

        A second receipt for the same row changes nothing. Raises NotAllowed, NotInStore.
        """
        with self._ledger.act("outbox.delivered", str(seq), Right.EXPORT) as db:
            if not db.execute("SELECT 1 FROM outbox WHERE seq = ?", (seq,)).fetchone():
                raise NotInStore
            self._settle(db, [seq], Outcome.DELIVERED, receipt)

    def waive(self, encounter_ids: Iterable[str], reason: str) -> None:
        """Decide that what waits of these encounters need not be sent; retention may then delete it.

        Raises NotAllowed, NoReason.
        """
        self._ledger.require(Right.SHRED)
        if not reason.strip():
            raise NoReason
        wanted = set(encounter_ids)
        with self._ledger.session.transaction() as db:
            waiting = [row for row in _waiting(db) if row.encounter_id in wanted]
            self._settle(db, [row.seq for row in waiting], Outcome.WAIVED, reason.strip())
            for id_ in sorted({row.encounter_id for row in waiting}):
                self._ledger.record(db, "outbox.waived", id_)

    def _settle(self, db: Database, seqs: list[int], outcome: Outcome, receipt: str) -> None:
        at, by = time_to_text(self._ledger.now()), self._ledger.user.name
        for seq in seqs:
            db.execute(
                """INSERT OR IGNORE INTO delivery (seq, encounter_id, version, outcome, settled_at, settled_by, receipt)
                SELECT seq, encounter_id, version, ?, ?, ?, ? FROM outbox WHERE seq = ?""",
                (outcome.value, at, by, receipt, seq),
            )


def put(db: Database, encounter_id: str, signature: Signature) -> None:
    """Queue a signed version, in the transaction of its signature."""
    db.table("outbox").insert(
        {
            "id": str(uuid.uuid4()),
            "encounter_id": encounter_id,
            "version": signature.hash,
            "kind": signature.kind.value,
            "created_at": time_to_text(signature.signed_at),
            "payload": None,
        }
    )


def _waiting(db: Database) -> list[Waiting]:
    found = db.execute(
        """SELECT seq, id, encounter_id, version, kind, created_at, payload FROM outbox
        WHERE seq NOT IN (SELECT seq FROM delivery) ORDER BY seq"""
    )
    return [
        Waiting(seq, id_, encounter_id, version, kind, datetime.fromisoformat(created_at), payload)
        for seq, id_, encounter_id, version, kind, created_at, payload in found
    ]
