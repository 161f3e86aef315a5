"""Entries and the decisions on them.

Owns the entry table: a person's edit keeps what was proposed. Every function takes the database of the caller's
transaction or read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from ehr.chart.entry import Entry, ReviewState
from ehr.store.codec import Row, entry_from_row, entry_to_row
from ehr.store.errors import AlreadyReviewed, NotInStore
from ehr.store.sqlcipher import Database


def of_encounter(db: Database, encounter_id: str) -> tuple[Entry, ...]:
    """The encounter's entries, in the order the draft gave."""
    found = db.table("entry").rows_where("encounter_id = ?", [encounter_id], order_by="position")
    return tuple(entry_from_row(row) for row in found)


def replace_all(db: Database, encounter_id: str, entries: Iterable[Entry]) -> None:
    """Put these in place of the encounter's proposed entries. Raises AlreadyReviewed where one is decided."""
    decided = db.table("entry").count_where(
        "encounter_id = ? AND state <> ?", [encounter_id, ReviewState.PROPOSED.value]
    )
    if decided:
        raise AlreadyReviewed
    db.execute("DELETE FROM entry WHERE encounter_id = ?", (encounter_id,))
    append(db, encounter_id, entries)


def append(db: Database, encounter_id: str, entries: Iterable[Entry]) -> None:
    """Add entries after those that the encounter has."""
    first = db.execute(
        "SELECT coalesce(max(position) + 1, 0) FROM entry WHERE encounter_id = ?", (encounter_id,)
    ).fetchone()[0]
    db.table("entry").insert_all(
        {**entry_to_row(entry), "encounter_id": encounter_id, "position": position}
        for position, entry in enumerate(entries, start=first)
    )


def decide(db: Database, entry_id: str, state: ReviewState) -> None:
    """Accept or reject an entry as it stands; an edited one that is accepted stays edited. Raises NotInStore."""
    row = _row(db, entry_id)
    if state is ReviewState.ACCEPTED and row["proposal"] is not None:
        state = ReviewState.EDITED
    db.table("entry").update(entry_id, {"state": state.value})


def waits(db: Database, entry_id: str) -> bool:
    """Whether the entry is as it was proposed and a field in its sentence is open. Raises NotInStore."""
    return entry_from_row(_row(db, entry_id)).waits


def edit(db: Database, entry: Entry) -> None:
    """Put a person's version in place of the entry with its id, keeping what was proposed. Raises NotInStore."""
    row = _row(db, entry.id)
    proposal = row["proposal"] or json.dumps(entry_to_row(_as_proposed(row)))
    edited = entry_to_row(replace(entry, state=ReviewState.EDITED))
    db.table("entry").update(entry.id, {**edited, "proposal": proposal})


def reopen(db: Database, entry_id: str) -> None:
    """Take a decision back: the entry is again as it was proposed. Raises NotInStore."""
    proposed = entry_to_row(proposal(db, entry_id))
    db.table("entry").update(entry_id, {**proposed, "proposal": None})


def restate(db: Database, entry: Entry) -> None:
    """Make the row say what the entry says, its review state included. Raises NotInStore."""
    reopen(db, entry.id)
    if entry.state is ReviewState.EDITED:
        edit(db, entry)
    elif entry.state is not ReviewState.PROPOSED:
        decide(db, entry.id, entry.state)


def proposal(db: Database, entry_id: str) -> Entry:
    """The entry as the draft proposed it, whatever was decided since, its evidence in the current note.

    Raises NotInStore.
    """
    row = _row(db, entry_id)
    return _as_proposed(row) if row["proposal"] is None else entry_from_row(json.loads(row["proposal"]))


def move(db: Database, entries: Iterable[Entry]) -> None:
    """Store the evidence, cue and flags of entries whose note was edited."""
    for entry in entries:
        row, proposed = entry_to_row(entry), _row(db, entry.id)["proposal"]
        moved = {column: row[column] for column in ("evidence_start", "evidence_end", "cue_start", "cue_end")}
        if proposed is not None:
            proposed = json.dumps({**json.loads(proposed), **moved})
        db.table("entry").update(entry.id, {**moved, "flags": row["flags"], "proposal": proposed})


def _as_proposed(row: Row) -> Entry:
    return replace(entry_from_row(row), state=ReviewState.PROPOSED)


def _row(db: Database, entry_id: str) -> Row:
    found = list(db.table("entry").rows_where("id = ?", [entry_id]))
    if not found:
        raise NotInStore
    return found[0]
