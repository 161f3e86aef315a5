"""What a clinic and its users have taught the program: auto-texts, and words with their sound."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    # `owner` is a user's id, empty for the clinic. `name` and `term_key` (lower case) are what an owner has once.
    """CREATE TABLE auto_text (
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        names TEXT NOT NULL,
        section TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (owner, name)
    ) STRICT""",
    """CREATE TABLE clinic_term (
        owner TEXT NOT NULL,
        term_key TEXT NOT NULL,
        written TEXT NOT NULL,
        sounds_like TEXT NOT NULL,
        PRIMARY KEY (owner, term_key)
    ) STRICT""",
)
