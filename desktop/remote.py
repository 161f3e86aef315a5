"""Commands from outside the window: a desktop shortcut runs `chartwright press COMMAND`.

Owns the local socket between the two, which only the same user of this computer may open, and the short list of
commands that may come that way: those that record, pause, play and step to a field. None of them decides on a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.errors import NotFromOutside, NoWindow

ALLOWED = ("dictation.record", "dictation.pause", "player.toggle", "player.back", "player.forward", "note.field")
"""What may be run from outside, and by keys while another program is in front."""

_PATIENCE_MS = 2_000
_LONGEST = 64
_DONE = b"done"


class Remote(QObject):
    """Listens for the window on the data folder `home`."""

    def __init__(self, home: Path, actions: Mapping[str, QAction], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(_name(home))  # a killed window leaves its socket; its lock on the chart is gone
        self._server.listen(_name(home))

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(lambda: self._on_command(socket))
        socket.disconnected.connect(socket.deleteLater)

    def _on_command(self, socket: QLocalSocket) -> None:
        command = bytes(socket.read(_LONGEST).data()).decode(errors="replace").strip()
        if command in ALLOWED:
            self._actions[command].trigger()
        socket.write(_DONE if command in ALLOWED else b"refused")  # the caller hangs up: our end would take the answer
        socket.flush()


def press(home: Path, command: str) -> None:
    """Run a command in the window that is open on `home`. Raises NotFromOutside, NoWindow."""
    if command not in ALLOWED:
        raise NotFromOutside(next_step=f"Choose one of {', '.join(ALLOWED)}.")
    socket = QLocalSocket()
    socket.connectToServer(_name(home))
    if not socket.waitForConnected(_PATIENCE_MS):
        raise NoWindow
    socket.write(command.encode())
    socket.flush()
    answered = socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()) == _DONE
    socket.close()
    if not answered:
        raise NoWindow


def _name(home: Path) -> str:
    return "chartwright-" + sha256(str(home.resolve()).encode()).hexdigest()[:24]
