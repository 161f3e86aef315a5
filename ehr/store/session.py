"""One connection, taken in turns, whose failures carry a sentence.

Owns the ways to use the database, `read` and `transaction`, the lock that lets any thread use them one at a time, and
the translation of the driver's errors. Knows no table.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ehr.store.errors import StoreDamaged, StoreFull, StoreInUse, StoreUnwritable
from ehr.store.sqlcipher import Database, DatabaseError, open_database

_PERM, _BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 3, 5, 6, 8, 10, 11, 13, 14, 26
"""SQLite's primary result codes (sqlite.org/rescode.html)."""


class Session:
    """A connection to `path`. Calls from several threads wait for each other."""

    def __init__(self, path: Path, key: bytes, *, read_only: bool = False) -> None:
        """Open the database. Raises StoreDamaged, StoreUnwritable, StoreInUse, StoreFull."""
        self._path = path
        self._turn = threading.RLock()
        with translated(path):
            self._database = open_database(path, key, read_only=read_only)

    @contextmanager
    def read(self) -> Iterator[Database]:
        """The database for queries. Their rows must be taken before the block ends."""
        with self._taking_turns() as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """The database inside one transaction: committed at the end of the block, or rolled back by any error.

        Transactions do not nest.
        """
        with self._taking_turns() as db, db.atomic():
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """The database for several queries that see one state, whoever writes meanwhile."""
        with self.transaction() as db:
            yield db

    @contextmanager
    def _taking_turns(self) -> Iterator[Database]:
        with self._turn, translated(self._path):
            # Where a rollback failed too, its transaction is still open: nothing later may join it.
            self._database.rollback()
            yield self._database

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        with self._turn:
            self._database.close()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the driver's environment errors on the database `path` into ours; let its complaints about us through."""
    try:
        yield
    except DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        fault = _fault(path, code & 0xFF) if isinstance(code, int) else None
        if fault is None:
            raise
        raise fault from error


def _fault(path: Path, code: int) -> StoreDamaged | StoreFull | StoreInUse | StoreUnwritable | None:
    if code in {_CORRUPT, _NOTADB}:
        return StoreDamaged.at(path)
    if code == _FULL:
        return StoreFull()
    if code in {_BUSY, _LOCKED}:
        return StoreInUse()
    if code in {_PERM, _READONLY, _IOERR, _CANTOPEN}:
        return StoreUnwritable()
    return None
