"""The open chart, as the window uses it: every call on one lane, every result back by signal.

Owns the store's thread and its opening and closing. Knows nothing of what is asked of the store.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from desktop.tasks import Lane, Operation

if TYPE_CHECKING:
    from ehr.store.store import Store

Result = TypeVar("Result")


class Chart(QObject):
    """The store in `home`, on a thread of its own. It is imported there too: the window opens before it."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self._lane = Lane.on_thread("chart", self)
        self._store: Store | None = None

    @property
    def opened(self) -> bool:
        """Whether the chart is unlocked."""
        return self._store is not None

    @property
    def busy(self) -> bool:
        """Whether calls are under way."""
        return self._lane.pending > 0

    def unlock(self, passphrase: str, *, success: Callable[[], None], failure: Callable[[BaseException], None]) -> None:
        """Open the chart, or make it where there is none."""

        def opened(store: Store) -> None:
            self._store = store
            success()

        self._lane.run(Operation(lambda: _open(self.home, passphrase), opened, failure))

    def run(
        self,
        work: Callable[[Store], Result],
        *,
        success: Callable[[Result], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        """Ask something of the store."""
        store = self._store
        if store is None:
            raise RuntimeError("the chart is locked")
        self._lane.run(Operation(lambda: work(store), success, failure))

    def close(self) -> None:
        """Finish every call that was made, then close the chart."""
        self._lane.drain()
        if self._store is not None:
            self._store.close()
            self._store = None


def _open(home: Path, passphrase: str) -> Store:
    from ehr.store.store import Store

    return Store.open(home, passphrase) if Store.exists(home) else Store.create(home, passphrase)
