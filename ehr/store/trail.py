"""The audit log as people use it: who read which chart, where the log ends now, whether it is still whole.

Owns the rows for reading, the log's head as a line of text, its verification and its export. The chain itself is
`audit`'s. Knows nothing of files.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from ehr.chart.people import Right
from ehr.store.audit import AuditRow, rows
from ehr.store.faults import HeadUnreadable
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database

_MARK, _FORM = "chartwright-audit-head", "1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ended at some moment: the number and the MAC of its newest row. It holds nothing of a patient.

    Kept elsewhere, it shows later whether rows were cut off the end.
    """

    seq: int
    mac: bytes

    def __str__(self) -> str:
        return f"{_MARK} {_FORM} {self.seq} {self.mac.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head in a text, wherever in it the line or the JSON string stands. Raises HeadUnreadable."""
        words = text.replace('"', " ").split()
        try:
            at = words.index(_MARK)
            form, seq, mac = words[at + 1 : at + 4]
            if form != _FORM:
                raise HeadUnreadable
            return cls(int(seq), bytes.fromhex(mac))
        except ValueError:
            raise HeadUnreadable from None


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
            return found + ([] if noted is None else _compared(db, noted))

    def export(self) -> tuple[list[AuditRow], Head]:
        """Every row, oldest first, with the head that they end in. The export is the row after them."""
        with self._ledger.act("audit.exported", "audit", Right.READ_AUDIT) as db:
            return list(rows(db)), head_of(db)


def head_of(db: Database) -> Head:
    """The head of the log in the caller's transaction."""
    return Head(*(db.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone() or (0, b"")))


def _compared(db: Database, noted: Head) -> list[str]:
    first, last = db.execute("SELECT min(seq), max(seq) FROM audit").fetchone()
    if (last or 0) < noted.seq:
        return [f"Rows are missing: the log ends at row {last or 0}, but row {noted.seq} was noted as its end."]
    if noted.seq and noted.seq < first:
        return [f"Row {noted.seq}, which was noted, is older than what is still kept; it could not be compared."]
    row = db.execute("SELECT mac FROM audit WHERE seq = ?", (noted.seq,)).fetchone()
    if noted.seq and (row is None or not hmac.compare_digest(row[0], noted.mac)):
        return [f"Row {noted.seq} is not the one that was noted: the log was cut off and written on, or replaced."]
    return []
