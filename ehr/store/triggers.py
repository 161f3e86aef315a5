# ruff: noqa: S608  (every statement here is made of this module's constants)
"""The triggers that keep the store honest by itself.

Owns two promises: what is append-only cannot be changed, and the search index says what the tables say. Both hold for
every writer, because they live in the database. `ensure_triggers` puts them back after a migration.
"""

from __future__ import annotations

from ehr.store.sqlcipher import Database

_APPEND_ONLY = ("audit", "note_version")

# A document's id is (start of its encounter in unix seconds) x 2^20 + a running number within that second: a million
# documents of one second fit before the next one begins.
_NEXT_ID = """
    SELECT coalesce(max(id) + 1, unixepoch({encounter}.started_at) * 1048576) FROM document
    WHERE id >= unixepoch({encounter}.started_at) * 1048576 AND id < (unixepoch({encounter}.started_at) + 1) * 1048576
"""

_INSERT_ENTRY_DOCUMENT = f"""
    INSERT INTO document (id, encounter_id, entry_id, who, title, body)
    SELECT ({_NEXT_ID.format(encounter="encounter")}), encounter.id, new.id, '', '', new.name
    FROM encounter WHERE encounter.id = new.encounter_id AND new.state <> 'rejected';
"""

_WHO = "given_name || ' ' || family_name || ' ' || mrn"

_INDEXING = {
    "encounter_documented": f"""AFTER INSERT ON encounter BEGIN
        INSERT INTO document (id, encounter_id, who, title, body)
        SELECT ({_NEXT_ID.format(encounter="new")}), new.id, {_WHO}, new.title, ''
        FROM patient WHERE id = new.patient_id;
    END""",
    "encounter_redocumented": f"""AFTER UPDATE OF title, patient_id ON encounter BEGIN
        UPDATE document SET title = new.title, who = (SELECT {_WHO} FROM patient WHERE id = new.patient_id)
        WHERE encounter_id = new.id AND entry_id IS NULL;
    END""",
    "patient_redocumented": f"""AFTER UPDATE OF mrn, family_name, given_name ON patient BEGIN
        UPDATE document SET who = (SELECT {_WHO} FROM patient WHERE id = new.id)
        WHERE entry_id IS NULL AND encounter_id IN (SELECT id FROM encounter WHERE patient_id = new.id);
    END""",
    "note_version_documented": """AFTER INSERT ON note_version BEGIN
        UPDATE document SET body = new.written WHERE encounter_id = new.encounter_id AND entry_id IS NULL;
    END""",
    "entry_documented": f"AFTER INSERT ON entry BEGIN {_INSERT_ENTRY_DOCUMENT} END",
    "entry_redocumented": f"""AFTER UPDATE OF name, state ON entry BEGIN
        DELETE FROM document WHERE entry_id = old.id;
        {_INSERT_ENTRY_DOCUMENT}
    END""",
    "entry_undocumented": "AFTER DELETE ON entry BEGIN DELETE FROM document WHERE entry_id = old.id; END",
    "document_indexed": """AFTER INSERT ON document BEGIN
        INSERT INTO document_index (rowid, who, title, body) VALUES (new.id, new.who, new.title, new.body);
    END""",
    "document_reindexed": """AFTER UPDATE ON document BEGIN
        INSERT INTO document_index (document_index, rowid, who, title, body)
        VALUES ('delete', old.id, old.who, old.title, old.body);
        INSERT INTO document_index (rowid, who, title, body) VALUES (new.id, new.who, new.title, new.body);
    END""",
    "document_unindexed": """AFTER DELETE ON document BEGIN
        INSERT INTO document_index (document_index, rowid, who, title, body)
        VALUES ('delete', old.id, old.who, old.title, old.body);
    END""",
}

_GUARDS = {
    f"{table}_{verb}_refused": f"""BEFORE {verb.upper()} ON {table} BEGIN
        SELECT RAISE(ABORT, '{table} is append-only');
    END"""
    for table in _APPEND_ONLY
    for verb in ("update", "delete")
}

TRIGGERS = {name: f"CREATE TRIGGER {name} {body}" for name, body in {**_GUARDS, **_INDEXING}.items()}
"""Every trigger of the current schema by name."""


def ensure_triggers(db: Database) -> None:
    """Leave exactly `TRIGGERS` in the database, whatever was there."""
    found = {trigger.name: trigger.sql for trigger in db.triggers}
    for name, statement in found.items():
        if statement != TRIGGERS.get(name):
            db.execute(f'DROP TRIGGER "{name}"')
    for name, statement in TRIGGERS.items():
        if found.get(name) != statement:
            db.execute(statement)
