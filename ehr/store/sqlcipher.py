"""The one door to SQLCipher and sqlite-utils.

Owns how a database is opened: a raw 256-bit key (no key derivation per connection), WAL, full synchronization,
foreign keys. Knows no table. Everything that needs the driver or its exceptions takes them from here, because
SQLCipher's exceptions are not those of `sqlite3`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlcipher3 import dbapi2

# sqlite-utils prefers a module named pysqlite3, so that it catches this driver's exceptions and not sqlite3's.
sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = dbapi2

from sqlite_utils import Database  # noqa: E402  (after the alias above)
from sqlite_utils.db import Table  # noqa: E402

__all__ = ["BUSY_TIMEOUT_MS", "KEY_BYTES", "PAGE_BYTES", "Database", "DatabaseError", "Table", "open_database"]

KEY_BYTES = 32
"""Length of a raw SQLCipher key."""

PAGE_BYTES = 4096
"""SQLCipher's page; no database is shorter."""

BUSY_TIMEOUT_MS = 5000
"""How long a statement waits for another connection of the same program."""

CACHE_KIB = 32 * 1024
"""Pages kept decrypted in memory by each connection."""

DatabaseError: type[Exception] = dbapi2.DatabaseError
"""Root of what the driver raises for a failing statement; carries `sqlite_errorcode`."""


def open_database(path: Path, key: bytes, *, read_only: bool = False) -> Database:
    """Open the encrypted database at `path`, which must exist; an empty file becomes a new database.

    `key` is 32 raw bytes. The connection may pass between threads, one at a time. Raises `DatabaseError` where
    the key does not fit, the file is damaged or it cannot be opened.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a store's key has {KEY_BYTES} bytes")
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection: Any = dbapi2.connect(uri, uri=True, check_same_thread=False)
    try:
        for pragma in _pragmas(key, read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")
        return Database(connection, strict=True, execute_plugins=False)
    except BaseException:
        connection.close()
        raise


def _pragmas(key: bytes, *, read_only: bool) -> tuple[str, ...]:
    return (
        "cipher_log_level = NONE",  # the driver would print its own lines to stderr on a wrong key; it raises as well
        f"key = \"x'{key.hex()}'\"",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        f"cache_size = -{CACHE_KIB}",
        "query_only = ON" if read_only else "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    )
