"""A program that makes a backup, restores one or shreds what is due, to be failed or killed at any system call.

Usage: backup_actor.py backup|restore|replace|shred HOME PLACE [PLANT]. It says a catalogued error's code, or "done".
PLANT is a bug: "unchecked" overlooks what cannot be copied and counts a backup that was not restored, "in place"
restores over what is there, "unaudited" writes the audit log's rows in a transaction of their own.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store_samples import PASSPHRASE

from ehr.errors import ChartError
from ehr.store import backups as backups_module
from ehr.store.backups import backups_in
from ehr.store.home import Home
from ehr.store.ledger import Ledger
from ehr.store.restoring import restore
from ehr.store.store import Store

LATER = datetime(2027, 6, 1, tzinfo=UTC)
"""When everything that the tests have signed is due."""


class Clock:
    """Runs from LATER on."""

    def __init__(self) -> None:
        self.now = LATER

    def __call__(self) -> datetime:
        """The next second."""
        self.now += timedelta(seconds=1)
        return self.now


def main(act: str, home: Path, place: Path, plant: str) -> None:
    """Do it and say how it went."""
    try:
        if act in {"restore", "replace"}:
            if plant == "in place":
                Home.staging = lambda self: self.folder  # type: ignore[method-assign]
                Home.adopt = lambda *_: None  # type: ignore[method-assign]
            restore(backups_in(place)[-1], home, PASSPHRASE, replace=act == "replace")
        else:
            with Store.open(home, PASSPHRASE, clock=Clock()) as store:
                if act == "backup":
                    _back_up(store, place, plant)
                else:
                    _shred(store, plant)
    except ChartError as error:
        _say(error.code)
    else:
        _say("done")


def _say(word: str) -> None:
    """By a call that is never failed."""
    os.writev(1, [f"{word}\n".encode()])


def _back_up(store: Store, place: Path, plant: str) -> None:
    if plant == "unchecked":
        backups_module.copy_file = _copied_somehow
        backups_module.verify = lambda *_: None
    store.backups.make(place)


def _copied_somehow(source: Path, target: Path) -> None:
    target.touch()
    with suppress(OSError):
        target.write_bytes(source.read_bytes())


def _shred(store: Store, plant: str) -> None:
    late: list[tuple[str, str]] = []
    record = Ledger.record
    if plant == "unaudited":
        Ledger.record = lambda _self, _db, *said: late.append(said)  # type: ignore[method-assign,assignment]
    store.retention.shred(store.retention.preview())
    Ledger.record = record  # type: ignore[method-assign]
    if late:
        with store._session.transaction() as db:
            for action, subject in late:
                store._ledger.record(db, action, subject)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
