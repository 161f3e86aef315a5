"""A migration killed or failing anywhere leaves the old schema or the new one, and a copy is made before it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from migration_kills import KEY, PAST, dump, kill, old_store
from store_samples import PASSPHRASE, failing_in, new_store, open_store, rows

from ehr.store import accounts
from ehr.store import home as home_module
from ehr.store.errors import StoreFull, UpdateNeedsSpace
from ehr.store.home import database_key
from ehr.store.migrations import migrate
from ehr.store.restoring import restore
from ehr.store.session import Session
from ehr.store.sqlcipher import DatabaseError

SIGKILL = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


@pytest.fixture
def old(tmp_path: Path) -> tuple[Path, bytes]:
    """The data folder of a store that the oldest version wrote, and its key."""
    with new_store(tmp_path / "home") as store:
        key = database_key(store._unlocked)
    (tmp_path / "home" / "chart.db").unlink()
    old_store(PAST[0], tmp_path / "home" / "chart.db", key=key, rows=20)
    return tmp_path / "home", key


def test_a_copy_is_kept_before_an_update(old):
    """Opening an old store first keeps it whole beside the chart; opening it again makes no other copy."""
    home, key = old
    before = dump(home / "chart.db", key)

    for _ in range(2):
        with open_store(home) as store:
            assert len(store.encounters()) == 21

    (copy,) = (home / "before-update").iterdir()
    assert dump(copy, key) == before


def test_a_new_store_needs_no_copy(tmp_path):
    """Making a store is not an update."""
    with new_store(tmp_path / "home"):
        assert not (tmp_path / "home" / "before-update").exists()


def test_only_the_newest_copies_are_kept(old):
    """A third update drops the copy of the first."""
    home, _ = old
    content = (home / "chart.db").read_bytes()
    for _ in range(3):
        for left in home.glob("chart.db*"):
            left.unlink()
        (home / "chart.db").write_bytes(content)
        open_store(home).close()

    assert len(list((home / "before-update").iterdir())) == home_module.COPIES_KEPT


def test_no_room_for_the_copy_leaves_the_old_store(old, monkeypatch):
    """A full disk is named before anything is changed; with room, the same store opens."""
    home, key = old
    before = dump(home / "chart.db", key)

    def full(*_: object) -> None:
        raise StoreFull

    with monkeypatch.context() as patch:
        patch.setattr(home_module, "copy_database", full)
        with pytest.raises(UpdateNeedsSpace):
            open_store(home)

    assert dump(home / "chart.db", key) == before
    open_store(home).close()


@pytest.mark.parametrize("script", [PAST[0], PAST[3], PAST[-1]], ids=lambda script: script.stem)
def test_a_failure_at_any_statement_leaves_the_old_schema(tmp_path, script):
    """Statement 1, 2, 3 … of the whole migration fail in turn until it succeeds: old or new, never between."""
    old_store(script, tmp_path / "chart.db", rows=1)
    before, failures = dump(tmp_path / "chart.db"), 0
    while True:
        session = Session(tmp_path / "chart.db", KEY)
        try:
            with failing_in(session, failures + 1), session.transaction() as db:
                migrate(db)
            break
        except DatabaseError:
            failures += 1
            assert failures < 2000
        finally:
            session.close()
        if failures % 10 == 1:  # looking takes longer than failing
            assert dump(tmp_path / "chart.db") == before

    assert failures >= 10
    assert dump(tmp_path / "chart.db") != before


@pytest.mark.parametrize("script", PAST, ids=lambda script: script.stem)
def test_every_past_schema_comes_up_is_backed_up_and_restored(tmp_path, script):
    """From each of them to this version, into a backup, and out of it elsewhere: the same rows."""
    with new_store(tmp_path / "home") as store:
        unlocked, user = store._unlocked, store._ledger.user
    (tmp_path / "home" / "chart.db").unlink()
    old_store(script, tmp_path / "home" / "chart.db", key=database_key(unlocked), rows=5)
    session = Session(tmp_path / "home" / "chart.db", database_key(unlocked))
    with session.transaction() as db:
        for trigger in [each for each in db.triggers if each.name.endswith("_refused")]:
            db.execute(f'DROP TRIGGER "{trigger.name}"')
        for name in {"audit", "audit_anchor"} & set(db.table_names()):  # made up in the scripts, under no key
            db.execute(f"DELETE FROM {name}")  # noqa: S608
        db.execute("UPDATE recording SET key = NULL")
        if "user" in db.table_names():
            db.execute("UPDATE user SET roles = '[]'")
            accounts.insert(db, user)
    session.close()
    with open_store(tmp_path / "home") as store:
        manifest = store.backups.make(tmp_path / "usb")
        before = {name: each for name, each in rows(store).items() if name not in {"audit", "sqlite_sequence"}}

    restore(tmp_path / "usb" / manifest.name, tmp_path / "other", PASSPHRASE)

    with open_store(tmp_path / "other") as other:
        assert other.check() == []
        after = {name: each for name, each in rows(other).items() if name not in {"audit", "sqlite_sequence"}}
    assert after == before
    assert len(before["encounter"]) == 6


@SIGKILL
@pytest.mark.parametrize("script", [PAST[0], PAST[-1]], ids=lambda script: script.stem)
def test_killed_at_any_moment_it_is_old_or_new(tmp_path, script):
    """Kills before the commit and after it, from the oldest schema and the newest past one; every named copy whole."""
    tally = kill(script, tmp_path, kills=6, rows=400)

    assert (tally.between, tally.lost) == ([], [])
    tally.assert_both_sides()
    assert tally.copies >= 3


@SIGKILL
def test_the_killer_catches_a_migration_in_pieces(tmp_path):
    """Planted bug: steps without a transaction are found between, or cannot be finished at the next start."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  (whatever a half-made schema does to the next start)
        assert kill(PAST[0], tmp_path, kills=12, how="torn", rows=400).between == []
    assert caught.type.__name__ in {"AssertionError", "OperationalError", "IntegrityError"}


@SIGKILL
def test_the_killer_catches_a_commit_that_was_told_too_soon(tmp_path):
    """Planted bug: a migrator that says "committed" before it is leaves an old store that was told to be new."""
    assert kill(PAST[0], tmp_path, kills=4, how="hasty", rows=400).lost != []
