"""Migrations: every past schema comes up to the present one, with its triggers and its rows.

`data/store/` holds one script for each released schema, with a few rows. A new step adds the script of the schema it
makes; released scripts are never edited.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ehr.store import migrations
from ehr.store.codec import Row
from ehr.store.errors import StoreTooNew
from ehr.store.migrations import applied, migrate
from ehr.store.sqlcipher import Database, open_database
from ehr.store.triggers import TRIGGERS, ensure_triggers

SCRIPTS = sorted((Path(__file__).parent / "data" / "store").glob("m*.sql"))
KEY = bytes(32)


@pytest.fixture
def db(tmp_path: Path):
    """An empty encrypted database."""
    (tmp_path / "chart.db").touch()
    database = open_database(tmp_path / "chart.db", KEY)
    yield database
    database.close()


def _schema(db: Database) -> dict[str, str]:
    """Every object of the schema by name; the full-text index's own tables are its own business."""
    found = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: sql for name, sql in found if not name.startswith("document_index_")}


def _rows(db: Database) -> list[Row]:
    return [dict(row) for name in ("patient", "encounter", "note_version", "entry") for row in db.table(name).rows]


def _run(db: Database, script: Path) -> None:
    db.conn.executescript(script.read_text())


def test_the_newest_script_is_the_present_schema(db, tmp_path):
    """Schema changes come with a step and a script, never by editing a released one."""
    migrate(db)
    (tmp_path / "scripted.db").touch()
    scripted = open_database(tmp_path / "scripted.db", KEY)
    _run(scripted, SCRIPTS[-1])

    assert _schema(scripted) == _schema(db)
    assert applied(scripted) == applied(db)
    assert SCRIPTS[-1].stem == max(applied(db))
    scripted.close()


def test_the_newest_script_has_a_row_in_every_table(db):
    """A step that reads a table finds something to read there."""
    _run(db, SCRIPTS[-1])

    assert [name for name in db.table_names() if not name.startswith("sqlite_") and not db.table(name).count] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_past_schema_comes_up_to_date(db, script):
    """Migrated, it is the present schema with all its rows findable; a second run changes nothing."""
    _run(db, script)
    before = len(_rows(db))

    migrate(db)
    migrated = _schema(db), _rows(db)
    migrate(db)

    assert (_schema(db), _rows(db)) == migrated
    assert len(_rows(db)) == before > 0
    assert {trigger.name: trigger.sql for trigger in db.triggers} == TRIGGERS
    found = db.execute("SELECT count(*) FROM document_index WHERE document_index MATCH 'metformin'").fetchone()
    assert found == (2,)


def test_every_table_is_strict(db):
    """A number cannot slip into a text column."""
    migrate(db)
    tables = {row[1]: row[5] for row in db.execute("PRAGMA table_list") if row[2] == "table" and row[0] == "main"}
    ours = {name for name in _schema(db) if name in tables} - {"_sqlite_migrations"}

    assert len(ours) >= 8
    assert {tables[name] for name in ours} == {1}


def test_a_rebuilt_table_gets_its_triggers_back(db):
    """sqlite-utils' transform drops them; what every step ends with restores them."""
    migrate(db)
    with db.atomic():
        db.table("entry").transform(rename={"name": "name"}, column_order=["kind"])
        assert {trigger.name for trigger in db.triggers} != set(TRIGGERS)
        ensure_triggers(db)

    assert {trigger.name: trigger.sql for trigger in db.triggers} == TRIGGERS


def test_a_step_that_fails_leaves_the_schema_before_it(db, monkeypatch):
    """A step, its triggers and the record that it ran commit together or not at all."""

    def fail(_: Database) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(migrations, "ensure_triggers", fail)
    with pytest.raises(ZeroDivisionError):
        migrate(db)

    assert set(_schema(db)) <= {"_sqlite_migrations", "idx__sqlite_migrations_migration_set_name"}
    assert applied(db) == set()


def test_a_step_from_the_future_is_refused(db):
    """Nothing is applied to a store that knows more than this version."""
    migrate(db)
    db.table("_sqlite_migrations").insert({"migration_set": "chart", "name": "m9999_future", "applied_at": "2030"})
    before = _schema(db)

    with pytest.raises(StoreTooNew):
        migrate(db)

    assert _schema(db) == before


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        ("UPDATE document SET body = '' WHERE encounter_id = 'x' AND entry_id IS NULL", 2),
        ("DELETE FROM document WHERE entry_id = 'x'", 1),
        ("SELECT max(id) FROM document WHERE id >= 5 AND id < 9", 2),
        ("SELECT * FROM note_version WHERE encounter_id = 'x' ORDER BY id DESC LIMIT 1", 1),
        ("SELECT * FROM entry WHERE encounter_id = 'x' ORDER BY position", 1),
        ("SELECT * FROM encounter WHERE patient_id = 'x' ORDER BY started_at DESC LIMIT 9", 1),
        ("SELECT * FROM encounter WHERE status = 'x' ORDER BY started_at DESC LIMIT 9", 1),
    ],
)
def test_what_every_act_looks_up_is_indexed_to_the_row(db, statement, columns):
    """No everyday statement's cost grows with the store: every column is in the index, nothing is scanned or sorted."""
    migrate(db)

    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]

    assert [step.split()[0] for step in plan] == ["SEARCH"]
    assert plan[0].count("?") == columns
