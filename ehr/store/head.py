"""The head of the audit log: where it ends, as one line that can be kept elsewhere.

Owns the line, how it is found in whatever carries it, and what a log is told by it later. Whatever leaves this computer
takes `head_of` along by name: a backup in its manifest, an encounter file in its first line, an export of the log in
its last one. Holds nothing of a patient.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ehr.store.faults import HeadUnreadable
from ehr.store.sqlcipher import Database

_MARK, _FORM = "chartwright-audit-head", "1"
_PART = 4096
"""Bytes at either end of a file in which its head is looked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ended at some moment: the number, the MAC and the time (ISO 8601, "" if unknown) of its newest row.

    Kept elsewhere, it shows later whether rows were cut off the end.
    """

    seq: int
    mac: bytes
    at: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{_MARK} {_FORM} {self.seq} {self.mac.hex()} {self.at}".rstrip()

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head in a text, wherever in it the line or the JSON string stands. Raises HeadUnreadable."""
        words = text.replace('"', " ").split()
        try:
            start = words.index(_MARK)
            form, seq, mac = words[start + 1 : start + 4]
            if form != _FORM:
                raise HeadUnreadable
            return cls(int(seq), bytes.fromhex(mac), _time("".join(words[start + 4 : start + 5])))
        except ValueError:
            raise HeadUnreadable from None

    @classmethod
    def noted_in(cls, path: Path) -> Head:
        """The head that a file carries, or a backup's folder. Raises HeadUnreadable, OSError."""
        file = path / "manifest.json" if path.is_dir() else path
        with file.open("rb") as read:
            first = read.read(_PART)
            read.seek(max(len(first), file.stat().st_size - _PART))
            last = read.read()
        for part in (first, last):
            text = part.decode("utf-8", "replace")
            if _MARK in text:
                return cls.parse(text)
        raise HeadUnreadable


def head_of(db: Database) -> Head:
    """The head of the log, in the caller's transaction."""
    row = db.execute("SELECT seq, mac, at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*(row or (0, b"")))


def compared(db: Database, noted: Head) -> list[str]:
    """What of the log is not as it was when this head was noted, one sentence each; empty where nothing is."""
    first, last = db.execute("SELECT min(seq), max(seq) FROM audit").fetchone()
    if (last or 0) < noted.seq:
        return [f"Rows are missing: the log ends at row {last or 0}, but row {noted.seq} was noted as its end."]
    if noted.seq and noted.seq < first:
        return [f"Row {noted.seq}, which was noted, is older than what is still kept; it could not be compared."]
    row = db.execute("SELECT mac FROM audit WHERE seq = ?", (noted.seq,)).fetchone()
    if noted.seq and (row is None or not hmac.compare_digest(row[0], noted.mac)):
        return [f"Row {noted.seq} is not the one that was noted: the log was cut off and written on, or replaced."]
    return []


def _time(word: str) -> str:
    """The word where it is a time, else nothing: older heads have none."""
    try:
        datetime.fromisoformat(word)
    except ValueError:
        return ""
    return word
