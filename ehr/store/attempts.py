"""Failed unlocks, kept beside the key slots until the store is open again.

Owns `failed_unlocks.jsonl`, one line a failure: when, and whom it claimed to be, never what was typed; and the wait
that grows with the failures. The next unlock moves the lines into the audit log. Whoever can write the data folder can
also erase the file; it tells the clinic of guessing, it does not stop a thief.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ehr.store.codec import time_to_text
from ehr.store.errors import TooSoon
from ehr.store.files import PRIVATE_FILE

FREE = 3
"""Failures that cost no wait."""

LONGEST_WAIT_S = 60
"""The wait grows to this and no further: nobody is ever locked out."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed unlock: when, and the user's id, "recovery", or "" where nobody was chosen."""

    at: datetime
    claimed: str


class Attempts:
    """The failures since the store was last opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def refuse_too_soon(self, claimed: str, now: Callable[[], datetime]) -> None:
        """Raise TooSoon while the wait after the last failures of the one claimed is not over."""
        times = [failure.at for failure in self.failures() if failure.claimed == claimed]
        if times:
            refuse_too_soon(len(times), times[-1], now=now())

    def add(self, claimed: str, *, now: datetime) -> None:
        """Keep a failure. Raises OSError."""
        handle = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, PRIVATE_FILE)
        try:
            # The line begins with its end: a torn one before it stays a line of its own.
            os.write(handle, f"\n{json.dumps({'at': time_to_text(now), 'user': claimed})}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def failures(self) -> list[Failure]:
        """What is kept, oldest first; what cannot be read as a failure is left out. Raises OSError."""
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [failure for line in lines if (failure := _failure(line)) is not None]

    def clear(self) -> None:
        """Forget them: they are in the audit log. Raises OSError."""
        self._path.unlink(missing_ok=True)


def refuse_too_soon(failures: int, last: datetime, *, now: datetime) -> None:
    """Raise TooSoon while the wait after so many failures, the last of them then, is not over.

    A last failure in the future says only that the clock was wrong, and asks for no wait.
    """
    left = wait_after(failures) - (now - last)
    if last <= now and left > timedelta(0):
        raise TooSoon(-int(-left.total_seconds() // 1))


def wait_after(failures: int) -> timedelta:
    """How long the next attempt waits: nothing at first, then 1, 2, 4 … seconds, at most a minute."""
    if failures < FREE:
        return timedelta(0)
    return timedelta(seconds=min(LONGEST_WAIT_S, 2 ** min(failures - FREE, 10)))


def _failure(line: bytes) -> Failure | None:
    try:
        document = json.loads(line)
        at = datetime.fromisoformat(document["at"])
        return Failure(at.astimezone(UTC), str(document["user"])[:64]) if at.tzinfo else None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
