"""One act on the chart: who may do it, its transaction, its row in the audit log, its time.

Owns the meeting of the four, so that no change of the chart can leave one out. Knows nothing of what the acts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from ehr.chart.people import Right, User
from ehr.store.audit import AuditLog
from ehr.store.errors import NotAllowed
from ehr.store.session import Session
from ehr.store.sqlcipher import Database

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class Ledger:
    """Acts of the user who opened the store. The rooms of the store share one."""

    def __init__(self, session: Session, audit: AuditLog, user: User, clock: Clock) -> None:
        self.session = session
        self.audit = audit
        self.user = user
        self.now = clock
        self._lent: frozenset[Right] = frozenset()

    def allows(self, right: Right) -> bool:
        """Whether the user's roles, or an emergency, give them the right."""
        return self.user.may(right) or right in self._lent

    def require(self, right: Right) -> None:
        """Raise NotAllowed unless the user has the right."""
        if not self.allows(right):
            raise NotAllowed

    def lend(self, rights: frozenset[Right]) -> None:
        """Give the user these rights as well, until the store is closed."""
        self._lent |= rights

    @contextmanager
    def reading(self, right: Right = Right.READ) -> Iterator[Database]:
        """One state of the database to be read. Raises NotAllowed."""
        self.require(right)
        with self.session.snapshot() as db:
            yield db

    @contextmanager
    def act(self, action: str, subject: str, right: Right) -> Iterator[Database]:
        """One transaction with its audit row. Raises NotAllowed, with nothing touched."""
        self.require(right)
        with self.session.transaction() as db:
            yield db
            self.record(db, action, subject)

    def record(self, db: Database, action: str, subject: str) -> None:
        """Add an audit row in the transaction of the caller."""
        self.audit.append(db, action, subject, at=self.now())
