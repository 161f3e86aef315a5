"""The repairs of misheard words, made or suggested, beside each version of a note."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Give each version of a note a column for them."""
    db.execute("ALTER TABLE note_version ADD COLUMN repairs TEXT NOT NULL DEFAULT '[]'")
