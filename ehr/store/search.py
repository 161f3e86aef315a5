"""Full-text search, newest first.

Owns how a `Query` becomes an index query and what a hit is. Whatever is typed is matched as words: the index's own
query language cannot be reached. Knows nothing of how the index is kept (`triggers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from ehr.chart.note import Span
from ehr.chart.patient import Patient
from ehr.store import patients
from ehr.store.codec import patient_from_row
from ehr.store.facets import EVERYTHING, author_word, code_word, kind_word, patient_word, state_word
from ehr.store.query import Query, parse
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


_PATIENT = ("id", "mrn", "family_name", "given_name", "birth_date", "gender")

# CROSS JOIN holds the order: the index is walked backwards and the walk ends at the limit.
_QUERY = f"""
    SELECT {", ".join(f"patient.{column}" for column in _PATIENT)},
        document.encounter_id, entry_id, started_at,
        snippet(document_index, 2, '{_OPEN}', '{_CLOSE}', '…', 16) AS body,
        highlight(document_index, 1, '{_OPEN}', '{_CLOSE}') AS title,
        highlight(document_index, 0, '{_OPEN}', '{_CLOSE}') AS who
    FROM document_index
    CROSS JOIN document ON document.id = document_index.rowid
    CROSS JOIN encounter ON encounter.id = document.encounter_id
    CROSS JOIN patient ON patient.id = encounter.patient_id
    WHERE document_index MATCH :words AND document_index.rowid BETWEEN :first AND :last
    ORDER BY document_index.rowid DESC
    LIMIT :limit
"""  # noqa: S608  (constants of this module)


_PRIVATE = re.compile("[\ue000-\uf8ff\0]")
_SECOND = 1 << 20
"""Documents that fit into one second (`triggers`)."""
_LAST = 2**63 - 1
_NAMESAKES = 200
"""Most patients whom one patient filter takes in."""

_AUTHORS = """
    WITH RECURSIVE each(author) AS (
        SELECT min(author) FROM note_version
        UNION ALL SELECT (SELECT min(author) FROM note_version WHERE author > each.author) FROM each
        WHERE each.author IS NOT NULL
    ) SELECT author FROM each WHERE author IS NOT NULL
"""


def search(db: Database, typed: str | Query, *, limit: int) -> list[Hit]:
    """Where all typed words occur together and all filters hold, newest encounter first; the last word may be
    unfinished.
    """
    values = values_of(db, parse(typed) if isinstance(typed, str) else typed)
    if values is None:
        return []
    people: dict[str, Patient] = {}
    return [_hit(row, people) for row in db.execute(_QUERY, {**values, "limit": limit})]


def values_of(db: Database, query: Query) -> dict[str, str | int] | None:
    """What the statement is given for a query: the words for the index, the first and last id. None for nothing."""
    words = _quoted(query.words)
    groups = _groups(db, query)
    if not all(groups) or (query.words and not words) or query.empty:
        return None
    wanted = [words, *(f"({' OR '.join(group)})" for group in groups)]
    return {
        "words": " AND ".join(filter(None, wanted)) or f'"{EVERYTHING}"',
        "first": 0 - _LAST if query.since is None else _first_id(query.since),
        "last": _LAST if query.until is None else _first_id(query.until + timedelta(days=1)) - 1,
    }


def _groups(db: Database, query: Query) -> list[list[str]]:
    """For each filter the index's words of its alternatives; an empty group where nothing can be found."""
    groups = []
    if query.patients:
        found = [each for typed in query.patients for each in patients.matching(db, typed, limit=_NAMESAKES)]
        groups.append(_exact(patient_word(patient.id) for patient in found))
    if query.kinds:
        groups.append(_exact(map(kind_word, query.kinds)))
    if query.codes:
        groups.append(
            [f'"{code_word(code)}"' + ("" if code[:1].isdigit() else "*") for code in map(_plain, query.codes)]
        )
    if query.states:
        groups.append(_exact(map(state_word, query.states)))
    if query.authors:
        known = [row[0] for row in db.execute(_AUTHORS)]
        wanted = [author for author in known if any(part.casefold() in author.casefold() for part in query.authors)]
        groups.append(_exact(map(author_word, wanted)))
    return groups


def _exact(words: Iterable[str]) -> list[str]:
    return [f'"{word}"' for word in dict.fromkeys(words)]


def _plain(code: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", code)


def _first_id(day: date) -> int:
    """The smallest id of a document whose encounter began on that day, in this computer's time zone."""
    return int(datetime.combine(day, time.min).astimezone().timestamp()) * _SECOND


def _quoted(typed: str) -> str:
    words = [word for word in _PRIVATE.sub(" ", typed).split() if any(letter.isalnum() for letter in word)]
    if not words:
        return ""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " AND ".join(quoted) + ("*" if len(words[-1]) >= _SHORTEST_PREFIX else "")


def _hit(row: tuple[Any, ...], people: dict[str, Patient]) -> Hit:
    """A row of the statement; `people` are the patients of the rows before it."""
    *who, encounter_id, entry_id, started_at, body, title, names = row
    patient = people.get(who[0]) or people.setdefault(who[0], patient_from_row(dict(zip(_PATIENT, who, strict=True))))
    kind, marked = (HitKind.ENTRY, body) if entry_id is not None else _place(body, title, names)
    snippet, matches = _unmarked(marked)
    return Hit(kind, encounter_id, entry_id, patient, datetime.fromisoformat(started_at), snippet, matches)


def _place(body: str, title: str, names: str) -> tuple[HitKind, str]:
    """Where in a document that is no entry the words stand, by their marks."""
    for kind, marked in ((HitKind.NOTE, body), (HitKind.TITLE, title), (HitKind.PATIENT, names)):
        if _OPEN in marked:
            return kind, marked
    return HitKind.NOTE, body or title


def _unmarked(marked: str) -> tuple[str, tuple[Span, ...]]:
    plain, *pieces = marked.split(_OPEN)
    matches: list[Span] = []
    for piece in pieces:
        match, _, rest = piece.partition(_CLOSE)
        matches.append(Span(len(plain), len(plain) + len(match)))
        plain += match + rest
    return plain, tuple(matches)
