"""A backup becomes a store again: on this computer or another one.

Owns the way in: compared before anything is touched, staged beside the present files, and then put in their place by
steps that any later start finishes. What was there before is moved aside, never deleted.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ehr.chart.people import Right
from ehr.store import accounts
from ehr.store.audit import AuditLog
from ehr.store.backups import check_file, stored, verify
from ehr.store.copies import copy_file
from ehr.store.errors import (
    BackupDamaged,
    KeyFileDamaged,
    NotAllowed,
    RecoveryKeyMistyped,
    StoreExists,
    WrongPassphrase,
)
from ehr.store.files import make_private_folder
from ehr.store.home import Home, database_key, disk_faults
from ehr.store.keys import KeySlots, Kind, Unlocked
from ehr.store.ledger import utc_now
from ehr.store.manifest import Manifest
from ehr.store.recovery import normal
from ehr.store.session import Session


def restore(folder: Path, home: Path, secret: str, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Make the backup in `folder` the store of the data folder `home`; returns its manifest and what was moved aside.

    `secret` is a passphrase or recovery key that opened the store when the backup was made. Where `home` has a store,
    it is left alone and StoreExists raised, or with `replace` moved aside to a folder in `home`. Raises
    WrongPassphrase, BackupDamaged, StoreInUse, StoreFull, StoreUnwritable, and NotAllowed where a store would be
    replaced by someone who may not make backups; then `home` is as it was.
    """
    place = Home(home)
    with disk_faults():
        place.make_folder()
        with place.lock():
            place.settle()
            if place.has_store() and not replace:
                raise StoreExists
            unlocked = unlocked_by(folder / place.keyslots.name, secret)
            manifest = verify(folder, unlocked)
            staging = place.staging()
            for file in manifest.files:
                target = staging / file.goes_to
                make_private_folder(target.parent)
                copy_file(stored(folder, file), target)
                check_file(target, file)
            _sign_in(staging / place.chart.name, unlocked, manifest, replace=replace)
            return manifest, place.adopt(f"before-restore-{utc_now():%Y%m%dT%H%M%SZ}")


def unlocked_by(keyslots: Path, secret: str) -> Unlocked:
    """The data key of a backup, by a passphrase or the recovery key. Raises WrongPassphrase, BackupDamaged."""
    try:
        slots = KeySlots.read(keyslots)
    except KeyFileDamaged as error:
        raise BackupDamaged from error
    try:
        return slots.unlock(secret)
    except WrongPassphrase:
        with suppress(RecoveryKeyMistyped):
            return slots.unlock(normal(secret), kind=Kind.RECOVERY)
        raise


def _sign_in(chart: Path, unlocked: Unlocked, manifest: Manifest, *, replace: bool) -> None:
    """Say in the audit log where the chart came from. Raises NotAllowed where it would replace another unasked."""
    session = Session(chart, database_key(unlocked))
    try:
        with session.transaction() as db:
            if replace and "user" in db.table_names() and unlocked.slot.kind is not Kind.RECOVERY:
                account = accounts.by_id(db, unlocked.slot.id)
                if account.disabled or not account.user.may(Right.BACK_UP):
                    raise NotAllowed
            log = AuditLog(unlocked.derive("audit"), unlocked.slot.holder)
            log.append(db, "store.restored", manifest.name, at=utc_now())
    finally:
        session.close()
