# ruff: noqa: S608  (every statement here is made of column names)
"""The record over time: merged patients, moved dictations, decisions on identity, and filters for search."""

from __future__ import annotations

from ehr.store.facets import facets_of_entry, facets_of_note
from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Make the tables and build the search index anew, with what its documents can be filtered by."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    "ALTER TABLE patient ADD COLUMN merged_into TEXT REFERENCES patient (id)",
    "CREATE INDEX patient_merged ON patient (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX patient_born ON patient (birth_date)",
    # `encounters` are the ids of those that moved with the merge: what undoing it moves back.
    """CREATE TABLE patient_merge (
        id TEXT PRIMARY KEY,
        survivor_id TEXT NOT NULL REFERENCES patient (id),
        retired_id TEXT NOT NULL REFERENCES patient (id),
        encounters TEXT NOT NULL,
        reason TEXT NOT NULL,
        merged_at TEXT NOT NULL,
        merged_by TEXT NOT NULL,
        undone_at TEXT
    ) STRICT""",
    "CREATE INDEX patient_merge_survivor ON patient_merge (survivor_id, merged_at)",
    """CREATE TABLE encounter_move (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        from_id TEXT NOT NULL REFERENCES patient (id),
        to_id TEXT NOT NULL REFERENCES patient (id),
        reason TEXT NOT NULL,
        moved_at TEXT NOT NULL,
        moved_by TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX encounter_move_encounter ON encounter_move (encounter_id, id)",
    # A person looked at this reading and this chart, and said that the patient is the right one.
    """CREATE TABLE identity_decision (
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        patient_id TEXT NOT NULL REFERENCES patient (id),
        trait TEXT NOT NULL,
        said TEXT NOT NULL,
        charted TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        decided_by TEXT NOT NULL,
        PRIMARY KEY (encounter_id, patient_id, trait, said, charted)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX note_version_author ON note_version (author)",
    "ALTER TABLE document ADD COLUMN facets TEXT NOT NULL DEFAULT ''",
    "DROP TABLE document_index",
    """CREATE VIRTUAL TABLE document_index USING fts5 (
        who, title, body, facets,
        content = 'document', content_rowid = 'id',
        tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
    )""",
    # The triggers of the index would take out of it what is not in it yet.
    "DROP TRIGGER IF EXISTS document_reindexed",
    f"""UPDATE document SET facets = (
        SELECT {facets_of_note("encounter")} FROM encounter WHERE encounter.id = document.encounter_id
    ) WHERE entry_id IS NULL""",
    f"""UPDATE document SET facets = (
        SELECT {facets_of_entry("entry", "encounter")} FROM entry JOIN encounter ON encounter.id = entry.encounter_id
        WHERE entry.id = document.entry_id
    ) WHERE entry_id IS NOT NULL""",
    "INSERT INTO document_index (document_index) VALUES ('rebuild')",
)
