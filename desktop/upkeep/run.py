"""One backup at a time, on a thread of its own, so that the chart stays in use.

Owns the run, whoever asked for it: the page and the key share it, and each hears how it goes.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.chart import Asking
from desktop.tasks import Operation, run_alone

if TYPE_CHECKING:
    from ehr.store.backups import Backups
    from ehr.store.manifest import Manifest


class BackupRun(QObject):
    """`advanced` tells the fraction done, `made` the manifest of the verified backup, `failed` the error."""

    advanced = Signal(float)
    made = Signal(object)
    failed = Signal(object)

    def __init__(self, asking: Asking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asking = asking
        self.busy = False

    def start(self, place: Path) -> None:
        """Make a backup in this folder and verify it; nothing where one is under way."""
        if not self.busy:
            self.busy = True
            self._asking.ask(lambda store: store.backups, partial(self._run, place), self._on_failed)

    def _run(self, place: Path, backups: Backups) -> None:
        run_alone(self, "backup", Operation(partial(backups.make, place, self._tell), self._on_made, self._on_failed))

    def _tell(self, done: float) -> None:
        """Called on the backup's thread; the window may be closed, the backup goes on."""
        with suppress(RuntimeError):
            self.advanced.emit(done)

    def _on_made(self, made: Manifest) -> None:
        self.busy = False
        self.made.emit(made)

    def _on_failed(self, error: BaseException) -> None:
        self.busy = False
        self.failed.emit(error)
