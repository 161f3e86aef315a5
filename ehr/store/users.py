"""The users of an open store: who there is, what they are, and what they unlock with.

Owns every change of users and their key slots, and asking the present user for their passphrase again. Each change is
one act: the user table, the audit row and the key file together, the key file written just before the commit.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

from ehr.chart.people import Account, Right, Role, User
from ehr.store import accounts
from ehr.store.accounts import CodeState
from ehr.store.admission import RECOVERY, checked_code, write_slots
from ehr.store.attempts import refuse_too_soon
from ehr.store.errors import CodeWrong, PassphraseEmpty, WrongPassphrase
from ehr.store.home import Home
from ehr.store.keys import KeySlots, Kind, Slot, Unlocked
from ehr.store.ledger import Ledger
from ehr.store.recovery import new_recovery_key
from ehr.store.sqlcipher import Database


class Users:
    """Reached as `store.users`."""

    def __init__(self, ledger: Ledger, home: Home, unlocked: Unlocked) -> None:
        self._ledger = ledger
        self._home = home
        self._unlocked = unlocked
        self._failures: list[datetime] = []

    @property
    def current(self) -> User:
        """Who unlocked the store."""
        return self._ledger.user

    def may(self, right: Right) -> bool:
        """Whether the present user has the right, by their roles or by an emergency."""
        return self._ledger.allows(right)

    def all(self) -> list[Account]:
        """Every user by name, those who may no longer unlock included."""
        with self._ledger.session.read() as db:
            return accounts.all_accounts(db)

    def named(self, name: str) -> User:
        """The user of this name or id. Raises UserUnknown."""
        with self._ledger.session.read() as db:
            return accounts.named(accounts.all_accounts(db), name)

    @property
    def has_recovery_key(self) -> bool:
        """Whether a recovery key opens this store."""
        return bool(self._home.key_slots().of(Kind.RECOVERY))

    def verify(self, passphrase: str, totp: str = "") -> User:
        """The present user, who has shown again that it is they: before signing, for instance.

        Raises WrongPassphrase, CodeNeeded, CodeWrong, TooSoon; a failure is in the audit log.
        """
        if self._failures:
            refuse_too_soon(len(self._failures), self._failures[-1], now=self._ledger.now())
        try:
            self._open_own(passphrase)
            with self._ledger.session.transaction() as db:
                if (state := accounts.code_state(db, self.current.id)) is not None:
                    accounts.set_code(db, self.current.id, checked_code(state, totp, self._ledger.now()))
        except (WrongPassphrase, CodeWrong):
            self._failures.append(self._ledger.now())
            with self._ledger.act("reauthentication.failed", self.current.id, Right.KEEP_ACCOUNT):
                pass
            raise
        self._failures.clear()
        return self.current

    def change_passphrase(self, old: str, new: str) -> None:
        """Let `new` unlock instead of the present user's `old`.

        Raises WrongPassphrase, PassphraseEmpty, StoreUnwritable.
        """
        self._open_own(old)
        slots = self._home.key_slots().rewrapped(old, new, self.current.id)
        with self._ledger.act("passphrase.changed", self.current.id, Right.KEEP_ACCOUNT) as db:
            write_slots(db, self._home, slots)

    def add(self, name: str, roles: Iterable[Role], passphrase: str) -> User:
        """Add a user, who unlocks with this passphrase. Raises NameTaken, PassphraseEmpty, StoreUnwritable."""
        self._ledger.require(Right.MANAGE_USERS)
        slot = self._slot(passphrase, holder=name.strip())
        user = User(slot.id, name.strip(), frozenset(roles))
        with self._ledger.act("user.added", user.id, Right.MANAGE_USERS) as db:
            accounts.insert(db, user)
            self._write(db, slot)
        return user

    def rename(self, user_id: str, name: str) -> None:
        """Call a user something else from now on. Raises UserUnknown, NameTaken."""
        with self._ledger.act("user.renamed", user_id, Right.MANAGE_USERS) as db:
            accounts.rename(db, user_id, name)
            self._write(db)
        self._refresh()

    def set_roles(self, user_id: str, roles: Iterable[Role]) -> None:
        """Give a user these roles and no others. Raises UserUnknown, LastAdministrator."""
        with self._ledger.act("user.roles_set", user_id, Right.MANAGE_USERS) as db:
            accounts.set_roles(db, user_id, roles)
        self._refresh()

    def disable(self, user_id: str) -> None:
        """Take a user's key slots away. Their name stays with what they did. Raises UserUnknown, LastAdministrator."""
        with self._ledger.act("user.disabled", user_id, Right.MANAGE_USERS) as db:
            accounts.disable(db, user_id, at=self._ledger.now())
            self._write(db)

    def reset_passphrase(self, user_id: str, passphrase: str) -> None:
        """Give a user a new passphrase; they may unlock again, by nothing else: no one-time code, no keychain.

        Raises UserUnknown, PassphraseEmpty, StoreUnwritable.
        """
        self._ledger.require(Right.MANAGE_USERS)
        if not passphrase.strip():
            raise PassphraseEmpty
        with self._ledger.act("passphrase.reset", user_id, Right.MANAGE_USERS) as db:
            accounts.readmit(db, user_id)
            account = accounts.by_id(db, user_id)
            self._renew(db, self._slot(passphrase, holder=account.user.name, id_=user_id))

    def make_recovery_key(self) -> str:
        """A new recovery key for the clinic, to be printed and kept; an older one no longer opens.

        It is nowhere but in what is returned. Raises StoreUnwritable.
        """
        key = new_recovery_key()
        slot = Slot.sealed(
            self._unlocked.data_key,
            key,
            kind=Kind.RECOVERY,
            id_=RECOVERY,
            holder="recovery key",
            cost=self._unlocked.slot.cost,
        )
        with self._ledger.act("recovery_key.made", self.current.id, Right.MANAGE_USERS) as db:
            self._write(db, slot)
        return key

    def set_up_code(self, secret: bytes, totp: str) -> None:
        """Ask the present user for one-time codes from now on. `totp` shows that their authenticator has the secret.

        Raises CodeNeeded, CodeWrong.
        """
        with self._ledger.act("code.set_up", self.current.id, Right.KEEP_ACCOUNT) as db:
            state = checked_code(CodeState(secret, 0), totp, self._ledger.now())
            accounts.set_code(db, self.current.id, state)

    def drop_code(self, passphrase: str) -> None:
        """Ask the present user for no more one-time codes. Raises WrongPassphrase."""
        self._open_own(passphrase)
        with self._ledger.act("code.dropped", self.current.id, Right.KEEP_ACCOUNT) as db:
            accounts.set_code(db, self.current.id, None)

    def _open_own(self, passphrase: str) -> None:
        """Raise WrongPassphrase unless it opens the present user's slot of this very store."""
        found = self._home.key_slots().unlock(passphrase, self.current.id)
        if not hmac.compare_digest(found.data_key, self._unlocked.data_key):
            raise WrongPassphrase

    def _slot(self, passphrase: str, *, holder: str, id_: str = "") -> Slot:
        key, cost = self._unlocked.data_key, self._unlocked.slot.cost
        return Slot.for_passphrase(key, passphrase, id_=id_, holder=holder, cost=cost)

    def _write(self, db: Database, slot: Slot | None = None) -> None:
        slots: KeySlots = self._home.key_slots()
        write_slots(db, self._home, slots if slot is None else slots.having(slot))

    def _renew(self, db: Database, slot: Slot) -> None:
        """Let the slot be the only way in of its user."""
        write_slots(db, self._home, self._home.key_slots().renewed(slot))

    def _refresh(self) -> None:
        """Take over what was changed about the present user."""
        with self._ledger.session.read() as db:
            self._ledger.user = accounts.by_id(db, self.current.id).user
