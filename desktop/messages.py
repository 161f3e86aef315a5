"""What a person reads when something goes wrong: a sentence, a next step and a code.

Owns the wording of a failure on the terminal and in dialogs. Refuses to show anything that an exception carries beyond
its catalogued sentence, because arguments and source values may be patient text.
"""

from __future__ import annotations

import errno
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from desktop.errors import DesktopError, DiskFull, FileMissing, FileUnreadable, FileUnwritable, Unforeseen
from ehr.errors import ChartError
from transcriber.errors import TranscriberError

CATALOGUED = (TranscriberError, ChartError, DesktopError)
"""The roots whose sentences were written for people to read."""

_ROOT = Path(__file__).parents[1]
_HOUSES = {"desktop", "ehr", "transcriber", "resources"}


@dataclass(frozen=True, slots=True)
class Message:
    """A failure in words. `place` tells a maintainer where our own faults happened, without values."""

    code: str
    sentence: str
    next_step: str
    place: str = ""

    def __str__(self) -> str:
        lines = [f"{self.sentence} ({self.code})", self.next_step]
        return "\n".join([*lines, f"Place: {self.place}"] if self.place else lines)


def explain(error: BaseException) -> Message:
    """The failure as a person should read it; unknown errors become CW-D900 with their place."""
    if isinstance(error, OSError):
        error = from_os_error(error)
    if isinstance(error, CATALOGUED):
        return Message(error.code, error.sentence, error.next_step)
    return Message(Unforeseen.code, Unforeseen.sentence, Unforeseen.next_step, _place_of(error))


def from_os_error(error: OSError, *, writing: bool = False) -> DesktopError:
    """The catalogued error for what the operating system said about a file."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull()
    if writing or error.errno in {errno.EROFS, errno.EIO}:
        return FileUnwritable()
    if isinstance(error, FileNotFoundError):
        return FileMissing()
    return FileUnreadable()


def report(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Write a failure to stderr; fits `sys.excepthook`, so that no traceback shows what the program held."""
    told = "Stopped." if issubclass(kind, KeyboardInterrupt) else explain(error)
    sys.stderr.write(f"{told}\n")


def _place_of(error: BaseException) -> str:
    """Type and call chain in our own files: names of code only."""
    chain = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _HOUSES:
            chain.append(f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno}")
    return " < ".join([type(error).__name__, *reversed(chain[-4:])])
