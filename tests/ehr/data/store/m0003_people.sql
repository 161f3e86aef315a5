-- The schema after m0003_people, with a row in every table. Written by packaging/store_script.py.

CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
) STRICT;

CREATE TABLE patient (
        id TEXT PRIMARY KEY,
        mrn TEXT NOT NULL UNIQUE,
        family_name TEXT NOT NULL,
        given_name TEXT NOT NULL,
        birth_date TEXT,
        gender TEXT NOT NULL,
        search_key TEXT NOT NULL
    ) STRICT;

CREATE TABLE recording (
        id TEXT PRIMARY KEY,
        key BLOB,
        device TEXT NOT NULL,
        started_at TEXT NOT NULL,
        samples INTEGER
    ) STRICT;

CREATE TABLE encounter (
        id TEXT PRIMARY KEY,
        patient_id TEXT NOT NULL REFERENCES patient (id),
        recording_id TEXT REFERENCES recording (id),
        started_at TEXT NOT NULL,
        title TEXT NOT NULL,
        status TEXT NOT NULL,
        failure TEXT
    ) STRICT;

CREATE TABLE transcript (
        encounter_id TEXT PRIMARY KEY REFERENCES encounter (id),
        language TEXT NOT NULL,
        duration REAL NOT NULL,
        model TEXT NOT NULL,
        device TEXT NOT NULL,
        segments TEXT NOT NULL,
        coverage TEXT NOT NULL
    ) STRICT;

CREATE TABLE note_version (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        author TEXT NOT NULL,
        written_at TEXT NOT NULL,
        said TEXT NOT NULL,
        written TEXT NOT NULL,
        changes TEXT NOT NULL,
        sections TEXT NOT NULL,
        origins TEXT NOT NULL
    , repairs TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE TABLE entry (
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
    ) STRICT;

CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        mac BLOB NOT NULL
    ) STRICT;

CREATE TABLE document (
        id INTEGER PRIMARY KEY,
        encounter_id TEXT NOT NULL REFERENCES encounter (id),
        entry_id TEXT UNIQUE,
        who TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;

CREATE VIRTUAL TABLE document_index USING fts5 (
        who, title, body,
        content = 'document', content_rowid = 'id',
        tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
    );

CREATE TABLE user (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        roles TEXT NOT NULL,
        disabled_at TEXT,
        code_secret BLOB,
        code_step INTEGER NOT NULL DEFAULT 0
    ) STRICT;

CREATE TABLE emergency (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id),
        begun_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        seen_by TEXT REFERENCES user (id),
        seen_at TEXT
    ) STRICT;

CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");

CREATE INDEX patient_name ON patient (family_name, given_name, mrn);

CREATE INDEX encounter_newest ON encounter (started_at DESC);

CREATE INDEX encounter_patient ON encounter (patient_id, started_at DESC);

CREATE INDEX encounter_status ON encounter (status, started_at DESC);

CREATE INDEX note_version_newest ON note_version (encounter_id, id DESC);

CREATE INDEX entry_encounter ON entry (encounter_id, position);

CREATE INDEX document_encounter ON document (encounter_id, entry_id);

CREATE TRIGGER audit_update_refused BEFORE UPDATE ON audit BEGIN
        SELECT RAISE(ABORT, 'audit is append-only');
    END;

CREATE TRIGGER audit_delete_refused BEFORE DELETE ON audit BEGIN
        SELECT RAISE(ABORT, 'audit is append-only');
    END;

CREATE TRIGGER note_version_update_refused BEFORE UPDATE ON note_version BEGIN
        SELECT RAISE(ABORT, 'note_version is append-only');
    END;

CREATE TRIGGER note_version_delete_refused BEFORE DELETE ON note_version BEGIN
        SELECT RAISE(ABORT, 'note_version is append-only');
    END;

CREATE TRIGGER encounter_documented AFTER INSERT ON encounter BEGIN
        INSERT INTO document (id, encounter_id, who, title, body)
        SELECT (
    SELECT coalesce(max(id) + 1, unixepoch(new.started_at) * 1048576) FROM document
    WHERE id >= unixepoch(new.started_at) * 1048576 AND id < (unixepoch(new.started_at) + 1) * 1048576
), new.id, given_name || ' ' || family_name || ' ' || mrn, new.title, ''
        FROM patient WHERE id = new.patient_id;
    END;

CREATE TRIGGER encounter_redocumented AFTER UPDATE OF title, patient_id ON encounter BEGIN
        UPDATE document SET title = new.title, who = (SELECT given_name || ' ' || family_name || ' ' || mrn FROM patient WHERE id = new.patient_id)
        WHERE encounter_id = new.id AND entry_id IS NULL;
    END;

CREATE TRIGGER patient_redocumented AFTER UPDATE OF mrn, family_name, given_name ON patient BEGIN
        UPDATE document SET who = (SELECT given_name || ' ' || family_name || ' ' || mrn FROM patient WHERE id = new.id)
        WHERE entry_id IS NULL AND encounter_id IN (SELECT id FROM encounter WHERE patient_id = new.id);
    END;

CREATE TRIGGER note_version_documented AFTER INSERT ON note_version BEGIN
        UPDATE document SET body = new.written WHERE encounter_id = new.encounter_id AND entry_id IS NULL;
    END;

CREATE TRIGGER entry_documented AFTER INSERT ON entry BEGIN 
    INSERT INTO document (id, encounter_id, entry_id, who, title, body)
    SELECT (
    SELECT coalesce(max(id) + 1, unixepoch(encounter.started_at) * 1048576) FROM document
    WHERE id >= unixepoch(encounter.started_at) * 1048576 AND id < (unixepoch(encounter.started_at) + 1) * 1048576
), encounter.id, new.id, '', '', new.name
    FROM encounter WHERE encounter.id = new.encounter_id AND new.state <> 'rejected';
 END;

CREATE TRIGGER entry_redocumented AFTER UPDATE OF name, state ON entry BEGIN
        DELETE FROM document WHERE entry_id = old.id;
        
    INSERT INTO document (id, encounter_id, entry_id, who, title, body)
    SELECT (
    SELECT coalesce(max(id) + 1, unixepoch(encounter.started_at) * 1048576) FROM document
    WHERE id >= unixepoch(encounter.started_at) * 1048576 AND id < (unixepoch(encounter.started_at) + 1) * 1048576
), encounter.id, new.id, '', '', new.name
    FROM encounter WHERE encounter.id = new.encounter_id AND new.state <> 'rejected';

    END;

CREATE TRIGGER entry_undocumented AFTER DELETE ON entry BEGIN DELETE FROM document WHERE entry_id = old.id; END;

CREATE TRIGGER document_indexed AFTER INSERT ON document BEGIN
        INSERT INTO document_index (rowid, who, title, body) VALUES (new.id, new.who, new.title, new.body);
    END;

CREATE TRIGGER document_reindexed AFTER UPDATE ON document BEGIN
        INSERT INTO document_index (document_index, rowid, who, title, body)
        VALUES ('delete', old.id, old.who, old.title, old.body);
        INSERT INTO document_index (rowid, who, title, body) VALUES (new.id, new.who, new.title, new.body);
    END;

CREATE TRIGGER document_unindexed AFTER DELETE ON document BEGIN
        INSERT INTO document_index (document_index, rowid, who, title, body)
        VALUES ('delete', old.id, old.who, old.title, old.body);
    END;

INSERT INTO "_sqlite_migrations" VALUES (1, 'chart', 'm0001_chart', '2026-11-24 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES (2, 'chart', 'm0002_repairs', '2026-11-24 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES (3, 'chart', 'm0003_people', '2026-11-24 00:00:00+00:00');
INSERT INTO "patient" VALUES ('p1', 'MRN-1', 'Okafor', 'María', '1961-05-04', 'female', ' okafor maria mrn-1');
INSERT INTO "user" VALUES ('id', 'name', 'name_key', 'roles', '2026-03-01T09:00:00.000000+00:00', X'0000000000000000000000000000000000000000000000000000000000000000', 1);
INSERT INTO "recording" VALUES ('r1', X'0000000000000000000000000000000000000000000000000000000000000000', 'USB microphone', '2026-03-01T09:00:00.000000+00:00', 64000);
INSERT INTO "encounter" VALUES ('e1', 'p1', 'r1', '2026-03-01T09:00:00.000000+00:00', 'Clinic', 'draft', NULL);
INSERT INTO "audit" VALUES (1, '2026-03-01T09:01:00.000000+00:00', 'owner', 'draft.saved', 'e1', X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "emergency" VALUES ('id', 'id', '2026-03-01T09:00:00.000000+00:00', 'reason', 'id', '2026-03-01T09:00:00.000000+00:00');
INSERT INTO "entry" VALUES ('n1', 'e1', 0, 'medication', 'metformin', 'present', 0, 17, NULL, NULL, '{"dose":"1.10","unit":"mg"}', NULL, NULL, NULL, '[]', 'proposed', NULL);
INSERT INTO "note_version" VALUES (1, 'e1', 'pipeline', '2026-03-01T09:01:00.000000+00:00', 'metformin 1.10 mg', 'Metformin 1.10 mg', '[["capital",0,1,0,1]]', '[]', '[[0,1,17,1]]', '[]');
INSERT INTO "transcript" VALUES ('e1', 'en', 4.0, 'whisper-base', 'CPU int8', '[[["metformin","1.10","mg"],[0.1,1.0,2.0],[0.9,1.8,2.5],[0.9,0.8,0.99],[1,1,1]]]', '{"speech":2.4,"covered":2.2,"gaps":[[0.9,1.0]],"stray":[[],[],[],[],[]]}');
