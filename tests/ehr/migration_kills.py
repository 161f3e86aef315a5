"""Killing a migration at random moments, and judging what is left: shared by the suite and the long run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from ehr.store.migrations import STEPS, applied, migrate
from ehr.store.session import Session
from ehr.store.sqlcipher import Database

HERE = Path(__file__).parent
PRESENT = max(step.__name__.rpartition(".")[2] for step in STEPS)
PAST = [script for script in sorted((HERE / "data" / "store").glob("m*.sql")) if script.stem != PRESENT]
"""The scripts of every schema that a store may come up from."""

KEY = bytes(32)
ROWS = 1500
"""Encounters of the old store, so that bringing it up to date takes a while to be killed in."""


@dataclass
class Tally:
    """What was found after each kill; `moments` are the parts of an undisturbed run at which they came."""

    old: int = 0
    new: int = 0
    between: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)


def old_store(script: Path, chart: Path, *, key: bytes = KEY, rows: int = ROWS) -> None:
    """A store of a past schema with many rows, made from its script's few."""
    chart.touch()
    session = Session(chart, key)
    with session.read() as db:
        db.conn.executescript(script.read_text())
    with session.transaction() as db:
        for number in range(rows):
            _again(db, "encounter", "e1", f"x{number}")
            _again(db, "note_version", "e1", f"x{number}")
            _again(db, "entry", "e1", f"x{number}")
    session.close()


def _again(db: Database, table: str, of: str, name: str) -> None:
    """The first row of an encounter once more, under another encounter."""
    key = "id" if table == "encounter" else "encounter_id"
    row = dict(next(iter(db.table(table).rows_where(f"{key} = ?", [of]))))
    if table != "encounter":
        row["encounter_id"] = name
    if table == "note_version":
        del row["id"]
    else:
        row["id"] = name
    db.table(table).insert(row)


def kill(script: Path, folder: Path, *, kills: int, how: str = "whole", seed: int = 20261124) -> Tally:
    """Migrate a copy of the old store again and again, killed each time; what is left must be old or new, and whole."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311  (moments, not secrets)
    old_store(script, folder / "old.db")
    old, new = dump(folder / "old.db"), _migrated(folder)
    takes = _run(folder, how, None)
    while tally.old + tally.new + len(tally.between) < kills:
        at = chance.uniform(0, takes * 1.05)
        if _run(folder, how, at) < 0:
            continue  # it was faster than the killer
        found = dump(folder / "chart.db")
        if found == old:
            tally.old += 1
        elif found == new:
            tally.new += 1
        else:
            tally.between.append(f"killed after {at:.4f} s")
        tally.moments.append(at / takes)
        _finishes(folder / "chart.db", new)
    return tally


def _migrated(folder: Path) -> dict[str, object]:
    shutil.copy(folder / "old.db", folder / "new.db")
    session = Session(folder / "new.db", KEY)
    with session.transaction() as db:
        migrate(db)
    session.close()
    return dump(folder / "new.db")


def _run(folder: Path, how: str, at: float | None) -> float:
    """Migrate a fresh copy; killed `at` seconds after it began, or timed; below zero where it was done before that."""
    for left in folder.glob("chart.db*"):
        left.unlink()
    shutil.copy(folder / "old.db", folder / "chart.db")
    command = [sys.executable, str(HERE / "store_migrator.py"), str(folder / "chart.db"), how]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as migrator:
        assert migrator.stdout is not None
        assert migrator.stdout.readline() == b"begun\n"
        begun = perf_counter()
        if at is None:
            assert migrator.stdout.readline() == b"done\n"
            return perf_counter() - begun
        try:
            migrator.wait(timeout=at)
        except subprocess.TimeoutExpired:
            migrator.kill()
    return 0.0 if migrator.returncode == -9 else -1.0


def dump(chart: Path, key: bytes = KEY) -> dict[str, object]:
    """Schema and rows, as far as they do not tell the time of the migration; damage fails here."""
    session = Session(chart, key)
    with session.read() as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
        schema = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
        names = [name for name in db.table_names() if not name.startswith(("document_index", "_sqlite", "sqlite_"))]
        found: dict[str, object] = {"schema": schema, "steps": sorted(applied(db))}
        found |= {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}  # noqa: S608
    session.close()
    return found


def _finishes(chart: Path, new: dict[str, object]) -> None:
    """Started again, the migration gets there: from old and new alike."""
    session = Session(chart, KEY)
    try:
        with session.transaction() as db:
            migrate(db)
    finally:
        session.close()
    assert dump(chart) == new
