"""Backups: whole, verified, readable by nobody without the passphrase, and a store again when restored."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_samples import PASSPHRASE, draft, index_agrees, maria, new_store, open_store, rows

from ehr.chart.people import Role, User
from ehr.store import backups as backups_module
from ehr.store import manifest as manifest_module
from ehr.store.backups import backups_in, last_backup, overdue
from ehr.store.errors import (
    BackupDamaged,
    BackupInside,
    BackupUnwritable,
    NotAllowed,
    StoreExists,
    WrongPassphrase,
)
from ehr.store.head import Head, head_of
from ehr.store.home import Home
from ehr.store.restoring import restore
from ehr.store.store import Store
from transcriber.journal import Journal

CANARY = "Zyxwanderlust"


def _record(store: Store, *, seconds: int = 2, finish: bool = True) -> str:
    recording = store.begin_recording(device="USB")
    with Journal.create(recording.path, recording.key, device="USB") as journal:
        journal.append_gap(16_000 * seconds)
        if finish:
            journal.seal()
    if finish:
        store.finish_recording(recording.id, samples=16_000 * seconds)
    return recording.id


def _fill(store: Store, *, count: int = 3) -> None:
    patient = store.patient_by_mrn("MRN-1") or store.add_patient(maria())
    for _ in range(count):
        encounter = store.add_encounter(patient, title=CANARY, recording_id=_record(store))
        store.save_draft(encounter.id, draft(f"{CANARY} denies chest pain. Metformin 1.10 mg twice daily."))


@pytest.fixture
def store(tmp_path: Path):
    """An open store with three heard drafts."""
    with new_store(tmp_path / "home") as made:
        _fill(made)
        yield made


def _without_log(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {name: found for name, found in rows(store).items() if name not in {"audit", "sqlite_sequence"}}


def test_a_backup_restored_elsewhere_is_the_same_store(store, tmp_path):
    """On another computer, with the passphrase: every row, every sound, the search and the log's chain."""
    manifest = store.backups.make(tmp_path / "usb")
    before = _without_log(store)
    sounds = {path.name: path for path in store.recordings_folder.glob("*.journal")}
    shutil.move(tmp_path / "usb", tmp_path / "carried")

    restored, aside = restore(backups_in(tmp_path / "carried")[0], tmp_path / "other", PASSPHRASE)

    assert (restored, aside) == (manifest, None)
    with open_store(tmp_path / "other") as other:
        assert _without_log(other) == before
        assert other.check() == []
        assert index_agrees(other)
        for id_ in (path.stem for path in sounds.values()):
            recording = other.recording(id_)
            with Journal.open(recording.path, recording.key) as journal:
                assert (journal.duration, journal.sealed) == (2.0, True)


def test_nothing_of_a_backup_is_readable(store, tmp_path):
    """No patient text, no key: not in the files, not in the manifest, not in the files' names."""
    store.backups.make(tmp_path / "usb")
    with store._session.read() as db:
        keys = [row[0] for row in db.execute("SELECT key FROM recording")]
    secrets = [CANARY.encode(), b"Okafor", b"metformin", PASSPHRASE.encode(), store._unlocked.data_key, *keys]
    files = [path for path in (tmp_path / "usb").rglob("*") if path.is_file()]

    assert len(files) == 6
    for path in files:
        assert not any(secret.lower() in path.read_bytes().lower() for secret in secrets)
        assert path.stat().st_mode & 0o077 == 0


def test_the_sound_is_written_once(store, tmp_path):
    """A second backup copies only what is new; both restore."""
    store.backups.make(tmp_path / "usb")
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "usb" / "sound").iterdir()}
    _fill(store, count=1)
    store.backups.make(tmp_path / "usb")

    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "usb" / "sound").iterdir()}
    assert len(after) == 4
    assert {path: after[path] for path in written} == written
    newest, oldest = backups_in(tmp_path / "usb")
    for number, folder in ((4, newest), (3, oldest)):
        restore(folder, tmp_path / f"from-{folder.name}", PASSPHRASE)
        with open_store(tmp_path / f"from-{folder.name}") as other:
            assert len(other.encounters()) == number


def test_a_recording_that_still_runs_is_taken_as_it_is(store, tmp_path):
    """Its sound so far is in the backup, and the recorder goes on undisturbed."""
    recording = store.begin_recording(device="USB")
    with Journal.create(recording.path, recording.key, device="USB") as journal:
        journal.append_gap(16_000)
        manifest = store.backups.make(tmp_path / "usb")
        journal.append_gap(16_000)
        assert journal.duration == 2.0

    restore(tmp_path / "usb" / manifest.name, tmp_path / "other", PASSPHRASE)
    with open_store(tmp_path / "other") as other:
        kept = other.recording(recording.id)
        with Journal.open(kept.path, kept.key) as copy:
            assert (copy.duration, copy.sealed) == (1.0, False)


def test_a_backup_is_one_moment_of_a_store_in_use(store, tmp_path):
    """While another thread writes drafts without pause, no backup holds half an act."""
    patient, stop = store.patients()[0], threading.Event()

    def write() -> None:
        while not stop.is_set():
            store.save_draft(store.add_encounter(patient).id, draft())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifests = [store.backups.make(tmp_path / "usb") for _ in range(4)]
    finally:
        stop.set()
        writer.join()

    assert manifests[-1].counts["encounter"] > manifests[0].counts["encounter"]
    for manifest in manifests:
        counts = manifest.counts
        assert counts["entry"] == 2 * counts["note_version"] == 2 * counts["transcript"]
        assert counts["encounter"] - counts["note_version"] in {0, 1}


def test_sound_that_is_missing_is_named_and_stops_nothing(store, tmp_path):
    """A lost or damaged journal is listed by its recording's id; everything else is saved."""
    lost, broken, _ = sorted(store.recordings_folder.glob("*.journal"))
    lost.unlink()
    broken.write_bytes(b"x" * 8192)

    manifest = store.backups.make(tmp_path / "usb")

    assert set(manifest.unheard) == {lost.stem, broken.stem}
    assert restore(tmp_path / "usb" / manifest.name, tmp_path / "other", PASSPHRASE)[0] == manifest


_HARM = {
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-4096]),
    "emptied": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("harm", _HARM)
@pytest.mark.parametrize("file", ["chart.db", "keyslots.json", "manifest.json", "sound"])
def test_a_spoilt_backup_is_refused(store, tmp_path, file, harm):
    """Whatever happened to whichever file: verifying and restoring say so, and the target stays without a store."""
    folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name
    path = folder / file if file != "sound" else next((tmp_path / "usb" / "sound").iterdir())
    _HARM[harm](path)

    with pytest.raises(BackupDamaged):
        store.backups.verify(folder)
    with pytest.raises((BackupDamaged, WrongPassphrase)):
        restore(folder, tmp_path / "other", PASSPHRASE)
    assert not Store.exists(tmp_path / "other")


def test_a_manifest_that_was_changed_is_refused(store, tmp_path):
    """Its seal needs the store's key: hashes cannot be made to fit other files."""
    folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name
    said = json.loads((folder / "manifest.json").read_text())
    said["counts"]["patient"] += 1
    (folder / "manifest.json").write_text(json.dumps(said))

    with pytest.raises(BackupDamaged):
        store.backups.verify(folder)


def test_a_backup_carries_the_audit_logs_head_by_name(store, tmp_path):
    """Number, MAC and time of the newest row stand in the manifest, for anything that reads a head."""
    with store._session.read() as db:
        head = head_of(db)
    folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name

    assert Head.noted_in(folder) == Head.noted_in(folder / "manifest.json") == head
    assert Head.noted_in(folder).at == head.at != ""
    assert store.trail.verify(Head.noted_in(folder)) == []


def test_a_log_that_was_cut_off_since_a_backup_shows_against_it(store, tmp_path):
    """Rows removed from the end, and a store that was set back to an older copy, are both told when a backup is
    compared; the chain by itself sees neither.
    """
    shutil.copytree(tmp_path / "home", tmp_path / "older")
    _fill(store, count=1)
    manifest = store.backups.make(tmp_path / "usb")
    assert store.backups.compared(manifest) == []
    with store._session.transaction() as db:
        db.execute("DROP TRIGGER audit_delete_refused")
        db.execute("DELETE FROM audit WHERE seq >= ?", (manifest.head.seq,))

    assert store.check() == []
    assert "Rows are missing" in store.backups.compared(manifest)[0]
    with open_store(tmp_path / "older") as older:
        assert older.check() == []
        assert "Rows are missing" in older.backups.compared(manifest)[0]


def test_a_backup_of_the_first_format_is_still_read(store, tmp_path):
    """Its head has no time; it verifies and restores as it did."""
    folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name
    said = json.loads((folder / "manifest.json").read_text())
    head = Head.parse(said.pop("head"))
    del said["seal"]
    old = {**said, "format": 1, "audit_seq": head.seq, "audit_mac": head.mac.hex()}
    sealed = {**old, "seal": manifest_module._seal(old, store._unlocked)}
    (folder / "manifest.json").write_text(json.dumps(sealed))

    assert store.backups.verify(folder).head == head
    assert restore(folder, tmp_path / "other", PASSPHRASE)[0].head.at == ""


def test_a_backup_that_does_not_verify_never_takes_its_name(store, tmp_path, monkeypatch):
    """Where the copy is not what was copied, there is an error and no backup."""
    real = backups_module.copy_database

    def spoiling(source, key, target):
        real(source, key, target)
        content = bytearray(target.read_bytes())
        content[len(content) // 2] ^= 1
        target.write_bytes(content)

    monkeypatch.setattr(backups_module, "copy_database", spoiling)
    with pytest.raises(BackupDamaged):
        store.backups.make(tmp_path / "usb")

    assert backups_in(tmp_path / "usb") == []
    assert store.backups.last is None


def test_the_last_verified_backup_is_remembered(store, tmp_path):
    """Without a key, for the reminder; the acts are in the audit log."""
    assert last_backup(tmp_path / "home") is None
    first = store.backups.make(tmp_path / "usb")
    second = store.backups.make(tmp_path / "usb")
    store.backups.verify(tmp_path / "usb" / first.name)

    last = last_backup(tmp_path / "home")
    assert last is not None
    assert (last.place, last.name) == (tmp_path / "usb", second.name)
    with store._session.read() as db:
        acts = [row[0] for row in db.execute("SELECT action FROM audit WHERE action LIKE 'backup.%'")]
    assert acts == ["backup.made", "backup.made"]


def test_two_backups_of_one_second_are_two(store, tmp_path):
    """The later one takes the name of the next second, and counts as the newer."""
    store._ledger.now = lambda: datetime(2026, 3, 1, 18, tzinfo=UTC)
    names = [store.backups.make(tmp_path / "usb").name for _ in range(2)]

    assert names == ["chart-20260301T180000Z", "chart-20260301T180001Z"]
    assert backups_in(tmp_path / "usb")[0].name == names[1]


@pytest.mark.parametrize(("age", "days", "said"), [(7, 7, ""), (8, 7, "8 days old"), (8, 0, ""), (15, 14, "15 days")])
def test_a_backup_is_due_once_the_last_one_is_too_old(store, tmp_path, age, days, said):
    """By the days that were set; 0 for never."""
    store.backups.make(tmp_path / "usb")
    now = store._ledger.now() + timedelta(days=age)

    due = overdue(tmp_path / "home", days, now)

    assert (said in due.sentence) if said else due is None


def test_an_empty_chart_needs_no_backup(tmp_path):
    """Before anything was dictated nobody is reminded; afterwards, that there never was one."""
    with new_store(tmp_path / "home") as store:
        assert store.backups.overdue(7) is None
        _fill(store, count=1)
        assert "no verified backup" in store.backups.overdue(7).sentence
        store.backups.make(tmp_path / "usb")
        assert store.backups.overdue(7) is None


def test_only_who_may_back_up_does(store, tmp_path):
    """A scribe's try leaves no trace on the disk."""
    store._ledger.user = User("u", "scribe", frozenset({Role.SCRIBE}))

    with pytest.raises(NotAllowed):
        store.backups.make(tmp_path / "usb")

    assert not (tmp_path / "usb").exists()


def test_bad_places_are_named(store, tmp_path):
    """Inside the data folder, in a file's place, or with no room: an error, and older backups as they were."""
    with pytest.raises(BackupInside):
        store.backups.make(tmp_path / "home" / "backups")
    (tmp_path / "file").write_text("x")
    with pytest.raises(BackupUnwritable):
        store.backups.make(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "x"


def test_a_wrong_passphrase_restores_nothing(store, tmp_path):
    """And says that it is the passphrase."""
    folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name

    with pytest.raises(WrongPassphrase):
        restore(folder, tmp_path / "other", "wrong")

    assert not Store.exists(tmp_path / "other")


def test_a_store_that_is_there_is_only_replaced_when_told_so(tmp_path):
    """Refused; told to replace, the old store is moved aside whole and can be opened from there."""
    with new_store(tmp_path / "home") as store:
        _fill(store, count=1)
        folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name
        _fill(store, count=1)
    with pytest.raises(StoreExists):
        restore(folder, tmp_path / "home", PASSPHRASE)

    _, aside = restore(folder, tmp_path / "home", PASSPHRASE, replace=True)

    with open_store(tmp_path / "home") as store:
        assert len(store.encounters()) == 1
        assert store.check() == []
    assert aside is not None
    with open_store(aside) as old:
        assert len(old.encounters()) == 2
        assert len(list(old.recordings_folder.iterdir())) == 2


class _Cut(Exception):
    """The process ends here."""


@pytest.mark.parametrize("replace", [False, True])
def test_a_restore_cut_off_anywhere_leaves_the_old_or_the_new_store(tmp_path, monkeypatch, replace):
    """The n-th change of the file system fails, for every n: at the next start the store is whole, old or new."""
    with new_store(tmp_path / "source") as store:
        _fill(store, count=1)
        folder = tmp_path / "usb" / store.backups.make(tmp_path / "usb").name
    with new_store(tmp_path / "old") as store:
        _fill(store, count=2)
    seen: set[int | None] = set()
    for nth in range(200):
        home = tmp_path / "home"
        shutil.rmtree(home, ignore_errors=True)
        if replace:
            shutil.copytree(tmp_path / "old", home)
        with monkeypatch.context() as patch:
            left = _cutting(patch, nth)
            try:
                restore(folder, home, PASSPHRASE, replace=replace)
            except _Cut:
                pass
            else:
                break
        assert left[0] < 0
        Home(home).make_folder()
        Home(home).settle()
        if Store.exists(home):
            with open_store(home) as store:
                seen.add(len(store.encounters()))
                assert store.check() == []
        else:
            seen.add(None)

    assert nth > 10
    assert seen == ({1, 2} if replace else {None, 1})


def _cutting(patch: pytest.MonkeyPatch, nth: int) -> list[int]:
    """Let the n-th rename, replacement or removal end the process, and every later one too."""
    left = [nth]
    for name in ("rename", "replace", "unlink", "rmdir", "mkdir"):
        real = getattr(Path, name)

        def change(self, *arguments, real=real, **options):
            left[0] -= 1
            if left[0] < 0:
                raise _Cut
            return real(self, *arguments, **options)

        patch.setattr(Path, name, change)
    return left
