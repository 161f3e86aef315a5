"""What a desktop that hands keys over is asked, and what it tells.

Owns the words between the thread that waits and the two ways of waiting, the X server's and the portal's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from desktop.errors import KeyDeclined, KeyMissing, KeyTaken
from desktop.hotkeys.chord import Chord


@dataclass(frozen=True, slots=True)
class Taken:
    """A combination is handed over. `trigger` is what the desktop calls it, "" where it is what was asked for."""

    chord: Chord
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A combination cannot be had."""

    chord: Chord
    error: KeyTaken | KeyMissing | KeyDeclined


@dataclass(frozen=True, slots=True)
class Pressed:
    """It went down."""

    chord: Chord


@dataclass(frozen=True, slots=True)
class Released:
    """It came up."""

    chord: Chord


News = Taken | Refused | Pressed | Released


class Source(Protocol):
    """A desktop. Every call raises KeysNotHere where it hands over no keys, or is gone."""

    def __enter__(self) -> Source: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let go of everything."""

    def ask(self, chords: Mapping[Chord, str]) -> None:
        """Ask for combinations, once; each comes with the words for what it does."""

    def told(self) -> Iterator[News]:
        """What is new since the last call; a key that repeats itself is pressed once. Does not wait."""

    def wait(self, wake: int) -> bool:
        """Wait until there may be news; False where the file `wake` has become readable."""
