"""Opening the window from the command line."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from desktop.errors import NoDisplay


def has_display() -> bool:
    """Whether a window could be shown: always said of macOS and Windows, by the session's variables elsewhere."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_window(home: Path, *, passphrase: str | None = None) -> None:
    """Run the window until it is closed. Raises NoDisplay, and SystemExit with a status that is not 0."""
    if not has_display():
        raise NoDisplay
    from desktop.app import run

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt would not notice Ctrl-C; all that was done is on disk
    status = run(home, passphrase=passphrase)
    if status:
        raise SystemExit(status)
