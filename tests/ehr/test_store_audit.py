"""The audit log: every act is in it, it cannot be rewritten, and a forged one does not verify."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import CHEAP, Clock, draft, maria, new_store, open_store

from ehr.store.audit import AuditRow
from ehr.store.audit import rows as audit_rows
from ehr.store.faults import HeadUnreadable
from ehr.store.head import Head
from ehr.store.sqlcipher import Database, DatabaseError
from ehr.store.store import Store
from ehr.store.triggers import TRIGGERS, ensure_triggers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in which some acts have been done."""
    with new_store(tmp_path / "home") as opened:
        encounter = opened.add_encounter(opened.add_patient(maria()))
        opened.save_draft(encounter.id, draft())
        yield opened


def _log(store: Store) -> list[AuditRow]:
    with store._session.read() as db:
        return list(audit_rows(db))


def _database(store: Store) -> Database:
    return store._session._database


def test_every_act_is_recorded_with_its_subject(store):
    """Each kind of act leaves one row for each record it touched, in order."""
    encounter = store.encounters()[0]
    symptom, drug = store.encounter(encounter.id).draft.entries
    already = len(_log(store))

    store.update_patient(replace(encounter.patient, given_name="M."))
    recording = store.begin_recording(device="USB")
    store.finish_recording(recording.id, samples=1)
    store.begin_transcribing(encounter.id)
    store.fail(encounter.id, "CW-T101")
    store.edit_note(encounter.id, "Denies chest pain.")
    store.accept(symptom.id, drug.id)
    store.edit(drug)
    store.reject(drug.id)
    store.reopen(drug.id)

    assert [(row.action, row.subject) for row in _log(store)[already:]] == [
        ("patient.changed", encounter.patient.id),
        ("recording.begun", recording.id),
        ("recording.finished", recording.id),
        ("encounter.transcribing", encounter.id),
        ("encounter.failed", encounter.id),
        ("note.edited", encounter.id),
        ("entry.accepted", symptom.id),
        ("entry.accepted", drug.id),
        ("entry.edited", drug.id),
        ("entry.rejected", drug.id),
        ("entry.reopened", drug.id),
    ]
    assert [row.seq for row in _log(store)] == list(range(1, len(_log(store)) + 1))
    assert store.check() == []


def test_the_actor_is_the_slots_holder(tmp_path):
    """Who opened the store is who acted; times come from the store's clock."""
    with Store.create(tmp_path, "words", holder="Dr. A", cost=CHEAP, clock=Clock()) as store:
        store.add_patient(maria())

        assert [(row.actor, row.at) for row in _log(store)] == [
            ("Dr. A", "2026-03-01T09:00:01.000000+00:00"),
            ("Dr. A", "2026-03-01T09:00:02.000000+00:00"),
        ]


def test_no_patient_text_is_in_the_log(store):
    """Names, numbers and notes stay out of it."""
    text = repr(_log(store)).lower()

    assert not [word for word in ("okafor", "maría", "mrn-1", "metformin", "chest") if word in text]


def test_a_refused_act_leaves_no_row(store):
    """Act and row commit together or not at all."""
    before = _log(store)

    with pytest.raises(Exception, match="CW-E110"):
        store.add_patient(maria())

    assert _log(store) == before


@pytest.mark.parametrize("table", ["audit", "note_version"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET rowid = 100", "DELETE FROM {0}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"],
)
def test_append_only_tables_refuse_rewriting(store, table, statement):
    """UPDATE, DELETE and REPLACE fail in the database itself, whoever writes."""
    with pytest.raises(DatabaseError, match="append-only"), store._session.transaction() as db:
        db.execute(statement.format(table))


@pytest.mark.parametrize(
    ("forgery", "broken"),
    [
        ("UPDATE audit SET actor = 'somebody' WHERE seq = 2", 2),
        ("UPDATE audit SET at = '2000-01-01' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET seq = CASE seq WHEN 1 THEN -2 WHEN 2 THEN -1 ELSE seq END", 1),
        ("INSERT INTO audit VALUES (5, '2026', 'owner', 'draft.saved', 'x', zeroblob(32))", 5),
    ],
)
def test_a_forged_log_does_not_verify(store, forgery, broken):
    """Edited, removed, reordered and added rows break the chain where they stand, guards or not."""
    with store._session.transaction() as db:
        for name in ("audit_update_refused", "audit_delete_refused"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute(forgery)
        db.execute("UPDATE audit SET seq = -seq WHERE seq < 0")

    assert store.check() == [f"The audit log does not verify from row {broken} on."]


def test_missing_guards_come_back_when_the_schema_is_ensured(store):
    """Dropped and altered triggers are put back, unknown ones removed."""
    with store._session.transaction() as db:
        db.execute("DROP TRIGGER audit_delete_refused")
        db.execute("DROP TRIGGER entry_documented")
        db.execute("CREATE TRIGGER entry_documented AFTER INSERT ON entry BEGIN SELECT 1; END")
        db.execute("CREATE TRIGGER stranger AFTER INSERT ON entry BEGIN SELECT 1; END")
        ensure_triggers(db)

    assert {trigger.name: trigger.sql for trigger in _database(store).triggers} == TRIGGERS


def test_a_store_opened_by_another_key_holder_continues_the_chain(store, tmp_path):
    """Closing and opening does not break it."""
    store.close()
    with open_store(tmp_path / "home") as again:
        again.add_patient(maria("MRN-2"))

        assert again.check() == []


def test_every_opening_of_a_chart_is_one_row(store):
    """Reading has a row as changing has; asking for the same chart's parts adds none."""
    encounter_id = store.encounters()[0].id
    store.trail.opened(encounter_id)
    store.encounter(encounter_id)
    store.note_versions(encounter_id)

    assert [row.action for row in _log(store)][-2:] == ["draft.saved", "chart.opened"]


def _cut_off(store: Store, first: int) -> None:
    """Take the rows from `first` on off the log, behind its guards."""
    with store._session.transaction() as db:
        db.execute("DROP TRIGGER audit_delete_refused")
        db.execute("DELETE FROM audit WHERE seq >= ?", (first,))


def test_a_tail_that_was_cut_off_shows_against_a_noted_head(store):
    """The chain alone cannot see it; the head that was noted before can, before and after new rows are added."""
    noted = Head.parse(f"note: {store.trail.head()} .")
    store.trail.opened(store.encounters()[0].id)
    assert store.trail.verify(noted) == []

    _cut_off(store, noted.seq)
    assert store.trail.verify() == []
    assert store.trail.verify(noted) == [
        f"Rows are missing: the log ends at row {noted.seq - 1}, but row {noted.seq} was noted as its end."
    ]
    store.trail.opened(store.encounters()[0].id)
    store.trail.opened(store.encounters()[0].id)
    assert store.trail.verify() == []
    assert "is not the one that was noted" in store.trail.verify(noted)[0]


def test_an_export_is_the_whole_log_and_its_head(store):
    """The rows end in the head; that they were exported is the row after them."""
    exported, head = store.trail.export()

    assert exported == _log(store)[:-1]
    assert (head.seq, head.mac) == (exported[-1].seq, exported[-1].mac)
    assert _log(store)[-1].action == "audit.exported"


def test_a_head_is_found_in_whatever_carries_it(store, tmp_path):
    """In its own line, at the end of a long export, without the time that older programs left out."""
    head = store.trail.head()
    (tmp_path / "export").write_text('{"seq": 1}\n' * 5000 + json.dumps({"head": str(head)}))
    (tmp_path / "old").write_text(" ".join(str(head).split()[:-1]))

    assert Head.noted_in(tmp_path / "export") == Head.noted_in(tmp_path / "old") == head
    assert (Head.noted_in(tmp_path / "export").at, Head.noted_in(tmp_path / "old").at) == (head.at, "")
    (tmp_path / "none").write_text("nothing")
    with pytest.raises(HeadUnreadable):
        Head.noted_in(tmp_path / "none")


@pytest.mark.parametrize(
    "text", ["", "chartwright-audit-head", "chartwright-audit-head 2 1 00", "chartwright-audit-head 1 x 00", "1 2 3"]
)
def test_a_text_without_a_head_says_so(text):
    """Whatever is given in place of a head is named, not taken for one."""
    with pytest.raises(HeadUnreadable):
        Head.parse(text)
