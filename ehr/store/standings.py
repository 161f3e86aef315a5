"""Where each encounter stands as a record.

Owns the standing columns of the encounter table and the question whether a change is allowed. Every function takes the
database of the caller's transaction or read.
"""

from __future__ import annotations

from datetime import datetime

from ehr.chart.signing import Act, Amendment, Standing, Status
from ehr.store.codec import Row, time_to_text
from ehr.store.errors import NotInStore
from ehr.store.faults import NotNow, RecordSigned
from ehr.store.sqlcipher import Database

COLUMNS = "standing, stood_by, stood_since, amends, amend_reason"


def from_row(row: Row) -> Standing:
    """The standing of a row of the encounter table."""
    return Standing(
        Status(row["standing"]),
        row["stood_by"],
        datetime.fromisoformat(row["stood_since"]) if row["stood_since"] else None,
        Amendment(row["amend_reason"], Status(row["amends"])) if row["amends"] else None,
    )


def of_encounter(db: Database, encounter_id: str) -> Standing:
    """The encounter's standing. Raises NotInStore."""
    found = next(iter(db.query(f"SELECT {COLUMNS} FROM encounter WHERE id = ?", (encounter_id,))), None)  # noqa: S608
    if found is None:
        raise NotInStore
    return from_row(found)


def put(db: Database, encounter_id: str, standing: Standing) -> None:
    """Make the encounter stand so."""
    amendment = standing.amendment
    db.execute(
        "UPDATE encounter SET standing = ?, stood_by = ?, stood_since = ?, amends = ?, amend_reason = ? WHERE id = ?",
        (
            standing.status.value,
            standing.by,
            time_to_text(standing.since) if standing.since else None,
            amendment.of.value if amendment else None,
            amendment.reason if amendment else None,
            encounter_id,
        ),
    )


def advance(db: Database, encounter_id: str, act: Act, *, by: str, at: datetime, reason: str = "") -> Standing:
    """Do an act of the state machine. Raises NotInStore, RecordSigned, NotNow."""
    standing = of_encounter(db, encounter_id)
    if not standing.may(act):
        raise RecordSigned if standing.locked and act in (Act.CHANGE, Act.REVIEW, Act.SIGN) else NotNow
    after = standing.after(act, by=by, at=at, reason=reason)
    if after != standing:
        put(db, encounter_id, after)
    return after


def of_entry(db: Database, entry_id: str) -> str:
    """The id of the encounter that an entry belongs to. Raises NotInStore."""
    found = db.execute("SELECT encounter_id FROM entry WHERE id = ?", (entry_id,)).fetchone()
    if found is None:
        raise NotInStore
    return str(found[0])
