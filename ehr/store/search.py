"""Full-text search, newest first.

Owns how typed words become an index query and what a hit is. Whatever is typed is matched as words: the index's own
query language cannot be reached. Knows nothing of how the index is kept (`triggers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ehr.chart.note import Span
from ehr.chart.patient import Patient
from ehr.store.codec import Row, patient_from_row
from ehr.store.sqlcipher import Database

_OPEN, _CLOSE = "\x02", "\x03"
_SHORTEST_PREFIX = 2


class HitKind(StrEnum):
    """Where the words were found."""

    PATIENT = "patient"
    TITLE = "title"
    NOTE = "note"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Hit:
    """One find. `matches` are the spans of `snippet` that were searched for; `entry_id` is set for an entry."""

    kind: HitKind
    encounter_id: str
    entry_id: str | None
    patient: Patient
    started_at: datetime
    snippet: str
    matches: tuple[Span, ...]


# CROSS JOIN holds the order: the index is walked backwards and the walk ends at the limit.
_QUERY = f"""
    SELECT patient.id, mrn, family_name, given_name, birth_date, gender,
        document.encounter_id, entry_id, started_at,
        snippet(document_index, 2, '{_OPEN}', '{_CLOSE}', '…', 16) AS body,
        highlight(document_index, 1, '{_OPEN}', '{_CLOSE}') AS title,
        highlight(document_index, 0, '{_OPEN}', '{_CLOSE}') AS who
    FROM document_index
    CROSS JOIN document ON document.id = document_index.rowid
    CROSS JOIN encounter ON encounter.id = document.encounter_id
    CROSS JOIN patient ON patient.id = encounter.patient_id
    WHERE document_index MATCH :words
    ORDER BY document_index.rowid DESC
    LIMIT :limit
"""  # noqa: S608  (constants of this module)


def search(db: Database, typed: str, *, limit: int) -> list[Hit]:
    """Where all typed words occur together, newest encounter first; the last word may be unfinished."""
    words = _quoted(typed)
    if not words:
        return []
    found = db.execute(_QUERY, {"words": words, "limit": limit})
    names = [column[0] for column in found.description]
    return [_hit(dict(zip(names, row, strict=True))) for row in found]


def _quoted(typed: str) -> str:
    words = [word for word in typed.replace("\0", " ").split() if any(letter.isalnum() for letter in word)]
    if not words:
        return ""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(quoted) + ("*" if len(words[-1]) >= _SHORTEST_PREFIX else "")


def _hit(row: Row) -> Hit:
    kind, marked = _place(row)
    snippet, matches = _unmarked(marked)
    return Hit(
        kind=kind,
        encounter_id=row["encounter_id"],
        entry_id=row["entry_id"],
        patient=patient_from_row(row),
        started_at=datetime.fromisoformat(row["started_at"]),
        snippet=snippet,
        matches=matches,
    )


def _place(row: Row) -> tuple[HitKind, str]:
    if row["entry_id"] is not None:
        return HitKind.ENTRY, row["body"]
    for kind, column in ((HitKind.NOTE, "body"), (HitKind.TITLE, "title")):
        if _OPEN in row[column]:
            return kind, row[column]
    return HitKind.PATIENT, row["who"]


def _unmarked(marked: str) -> tuple[str, tuple[Span, ...]]:
    plain, *pieces = marked.split(_OPEN)
    matches: list[Span] = []
    for piece in pieces:
        match, _, rest = piece.partition(_CLOSE)
        matches.append(Span(len(plain), len(plain) + len(match)))
        plain += match + rest
    return plain, tuple(matches)
