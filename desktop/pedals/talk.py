"""Dictating while a button is held: down begins or goes on, up pauses.

Owns the wish of the hand and follows it until the recorder does what it says: the microphone may open only after the
button came up again.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from desktop.dictation.desk import Desk


class Talk(QObject):
    """Push to talk. `begin` starts a dictation where none is under way."""

    def __init__(self, desk: Desk, begin: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._begin = begin
        self._wanted: bool | None = None
        desk.changed.connect(self._follow)

    def hold(self, *, down: bool) -> None:
        """The button went down or came up."""
        self._wanted = down
        if down and self._desk.recording is None and not self._desk.starting:
            self._begin()
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Bring the recorder to what is wanted, once it records."""
        if self._wanted is None or self._desk.recording is None:
            return
        if self._desk.paused is not self._wanted:
            self._wanted = None
        else:
            self._desk.pause_or_resume()
