"""Who did what, when, to which record: an HMAC chain.

Owns the audit log. Each row's MAC covers the row and the MAC before it, so an edit, a removed row or a new order breaks
the chain; rows cut off its end show only against a head that was noted elsewhere. Where old rows were shredded or lost
with a damaged disk, a sealed anchor says at which row the chain goes on. Holds identifiers, never patient
text. Knows nothing of what the actions mean.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ehr.store.codec import time_to_text
from ehr.store.sqlcipher import Database

_GENESIS = bytes(32)
_NO_ANCHOR = ("", b"")
_ROWS = "SELECT seq, at, actor, action, subject, mac FROM audit"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act: `subject` is the id of the record it concerns, `at` an ISO 8601 time in UTC."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    mac: bytes


class AuditLog:
    """The chain under one key. Every method takes the database of the caller's transaction."""

    def __init__(self, key: bytes, actor: str) -> None:
        self._key = key
        self._actor = actor

    def append(self, db: Database, action: str, subject: str, *, at: datetime) -> None:
        """Add an act, in the transaction that does it."""
        last = db.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone() or (0, _GENESIS)
        row = AuditRow(last[0] + 1, time_to_text(at), self._actor, action, subject, b"")
        db.execute(
            "INSERT INTO audit (seq, at, actor, action, subject, mac) VALUES (?, ?, ?, ?, ?, ?)",
            (row.seq, row.at, row.actor, row.action, row.subject, self._mac(row, last[1])),
        )

    def first_broken(self, db: Database) -> int | None:
        """The number of the first row that does not verify; None where the whole chain does."""
        anchors = {
            (seq, after): (reason, seal)
            for seq, after, reason, seal in db.execute("SELECT seq, after, reason, seal FROM audit_anchor")
        }
        last, previous = 0, _GENESIS
        for row in rows(db):
            follows = row.seq == last + 1 and hmac.compare_digest(row.mac, self._mac(row, previous))
            if not follows and not self._vouched(row, last, *anchors.get((row.seq, last), _NO_ANCHOR)):
                return last + 1
            last, previous = row.seq, row.mac
        return None

    def anchor(self, db: Database, seq: int, reason: str, *, after: int = 0) -> None:
        """Let the chain go on at row `seq` though the rows behind `after` are gone. `reason` is shredded or lost."""
        row = AuditRow(*db.execute(f"{_ROWS} WHERE seq = ?", (seq,)).fetchone())
        db.execute(
            "INSERT INTO audit_anchor (seq, after, reason, seal) VALUES (?, ?, ?, ?)",
            (seq, after, reason, self._seal(row, after, reason)),
        )

    def _vouched(self, row: AuditRow, after: int, reason: str, seal: bytes) -> bool:
        return hmac.compare_digest(seal, self._seal(row, after, reason))

    def _seal(self, row: AuditRow, after: int, reason: str) -> bytes:
        said = json.dumps([self._mac(row, row.mac).hex(), after, reason])
        return hmac.digest(self._key, f"anchor {said}".encode(), "sha256")

    def _mac(self, row: AuditRow, previous: bytes) -> bytes:
        said = json.dumps([row.seq, row.at, row.actor, row.action, row.subject, previous.hex()])
        return hmac.digest(self._key, said.encode(), "sha256")


def rows(db: Database) -> Iterator[AuditRow]:
    """The log, oldest first."""
    for row in db.execute(f"{_ROWS} ORDER BY seq"):
        yield AuditRow(*row)
