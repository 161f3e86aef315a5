"""Who may come in: a key slot that opens, a user whom the store knows, and their one-time code.

Owns the order of the three and that no failure goes unnoticed. Roles come from the encrypted store by the slot's id,
which is bound into the slot's wrapping: editing `keyslots.json` raises nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ehr.chart.people import Role, User
from ehr.store import accounts, keychain, onetime
from ehr.store.accounts import CodeState, name_key
from ehr.store.attempts import Attempts
from ehr.store.audit import AuditLog
from ehr.store.codec import time_to_text
from ehr.store.errors import (
    CodeNeeded,
    CodeWrong,
    KeychainRefused,
    KeyFileDamaged,
    UserUnknown,
    WrongPassphrase,
)
from ehr.store.home import Home, disk_faults
from ehr.store.keys import KeySlots, Kind, Slot, Unlocked
from ehr.store.recovery import normal
from ehr.store.session import Session
from ehr.store.sqlcipher import Database

NOBODY = "not unlocked"
"""The actor of an audit row for what was tried while the store was closed."""

RECOVERY = "recovery"
"""Whom a failed attempt with a recovery key claims to be."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """An open store and its user."""

    unlocked: Unlocked
    session: Session
    user: User


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person brings: `user` is their id or name, None where the secret alone tells.

    Who brings no secret has it in this computer's keychain.
    """

    secret: str | None
    user: str | None = None
    totp: str = ""

    @property
    def kind(self) -> Kind:
        """Of which kind the slot is that this opens."""
        return Kind.KEYCHAIN if self.secret is None else Kind.PASSPHRASE


def admit(home: Home, brought: Credentials, now: Callable[[], datetime]) -> Admitted:
    """Open the store for whoever brings this. Raises what `Store.open` names; a failure is kept for the audit log."""
    slots = home.key_slots()
    claimed = _claimed(slots, brought)
    attempts, told = Attempts(home.failed_unlocks), _told(brought.kind, claimed)
    with disk_faults():
        attempts.refuse_too_soon(told, now)
    try:
        unlocked = _unlocked(home, slots, brought, claimed)
        session = home.open_session(unlocked)
        try:
            with session.transaction() as db:
                user = _user_of(db, slots, unlocked.slot)
                if (state := accounts.code_state(db, user.id)) is not None:
                    accounts.set_code(db, user.id, checked_code(state, brought.totp, now()))
                _move_failures(db, attempts, unlocked)
                AuditLog(unlocked.derive("audit"), user.name).append(
                    db, f"unlock.by_{unlocked.slot.kind}", user.id, at=now()
                )
            with disk_faults():
                attempts.clear()
        except BaseException:
            session.close()
            raise
    except (WrongPassphrase, CodeWrong, KeychainRefused):
        with disk_faults():
            attempts.add(told, now=now())
        raise
    return Admitted(unlocked, session, user)


def recover(home: Home, typed: str, user: str | None, passphrase: str, now: Callable[[], datetime]) -> User:
    """Give a user a new passphrase by the recovery key; they may unlock again, without a one-time code.

    Raises RecoveryKeyMistyped, WrongPassphrase where it is another store's key, UserUnknown, PassphraseEmpty, TooSoon.
    """
    slots, key = home.key_slots(), normal(typed)
    attempts = Attempts(home.failed_unlocks)
    with disk_faults():
        attempts.refuse_too_soon(RECOVERY, now)
    try:
        unlocked = home.unlock(slots, key, None, Kind.RECOVERY)
    except WrongPassphrase:
        with disk_faults():
            attempts.add(RECOVERY, now=now())
        raise WrongPassphrase(
            "The recovery key does not open this store.", "Check that it is this clinic's, and the newest one."
        ) from None
    session = home.open_session(unlocked)
    try:
        with session.transaction() as db:
            found = accounts.named(accounts.all_accounts(db), user)
            accounts.readmit(db, found.id)
            audit = AuditLog(unlocked.derive("audit"), "recovery key")
            audit.append(db, "recovery.used", found.id, at=now())
            audit.append(db, "passphrase.reset", found.id, at=now())
            slot = Slot.for_passphrase(
                unlocked.data_key, passphrase, id_=found.id, holder=found.name, cost=unlocked.slot.cost
            )
            write_slots(db, home, slots.renewed(slot))
    finally:
        session.close()
    return found


def checked_code(state: CodeState, typed: str, at: datetime) -> CodeState:
    """The state after a good code. Raises CodeNeeded where none was typed, CodeWrong."""
    if not typed.strip():
        raise CodeNeeded
    step = onetime.accepted_step(state.secret, typed, at=at, after=state.step)
    if step is None:
        raise CodeWrong
    return CodeState(state.secret, step)


def write_slots(db: Database, home: Home, slots: KeySlots) -> None:
    """Write the key file with the slots of those who may unlock, under their present names, before `db` commits.

    Where the commit then fails, the file is at worst ahead of the store, whose users decide. Raises StoreFull,
    StoreUnwritable.
    """
    names = {each.user.id: each.user.name for each in accounts.all_accounts(db) if not each.disabled}
    kept = slots.only(lambda slot: slot.kind is Kind.RECOVERY or slot.id in names)
    with disk_faults():
        kept.named(names).write(home.keyslots)


def _claimed(slots: KeySlots, brought: Credentials) -> str | None:
    """The id of the user who is claimed. Raises UserUnknown where one is named who has no passphrase."""
    if brought.user is None:
        return None
    wanted = name_key(brought.user)
    found = [slot.id for slot in slots.of(Kind.PASSPHRASE) if wanted in (slot.id, name_key(slot.holder))]
    if not found:
        raise UserUnknown
    return found[0]


def _told(kind: Kind, claimed: str | None) -> str:
    """Whom a failed attempt claims to be, and by what, where that is not a passphrase."""
    return claimed or "" if kind is Kind.PASSPHRASE else f"{kind}/{claimed or ''}"


def _unlocked(home: Home, slots: KeySlots, brought: Credentials, claimed: str | None) -> Unlocked:
    """The data key. Raises WrongPassphrase, KeychainRefused, KeychainUnavailable, StoreDamaged."""
    if brought.secret is not None:
        return home.unlock(slots, brought.secret, claimed, Kind.PASSPHRASE)
    found = slots.of(Kind.KEYCHAIN, claimed)
    if len(found) != 1:
        raise KeychainRefused
    secret = keychain.kept(keychain.name_of(found[0]))
    if secret is None:
        raise KeychainRefused
    try:
        return home.unlock(slots, secret, found[0].id, Kind.KEYCHAIN)
    except WrongPassphrase:
        raise KeychainRefused from None


def _user_of(db: Database, slots: KeySlots, slot: Slot) -> User:
    """Whose slot it is. Raises UserUnknown for one that the store does not know or no longer lets in.

    A store from before there were users has one slot; who holds it becomes its first user, with every role.
    """
    if not accounts.all_accounts(db):
        if len(slots.of(Kind.PASSPHRASE)) != 1:
            raise KeyFileDamaged(
                "The key file is newer than the chart beside it.", "Put the keyslots.json of the same backup beside it."
            )
        accounts.insert(db, User(slot.id, slot.holder, frozenset(Role)))
    account = accounts.by_id(db, slot.id)
    if account.disabled:
        raise UserUnknown
    return account.user


def _move_failures(db: Database, attempts: Attempts, unlocked: Unlocked) -> None:
    """Put the failures into the audit log, each once: a crash before the file is cleared must not double them."""
    failures = attempts.failures()
    if not failures:
        return
    audit = AuditLog(unlocked.derive("audit"), NOBODY)
    there = set(db.execute("SELECT at, subject FROM audit WHERE action = 'unlock.failed'").fetchall())
    for failure in failures:
        if (time_to_text(failure.at), failure.claimed) not in there:
            audit.append(db, "unlock.failed", failure.claimed, at=failure.at)
