"""What became of each signed version that was to leave this computer, and of each legal hold that ended."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Make the tables, and let an encounter's rows of the outbox be found."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    # What has no row here is unsent. A row outlives that of the outbox: it says where the copy of a shredded note is.
    # `receipt` is what the receiver answered, or why the version need not be sent.
    """CREATE TABLE delivery (
        seq INTEGER PRIMARY KEY,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        version TEXT NOT NULL,
        outcome TEXT NOT NULL,
        settled_at TEXT NOT NULL,
        settled_by TEXT NOT NULL,
        receipt TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX outbox_encounter ON outbox (encounter_id)",
    # Holds that were lifted, or gave way to another for the same patient: why it was placed, and why it ended.
    """CREATE TABLE past_hold (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        patient_id TEXT NOT NULL REFERENCES patient (id),
        reason TEXT NOT NULL,
        placed_at TEXT NOT NULL,
        placed_by TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        ended_by TEXT NOT NULL,
        ended_for TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX past_hold_patient ON past_hold (patient_id)",
)
