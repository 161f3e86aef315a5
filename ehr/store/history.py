"""What review did to an encounter, step by step, and the way back.

Owns the review_step table: append-only, each step with what stood before it, so that it can be undone after a restart
as before it. Taking a step back is another step. Every function takes the database of the caller's transaction or read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ehr.chart.note import Note
from ehr.store.codec import Row, note_from_row, time_to_text
from ehr.store.sqlcipher import Database

BARRIER = "barrier"
"""Begins the action of a step that cannot be taken back and lets nothing before it be: a new draft, a signature."""

EntryRow = Mapping[str, Any]
"""An entry as it is stored, without its encounter and place."""

_ENTRY = """id, kind, name, assertion, evidence_start, evidence_end, cue_start, cue_end, attributes, code_system, code,
    code_display, flags, state, proposal"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step that can be taken back. `note_version` is set where the note changed, `entry_ids` where entries did."""

    id: int
    action: str
    author: str
    done_at: datetime
    note_version: int | None
    entry_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """A version of a note as its history lists it. `number` counts from 1; `rules` drafted it, empty for a person's."""

    number: int
    author: str
    written_at: datetime
    rules: str
    note: Note


def entry_rows(db: Database, encounter_id: str) -> dict[str, EntryRow]:
    """The encounter's entries as they are stored, by id: what `record` compares with afterwards."""
    found = db.query(f"SELECT {_ENTRY} FROM entry WHERE encounter_id = ? ORDER BY position", (encounter_id,))  # noqa: S608
    return {row["id"]: row for row in found}


def record(
    db: Database, encounter_id: str, action: str, *, author: str, at: datetime,
    before: Mapping[str, EntryRow], note_version: int | None = None,
) -> None:  # fmt: skip
    """Add a step: `before` are the entries as they were, of which those that changed are kept."""
    now = entry_rows(db, encounter_id)
    changed = [row for id_, row in before.items() if now.get(id_) != row]
    if changed or note_version is not None:
        _insert(db, encounter_id, action, author, at, note_version, changed, None)


def put_barrier(db: Database, encounter_id: str, action: str, *, author: str, at: datetime) -> None:
    """Let nothing that was done so far be taken back."""
    _insert(db, encounter_id, f"{BARRIER}.{action}", author, at, None, [], None)


def undoable(db: Database, encounter_id: str) -> list[Step]:
    """The steps that can be taken back, oldest first."""
    stack: list[Step] = []
    gone: set[int] = set()
    query = """SELECT id, action, author, done_at, note_version, before, takes_back FROM review_step
        WHERE encounter_id = ? ORDER BY id DESC"""
    for row in db.query(query, (encounter_id,)):
        if row["action"].startswith(BARRIER):
            break
        if row["takes_back"] is not None:
            gone.add(row["takes_back"])
        elif row["id"] not in gone:
            stack.append(_step(row))
    return stack[::-1]


def take_back(db: Database, encounter_id: str, step: Step, *, author: str, at: datetime) -> None:
    """Put the entries of a step as they were before it, and say so; the note is the caller's to put back."""
    (before,) = db.execute("SELECT before FROM review_step WHERE id = ?", (step.id,)).fetchone()
    for row in json.loads(before):
        db.table("entry").update(row["id"], {name: value for name, value in row.items() if name != "id"})
    _insert(db, encounter_id, "step.taken_back", author, at, None, [], step.id)


def version_count(db: Database, encounter_id: str) -> int:
    """How many versions the note has: the number of the newest."""
    return int(db.execute("SELECT count(*) FROM note_version WHERE encounter_id = ?", (encounter_id,)).fetchone()[0])


def version(db: Database, encounter_id: str, number: int) -> Note:
    """The note's version of that number, from 1."""
    query = "SELECT * FROM note_version WHERE encounter_id = ? ORDER BY id LIMIT 1 OFFSET ?"
    return note_from_row(next(iter(db.query(query, (encounter_id, number - 1)))))


def versions(db: Database, encounter_id: str) -> list[NoteVersion]:
    """Every version of the note with who wrote it when, oldest first."""
    found = db.table("note_version").rows_where("encounter_id = ?", [encounter_id], order_by="id")
    return [
        NoteVersion(number, row["author"], datetime.fromisoformat(row["written_at"]), row["rules"], note_from_row(row))
        for number, row in enumerate(found, start=1)
    ]


def _step(row: Row) -> Step:
    ids = tuple(entry["id"] for entry in json.loads(row["before"]))
    return Step(
        row["id"], row["action"], row["author"], datetime.fromisoformat(row["done_at"]), row["note_version"], ids
    )


def _insert(
    db: Database, encounter_id: str, action: str, author: str, at: datetime, note_version: int | None,
    before: Iterable[Mapping[str, Any]], takes_back: int | None,
) -> None:  # fmt: skip
    db.table("review_step").insert(
        {
            "encounter_id": encounter_id,
            "author": author,
            "done_at": time_to_text(at),
            "action": action,
            "note_version": note_version,
            "before": json.dumps(list(before), ensure_ascii=False),
            "takes_back": takes_back,
        }
    )
