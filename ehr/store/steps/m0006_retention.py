"""How long things are kept, what must not be deleted, and what was."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    # A matter without a rule is kept for ever.
    "CREATE TABLE retention_rule (matter TEXT PRIMARY KEY, days INTEGER NOT NULL CHECK (days > 0)) STRICT",
    """CREATE TABLE legal_hold (
        patient_id TEXT PRIMARY KEY REFERENCES patient (id),
        reason TEXT NOT NULL,
        placed_at TEXT NOT NULL,
        placed_by TEXT NOT NULL
    ) STRICT""",
    # Who signed the newest version that is gone, when, and its hash: what a copy elsewhere can be held against.
    """CREATE TABLE shredded (
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        matter TEXT NOT NULL,
        shredded_at TEXT NOT NULL,
        signed_at TEXT NOT NULL,
        signer TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (encounter_id, matter)
    ) STRICT""",
    # Row `seq` of the audit log is taken as it stands, because the rows between `after` and it are gone.
    """CREATE TABLE audit_anchor (
        seq INTEGER NOT NULL,
        after INTEGER NOT NULL,
        reason TEXT NOT NULL,
        seal BLOB NOT NULL,
        PRIMARY KEY (seq, after)
    ) STRICT""",
    "CREATE INDEX encounter_recording ON encounter (recording_id)",
)
