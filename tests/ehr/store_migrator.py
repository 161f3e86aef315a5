"""A program that opens an old store as the real one does, and goes on using it, until it is killed.

Usage: store_migrator.py FOLDER whole|torn|hasty. It says "begun", then "committed" once the new schema is there; from
then on it closes and opens the store again and again, as days of use would. "torn" is a planted bug: each statement of
the steps commits by itself. "hasty" is another: it says "committed" before it is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from migration_kills import KEY, UNLOCKED

from ehr.store.home import Home
from ehr.store.migrations import STEPS, _name, applied
from ehr.store.session import Session
from ehr.store.triggers import ensure_triggers


def main(folder: Path, how: str) -> None:
    """Migrate, say so, and use the store without end."""
    home = Home(folder)
    os.write(1, b"begun\n")
    if how == "hasty":
        os.write(1, b"committed\n")
    if how == "torn":
        _migrate_in_pieces(home.chart)
    session = home.open_session(UNLOCKED)
    os.write(1, b"committed\n")
    while True:
        session.close()
        session = home.open_session(UNLOCKED)


def _migrate_in_pieces(chart: Path) -> None:
    session = Session(chart, KEY)
    with session.read() as db:
        done = applied(db)
        for step in STEPS:
            if _name(step) not in done:
                step.run(db)
                ensure_triggers(db)
                row = {"migration_set": "chart", "name": _name(step), "applied_at": "2026"}
                db.table("_sqlite_migrations").insert(row)
    session.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
