# ruff: noqa: S608  (every statement here is made of this module's constants)
"""The triggers that keep the store honest by itself.

Owns two promises: what is append-only cannot be changed, and the search index says what the tables say. Both hold for
every writer, because they live in the database. `ensure_triggers` puts them back after a migration.
"""

from __future__ import annotations

import re

from ehr.store.facets import facet_of_author, facets_of_entry, facets_of_note
from ehr.store.sqlcipher import Database

_APPEND_ONLY = (
    "audit", "audit_anchor", "note_version", "shredded", "signature", "review_step", "cosign_request", "received",
    "delivery", "past_hold",
)  # fmt: skip


def _shredded(matter: str) -> str:
    return f"EXISTS (SELECT 1 FROM shredded WHERE encounter_id = old.encounter_id AND matter = '{matter}')"


UNSENT = """EXISTS (
    SELECT 1 FROM outbox WHERE outbox.encounter_id = {0} AND outbox.seq NOT IN (SELECT seq FROM delivery))"""
"""Whether a signed version of the encounter of this id waits to be sent, in SQL."""

_NOTE_GONE = _shredded("note")
_GONE = {
    "audit": "EXISTS (SELECT 1 FROM audit_anchor WHERE old.seq > after AND old.seq < seq)",
    "note_version": _NOTE_GONE,
    "signature": _NOTE_GONE,
    "review_step": _NOTE_GONE,
}
"""Where a row of an append-only table may be deleted: what retention has shredded, and says so."""

# A document's id is (start of its encounter in unix seconds) x 2^20 + a running number within that second: a million
# documents of one second fit before the next one begins.
_NEXT_ID = """
    SELECT coalesce(max(id) + 1, unixepoch({encounter}.started_at) * 1048576) FROM document
    WHERE id >= unixepoch({encounter}.started_at) * 1048576 AND id < (unixepoch({encounter}.started_at) + 1) * 1048576
"""

_INSERT_ENTRY_DOCUMENT = f"""
    INSERT INTO document (id, encounter_id, entry_id, who, title, body, facets)
    SELECT ({_NEXT_ID.format(encounter="encounter")}), encounter.id, new.id, '', '', new.name,
        {facets_of_entry("new", "encounter")}
    FROM encounter WHERE encounter.id = new.encounter_id AND new.state <> 'rejected';
"""

_WHO = "given_name || ' ' || family_name || ' ' || mrn"

_INDEXING = {
    "encounter_documented": f"""AFTER INSERT ON encounter BEGIN
        INSERT INTO document (id, encounter_id, who, title, body, facets)
        SELECT ({_NEXT_ID.format(encounter="new")}), new.id, {_WHO}, new.title, '', {facets_of_note("new")}
        FROM patient WHERE id = new.patient_id;
    END""",
    "encounter_redocumented": f"""AFTER UPDATE OF title, patient_id ON encounter BEGIN
        UPDATE document SET title = new.title, who = (SELECT {_WHO} FROM patient WHERE id = new.patient_id)
        WHERE encounter_id = new.id AND entry_id IS NULL;
    END""",
    "encounter_restated": f"""AFTER UPDATE OF status, standing, patient_id ON encounter
    WHEN old.status <> new.status OR old.standing <> new.standing OR old.patient_id <> new.patient_id BEGIN
        UPDATE document SET facets = {facets_of_note("new")} WHERE encounter_id = new.id AND entry_id IS NULL;
    END""",
    "encounter_moved": f"""AFTER UPDATE OF patient_id ON encounter WHEN old.patient_id <> new.patient_id BEGIN
        UPDATE document SET facets = (SELECT {facets_of_entry("entry", "new")} FROM entry WHERE id = document.entry_id)
        WHERE encounter_id = new.id AND entry_id IS NOT NULL;
    END""",
    "patient_redocumented": f"""AFTER UPDATE OF mrn, family_name, given_name ON patient BEGIN
        UPDATE document SET who = (SELECT {_WHO} FROM patient WHERE id = new.id)
        WHERE entry_id IS NULL AND encounter_id IN (SELECT id FROM encounter WHERE patient_id = new.id);
    END""",
    "note_version_documented": """AFTER INSERT ON note_version BEGIN
        UPDATE document SET body = new.written WHERE encounter_id = new.encounter_id AND entry_id IS NULL;
    END""",
    "note_version_authored": f"""AFTER INSERT ON note_version
    WHEN NOT EXISTS (
        SELECT 1 FROM note_version
        WHERE encounter_id = new.encounter_id AND author = new.author AND id <> new.id
    ) BEGIN
        UPDATE document SET facets = facets || {facet_of_author("new.author")} WHERE encounter_id = new.encounter_id;
    END""",
    "entry_documented": f"AFTER INSERT ON entry BEGIN {_INSERT_ENTRY_DOCUMENT} END",
    "entry_redocumented": f"""AFTER UPDATE OF name, state, kind, code ON entry BEGIN
        DELETE FROM document WHERE entry_id = old.id;
        {_INSERT_ENTRY_DOCUMENT}
    END""",
    "entry_undocumented": "AFTER DELETE ON entry BEGIN DELETE FROM document WHERE entry_id = old.id; END",
    "document_indexed": """AFTER INSERT ON document BEGIN
        INSERT INTO document_index (rowid, who, title, body, facets)
        VALUES (new.id, new.who, new.title, new.body, new.facets);
    END""",
    "document_reindexed": """AFTER UPDATE ON document BEGIN
        INSERT INTO document_index (document_index, rowid, who, title, body, facets)
        VALUES ('delete', old.id, old.who, old.title, old.body, old.facets);
        INSERT INTO document_index (rowid, who, title, body, facets)
        VALUES (new.id, new.who, new.title, new.body, new.facets);
    END""",
    "document_unindexed": """AFTER DELETE ON document BEGIN
        INSERT INTO document_index (document_index, rowid, who, title, body, facets)
        VALUES ('delete', old.id, old.who, old.title, old.body, old.facets);
    END""",
}

_GUARDS = {
    f"{table}_{verb}_refused": f"""BEFORE {verb.upper()} ON {table}{when} BEGIN
        SELECT RAISE(ABORT, '{table} is append-only');
    END"""
    for table in _APPEND_ONLY
    for verb, when in (("update", ""), ("delete", f" WHEN NOT {_GONE[table]}" if table in _GONE else ""))
}

_RETENTION = {
    "unsent_never_shredded": f"""BEFORE INSERT ON shredded
    WHEN new.matter = 'note' AND {UNSENT.format("new.encounter_id")} BEGIN
        SELECT RAISE(ABORT, 'a signed version has not been sent yet');
    END""",
    "held_never_shredded": """BEFORE INSERT ON shredded WHEN EXISTS (
        SELECT 1 FROM legal_hold JOIN encounter ON encounter.patient_id = legal_hold.patient_id
        WHERE encounter.id = new.encounter_id
    ) BEGIN
        SELECT RAISE(ABORT, 'the patient is under a legal hold');
    END""",
    "hold_follows_encounter": """AFTER UPDATE OF patient_id ON encounter
    WHEN EXISTS (SELECT 1 FROM legal_hold WHERE patient_id = old.patient_id) BEGIN
        INSERT OR IGNORE INTO legal_hold (patient_id, reason, placed_at, placed_by)
        SELECT new.patient_id, reason, placed_at, placed_by FROM legal_hold WHERE patient_id = old.patient_id;
    END""",
}

_LOCKED = "IN ('final', 'amended', 'entered-in-error')"

_SIGNED = {
    f"signed_{table}_{verb}_refused": f"""BEFORE {verb.upper()} ON {table}
    WHEN (SELECT standing FROM encounter WHERE id = {row}.encounter_id) {_LOCKED}{unless} BEGIN
        SELECT RAISE(ABORT, 'the encounter is signed');
    END"""
    for table, verb, row, unless in (
        ("entry", "insert", "new", ""),
        ("entry", "update", "old", ""),
        ("entry", "delete", "old", f" AND NOT {_NOTE_GONE}"),
        ("transcript", "insert", "new", ""),
        ("transcript", "update", "old", ""),
        ("transcript", "delete", "old", f" AND NOT {_shredded('transcript')}"),
        ("note_version", "insert", "new", ""),
    )
} | {
    "signed_encounter_update_refused": f"""BEFORE UPDATE OF recording_id, started_at, status ON encounter
    WHEN old.standing {_LOCKED} BEGIN
        SELECT RAISE(ABORT, 'the encounter is signed');
    END""",
    "signed_encounter_delete_refused": f"""BEFORE DELETE ON encounter WHEN old.standing {_LOCKED} BEGIN
        SELECT RAISE(ABORT, 'the encounter is signed');
    END""",
    "outbox_update_refused": """BEFORE UPDATE ON outbox
    WHEN old.payload IS NOT NULL OR (old.seq, old.id, old.encounter_id, old.version, old.kind, old.created_at)
        IS NOT (new.seq, new.id, new.encounter_id, new.version, new.kind, new.created_at) BEGIN
        SELECT RAISE(ABORT, 'what is frozen in the outbox stays');
    END""",
    "outbox_delete_refused": f"""BEFORE DELETE ON outbox WHEN NOT {_NOTE_GONE} BEGIN
        SELECT RAISE(ABORT, 'the outbox is append-only');
    END""",
}
"""What is signed stays as it was signed, and what is to be sent stays as it was frozen."""

TRIGGERS = {
    name: f"CREATE TRIGGER {name} {body}" for name, body in {**_GUARDS, **_SIGNED, **_INDEXING, **_RETENTION}.items()
}
"""Every trigger of the current schema by name."""


_NAMED_TABLE = re.compile(r"\b(?:ON|FROM|INTO|UPDATE|JOIN) ([a-z_]+)")


def ensure_triggers(db: Database) -> None:
    """Leave exactly `TRIGGERS` in the database, whatever was there.

    A trigger waits until every table that it names is there: an early step ends before those of a later one exist.
    """
    tables = set(db.table_names())
    wanted = {name: sql for name, sql in TRIGGERS.items() if tables.issuperset(_NAMED_TABLE.findall(sql))}
    found = {trigger.name: trigger.sql for trigger in db.triggers}
    for name, statement in found.items():
        if statement != wanted.get(name):
            db.execute(f'DROP TRIGGER "{name}"')
    for name, statement in wanted.items():
        if found.get(name) != statement:
            db.execute(statement)


def keep_indexing_only(db: Database) -> None:
    """Drop the guards, so that rows can be put back as they were; `ensure_triggers` brings them again."""
    for trigger in db.triggers:
        if trigger.name not in _INDEXING:
            db.execute(f'DROP TRIGGER "{trigger.name}"')


def derived_tables(db: Database) -> set[str]:
    """The tables that triggers write, and the index made from them: they come of themselves from the others."""
    written = {table for body in _INDEXING.values() for table in re.findall(r"INSERT INTO ([a-z_]+)", body)}
    return {
        name for name in db.table_names() if any(name == table or name.startswith(f"{table}_") for table in written)
    }
