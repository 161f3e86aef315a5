"""Reading a damaged database row by row.

Owns how every row that can still be read is found although pages between them cannot: seek past what fails, and come
back as near to it as possible. Reads only; knows nothing of what the rows mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ehr.store.errors import StoreDamaged, StoreUnwritable
from ehr.store.session import Session

_AT_ONCE = 200
_FARTHEST = 1 << 40

Values = tuple[object, ...]


class Wreck:
    """The damaged database at `path`. A connection that met a bad page gives up, so each failure takes a new one."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._session: Session | None = None

    def columns(self, table: str) -> tuple[str, ...]:
        """The table's columns; empty where it is not there or its description cannot be read."""
        found = self._query(f'SELECT name FROM pragma_table_info("{table}")', ())  # noqa: S608
        return tuple(str(row[0]) for row in found or ())

    def rows(self, table: str, columns: Sequence[str], *, numbered: bool = True) -> tuple[list[Values], bool]:
        """Every row that can be read, and whether that is all; without row numbers a table comes whole or not."""
        wanted = ", ".join(f'"{column}"' for column in columns)
        if not numbered:
            whole = self._query(f'SELECT {wanted} FROM "{table}"', ())  # noqa: S608
            return whole or [], whole is not None
        query = f'SELECT rowid, {wanted} FROM "{table}" WHERE rowid >= ? ORDER BY rowid LIMIT ?'  # noqa: S608
        found: list[Values] = []
        start, complete, at_once = 0, True, _AT_ONCE
        while True:
            part = self._query(query, (start, at_once))
            if part is None and at_once > 1:
                at_once = 1
            elif part is None:
                complete = False
                beyond = self._beyond(query, start)
                if beyond is None:
                    return found, complete
                start, at_once = beyond, _AT_ONCE
            elif not part:
                return found, complete
            else:
                found += [row[1:] for row in part]
                start = _number(part[-1]) + 1
                at_once = _AT_ONCE if at_once > 1 or len(part) == 1 else 1

    def close(self) -> None:
        """Let go of the file."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _beyond(self, query: str, start: int) -> int | None:
        """The lowest row number above `start`, as far as can be told, from which a row can be read; None for none."""
        step = 1
        while step <= _FARTHEST and self._query(query, (start + step, 1)) is None:
            step *= 2
        if step > _FARTHEST:
            return None
        low, high = start + step // 2, start + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._query(query, (middle, 1)) is not None else (middle, high)
        return high

    def _query(self, query: str, values: Values) -> list[Values] | None:
        """The rows, or None where a page on the way cannot be read.

        Asked twice, from the disk each time: SQLCipher gives zeros for the bad last page of a long value, and fails
        only at the next page that it fetches.
        """
        try:
            if self._session is None:
                self._session = Session(self._path, self._key, read_only=True)
            with self._session.read() as db:
                db.execute(query, list(values)).fetchall()
                db.execute("PRAGMA shrink_memory")
                return [tuple(row) for row in db.execute(query, list(values)).fetchall()]
        except (StoreDamaged, StoreUnwritable):  # a file that was cut off reads as one that cannot be read
            self.close()
            return None


def merged(
    ours: Iterator[Values], theirs: list[Values], *, complete: bool, key: Sequence[int]
) -> tuple[list[Values], int]:
    """The rows of a backup with those of the wreck over them, and how many come from the backup alone.

    `key` are the columns of the primary key. Where the wreck's table could be read to its end, a row that only the
    backup has was deleted since, and stays deleted.
    """
    newest = {tuple(row[at] for at in key): row for row in theirs}
    if complete:
        return list(newest.values()), 0
    old = {tuple(row[at] for at in key): row for row in ours}
    return list({**old, **newest}.values()), len(old.keys() - newest.keys())


def _number(row: Values) -> int:
    if not isinstance(row[0], int):
        raise TypeError("a row number is an integer")
    return row[0]
