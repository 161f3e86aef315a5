"""A user's choice to let their computer's keychain open the store, besides their passphrase.

Owns the slot that a secret in the keychain opens: made when the user asks for it and shows their passphrase again,
taken away when they, or whoever renews or ends their access, say so. How the keychain is spoken to is `keychain`'s.
"""

from __future__ import annotations

from ehr.chart.people import Right
from ehr.store import keychain
from ehr.store.admission import write_slots
from ehr.store.home import Home
from ehr.store.keys import KeySlots, Kind, Slot, Unlocked
from ehr.store.ledger import Ledger
from ehr.store.signatures import Verify


class OwnKeychain:
    """Reached as `store.keychain`."""

    def __init__(self, ledger: Ledger, home: Home, unlocked: Unlocked, verify: Verify) -> None:
        self._ledger = ledger
        self._home = home
        self._unlocked = unlocked
        self._verify = verify

    @property
    def chosen(self) -> bool:
        """Whether a keychain opens the store for the present user."""
        return bool(self._slots_of_mine(self._home.key_slots()))

    def users(self) -> frozenset[str]:
        """The ids of the users for whom a keychain opens the store."""
        return frozenset(slot.id for slot in self._home.key_slots().of(Kind.KEYCHAIN))

    def choose(self, passphrase: str, totp: str = "") -> None:
        """Let this computer's keychain open the store for the present user, and no other computer's any more.

        The passphrase opens it as before, and signs. Raises WrongPassphrase, CodeNeeded, CodeWrong, TooSoon,
        KeychainUnavailable, StoreUnwritable; then it is as it was.
        """
        me = self._verify(passphrase, totp)
        secret = keychain.new_secret()
        slot = Slot.sealed(
            self._unlocked.data_key,
            secret,
            kind=Kind.KEYCHAIN,
            id_=me.id,
            holder=me.name,
            cost=self._unlocked.slot.cost,
        )
        keychain.keep(keychain.name_of(slot), secret)
        try:
            with self._ledger.act("keychain.chosen", me.id, Right.KEEP_ACCOUNT) as db:
                slots = self._home.key_slots()
                write_slots(db, self._home, slots.having(slot))
        except BaseException:
            keychain.forget(keychain.name_of(slot))
            raise
        for older in self._slots_of_mine(slots):
            keychain.forget(keychain.name_of(older))

    def drop(self) -> None:
        """Let no keychain open the store for the present user any more. Raises StoreUnwritable."""
        self._ledger.require(Right.KEEP_ACCOUNT)
        slots = self._home.key_slots()
        mine = self._slots_of_mine(slots)
        if not mine:
            return
        with self._ledger.act("keychain.dropped", self._ledger.user.id, Right.KEEP_ACCOUNT) as db:
            write_slots(db, self._home, slots.only(lambda slot: slot not in mine))
        for slot in mine:
            keychain.forget(keychain.name_of(slot))

    def _slots_of_mine(self, slots: KeySlots) -> tuple[Slot, ...]:
        return slots.of(Kind.KEYCHAIN, self._ledger.user.id)
