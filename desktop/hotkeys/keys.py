"""The keys that work while another program is in front, for as long as the window is open.

Owns the thread that hears of them, and the choice of the way that this desktop hands keys over. Knows nothing of what a
key does.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from desktop.errors import DesktopError, KeysNotHere
from desktop.hotkeys.chord import Chord, chord_named
from desktop.hotkeys.source import News, Pressed, Refused, Released, Source, Taken

_BUS = "DBUS_SESSION_BUS_ADDRESS"


def hurdle(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> KeysNotHere | None:
    """Why no key can be asked for on this desktop; None where it can."""
    if platform != "linux":
        return KeysNotHere("On this system Chartwright hears keys only while its window is in front.")
    return None if environ.get(_BUS if _is_wayland(environ) else "DISPLAY") else KeysNotHere()


def source_of(environ: Mapping[str, str]) -> Source:
    """The desktop's way: Wayland's portal, or the X server. Raises KeysNotHere where nobody answers."""
    if _is_wayland(environ):
        from desktop.hotkeys.portal import Portal  # each library loads slowly, and only where it is used

        return Portal(environ[_BUS])
    from desktop.hotkeys.x11 import Server

    return Server(environ["DISPLAY"])


class GlobalKeys(QObject):
    """Takes combinations from all programs.

    Each combination that was asked for is told as `taken`, with what the desktop calls it where that is something else,
    or as `refused` with the DesktopError that says why; again when the keyboard changes. All signals carry the
    combination's name first. `environ` says which desktop this is.
    """

    taken = Signal(str, str)
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
        """Why no key can be asked for on this desktop; None where it can."""
        return hurdle(self._environ)

    def take(self, names: Mapping[str, str]) -> None:
        """Take these combinations and let go of all others; each comes with the words for what it does.

        A name that is no combination is left out.
        """
        self.close()
        chords = {chord: does for name, does in names.items() if (chord := chord_named(name)) is not None}
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

    def _watch(self, chords: Mapping[Chord, str], wake: socket.socket) -> None:
        held: set[Chord] = set()
        try:
            with wake, source_of(self._environ) as source:
                source.ask(chords)
                self._tell(source, held)
                while source.wait(wake.fileno()):
                    self._tell(source, held)
        except KeysNotHere as error:
            self._refuse(chords, error)
        for chord in held:
            self.released.emit(chord.name)

    def _tell(self, source: Source, held: set[Chord]) -> None:
        for news in source.told():
            self._tell_one(news, held)

    def _tell_one(self, news: News, held: set[Chord]) -> None:
        name = news.chord.name
        match news:
            case Taken(trigger=trigger):
                self.taken.emit(name, trigger)
            case Refused(error=error):
                self.refused.emit(name, error)
            case Pressed(chord):
                held.add(chord)
                self.pressed.emit(name)
            case Released(chord):
                held.discard(chord)
                self.released.emit(name)

    def _refuse(self, chords: Iterable[Chord], error: DesktopError) -> None:
        for chord in chords:
            self.refused.emit(chord.name, error)


def _is_wayland(environ: Mapping[str, str]) -> bool:
    """Whether the desktop is Wayland's, where the X server for older programs hears nothing of the others."""
    return bool(environ.get("WAYLAND_DISPLAY")) or environ.get("XDG_SESSION_TYPE") == "wayland"
