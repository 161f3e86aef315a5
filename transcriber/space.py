"""Room on the disk for the rest of a recording.

Owns the count of the minutes that are left, and a reserve: some space taken at the beginning and given back when the
disk is full, so that the last block and the seal always fit.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from transcriber.errors import DiskFull

BYTES_PER_SECOND = 45_000
"""What a second of sound takes in a journal (measured: docs/decisions/0085)."""

KEPT_FREE = 16_000_000
"""Bytes that a recording leaves on the disk: the chart has to be written too."""

RESERVE = 262_144
WARN_S = 600.0


class Space:
    """The disk that holds the journal at `path`. Raises DiskFull where not even the reserve fits."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._reserve = path.with_name(path.name + ".reserve")
        try:
            with self._reserve.open("wb") as file:
                file.write(os.urandom(RESERVE))
        except OSError as error:
            self.release()
            raise DiskFull("There is no room on the disk for a recording.") from error

    def left(self) -> float:
        """Seconds of sound that still fit."""
        return max(0.0, (shutil.disk_usage(self._folder).free - KEPT_FREE) / BYTES_PER_SECOND)

    def release(self) -> None:
        """Give the reserve back."""
        self._reserve.unlink(missing_ok=True)
