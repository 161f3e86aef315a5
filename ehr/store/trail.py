"""The audit log as people use it: who read which chart, where the log ends now, whether it is still whole.

Owns the rows for reading, the log's verification and its export. The chain itself is `audit`'s, the head `head`'s.
Knows nothing of files.
"""

from __future__ import annotations

from ehr.chart.people import Right
from ehr.store.audit import AuditRow, rows
from ehr.store.head import Head, compared, head_of
from ehr.store.ledger import Ledger


class Trail:
    """Reached as `store.trail`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def opened(self, encounter_id: str) -> None:
        """Say that the user has opened this chart to read it: one row an opening."""
        with self._ledger.act("chart.opened", encounter_id, Right.READ):
            pass

    def head(self) -> Head:
        """Where the log ends now."""
        with self._ledger.reading(Right.KEEP_ACCOUNT) as db:
            return head_of(db)

    def verify(self, noted: Head | None = None) -> list[str]:
        """What is wrong with the log, one sentence each; empty where nothing is.

        With a head that was noted earlier, rows cut off the end are found as well.
        """
        with self._ledger.reading(Right.READ_AUDIT) as db:
            broken = self._ledger.audit.first_broken(db)
            found = [] if broken is None else [f"The audit log does not verify from row {broken} on."]
            return found + ([] if noted is None else compared(db, noted))

    def export(self) -> tuple[list[AuditRow], Head]:
        """Every row, oldest first, with the head that they end in. The export is the row after them."""
        with self._ledger.act("audit.exported", "audit", Right.READ_AUDIT) as db:
            return list(rows(db)), head_of(db)
