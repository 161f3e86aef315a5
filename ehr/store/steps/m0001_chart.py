"""Patients, recordings, encounters with their layers, the audit log and the search index."""

from __future__ import annotations

from ehr.store.sqlcipher import Database


def run(db: Database) -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STATEMENTS = (
    """CREATE TABLE patient (
        id TEXT PRIMARY KEY,
        mrn TEXT NOT NULL UNIQUE,
        family_name TEXT NOT NULL,
        given_name TEXT NOT NULL,
        birth_date TEXT,
        gender TEXT NOT NULL,
        search_key TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX patient_name ON patient (family_name, given_name, mrn)",
    """CREATE TABLE recording (
        id TEXT PRIMARY KEY,
        key BLOB,
        device TEXT NOT NULL,
        started_at TEXT NOT NULL,
        samples INTEGER
    ) STRICT""",
    """CREATE TABLE encounter (
        id TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL REFERENCES patient (id),
        recording_id TEXT REFERENCES recording (id),
        started_at TEXT NOT NULL,
        title TEXT NOT NULL,
        status TEXT NOT NULL,
        failure TEXT
    ) STRICT""",
    "CREATE INDEX encounter_newest ON encounter (started_at DESC)",
    "CREATE INDEX encounter_patient ON encounter (patient_id, started_at DESC)",
    "CREATE INDEX encounter_status ON encounter (status, started_at DESC)",
    """CREATE TABLE transcript (
        encounter_id TEXT PRIMARY KEY REFERENCES encounter (id),
        language TEXT NOT NULL,
        duration REAL NOT NULL,
        model TEXT NOT NULL,
        device TEXT NOT NULL,
        segments TEXT NOT NULL,
        coverage TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE note_version (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        author TEXT NOT NULL,
        written_at TEXT NOT NULL,
        said TEXT NOT NULL,
        written TEXT NOT NULL,
        changes TEXT NOT NULL,
        sections TEXT NOT NULL,
        origins TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX note_version_newest ON note_version (encounter_id, id DESC)",
    """CREATE TABLE entry (
        id TEXT PRIMARY KEY,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        position INTEGER NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        assertion TEXT NOT NULL,
        evidence_start INTEGER NOT NULL,
        evidence_end INTEGER NOT NULL,
        cue_start INTEGER,
        cue_end INTEGER,
        attributes TEXT NOT NULL,
        code_system TEXT,
        code TEXT,
        code_display TEXT,
        flags TEXT NOT NULL,
        state TEXT NOT NULL,
        proposal TEXT
    ) STRICT""",
    "CREATE INDEX entry_encounter ON entry (encounter_id, position)",
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        mac BLOB NOT NULL
    ) STRICT""",
    # What search looks through. `id` grows with the encounter's start, so walking the index backwards is newest first.
    """CREATE TABLE document (
        id INTEGER PRIMARY KEY,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        entry_id TEXT UNIQUE,
        who TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX document_encounter ON document (encounter_id, entry_id)",
    """CREATE VIRTUAL TABLE document_index USING fts5 (
        who, title, body,
        content = 'document', content_rowid = 'id',
        tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
    )""",
)
