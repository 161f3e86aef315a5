"""The data folder: which files a store is made of, and how they come into being and open.

Owns the names and the order of steps that leaves either no store or a whole one, wherever a start is cut off. Knows
nothing of what the store holds.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ehr.chart.people import Role, User
from ehr.store import accounts
from ehr.store.errors import (
    StoreDamaged,
    StoreExists,
    StoreFull,
    StoreUnwritable,
)
from ehr.store.files import FolderLock, make_private_file, make_private_folder, sync_folder
from ehr.store.keys import Argon2Cost, KeySlots, Kind, Slot, Unlocked, new_data_key
from ehr.store.migrations import migrate
from ehr.store.session import Session
from ehr.store.sqlcipher import PAGE_BYTES


class Home:
    """The files of the store in one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chart = folder / "chart.db"
        self.keyslots = folder / "keyslots.json"
        self.failed_unlocks = folder / "failed_unlocks.jsonl"
        self.recordings = folder / "recordings"
        self._unfinished = folder / "chart.db.new"

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
        """Finish a store whose making was cut off after its key file was written. Raises StoreUnwritable."""
        if self._unfinished.exists() and self.keyslots.exists() and not self.chart.exists():
            with disk_faults():
                self._unfinished.rename(self.chart)
                sync_folder(self.folder)

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
            with session.transaction() as db:
                migrate(db)
        except BaseException:
            session.close()
            raise
        return session


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
