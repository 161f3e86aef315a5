# ruff: noqa: S608  (table names are the schema's own)
"""A damaged store made whole again, as far as that goes, and what is missing named.

Owns the road back from damage: the damaged files are copied before they are read and moved aside at the end, never
erased; the newest backup that verifies is the ground, and every row that can still be read from the damaged chart lies
over it. What a lost page held is replaced by nothing invented: a dictation without its patient is kept under a patient
called Unknown. The report names ids and times, never patient text.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ehr.store.audit import AuditLog, rows
from ehr.store.backups import backups_in, last_backup, stored, verify
from ehr.store.copies import copy_file
from ehr.store.errors import BackupDamaged, KeyFileDamaged, NothingToSalvage
from ehr.store.files import make_private_file, make_private_folder, write_atomically
from ehr.store.home import Home, database_key, disk_faults
from ehr.store.keys import Unlocked
from ehr.store.ledger import utc_now
from ehr.store.manifest import Manifest
from ehr.store.migrations import migrate
from ehr.store.recordings import SUFFIX
from ehr.store.restoring import unlocked_by
from ehr.store.session import Session
from ehr.store.sqlcipher import Database, Table
from ehr.store.triggers import derived_tables, ensure_triggers, keep_indexing_only
from ehr.store.wreck import Values, Wreck, merged


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came of it. `recovered` counts rows by table, `from_backup` those of them that only the backup had.

    `torn` are the tables of which the damaged chart could not be read to the end; `orphans` the dictations whose own
    row or patient is lost, with the time that is known of them; `silent` the recordings whose key is lost; `log_gap`
    the rows missing from the audit log; `dropped` the rows that belong to nothing any more.
    """

    aside: Path
    backup: str | None = None
    recovered: dict[str, int] = field(default_factory=dict)
    from_backup: dict[str, int] = field(default_factory=dict)
    torn: tuple[str, ...] = ()
    orphans: tuple[tuple[str, str], ...] = ()
    silent: tuple[str, ...] = ()
    log_gap: int = 0
    dropped: int = 0

    def lines(self) -> list[str]:
        """The report, a sentence each. No patient text."""
        said = [f"The damaged files are in {self.aside.name}, as they were."]
        said.append(f"The ground is the backup {self.backup}." if self.backup else "No backup that verifies was found.")
        if self.torn:
            said.append(f"Not read to the end: {', '.join(self.torn)}.")
        else:
            said.append("Every row of the damaged chart could be read.")
        if self.from_backup:
            said.append(f"From the backup alone, as of its day: {_counts(self.from_backup)}.")
        said.append(f"Recovered: {_counts(self.recovered)}.")
        said += [f"Dictation {id_} of {at} has lost its patient or its own row." for id_, at in self.orphans]
        said += [f"Recording {id_} cannot be heard: its key is lost." for id_ in self.silent]
        if self.log_gap:
            said.append(f"{self.log_gap} rows of the audit log are lost; the gap is marked in it.")
        if self.dropped:
            said.append(f"{self.dropped} rows belonged to nothing that could be found and were left out.")
        return said


def salvage(home: Path, secret: str, backups: Path | None = None) -> Salvaged:
    """Rebuild the store in `home` from its newest verified backup and what the damaged chart still holds.

    `secret` is a passphrase or the recovery key; `backups` the folder of the backups, by default the one that was used
    last. Raises WrongPassphrase, StoreInUse, StoreFull, StoreUnwritable, and NothingToSalvage where neither a backup
    nor a row can be read; then `home` is as it was.
    """
    place = Home(home)
    with disk_faults(), place.lock():
        place.settle()
        folders = backups_in(backups or _usual_place(home))
        unlocked, keyslots = _unlocked([place.keyslots, *(folder / place.keyslots.name for folder in folders)], secret)
        folder, manifest = _newest(folders, unlocked)
        scratch = home / "salvaging"
        shutil.rmtree(scratch, ignore_errors=True)
        make_private_folder(scratch)
        staging = place.staging()
        try:
            for name in ("chart.db", "chart.db-wal"):
                if (home / name).exists():
                    copy_file(home / name, scratch / name)
            if folder is not None:
                copy_file(folder / "chart.db", scratch / "backup.db")
            found = _rebuild(scratch, staging / place.chart.name, unlocked, place.recordings)
            copy_file(keyslots, staging / place.keyslots.name)
            _bring_sound(folder, manifest, home)
            aside = f"damaged-{utc_now():%Y%m%dT%H%M%SZ}"
            report = replace(found, aside=home / aside, backup=manifest.name if manifest else None)
            place.adopt(aside)
            write_atomically(home / aside / "salvage.txt", "\n".join([*report.lines(), ""]).encode())
            return report
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _usual_place(home: Path) -> Path:
    last = last_backup(home)
    return last.place if last is not None else home / "no backups"


def _unlocked(keyslots: list[Path], secret: str) -> tuple[Unlocked, Path]:
    """The data key by the first key file that is whole. Raises WrongPassphrase, KeyFileDamaged where none is."""
    for path in keyslots:
        try:
            return unlocked_by(path, secret), path
        except BackupDamaged:
            continue
    raise KeyFileDamaged


def _newest(folders: list[Path], unlocked: Unlocked) -> tuple[Path, Manifest] | tuple[None, None]:
    """The newest backup that verifies."""
    for folder in folders:
        try:
            return folder, verify(folder, unlocked)
        except (BackupDamaged, OSError):
            continue
    return None, None


def _bring_sound(folder: Path | None, manifest: Manifest | None, home: Path) -> None:
    """Copy from the backup the recordings that are no longer there."""
    for file in manifest.files if folder is not None and manifest is not None else ():
        if folder is not None and file.goes_to.endswith(SUFFIX) and not (home / file.goes_to).exists():
            copy_file(stored(folder, file), home / file.goes_to)


def _rebuild(scratch: Path, target: Path, unlocked: Unlocked, recordings: Path) -> Salvaged:
    """A new chart at `target` from the wreck and the backup in `scratch`."""
    key = database_key(unlocked)
    backup = _migrated(scratch / "backup.db", key) if (scratch / "backup.db").exists() else None
    wreck = Wreck(scratch / "chart.db", key) if (scratch / "chart.db").exists() else None
    make_private_file(target)
    session = Session(target, key)
    try:
        with session.transaction() as db:
            migrate(db)
        with session.read() as db:
            db.execute("PRAGMA foreign_keys = OFF")
        with session.transaction() as db:
            keep_indexing_only(db)
            found = _poured(db, backup, wreck)
            if not any(found.recovered.values()):
                raise NothingToSalvage
            found = replace(found, orphans=tuple(_adopt_orphans(db)), dropped=_drop_strays(db))
            _index_anew(db)
            ensure_triggers(db)
            log = AuditLog(unlocked.derive("audit"), unlocked.slot.holder)
            gap = _bridge(db, log)
            log.append(db, "store.salvaged", "store", at=utc_now())
            keys = {id_ for (id_,) in db.execute("SELECT id FROM recording WHERE key IS NOT NULL")}
        silent = tuple(sorted(path.stem for path in recordings.glob(f"*{SUFFIX}") if path.stem not in keys))
        return replace(found, silent=silent, log_gap=gap)
    finally:
        session.close()
        for each in (backup, wreck):
            if each is not None:
                each.close()


def _migrated(path: Path, key: bytes) -> Session:
    session = Session(path, key)
    with session.transaction() as db:
        migrate(db)
    return session


def _poured(db: Database, backup: Session | None, wreck: Wreck | None) -> Salvaged:
    """Every table from both."""
    skipped = derived_tables(db)
    names = [name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite")) and name not in skipped]
    torn, recovered, from_backup = [], {}, {}
    for table in sorted(names):
        columns = tuple(column.name for column in db.table(table).columns)
        theirs, complete = _from_wreck(wreck, db.table(table))
        if not complete:
            torn.append(table)
        key = [at for at, column in enumerate(db.table(table).columns) if column.is_pk]
        found, old = merged(_from_backup(backup, table, columns), theirs, complete=complete, key=key)
        marks = ", ".join("?" * len(columns))
        for row in found:
            db.execute(f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})', list(row))
        if found:
            recovered[table] = len(found)
        if old:
            from_backup[table] = old
    return Salvaged(Path(), recovered=recovered, from_backup=from_backup, torn=tuple(torn))


def _from_wreck(wreck: Wreck | None, table: Table) -> tuple[list[Values], bool]:
    """Rows of the wreck in the present columns' order; what an older schema has no column for gets its default."""
    columns, defaults = [column.name for column in table.columns], table.default_values
    there = set(wreck.columns(table.name)) if wreck is not None else set()
    if wreck is None or not there.intersection(columns):
        return [], False
    read = [column for column in columns if column in there]
    found, complete = wreck.rows(table.name, read, numbered="WITHOUT ROWID" not in table.schema)
    if len(read) == len(columns):
        return found, complete
    named = (dict(zip(read, row, strict=True)) for row in found)
    return [tuple(row.get(column, defaults.get(column)) for column in columns) for row in named], complete


def _from_backup(backup: Session | None, table: str, columns: tuple[str, ...]) -> Iterator[Values]:
    if backup is not None:
        wanted = ", ".join(f'"{column}"' for column in columns)
        with backup.read() as db:
            yield from (tuple(row) for row in db.execute(f'SELECT {wanted} FROM "{table}"').fetchall())


def _adopt_orphans(db: Database) -> Iterator[tuple[str, str]]:
    """Give what lost its parent a placeholder: nothing that can be read is hidden for want of what cannot."""
    unknown = "SELECT DISTINCT encounter_id FROM note_version WHERE encounter_id NOT IN (SELECT id FROM encounter)"
    for (id_,) in db.execute(unknown).fetchall():
        (at,) = db.execute("SELECT min(written_at) FROM note_version WHERE encounter_id = ?", (id_,)).fetchone()
        columns = {"id": id_, "patient_id": f"unknown-{id_}", "started_at": at, "title": "", "status": "draft"}
        db.table("encounter").insert(columns)
    lost = "SELECT id, patient_id, started_at FROM encounter WHERE patient_id NOT IN (SELECT id FROM patient)"
    named: set[str] = set()
    for id_, patient_id, at in db.execute(lost).fetchall():
        if patient_id not in named:
            named.add(patient_id)
            who = {"mrn": f"UNKNOWN-{id_[:8]}", "family_name": "Unknown", "given_name": "", "gender": "unknown"}
            db.table("patient").insert({"id": patient_id, **who, "search_key": f" unknown {who['mrn'].lower()}"})
        yield id_, at
    missing = """SELECT DISTINCT recording_id, started_at FROM encounter
        WHERE recording_id IS NOT NULL AND recording_id NOT IN (SELECT id FROM recording) GROUP BY recording_id"""
    for id_, at in db.execute(missing).fetchall():
        db.table("recording").insert({"id": id_, "key": None, "device": "", "started_at": at, "samples": None})


def _drop_strays(db: Database) -> int:
    """Leave out the rows whose parent is lost and cannot be stood in for."""
    dropped = 0
    while found := {(row[0], row[1]) for row in db.execute("PRAGMA foreign_key_check").fetchall()}:
        for table, rowid in found:
            db.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))
        dropped += len(found)
    return dropped


def _index_anew(db: Database) -> None:
    """Let the triggers see every row again that they index, now that each has its parent."""
    db.execute("DELETE FROM document")
    for table in ("encounter", "note_version", "entry"):
        db.execute(f"CREATE TEMP TABLE again AS SELECT * FROM {table} ORDER BY rowid")
        db.execute(f"DELETE FROM {table}")
        db.execute(f"INSERT INTO {table} SELECT * FROM again")
        db.execute("DROP TABLE again")


def _bridge(db: Database, log: AuditLog) -> int:
    """Mark each gap of the audit log, so that the chain goes on behind it; returns how many rows are missing."""
    anchored = set(db.execute("SELECT seq, after FROM audit_anchor").fetchall())
    last, missing = 0, 0
    for row in list(rows(db)):
        if row.seq != last + 1 and (row.seq, last) not in anchored:
            log.anchor(db, row.seq, "lost", after=last)
            missing += row.seq - last - 1
        last = row.seq
    return missing


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{count} {table}" for table, count in found.items())
