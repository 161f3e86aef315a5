"""The composition root: asks for the passphrase, puts window, session, desk and chart together, and runs them.

Owns the order of starting. The question for the passphrase is seen first, the window is built while it is answered,
and whatever is heavy is loaded when it is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from desktop.theme.theme import follow_system

if TYPE_CHECKING:
    from desktop.parts import Parts
    from desktop.window import MainWindow

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]
PASSPHRASE_VARIABLE = "CHARTWRIGHT_PASSPHRASE"  # noqa: S105 - the variable's name, not its value


def run(home: Path, *, passphrase: str | None = None, files: Sequence[Path] = ()) -> int:
    """Open the window on the chart in `home` and stay until it is closed; returns the exit status.

    Without a passphrase the CHARTWRIGHT_PASSPHRASE variable is taken, and without that the user is asked. `files` are
    imported once the chart is open.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("the window needs a QApplication")
    app.setApplicationName("Chartwright")
    follow_system(app)
    kept = start(home, passphrase or os.environ.get(PASSPHRASE_VARIABLE), files)
    status = app.exec()
    del kept
    return status


def start(home: Path, passphrase: str | None, files: Sequence[Path] = ()) -> list[object]:
    """Ask for the passphrase, or open with it at once; returns what must be kept alive."""
    if passphrase:
        parts = _assembled(home)
        parts.window.show()
        parts.open(files).begin(passphrase)
        return [parts]
    from desktop.unlock import UnlockDialog

    dialog = UnlockDialog(home)
    kept: list[object] = [dialog]

    def build() -> None:
        parts = _assembled(home)
        kept.append(parts)
        parts.open(files).adopt(dialog)

    dialog.seen.connect(build)
    dialog.show()
    return kept


def _assembled(home: Path) -> Parts:
    from desktop.parts import assemble

    parts = assemble(home)
    sys.excepthook = _shown_in(parts.window)
    return parts


def _shown_in(window: MainWindow) -> Hook:
    """An exception hook that shows our own faults in the window, without what they hold."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        del kind, trace
        window.show_problem(error)

    return show
