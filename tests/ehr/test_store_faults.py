"""Bad input and bad disks: each a named error, and nothing written or lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import (
    CHEAP,
    PASSPHRASE,
    draft,
    failing_at,
    index_agrees,
    maria,
    new_store,
    open_store,
    rows,
    session_rows,
)

from ehr.chart.entry import Entry
from ehr.errors import EnvironmentFault
from ehr.store.errors import (
    KeyFileDamaged,
    StoreDamaged,
    StoreFull,
    StoreInUse,
    StoreTooNew,
    StoreUnwritable,
    WrongPassphrase,
)
from ehr.store.home import Home, database_key
from ehr.store.session import Session
from ehr.store.sqlcipher import PAGE_BYTES, DatabaseError
from ehr.store.store import Store

HERE = Path(__file__).parent
ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The data folder of a closed store with some encounters in it."""
    with new_store(tmp_path / "home") as store:
        patient = store.add_patient(maria())
        for _ in range(12):
            store.save_draft(store.add_encounter(patient).id, draft())
    return tmp_path / "home"


def _use(home: Path) -> None:
    """Open the store and read everything in it."""
    with open_store(home) as store:
        for each in store.encounters():
            store.encounter(each.id)
        store.search("metformin")
        rows(store)


def _use_and_check(home: Path) -> None:
    """Use the store; what is not read in everyday use is found by its own check."""
    _use(home)
    with open_store(home) as store:
        if store.check():
            raise StoreDamaged.at(home / "chart.db")


def test_a_wrong_passphrase_says_so(home, capfd):
    """A named error, nothing on stderr, and the right passphrase opens afterwards."""
    with pytest.raises(WrongPassphrase):
        Store.open(home, "wrong")

    _use(home)
    assert capfd.readouterr() == ("", "")


def test_a_foreign_key_file_is_a_damaged_store(home, tmp_path, capfd):
    """Slots that open but belong to another chart name the file, not the passphrase."""
    new_store(tmp_path / "other").close()
    shutil.copy(tmp_path / "other" / "keyslots.json", home / "keyslots.json")

    with pytest.raises(StoreDamaged, match=r"chart\.db"):
        open_store(home)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_a_flipped_byte_is_found(home, part):
    """Wherever it is, using or checking the store says damaged; nothing is written over what is damaged."""
    chart = home / "chart.db"
    content = bytearray(chart.read_bytes())
    at = int(len(content) * part) + 100
    content[at] ^= 1
    page = slice(at - at % PAGE_BYTES, at - at % PAGE_BYTES + PAGE_BYTES)
    chart.write_bytes(content)

    with pytest.raises(StoreDamaged) as caught:
        _use_and_check(home)

    assert str(home) in str(caught.value)
    assert "erase" not in caught.value.next_step
    assert chart.read_bytes()[page] == bytes(content)[page]


@pytest.mark.parametrize("kept", [0, 1, 512, 4095, 4096, 4097, 8192, 0.5, 0.99])
def test_a_truncated_file_is_found(home, kept):
    """Cut anywhere, down to nothing, it is damaged: never taken for a new, empty store, nor later for a whole one."""
    chart = home / "chart.db"
    size = chart.stat().st_size
    cut = kept if isinstance(kept, int) else int(size * kept)
    os.truncate(chart, cut)

    for _ in range(2):
        with pytest.raises(StoreDamaged):
            _use_and_check(home)

    assert chart.stat().st_size in (cut, size)


def test_missing_files_are_named(home):
    """A chart without its keys and keys without their chart are different sentences; none makes a new store."""
    (home / "keyslots.json").rename(home / "aside")
    with pytest.raises(KeyFileDamaged):
        open_store(home)
    (home / "aside").rename(home / "keyslots.json")
    (home / "chart.db").rename(home / "aside")
    with pytest.raises(StoreDamaged, match="missing"):
        open_store(home)
    (home / "aside").rename(home / "chart.db")

    _use(home)


def test_a_lost_recordings_folder_comes_back(home):
    """A data folder that was copied without its recordings still takes new ones."""
    (home / "recordings").rmdir()

    with open_store(home) as store:
        assert store.begin_recording(device="USB").path.parent.is_dir()


def test_a_newer_store_is_left_alone(home):
    """A step that this version does not know: refused before anything is written."""
    with open_store(home) as store:
        with store._session.transaction() as db:
            db.execute("INSERT INTO _sqlite_migrations VALUES (99, 'chart', 'm9999_future', '2030')")
        before = rows(store)

    with pytest.raises(StoreTooNew):
        open_store(home)

    place = Home(home)
    session = Session(place.chart, database_key(place.key_slots().unlock(PASSPHRASE)), read_only=True)
    assert session_rows(session) == before
    session.close()


_HOLDER = "import sys, store_samples, pathlib\n"
_HOLDER += "with store_samples.open_store(pathlib.Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()\n"


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_two_programs_on_one_store(home, end):
    """The second is told that the first has it; once the first ends, however it ends, the store opens."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    command = [sys.executable, "-c", _HOLDER, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreInUse):
            open_store(home)
        with pytest.raises(StoreInUse):
            Store.create(home, PASSPHRASE, cost=CHEAP)
        if end == "killed":
            holder.kill()

    _use(home)


def test_the_same_program_opens_it_once(home):
    """A second opening in one process is refused too; closing twice does no harm."""
    with open_store(home) as store, pytest.raises(StoreInUse):
        open_store(home)
    store.close()

    _use(home)


@pytest.mark.skipif(ROOT, reason="permissions do not bind the superuser")
def test_a_folder_that_cannot_be_written(home):
    """Opening says unwritable; restored permissions open again."""
    home.chmod(0o500)
    (home / "chart.lock").chmod(0o400)
    try:
        with pytest.raises(StoreUnwritable):
            open_store(home)
    finally:
        home.chmod(0o700)
        (home / "chart.lock").chmod(0o600)

    _use(home)


def test_a_file_in_the_folders_place(tmp_path):
    """A path that is a file, or leads through one, is unwritable."""
    (tmp_path / "file").write_text("x")

    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreUnwritable):
            new_store(home)

    assert (tmp_path / "file").read_text() == "x"


_WRITES: dict[str, Callable[[Store, str, tuple[Entry, ...]], object]] = {
    "add_patient": lambda store, *_: store.add_patient(
        replace(maria(), mrn=os.urandom(2000).hex(), id=os.urandom(8).hex())
    ),
    "update_patient": lambda store, *_: store.update_patient(
        replace(store.patients("okafor")[0], given_name=os.urandom(2000).hex())
    ),
    "add_encounter": lambda store, *_: store.add_encounter(store.patients()[0], title=os.urandom(2000).hex()),
    "begin_recording": lambda store, *_: store.begin_recording(device="x" * 2000),
    "save_draft": lambda store, encounter, _: store.save_draft(encounter, draft()),
    "edit_note": lambda store, encounter, _: store.edit_note(encounter, os.urandom(2000).hex()),
    "accept": lambda store, _, entries: store.accept(*(entry.id for entry in entries)),
    "reject": lambda store, _, entries: store.reject(*(entry.id for entry in entries)),
    "edit": lambda store, _, entries: store.edit(replace(entries[0], name=os.urandom(2000).hex())),
    "reopen": lambda store, _, entries: store.reopen(*(entry.id for entry in entries)),
    "fail": lambda store, encounter, _: store.fail(encounter, "CW-T" + "1" * 2000),
}


def _until_it_fails(store: Store, write: Callable[[], object]) -> None:
    """Write again and again; the failure that ends it must have left the rows of the last finished act."""
    for _ in range(2000):
        before = rows(store)
        try:
            write()
        except EnvironmentFault:
            assert rows(store) == before
            raise


@pytest.mark.parametrize("write", _WRITES)
def test_a_full_disk_keeps_the_last_finished_act(home, write):
    """Each kind of write, repeated until the disk is full: StoreFull, and the store is as before that write."""
    with open_store(home) as store:
        encounter = store.encounters()[3].id
        draft_entries = store.encounter(encounter).draft.entries
        with store._session.read() as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreFull):
            _until_it_fails(store, lambda: _WRITES[write](store, encounter, draft_entries))

        with store._session.read() as db:
            db.execute("PRAGMA max_page_count = 1000000")
        _WRITES[write](store, encounter, draft_entries)
        assert store.check() == []
        assert index_agrees(store)


def test_a_folder_with_an_odd_name(tmp_path):
    """Characters that mean something in a file's URI are only characters."""
    home = tmp_path / "a b#c?mode=ro&x=%20é"
    with new_store(home) as store:
        patient = store.add_patient(maria())
        with store.reader() as reader:
            assert reader.patients() == [patient]

    assert (home / "chart.db").exists()


def test_a_disk_full_while_making_the_store(tmp_path, monkeypatch):
    """No key file can be written: no store, and the next try makes one."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        with pytest.raises(StoreFull):
            new_store(tmp_path)
    assert not Store.exists(tmp_path)

    new_store(tmp_path).close()
    with open_store(tmp_path) as store:
        assert store.check() == []


def test_a_making_cut_off_before_the_rename_is_finished(tmp_path):
    """Keys written, chart not yet named: opening finishes the store."""
    new_store(tmp_path).close()
    (tmp_path / "chart.db").rename(tmp_path / "chart.db.new")

    with open_store(tmp_path) as store:
        assert store.patients() == []


def test_a_making_cut_off_before_the_keys_starts_over(tmp_path):
    """A nameless chart without keys holds nothing yet: it is no store, and making one works."""
    new_store(tmp_path).close()
    (tmp_path / "chart.db").rename(tmp_path / "chart.db.new")
    (tmp_path / "keyslots.json").unlink()

    assert not Store.exists(tmp_path)
    new_store(tmp_path).close()


@pytest.mark.parametrize("act", ["save_draft", "edit_note", "edit", "accept", "update_patient"])
def test_a_failure_at_any_statement_leaves_the_old_state(home, act):
    """Statement 1, 2, 3 … of one act fail in turn until it succeeds: old or new, never between."""
    with open_store(home) as store:
        encounter = store.encounters()[0].id
        entries = store.encounter(encounter).draft.entries
        before, failures = rows(store), 0
        while True:
            try:
                with failing_at(store, failures + 1) as seen:
                    _WRITES[act](store, encounter, entries)
            except (DatabaseError, EnvironmentFault):
                assert rows(store) == before
                failures += 1
                assert failures < 500
                continue
            break

        assert min(seen[0], failures) >= 8
        assert rows(store) != before
        assert index_agrees(store)
        assert store.check() == []
