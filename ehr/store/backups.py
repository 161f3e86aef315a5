"""Backups: made while the chart is in use, verified before they count.

Owns the folder of the backups. One backup is a folder of its own (`chart-TIME`) with the database, the key slots and a
manifest; the sound of finished recordings lies beside them in `sound`, written once and shared by every backup. Nothing
in it is readable without a passphrase or recovery key of the store. A backup takes its name only after its chart was
restored to a scratch folder and its counts, hashes and audit log were compared.

`backups.json` in the data folder remembers the place and the last verified backup, so that the program can remind.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ehr.chart.people import Right
from ehr.store.audit import AuditLog
from ehr.store.codec import time_to_text
from ehr.store.copies import copy_database, copy_file, counted, damage, opened_copy, sha256
from ehr.store.errors import BackupDamaged, BackupDue, BackupInside, BackupUnwritable, StoreDamaged, StoreFull
from ehr.store.files import make_private_folder, sync_folder, write_atomically
from ehr.store.head import compared, head_of
from ehr.store.home import Home, database_key, disk_faults
from ehr.store.keys import Unlocked
from ehr.store.ledger import Ledger
from ehr.store.manifest import Manifest, StoredFile
from ehr.store.migrations import applied
from ehr.store.recordings import SUFFIX
from ehr.store.sqlcipher import Database

PREFIX = "chart-"
SOUND = "sound"
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The newest backup that was verified, and where backups are kept."""

    place: Path
    name: str
    verified_at: datetime


def last_backup(home: Path) -> LastBackup | None:
    """The last verified backup of the store in `home`, None where there was none. Needs no key."""
    try:
        said = json.loads((home / "backups.json").read_bytes())
        return LastBackup(Path(said["place"]), said["name"], datetime.fromisoformat(said["verified_at"]))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def overdue(home: Path, days: int, now: datetime) -> BackupDue | None:
    """The reminder of a backup where the last verified one is older than `days` or never was; never for 0 days."""
    last = last_backup(home)
    if days == 0 or (last is not None and (now - last.verified_at).days <= days):
        return None
    return BackupDue() if last is None else BackupDue.after((now - last.verified_at).days)


def backups_in(place: Path) -> list[Path]:
    """The folders of the backups in `place`, newest first."""
    if not place.is_dir():
        return []
    return sorted((path for path in place.glob(f"{PREFIX}*") if path.is_dir()), reverse=True)


class Backups:
    """Making and verifying backups of an open store. Reached as `store.backups`; any thread may call it."""

    def __init__(self, ledger: Ledger, home: Home, unlocked: Unlocked) -> None:
        self._ledger = ledger
        self._home = home
        self._unlocked = unlocked

    @property
    def last(self) -> LastBackup | None:
        """The last backup that was verified."""
        return last_backup(self._home.folder)

    def overdue(self, days: int) -> BackupDue | None:
        """As the function of this name; None also where nothing was dictated yet. Raises NotAllowed."""
        with self._ledger.reading(Right.BACK_UP) as db:
            anything = db.execute("SELECT 1 FROM encounter LIMIT 1").fetchone()
        return overdue(self._home.folder, days, self._ledger.now()) if anything else None

    def make(self, place: Path, progress: Progress = lambda _: None) -> Manifest:
        """Add a backup to the folder `place`, which is made where it is missing, and verify it.

        `progress` gets the fraction done. Raises NotAllowed, BackupInside, BackupUnwritable, BackupDamaged where the
        copy does not verify, StoreDamaged where the chart does not; then `place` holds the backups it held before.
        StoreFull, StoreUnwritable where the chart cannot note it: the backup is there, and counts once it is verified.
        """
        self._ledger.require(Right.BACK_UP)
        if place.absolute().is_relative_to(self._home.folder.absolute()):
            raise BackupInside
        with _place_faults():
            made_at = self._ledger.now()
            folder = _named(place, made_at)
            staging = place / f".{folder.name}.part"
            for left in place.glob(f".{PREFIX}*.part"):
                shutil.rmtree(left)
            for part in (place / SOUND, staging):
                make_private_folder(part)
            try:
                manifest = self._fill(place, staging, folder.name, made_at, progress)
                verify(staging, self._unlocked, lambda part: progress(0.5 + part / 2))
                staging.rename(folder)
                sync_folder(place)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
        self._note("backup.made", manifest, place)
        return manifest

    def verify(self, folder: Path, progress: Progress = lambda _: None) -> Manifest:
        """Compare a backup with what its manifest says, again. Raises NotAllowed, BackupDamaged."""
        self._ledger.require(Right.BACK_UP)
        with _place_faults():
            manifest = verify(folder, self._unlocked, progress)
        if self.last is None or manifest.name >= self.last.name:
            self._note("backup.verified", manifest, folder.parent)
        return manifest

    def compared(self, manifest: Manifest) -> list[str]:
        """What of this store's audit log is not as it was when the backup was made, one sentence each.

        Rows that were cut off its end show here, and so does a store that was set back. Raises NotAllowed.
        """
        with self._ledger.reading(Right.BACK_UP) as db:
            return compared(db, manifest.head)

    def _note(self, action: str, manifest: Manifest, place: Path) -> None:
        with self._ledger.act(action, manifest.name, Right.BACK_UP):
            said = {
                "place": str(place.absolute()),
                "name": manifest.name,
                "verified_at": time_to_text(self._ledger.now()),
            }
            with disk_faults():
                write_atomically(self._home.folder / "backups.json", json.dumps(said, indent=1).encode())

    def _fill(self, place: Path, staging: Path, name: str, made_at: datetime, progress: Progress) -> Manifest:
        key = database_key(self._unlocked)
        copy_database(self._home.chart, key, staging / self._home.chart.name)
        copy_file(self._home.keyslots, staging / self._home.keyslots.name)
        with _verifying(staging / self._home.chart.name, key) as db:
            sounds = db.execute("SELECT id, key, samples FROM recording WHERE key IS NOT NULL ORDER BY id").fetchall()
            counts, steps = counted(db), tuple(sorted(applied(db)))
            head = head_of(db)
        files, unheard = [], []
        for done, (id_, sound_key, samples) in enumerate(sounds):
            progress(done / len(sounds) / 2)
            # A finished recording never changes, so one copy serves every backup; a growing one is this backup's own.
            where = place / SOUND / f"{id_}-{samples}{SUFFIX}" if samples is not None else staging / f"{id_}{SUFFIX}"
            if _kept_sound(self._home.recordings / f"{id_}{SUFFIX}", sound_key, where):
                kept = f"{SOUND}/{where.name}" if samples is not None else f"{name}/{where.name}"
                files.append(_described(where, kept, f"{self._home.recordings.name}/{id_}{SUFFIX}"))
            else:
                unheard.append(id_)
        whole = (self._home.chart.name, self._home.keyslots.name)
        files += [_described(staging / file, f"{name}/{file}", file) for file in whole]
        manifest = Manifest(name, made_at, steps, counts, head, tuple(files), tuple(unheard))
        manifest.write(staging, self._unlocked)
        return manifest


def _named(place: Path, made_at: datetime) -> Path:
    """The folder of a backup of this moment; of two within a second, the later takes the next one."""
    while (folder := place / f"{PREFIX}{made_at:%Y%m%dT%H%M%S}Z").exists():
        made_at += timedelta(seconds=1)
    return folder


def verify(folder: Path, unlocked: Unlocked, progress: Progress = lambda _: None) -> Manifest:
    """Restore the backup's chart to a scratch folder beside it and compare everything with its manifest.

    Files are read to their end and hashed, tables counted, the audit log followed to its head, and every sound opened
    with the key that the restored chart has for it. Raises BackupDamaged, OSError.
    """
    manifest = Manifest.read(folder, unlocked)
    scratch = folder.parent / f".{folder.name.strip('.')}.verify"
    shutil.rmtree(scratch, ignore_errors=True)
    make_private_folder(scratch)
    try:
        for done, file in enumerate(manifest.files):
            progress(done / len(manifest.files))
            check_file(stored(folder, file), file)
        copy_file(folder / "chart.db", scratch / "chart.db")
        _compare(scratch / "chart.db", folder, manifest, unlocked)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def stored(folder: Path, file: StoredFile) -> Path:
    """Where a file of the backup in `folder` lies; a backup that is still being made has another name yet."""
    first, _, rest = file.path.partition("/")
    return folder.parent / file.path if first == SOUND else folder / rest


def check_file(path: Path, file: StoredFile) -> None:
    """Compare a file with what the manifest says of it. Raises BackupDamaged."""
    if not path.is_file() or path.stat().st_size != file.size or sha256(path) != file.sha256:
        raise BackupDamaged


def _compare(chart: Path, folder: Path, manifest: Manifest, unlocked: Unlocked) -> None:
    with _verifying(chart, database_key(unlocked)) as db:
        whole = (
            not damage(db)
            and counted(db) == manifest.counts
            and head_of(db) == manifest.head
            and AuditLog(unlocked.derive("audit"), "").first_broken(db) is None
        )
        keys = dict(db.execute("SELECT id, key FROM recording WHERE key IS NOT NULL").fetchall())
    sounds = {Path(file.goes_to).stem: file for file in manifest.files if file.goes_to.endswith(SUFFIX)}
    if not whole or keys.keys() - sounds.keys() != set(manifest.unheard):
        raise BackupDamaged
    for id_, file in sounds.items():
        with _verifying(stored(folder, file), keys[id_]) as sound:
            sound.execute("SELECT count(*) FROM sqlite_master").fetchone()


@contextmanager
def _verifying(path: Path, key: bytes) -> Iterator[Database]:
    """A database of the backup; what is wrong with it is the backup's fault, not the chart's."""
    try:
        with opened_copy(path, key) as db:
            yield db
    except StoreDamaged as error:
        raise BackupDamaged from error


def _kept_sound(source: Path, key: bytes, target: Path) -> bool:
    """Have a recording's sound in the backup; False where there is none that can be read."""
    if target.exists():
        return True
    try:
        if source.exists():
            copy_database(source, key, target)
        return source.exists()
    except StoreDamaged:
        return False


def _described(path: Path, kept: str, goes_to: str) -> StoredFile:
    return StoredFile(kept, goes_to, path.stat().st_size, sha256(path))


@contextmanager
def _place_faults() -> Iterator[None]:
    """What the disk of the backups says, as one error: the chart itself is not touched by it."""
    try:
        yield
    except (OSError, StoreFull) as error:
        raise BackupUnwritable from error
