"""The open chart, as the window uses it: every call on one lane, every result back by signal.

Owns the store's thread, its opening, locking and closing, and what waits while it is locked: what a recording or a
transcription under way has to keep is kept once a person who may dictate unlocks. Knows nothing of what is asked of the
store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.tasks import Lane, Operation
from ehr.chart.people import Right, User

if TYPE_CHECKING:
    from ehr.store.reader import Reader
    from ehr.store.store import Store

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Key:
    """What a person types to unlock: `user` is an id or name, "" for whoever the passphrase belongs to.

    Without a passphrase it is this computer's keychain that opens the chart.
    """

    passphrase: str
    user: str = ""
    totp: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """What a person types who has lost their passphrase: the clinic's recovery key, and a new passphrase for `user`."""

    key: str
    passphrase: str
    user: str


@dataclass(frozen=True, slots=True)
class NewChart:
    """What the first start asks for."""

    name: str
    passphrase: str


class Asking(Protocol):
    """Whoever hands a question on to the open chart, for a page or a dialog."""

    def ask(
        self,
        work: Callable[[Store], object],
        success: Callable[..., None],
        failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Ask the store something; both answers come on the GUI thread."""


class Chart(QObject):
    """The store in `home`, on a thread of its own. It is imported there too: the window opens before it.

    `changed` says that it was unlocked or locked, or that the user's rights changed.
    """

    changed = Signal()

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.home = home
        self.user: User | None = None
        self.locked = False
        self._lane = Lane.on_thread("chart", self)
        self._finding = Lane.on_thread("search", self)
        self._store: Store | None = None
        self._reader: Reader | None = None
        self._held: list[Operation[Any]] = []

    @property
    def opened(self) -> bool:
        """Whether the chart is unlocked."""
        return self._store is not None

    @property
    def busy(self) -> bool:
        """Whether calls are under way."""
        return self._lane.pending > 0

    @property
    def waiting(self) -> int:
        """How many calls wait until the chart is unlocked."""
        return len(self._held)

    def may(self, right: Right) -> bool:
        """Whether the chart is unlocked by somebody who has the right."""
        return self._store is not None and self._store.users.may(right)

    def unlock(self, passphrase: str, *, success: Callable[[], None], failure: Callable[[BaseException], None]) -> None:
        """Open the chart with a passphrase alone, or make it where there is none."""
        self._open(lambda: _open(self.home, passphrase), success, failure)

    def unlock_with(
        self, key: Key | RecoveryKey, *, success: Callable[[], None], failure: Callable[[BaseException], None]
    ) -> None:
        """Open the chart with what a person typed."""
        self._open(lambda: _unlocked(self.home, key), success, failure)

    def create(
        self, wanted: NewChart, *, success: Callable[[str], None], failure: Callable[[BaseException], None]
    ) -> None:
        """Make the chart and its recovery key, which `success` gets; it is nowhere else."""

        def made(found: tuple[Store, str]) -> None:
            self._take(found[0])
            success(found[1])

        self._lane.run(Operation(lambda: _created(self.home, wanted), made, failure))

    def lock(self) -> None:
        """Close the chart once everything is kept that was asked for, and forget its key."""
        store, self._store = self._store, None
        if store is not None:
            self.locked = True
            self._lane.run(Operation(store.close, _ignore, _ignore))
            self.changed.emit()

    def run(
        self,
        work: Callable[[Store], Result],
        *,
        success: Callable[[Result], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        """Ask something of the store; while it is locked, that waits."""
        if self._store is None and not self.locked:
            raise RuntimeError("the chart was never unlocked")
        if self._store is None:
            self._held.append(Operation(lambda: work(self._opened), success, failure))
        else:
            store = self._store
            self._lane.run(Operation(lambda: work(store), success, failure))

    def find(
        self,
        work: Callable[[Reader], Result],
        *,
        success: Callable[[Result], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        """Ask something of a reader that never waits for what is being written."""
        store = self._store
        if store is None:
            raise RuntimeError("the chart is locked")

        def look() -> Result:
            if self._reader is None:
                self._reader = store.reader()
            return work(self._reader)

        self._finding.run(Operation(look, success, failure))

    def close(self) -> None:
        """Finish every call that was made, then close the chart."""
        self._lane.drain()
        self._finding.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._store is not None:
            self._store.close()
            self._store = None

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise RuntimeError("the chart is locked")
        return self._store

    def _open(
        self, opening: Callable[[], Store], success: Callable[[], None], failure: Callable[[BaseException], None]
    ) -> None:
        def opened(store: Store) -> None:
            self._take(store)
            success()

        self._lane.run(Operation(opening, opened, failure))

    def _take(self, store: Store) -> None:
        self._store, self.user, self.locked = store, store.users.current, False
        if self.may(Right.DICTATE):
            held, self._held = self._held, []
            for operation in held:
                self._lane.run(operation)
        self.changed.emit()


def _open(home: Path, passphrase: str) -> Store:
    from ehr.store.store import Store

    return Store.open(home, passphrase) if Store.exists(home) else Store.create(home, passphrase)


def _unlocked(home: Path, key: Key | RecoveryKey) -> Store:
    from ehr.store.store import Store

    if isinstance(key, RecoveryKey):
        return Store.recover(home, key.key, key.passphrase, key.user or None)
    if not key.passphrase:
        return Store.open_by_keychain(home, key.user or None, totp=key.totp)
    return Store.open(home, key.passphrase, key.user or None, totp=key.totp)


def _created(home: Path, wanted: NewChart) -> tuple[Store, str]:
    from ehr.store.store import Store

    store = Store.create(home, wanted.passphrase, holder=wanted.name)
    try:
        return store, store.users.make_recovery_key()
    except BaseException:
        store.close()
        raise


def _ignore(_: object) -> None:
    """Nothing follows."""
