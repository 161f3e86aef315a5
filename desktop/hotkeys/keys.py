"""The keys that work while another program is in front, for as long as the window is open.

Owns the thread that hears of them, and which desktops hand keys over. Knows nothing of what a key does.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.errors import KeysNotHere
from desktop.hotkeys.chord import Chord, chord_named

if TYPE_CHECKING:
    from desktop.hotkeys.x11 import Server


def hurdle(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> KeysNotHere | None:
    """Why no key can be taken on this desktop; None where it can."""
    if platform != "linux":
        return KeysNotHere("On this system Chartwright hears keys only while its window is in front.")
    if environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland":
        return KeysNotHere("On a Wayland desktop Chartwright hears keys only while its window is in front.")
    return None if environ.get("DISPLAY") else KeysNotHere()


class GlobalKeys(QObject):
    """Takes combinations from all programs.

    Each combination that was asked for is told as `taken`, or as `refused` with the DesktopError that says why; again
    when the keyboard changes. All signals carry the combination's name. `environ` says which desktop this is.
    """

    taken = Signal(str)
    refused = Signal(str, object)

    pressed = Signal(str)
    released = Signal(str)

    def __init__(self, environ: Mapping[str, str] = os.environ, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._environ = environ
        self._thread: threading.Thread | None = None
        self._wake: socket.socket | None = None

    @property
    def hurdle(self) -> KeysNotHere | None:
        """Why no key can be taken on this desktop; None where it can."""
        return hurdle(self._environ)

    def take(self, names: Iterable[str]) -> None:
        """Take these combinations and let go of all others; a name that is no combination is left out."""
        self.close()
        chords = [chord for chord in map(chord_named, names) if chord is not None]
        error = self.hurdle
        if error is not None:
            self._refuse(chords, error)
        elif chords:
            self._wake, wake = socket.socketpair()
            self._thread = threading.Thread(target=self._watch, args=(chords, wake), name="global keys", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Let go of every combination; one that is down comes up."""
        if self._thread is not None and self._wake is not None:
            self._wake.close()
            self._thread.join()
            self._thread = self._wake = None

    def _watch(self, chords: Sequence[Chord], wake: socket.socket) -> None:
        from desktop.hotkeys.x11 import Server  # the library loads slowly, and only here

        held: set[Chord] = set()
        try:
            with wake, Server(self._environ["DISPLAY"]) as server:
                self._take_from(server, chords)
                while server.wait(wake.fileno()):
                    self._tell(server, held)
                    if server.moved:
                        self._take_from(server, chords)
        except KeysNotHere as error:
            self._refuse(chords, error)
        for chord in held:
            self.released.emit(chord.name)

    def _take_from(self, server: Server, chords: Sequence[Chord]) -> None:
        refused = dict(server.take(chords))
        for chord in chords:
            if chord in refused:
                self._refuse([chord], refused[chord])
            else:
                self.taken.emit(chord.name)

    def _tell(self, server: Server, held: set[Chord]) -> None:
        for chord, down in server.told():
            if down:
                held.add(chord)
                self.pressed.emit(chord.name)
            else:
                held.discard(chord)
                self.released.emit(chord.name)

    def _refuse(self, chords: Sequence[Chord], error: object) -> None:
        for chord in chords:
            self.refused.emit(chord.name, error)
