"""Killing a migration at random moments, and judging what is left: shared by the suite and the long run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from ehr.store.home import Home, database_key
from ehr.store.keys import Argon2Cost, Kind, Slot, Unlocked
from ehr.store.migrations import STEPS, applied, migrate
from ehr.store.session import Session
from ehr.store.sqlcipher import Database

HERE = Path(__file__).parent
PRESENT = max(step.__name__.rpartition(".")[2] for step in STEPS)
NEWEST = HERE / "data" / "store" / f"{PRESENT}.sql"
PAST = [script for script in sorted((HERE / "data" / "store").glob("m*.sql")) if script.stem != PRESENT]
"""The scripts of every schema that a store may come up from."""

UNLOCKED = Unlocked(bytes(32), Slot("u", Kind.PASSPHRASE, "owner", Argon2Cost(1, 1, 8), b"", b"", b""))
KEY = database_key(UNLOCKED)
ROWS = 1500
"""Encounters of the old store, so that bringing it up to date takes a while to be killed in."""


@dataclass
class Tally:
    """What was found after each kill: stores of the old schema and of the new, and neither.

    `moments` are the parts of an undisturbed run at which the kills came, from 1 on after the commit; `copies` counts
    the copies that were found, and `acknowledged` the commits that had been told, of which none may be `lost`.
    """

    old: int = 0
    new: int = 0
    copies: int = 0
    acknowledged: int = 0
    between: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """All of them."""
        return self.old + self.new + len(self.between)

    def assert_both_sides(self) -> None:
        """Fail where less than a tenth of the kills came before the commit, or after it."""
        assert min(self.old, self.new) >= self.kills / 10, (self.old, self.new)


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


def kill(
    script: Path, folder: Path, *, kills: int, how: str = "whole", rows: int = ROWS, seed: int = 20261124
) -> Tally:
    """Open a copy of the old store again and again, killed each time; what is left must be old or new, and whole.

    Half of the moments are drawn from the time that an undisturbed update takes, half from the same time after the
    commit, in which the store is closed, its log folded in, and opened again. The newest schema has no commit to come.
    """
    tally, chance = Tally(), random.Random(seed)  # noqa: S311  (moments, not secrets)
    old_store(script, folder / "old.db", rows=rows)
    old, new = dump(folder / "old.db"), _migrated(folder)
    takes = _run(folder, how)
    while tally.kills < kills:
        after = tally.kills % 2 == 1
        at = chance.uniform(0, takes)
        _run(folder, how, at, after=after)
        if after:
            tally.acknowledged += 1
        found = dump(folder / "home" / "chart.db")
        if after and found != new:
            tally.lost.append(f"killed {at:.4f} s after it was told")
        if found == new:
            tally.new += 1
        elif found == old:
            tally.old += 1
        else:
            tally.between.append(f"killed after {at:.4f} s")
        tally.moments.append(at / takes + after)
        _examine_copies(folder / "home", old, tally)
        _finishes(folder / "home", new)
    return tally


def _migrated(folder: Path) -> dict[str, object]:
    shutil.copy(folder / "old.db", folder / "new.db")
    session = Session(folder / "new.db", KEY)
    with session.transaction() as db:
        migrate(db)
    session.close()
    return dump(folder / "new.db")


def _run(folder: Path, how: str, at: float = 0.0, *, after: bool = True) -> float:
    """Open a fresh copy, killed `at` seconds after it began, or `after` it said that it had committed.

    Returns the seconds from its beginning to that word, 0 where it was killed before.
    """
    shutil.rmtree(folder / "home", ignore_errors=True)
    (folder / "home").mkdir()
    shutil.copy(folder / "old.db", folder / "home" / "chart.db")
    command = [sys.executable, str(HERE / "store_migrator.py"), str(folder / "home"), how]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as migrator:
        assert migrator.stdout is not None
        assert migrator.stdout.readline() == b"begun\n"
        begun, took = perf_counter(), 0.0
        if after:
            assert migrator.stdout.readline() == b"committed\n"
            took = perf_counter() - begun
        with suppress(subprocess.TimeoutExpired):
            migrator.wait(timeout=at)
        migrator.kill()
    assert migrator.returncode == -signal.SIGKILL, "it ended by itself"
    return took


def _examine_copies(home: Path, old: dict[str, object], tally: Tally) -> None:
    """The copy made before the update is whole wherever it has its name."""
    for copy in (home / "before-update").glob("chart-*.db"):
        tally.copies += 1
        assert dump(copy) == old


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


def _finishes(home: Path, new: dict[str, object]) -> None:
    """Started again, the migration gets there: from old and new alike."""
    Home(home).open_session(UNLOCKED).close()
    assert dump(home / "chart.db") == new
