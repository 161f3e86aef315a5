"""A program that brings an old store up to date, until it is killed.

Usage: store_migrator.py CHART whole|torn. "torn" is the planted bug: each statement of the steps commits by itself.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ehr.store.migrations import STEPS, _name, applied, migrate
from ehr.store.session import Session
from ehr.store.triggers import ensure_triggers

KEY = bytes(32)


def main(chart: Path, how: str) -> None:
    """Say that it begins, migrate, say that it is done."""
    session = Session(chart, KEY)
    os.write(1, b"begun\n")
    if how == "whole":
        with session.transaction() as db:
            migrate(db)
    else:
        with session.read() as db:
            done = applied(db)
            for step in STEPS:
                if _name(step) not in done:
                    step.run(db)
                    ensure_triggers(db)
                    row = {"migration_set": "chart", "name": _name(step), "applied_at": "2026"}
                    db.table("_sqlite_migrations").insert(row)
    session.close()
    os.write(1, b"done\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
