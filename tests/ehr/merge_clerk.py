"""A program that merges two records and parts them again without end, in children that are killed.

Usage: merge_clerk.py whole|torn. Each line on standard input names a data folder; a child that works there is forked,
and its process id is the first line that it prints; then it acknowledges each act. "torn" is the planted bug: it
commits when half of the dictations have moved.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from store_samples import open_store

from ehr.store.register import Register
from ehr.store.sqlcipher import Database

_give = Register._give


def _give_in_two(self: Register, db: Database, encounter_ids: Sequence[str], patient_id: str) -> None:
    """The planted bug."""
    half = len(encounter_ids) // 2
    _give(self, db, encounter_ids[:half], patient_id)
    db.execute("COMMIT")
    db.execute("BEGIN")
    _give(self, db, encounter_ids[half:], patient_id)


def work(home: Path) -> None:
    """Merge and part, from whichever state was left."""
    with open_store(home) as store:
        survivor = store.patient_by_mrn("MRN-1")
        assert survivor is not None
        while True:
            holding = [each for each in store.register.merges(survivor.id) if each.undone_at is None]
            if holding:
                store.register.unmerge(holding[0].id)
            else:
                retired = store.patient_by_mrn("MRN-9")
                assert retired is not None
                store.register.merge(survivor.id, retired.id, reason="Registered twice.")
            os.write(1, b"done\n")


def main(how: str) -> None:
    """Fork a clerk for each line, and wait for its end."""
    if how == "torn":
        Register._give = _give_in_two
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            work(Path(line.strip()))
        _, status = os.waitpid(child, 0)
        os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])
