"""Emergency access: reading charts that one's role does not read, for a reason that others will see.

Owns the record of each access and who has looked at it. What it gives is `EMERGENCY` in `ehr.chart.people`, until the
store is closed.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from ehr.chart.people import EMERGENCY, Emergency, Right
from ehr.store.codec import time_to_text
from ehr.store.faults import NoReason
from ehr.store.ledger import Ledger

SHORTEST_REASON = 8
"""In characters. A reason that only fills the field is no reason."""


class Emergencies:
    """Reached as `store.emergencies`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, reason: str) -> None:
        """Let the present user read charts until the store is closed. Raises NoReason.

        The reason may name a patient: it stays in the encrypted store, and the audit log names the access by its id.
        """
        if len(reason.strip()) < SHORTEST_REASON:
            raise NoReason(
                next_step="Say in a few words why you have to read charts now; the records officer reads it."
            )
        id_ = str(uuid.uuid4())
        with self._ledger.act("emergency.begun", id_, Right.KEEP_ACCOUNT) as db:
            row = {"id": id_, "user_id": self._ledger.user.id, "begun_at": time_to_text(self._ledger.now())}
            db.table("emergency").insert({**row, "reason": reason.strip()})
        self._ledger.lend(EMERGENCY)

    def all(self, *, unseen: bool = False) -> list[Emergency]:
        """Every emergency access, newest first, or those that nobody has looked at. For who may read the audit log."""
        self._ledger.require(Right.READ_AUDIT)
        with self._ledger.session.read() as db:
            found = db.execute(_ALL.format("WHERE emergency.seen_at IS NULL" if unseen else "")).fetchall()
        return [Emergency(id_, who, datetime.fromisoformat(at), why, seen or "") for id_, who, at, why, seen in found]

    def mark_seen(self, *emergency_ids: str) -> None:
        """Note that the present user has looked at these."""
        for id_ in emergency_ids:
            with self._ledger.act("emergency.seen", id_, Right.READ_AUDIT) as db:
                seen = [self._ledger.user.id, time_to_text(self._ledger.now()), id_]
                db.execute("UPDATE emergency SET seen_by = ?, seen_at = ? WHERE id = ? AND seen_at IS NULL", seen)


_ALL = """
    SELECT emergency.id, user.name, begun_at, reason, seer.name FROM emergency
    JOIN user ON user.id = user_id LEFT JOIN user AS seer ON seer.id = seen_by
    {} ORDER BY begun_at DESC
"""
