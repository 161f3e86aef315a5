"""Writes the script of a schema into tests/ehr/data/store, with a row in every table: `store_script.py [STEP]`.

A store of this schema must come up to every later one: run it once, when a version is released, and never edit what it
wrote. The everyday rows are those of the script before it; what the tables that came since hold is made up by type.
With the name of an earlier step the schema is made as it was after that one; its triggers are those of the script
before it, because today's speak of tables and columns that were not there.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import ModuleType

from ehr.store.migrations import STEPS, applied, migrate
from ehr.store.sqlcipher import Database, open_database
from ehr.store.triggers import derived_tables, ensure_triggers, keep_indexing_only

SCRIPTS = Path(__file__).resolve().parents[1] / "tests" / "ehr" / "data" / "store"
_MADE_UP = {"INTEGER": "1", "REAL": "1.0", "BLOB": "zeroblob(32)"}
_MOMENT = "'2026-03-01T09:00:00.000000+00:00'"
_LAST = ("legal_hold",)
_FIRST = ("patient", "user", "recording", "encounter")
"""Whose rows others refer to; a hold comes last, because nothing is shredded under it."""


def main(name: str) -> int:
    """Write the script of the schema after the step `name`, unless there is one."""
    target, before = SCRIPTS / f"{name}.sql", max(path for path in SCRIPTS.glob("m*.sql") if path.stem < name)
    if target.exists():
        sys.stderr.write(f"{target} is there already; a released script is never written again.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder) / "chart.db"
        chart.touch()
        db = open_database(chart, bytes(32))
        db.conn.executescript(before.read_text())
        with db.atomic():
            _bring_to(db, name)
        target.write_text(_script(db, name))
        db.close()
    return 0


def _bring_to(db: Database, name: str) -> None:
    """Run the steps up to `name`, and fill what they made."""
    if name == _name(STEPS[-1]):
        migrate(db)
        keep_indexing_only(db)
        _fill(db)
        ensure_triggers(db)
        return
    triggers = {trigger.name: trigger.sql for trigger in db.triggers}
    for trigger in triggers:
        db.execute(f'DROP TRIGGER "{trigger}"')
    for step in STEPS:
        if _name(step) <= name and _name(step) not in applied(db):
            step.run(db)
            db.table("_sqlite_migrations").insert(
                {"migration_set": "chart", "name": _name(step), "applied_at": "2026-11-24 00:00:00+00:00"}
            )
    _fill(db)
    for sql in triggers.values():
        db.execute(sql)


def _name(step: ModuleType) -> str:
    return step.__name__.rpartition(".")[2]


def _fill(db: Database) -> None:
    """Give every table a row that has none yet."""
    for table in _tables(db):
        if db.table(table).count == 0:
            parents = {key.column: key.other_table for key in db.table(table).foreign_keys}
            row = {
                column.name: _value(db, column.name, column.type, parents.get(column.name))
                for column in db.table(table).columns
            }
            marks = ", ".join(row.values())
            db.execute(f'INSERT INTO "{table}" VALUES ({marks})')


def _value(db: Database, name: str, kind: str, parent: str | None) -> str:
    """A value of the column's type, or the id of a row that it may refer to; NULL where there is none yet."""
    if parent is None:
        return _MADE_UP.get(kind) or (_MOMENT if name.endswith("_at") else f"'{name}'")
    found = db.execute(f'SELECT quote(id) FROM "{parent}" ORDER BY id LIMIT 1').fetchone()
    return str(found[0]) if found else "NULL"


def _tables(db: Database) -> list[str]:
    """The tables in which rows come of themselves from no other, those that are referred to first."""
    skipped = derived_tables(db)
    names = [name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite")) and name not in skipped]
    late = len(_FIRST) + 1
    order = {**{name: at for at, name in enumerate(_FIRST)}, **dict.fromkeys(_LAST, late)}
    return sorted(names, key=lambda name: (order.get(name, late - 1), name))


def _script(db: Database, name: str) -> str:
    """Every object of the schema, and every row, as statements."""
    kinds = {"table": 0, "index": 1, "trigger": 2}
    objects = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    ours = [each for each in objects if not each[1].startswith(("sqlite_", "document_index_"))]
    ours.sort(key=lambda each: kinds[each[0]])
    said = [f"-- The schema after {name}, with a row in every table. Written by packaging/store_script.py.", ""]
    said += [f"{sql};\n" for _, _, sql in ours]
    said += [line for table in ("_sqlite_migrations", *_tables(db)) for line in _rows(db, table)]
    return "\n".join(said) + "\n"


def _rows(db: Database, table: str) -> list[str]:
    columns = [column.name for column in db.table(table).columns]
    wanted = ", ".join(f'quote("{column}")' for column in columns)
    found = db.execute(f'SELECT {wanted} FROM "{table}" ORDER BY 1').fetchall()
    return [f'INSERT INTO "{table}" VALUES ({", ".join(row)});' for row in found]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else _name(STEPS[-1])))
