"""The data folder: which files a store is made of, and how they come into being and open.

Owns the names and the order of steps that leaves either no store or a whole one, wherever a start is cut off. Knows
nothing of what the store holds.
"""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ehr.chart.people import Role, User
from ehr.store import accounts
from ehr.store.copies import copy_database, counted, damage, opened_copy
from ehr.store.errors import (
    StoreDamaged,
    StoreExists,
    StoreFull,
    StoreUnwritable,
    UpdateNeedsSpace,
)
from ehr.store.files import FolderLock, make_private_file, make_private_folder, sync_folder, write_atomically
from ehr.store.keys import Argon2Cost, KeySlots, Kind, Slot, Unlocked, new_data_key
from ehr.store.migrations import migrate, pending
from ehr.store.session import Session
from ehr.store.sqlcipher import PAGE_BYTES
from ehr.store.triggers import ensure_triggers

COPIES_KEPT = 2
"""Copies from before an update of the schema; older ones go when another is made, and all when retention deletes."""


class Home:
    """The files of the store in one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chart = folder / "chart.db"
        self.keyslots = folder / "keyslots.json"
        self.failed_unlocks = folder / "failed_unlocks.jsonl"
        self.recordings = folder / "recordings"
        self._unfinished = folder / "chart.db.new"
        self._staging = folder / "incoming"
        self._adopting = folder / "adopting.json"
        self._copies = folder / "before-update"

    def has_store(self) -> bool:
        """Whether a store was made here, whole or not. Raises StoreUnwritable for a folder that is closed to us."""
        with disk_faults():
            return self.chart.exists() or self.keyslots.exists()

    def lock(self) -> FolderLock:
        """Keep every other program off the folder. Raises StoreInUse, StoreUnwritable."""
        with disk_faults():
            return FolderLock(self.folder / "chart.lock")

    def make_folder(self) -> None:
        """Make the folder, private to its owner. Raises StoreUnwritable."""
        with disk_faults():
            make_private_folder(self.folder)
            make_private_folder(self.recordings)

    def make_store(self, passphrase: str, *, holder: str, cost: Argon2Cost) -> None:
        """Make an empty store of one user, `holder`, with every role.

        Raises StoreExists, PassphraseEmpty, NameTaken for an empty name, StoreFull, StoreUnwritable.

        The database is whole before the key file names its key, and takes its name last: a cut-off start leaves
        nothing that counts, or a store that `settle` finishes.
        """
        if self.has_store():
            raise StoreExists
        unlocked = Unlocked(
            data_key := new_data_key(), Slot.for_passphrase(data_key, passphrase, holder=holder, cost=cost)
        )
        with disk_faults():
            self._unfinished.unlink(missing_ok=True)
            make_private_file(self._unfinished)
            session = Session(self._unfinished, database_key(unlocked))
            try:
                with session.transaction() as db:
                    migrate(db)
                    accounts.insert(db, User(unlocked.slot.id, holder, frozenset(Role)))
            finally:
                session.close()
            KeySlots((unlocked.slot,)).write(self.keyslots)
        self.settle()

    def settle(self) -> None:
        """Finish a store whose making, or the adopting of another, was cut off. Raises StoreUnwritable."""
        if self._adopting.exists():
            with disk_faults():
                self._adopt()
        if self._unfinished.exists() and self.keyslots.exists() and not self.chart.exists():
            with disk_faults():
                self._unfinished.rename(self.chart)
                sync_folder(self.folder)

    def staging(self) -> Path:
        """An empty folder for the files of a store that is to take this one's place. Raises OSError."""
        shutil.rmtree(self._staging, ignore_errors=True)
        make_private_folder(self._staging)
        return self._staging

    def adopt(self, aside: str) -> Path | None:
        """Put the staged files in place, after moving those that are there to the folder `aside`, which is returned.

        Before the first rename the store is the old one, from then on it is the new one: a start after a crash goes on
        where this was cut off. Raises OSError.
        """
        there = self.has_store()
        write_atomically(self._adopting, json.dumps({"aside": aside}).encode())
        self._adopt()
        return self.folder / aside if there else None

    def _adopt(self) -> None:
        aside = self.folder / Path(json.loads(self._adopting.read_bytes())["aside"]).name
        make_private_folder(aside)
        for staged, beside in ((self.recordings, ()), (self.chart, ("-wal", "-shm")), (self.keyslots, ())):
            if not (self._staging / staged.name).exists():
                continue  # moved already, by a start that was cut off, or not part of what is adopted
            for name in (*(f"{staged.name}{suffix}" for suffix in beside), staged.name):
                if (aside / name).is_dir():
                    (self.folder / name).rmdir()  # a start after a crash made it, empty, where it was moved from
                elif (self.folder / name).exists():
                    (self.folder / name).rename(aside / name)
            (self._staging / staged.name).rename(staged)
        for folder in (aside, self.folder):
            sync_folder(folder)
        with suppress(OSError):
            aside.rmdir()  # where nothing had to be moved
        self._adopting.unlink()
        shutil.rmtree(self._staging, ignore_errors=True)
        make_private_folder(self.recordings)

    def drop_copies(self) -> None:
        """Delete the copies made before updates of the schema. Raises OSError."""
        if self._copies.exists():
            shutil.rmtree(self._copies)

    def key_slots(self) -> KeySlots:
        """The slots as they are on the disk. Raises KeyFileDamaged, StoreUnwritable."""
        with disk_faults():
            return KeySlots.read(self.keyslots)

    def unlock(self, slots: KeySlots, secret: str, user: str | None, kind: Kind) -> Unlocked:
        """The data key, from a slot of the kind and the user. Raises StoreDamaged, WrongPassphrase."""
        unlocked = slots.unlock(secret, user, kind=kind)
        if not self.chart.exists():
            raise StoreDamaged(f"The key file is there, but the chart itself, {self.chart}, is missing.")
        return unlocked

    def open_session(self, unlocked: Unlocked) -> Session:
        """The store's connection for writing, at this version's schema. Raises StoreDamaged, StoreTooNew, StoreFull."""
        if self.chart.stat().st_size < PAGE_BYTES:  # SQLite would take the stump for a new database and write to it
            raise StoreDamaged.at(self.chart)
        session = Session(self.chart, database_key(unlocked))
        try:
            with session.read() as db:
                old = pending(db)
            if old:
                self._keep_copy(database_key(unlocked))
            with session.transaction() as db:
                migrate(db)
                ensure_triggers(db)  # whoever took them away has them away until the next start only
        except BaseException:
            session.close()
            raise
        return session

    def _keep_copy(self, key: bytes) -> None:
        """Copy the chart aside before its schema is changed, and compare the copy. Raises UpdateNeedsSpace."""
        try:
            make_private_folder(self._copies)
            copy = self._copies / f"chart-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
            copy_database(self.chart, key, copy)
            with opened_copy(copy, key) as kept, opened_copy(self.chart, key) as now:
                whole = not damage(kept) and counted(kept) == counted(now)
            if not whole:
                raise StoreDamaged.at(self.chart)
            for older in sorted(self._copies.glob("chart-*.db"))[:-COPIES_KEPT]:
                older.unlink()
        except (OSError, StoreFull) as error:
            raise UpdateNeedsSpace from error


def database_key(unlocked: Unlocked) -> bytes:
    """The key of `chart.db`."""
    return unlocked.derive("chart.db")


@contextmanager
def disk_faults() -> Iterator[None]:
    """Turn the file system's errors into the store's."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreFull from error
        raise StoreUnwritable from error
