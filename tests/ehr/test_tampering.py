"""What the audit log's chain catches, and what it cannot: each row of the table in SECURITY.md, shown on a store.

Whoever tampers here has the store's key and drops its guards first. What is not caught is shown as uncaught, so that
nobody is told more than is so.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from store_samples import CHEAP, Clock, draft, maria, new_store, open_store, signed

from ehr.store.audit import AuditLog, AuditRow
from ehr.store.audit import rows as audit_rows
from ehr.store.head import Head, head_of
from ehr.store.sqlcipher import Database
from ehr.store.store import Store

_COLUMNS = "seq, at, actor, action, subject, mac"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a log of some length."""
    with new_store(tmp_path / "home") as opened:
        patient = opened.add_patient(maria())
        for _ in range(2):
            encounter = opened.add_encounter(patient)
            opened.save_draft(encounter.id, draft())
        signed(opened, encounter.id)
        yield opened


def _unguarded(store: Store, forge: Callable[[Database], object]) -> None:
    """Change tables as a program with the key can, the guards away."""
    with store._session.transaction() as db:
        for trigger in [each for each in db.triggers if each.name.endswith("_refused")]:
            db.execute(f'DROP TRIGGER "{trigger.name}"')
        forge(db)


def _length(store: Store) -> int:
    with store._session.read() as db:
        return head_of(db).seq


def _replace(db: Database, log: list[AuditRow]) -> None:
    db.execute("DELETE FROM audit")
    for row in log:
        values = [row.seq, row.at, row.actor, row.action, row.subject, row.mac]
        db.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608


def _moved(db: Database, nth: int) -> None:
    """Two neighbours change their numbers."""
    db.execute("UPDATE audit SET seq = -seq WHERE seq IN (?, ?)", (nth, nth + 1))
    db.execute("UPDATE audit SET seq = CASE -seq WHEN ? THEN ? ELSE ? END WHERE seq < 0", (nth, nth + 1, nth))


def _exchanged(db: Database, nth: int) -> None:
    """Two neighbours change what they say, and keep number and MAC."""
    for one, other in ((nth, -nth - 1), (nth + 1, nth), (-nth - 1, nth + 1)):
        db.execute(f"UPDATE audit SET seq = {other} WHERE seq = {one}")  # noqa: S608
    macs = db.execute("SELECT seq, mac FROM audit WHERE seq IN (?, ?) ORDER BY seq", (nth, nth + 1)).fetchall()
    for (seq, _), (_, mac) in zip(macs, reversed(macs), strict=True):
        db.execute("UPDATE audit SET mac = ? WHERE seq = ?", (mac, seq))


def _inserted(db: Database, nth: int) -> None:
    """A row that was never written pushes the others back."""
    db.execute("UPDATE audit SET seq = -seq - 1 WHERE seq >= ?", (nth,))
    db.execute("UPDATE audit SET seq = -seq WHERE seq < 0")
    db.execute(
        "INSERT INTO audit SELECT ?, at, actor, action, subject, mac FROM audit ORDER BY seq DESC LIMIT 1", (nth,)
    )


def _closed_up(db: Database, nth: int) -> None:
    """A row is taken out and the others are numbered on."""
    db.execute("DELETE FROM audit WHERE seq = ?", (nth,))
    db.execute("UPDATE audit SET seq = -seq + 1 WHERE seq > ?", (nth,))
    db.execute("UPDATE audit SET seq = -seq WHERE seq < 0")


def _with_an_anchor(db: Database, nth: int) -> None:
    """A row is taken out and an anchor, sealed with another key, says that it may be missing."""
    db.execute("DELETE FROM audit WHERE seq = ?", (nth,))
    AuditLog(bytes(32), "").anchor(db, nth + 1, "lost", after=nth - 1)


_FORGERIES: dict[str, Callable[[Database, int], object]] = {
    "edited time": lambda db, nth: db.execute("UPDATE audit SET at = '2000-01-01' WHERE seq = ?", (nth,)),
    "edited actor": lambda db, nth: db.execute("UPDATE audit SET actor = 'somebody' WHERE seq = ?", (nth,)),
    "edited action": lambda db, nth: db.execute("UPDATE audit SET action = 'x' WHERE seq = ?", (nth,)),
    "edited subject": lambda db, nth: db.execute("UPDATE audit SET subject = 'x' WHERE seq = ?", (nth,)),
    "edited code": lambda db, nth: db.execute("UPDATE audit SET mac = zeroblob(32) WHERE seq = ?", (nth,)),
    "deleted": lambda db, nth: db.execute("DELETE FROM audit WHERE seq = ?", (nth,)),
    "deleted and closed up": _closed_up,
    "deleted under a false anchor": _with_an_anchor,
    "moved": _moved,
    "exchanged": _exchanged,
    "inserted": _inserted,
}


@pytest.mark.parametrize("forgery", _FORGERIES)
def test_every_change_before_the_last_row_breaks_the_chain(store, forgery):
    """Whichever row it is: edited, deleted, reordered or inserted, the chain does not verify from there on."""
    with store._session.read() as db:
        log = list(audit_rows(db))
    for nth in range(1, len(log)):
        _unguarded(store, lambda db, nth=nth: _FORGERIES[forgery](db, nth))

        assert store.trail.verify() == [f"The audit log does not verify from row {nth} on."]
        assert store.check() == store.trail.verify()

        _unguarded(store, lambda db: (_replace(db, log), db.execute("DELETE FROM audit_anchor")))
    assert store.check() == []


_CARRIERS: dict[str, Callable[[Store, Path], Path]] = {
    "a line": lambda store, folder: _written(folder / "head.txt", str(store.trail.head())),
    "a backup": lambda store, folder: folder / "usb" / store.backups.make(folder / "usb").name,
    "an encounter file": lambda store, folder: _handed_over(store, folder / "visit.encounter"),
    "an export": lambda store, folder: _written(folder / "log.jsonl", f'{{"head": "{store.trail.export()[1]}"}}'),
}


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def _handed_over(store: Store, file: Path) -> Path:
    held = BytesIO()
    store.handover.hand_over(store.encounters()[0].id, held, "words", cost=CHEAP)
    file.write_bytes(held.getvalue())
    return file


@pytest.mark.parametrize("carrier", _CARRIERS)
def test_a_cut_tail_shows_against_whatever_carried_the_head(store, tmp_path, carrier):
    """At every row up to the head's, and also where other rows were written in the place of those that were cut."""
    noted = Head.noted_in(_CARRIERS[carrier](store, tmp_path))
    assert store.trail.verify(noted) == []
    for kept in range(noted.seq - 1, 0, -1):
        _unguarded(store, lambda db, kept=kept: db.execute("DELETE FROM audit WHERE seq > ?", (kept,)))
        assert store.trail.verify() == []
        assert "Rows are missing" in store.trail.verify(noted)[0]

    while _length(store) <= noted.seq:
        store.trail.opened(store.encounters()[0].id)
    assert store.trail.verify() == []
    assert "is not the one that was noted" in store.trail.verify(noted)[0]


def test_an_older_copy_of_the_store_shows_against_a_head(store, tmp_path):
    """Put in the place of the store, it verifies by itself; the head from after it was copied tells."""
    shutil.copytree(tmp_path / "home", tmp_path / "older")
    store.trail.opened(store.encounters()[0].id)
    noted = store.trail.head()

    with open_store(tmp_path / "older") as older:
        assert older.trail.verify() == []
        assert older.trail.verify(noted) != []


def test_guards_that_were_dropped_are_back_at_the_next_start(store, tmp_path):
    """A program that took them away has them away until then only."""
    _unguarded(store, lambda _: None)
    store.close()

    with open_store(tmp_path / "home") as again, again._session.read() as db:
        assert {"audit_update_refused", "audit_delete_refused", "signed_entry_update_refused"} <= {
            trigger.name for trigger in db.triggers
        }


def _rewritten(store: Store, actor: str) -> None:
    """The whole log as somebody else's, with the store's own key."""
    log = AuditLog(store._unlocked.derive("audit"), actor)
    with store._session.read() as db:
        old = list(audit_rows(db))

    def forge(db: Database) -> None:
        db.execute("DELETE FROM audit")
        for row in old:
            log.append(db, row.action, row.subject, at=Clock()())

    _unguarded(store, forge)


def test_uncaught_a_chain_written_anew_with_the_key(store):
    """Not caught by anything in the store: it verifies whole. Only a head from before, kept elsewhere, tells."""
    noted = store.trail.head()
    _rewritten(store, "somebody else")

    assert store.trail.verify() == []
    assert store.check() == []
    assert "is not the one that was noted" in store.trail.verify(noted)[0]


def test_uncaught_a_chain_written_anew_together_with_its_heads(store, tmp_path):
    """Who rewrites the log and makes the backup anew in the place of the old one leaves nothing that tells."""
    store.backups.make(tmp_path / "usb")
    _rewritten(store, "somebody else")
    shutil.rmtree(tmp_path / "usb")
    manifest = store.backups.make(tmp_path / "usb")

    assert store.trail.verify(manifest.head) == []
    assert store.backups.compared(manifest) == []


def test_uncaught_rows_cut_off_after_the_last_head(store):
    """What was done since the newest head that is kept elsewhere can be cut off unseen."""
    noted = store.trail.head()
    store.trail.opened(store.encounters()[0].id)
    _unguarded(store, lambda db: db.execute("DELETE FROM audit WHERE seq > ?", (noted.seq,)))

    assert store.trail.verify(noted) == []
    assert store.check() == []


def test_uncaught_an_older_copy_of_the_store_without_a_head(store, tmp_path):
    """A data folder of yesterday in today's place verifies, where no head of today is kept elsewhere."""
    noted = store.trail.head()
    shutil.copytree(tmp_path / "home", tmp_path / "older")
    store.trail.opened(store.encounters()[0].id)

    with open_store(tmp_path / "older") as older:
        assert older.check() == []
        assert older.trail.verify(noted) == []


def test_uncaught_an_act_in_another_name(store):
    """A program with the key writes a row for whom it likes; the chain vouches for order, not for truth."""
    log = AuditLog(store._unlocked.derive("audit"), "Dr. Innocent")
    with store._session.transaction() as db:
        log.append(db, "chart.opened", "somebody's", at=Clock()())

    assert store.check() == []


def test_uncaught_old_rows_deleted_under_an_anchor_of_the_stores_key(store):
    """It looks as retention does: a head older than the cut cannot be compared, which is said; a newer one agrees."""
    with store._session.read() as db:
        early = next(audit_rows(db))
    late = store.trail.head()

    def forge(db: Database) -> None:
        AuditLog(store._unlocked.derive("audit"), "").anchor(db, 4, "shredded")
        db.execute("DELETE FROM audit WHERE seq < 4")

    _unguarded(store, forge)

    assert store.check() == []
    assert store.trail.verify(late) == []
    assert "could not be compared" in store.trail.verify(Head(early.seq, early.mac))[0]


def test_uncaught_a_draft_changed_behind_the_program(store):
    """The chain holds acts, not texts: an unsigned entry can be changed unseen; a signed one shows by its signature."""
    signed_id, draft_id = (each.id for each in sorted(store.encounters(), key=lambda each: each.standing != "final"))

    def forge(db: Database) -> None:
        db.execute("UPDATE entry SET name = 'insulin' WHERE kind = 'medication'")

    _unguarded(store, forge)

    assert store.check() == []
    assert "insulin" in {entry.name for entry in store.encounter(draft_id).draft.entries}
    assert store.signatures.verify(signed_id) != []
