"""Signing: where each encounter stands, its signatures, what review did step by step, and what waits to be sent."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Add the columns and make the tables."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    "ALTER TABLE encounter ADD COLUMN standing TEXT NOT NULL DEFAULT 'preliminary'",
    "ALTER TABLE encounter ADD COLUMN stood_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE encounter ADD COLUMN stood_since TEXT",
    # The status of the signed version below an amendment that is being worked on, and why it is amended.
    "ALTER TABLE encounter ADD COLUMN amends TEXT",
    "ALTER TABLE encounter ADD COLUMN amend_reason TEXT",
    # Which rules drafted this version; empty for one that a person wrote.
    "ALTER TABLE note_version ADD COLUMN rules TEXT NOT NULL DEFAULT ''",
    # What review did, each step with what stood before it: `note_version` is that version's number within the
    # encounter where the note changed, `before` the entries' rows that changed.
    """CREATE TABLE review_step (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        author TEXT NOT NULL,
        done_at TEXT NOT NULL,
        action TEXT NOT NULL,
        note_version INTEGER,
        before TEXT NOT NULL,
        takes_back INTEGER REFERENCES review_step (id)
    ) STRICT""",
    "CREATE INDEX review_step_encounter ON review_step (encounter_id, id DESC)",
    """CREATE TABLE signature (
        id TEXT PRIMARY KEY,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        signer_id TEXT NOT NULL,
        signer TEXT NOT NULL,
        signed_at TEXT NOT NULL,
        content TEXT NOT NULL,
        hash TEXT NOT NULL,
        UNIQUE (encounter_id, number)
    ) STRICT""",
    """CREATE TABLE cosign_request (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        asked_of_id TEXT NOT NULL,
        asked_of TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        asked_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX cosign_request_encounter ON cosign_request (encounter_id, id)",
    # `payload` is NULL until the exporter has frozen the request's bytes; from then on it stays.
    """CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        version TEXT NOT NULL,
        kind TEXT NOT NULL,
        created_at TEXT NOT NULL,
        payload BLOB
    ) STRICT""",
    # Encounters that came from another computer, with that computer's audit rows about them.
    """CREATE TABLE received (
        id TEXT PRIMARY KEY,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        received_at TEXT NOT NULL,
        received_by TEXT NOT NULL,
        head TEXT NOT NULL,
        audit TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX received_encounter ON received (encounter_id, received_at)",
)
