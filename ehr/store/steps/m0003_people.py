"""Who may unlock the store, with their roles; and every emergency access."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Make the tables. Who opens an older store becomes its first user (`ehr.store.admission`)."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    """CREATE TABLE user (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        roles TEXT NOT NULL,
        disabled_at TEXT,
        code_secret BLOB,
        code_step INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE emergency (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id),
        begun_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        seen_by TEXT REFERENCES user (id),
        seen_at TEXT
    ) STRICT""",
)
