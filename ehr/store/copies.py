"""Whole copies of encrypted databases, and of the files beside them.

Owns how a database in use becomes a file that holds one moment of it under the same key, and how a file is copied so
that it is on the disk before anyone relies on it. Knows nothing of what is copied, or why.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ehr.store.files import make_private_file, sync_folder
from ehr.store.session import Session
from ehr.store.sqlcipher import Database

_CHUNK = 1 << 20


def copy_database(source: Path, key: bytes, target: Path) -> None:
    """Write `target`, a compact copy of the database at `source` as it is at one moment, whoever writes to it.

    It is encrypted under the same key, readable by its owner only, and appears whole or not at all. Raises
    StoreDamaged, StoreFull, OSError.
    """
    with _appearing(target) as part:
        make_private_file(part)
        session = Session(source, key)  # not read-only: the last to close it has to fold its write-ahead log in
        try:
            with session.read() as db:
                db.conn.execute("VACUUM INTO ?", (str(part),))
        finally:
            session.close()


def copy_file(source: Path, target: Path) -> None:
    """Copy a file that nobody writes to; `target` appears whole or not at all. Raises OSError."""
    with _appearing(target) as part:
        make_private_file(part)
        with source.open("rb") as read, part.open("wb") as written:
            shutil.copyfileobj(read, written, _CHUNK)


@contextmanager
def opened_copy(path: Path, key: bytes) -> Iterator[Database]:
    """A copy, for queries. Raises StoreDamaged where it does not verify under the key."""
    session = Session(path, key, read_only=True)
    try:
        with session.read() as db:
            yield db
    finally:
        session.close()


def damage(db: Database) -> list[str]:
    """What is wrong with the pages and tables of a database, one sentence each."""
    found = [f"Page damaged: {row[0]}." for row in db.execute("PRAGMA cipher_integrity_check")]
    return found + [f"{row[0]}." for row in db.execute("PRAGMA quick_check") if row[0] != "ok"]


def counted(db: Database) -> dict[str, int]:
    """Rows of each table, by name; the search index's own tables are made from the others and are left out."""
    names = sorted(name for name in db.table_names() if not name.startswith("document"))
    return {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def sha256(path: Path) -> str:
    """The file's hash, in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its name once it is on the disk, or goes."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        handle = os.open(part, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
