# ruff: noqa: S608  (every statement here is made of this module's constants)
"""Deleting what has been kept long enough: by rule, after a preview, for good.

Owns the retention tables and the only way by which sound, words, notes and old audit rows leave the store. The clock of
an encounter starts at its newest signature, so what nobody signed is never deleted. Sound goes by its key; what is
written goes from the database's pages, its index and its write-ahead log (SECURITY.md says what that reaches).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from ehr.chart.people import Right
from ehr.chart.retention import Doomed, Hold, Kept, Matter, Plan, Rules, Why, in_order
from ehr.store.codec import time_to_text
from ehr.store.errors import NotInStore, PreviewOutdated, RetentionOrder
from ehr.store.faults import NoReason
from ehr.store.files import sync_folder
from ehr.store.home import Home, disk_faults
from ehr.store.ledger import Ledger
from ehr.store.recordings import SUFFIX
from ehr.store.sqlcipher import Database
from ehr.store.triggers import UNSENT

_SIGNED_AT = """iif({0}.standing IN ('final', 'amended', 'entered-in-error'), coalesce(
    (SELECT max(signed_at) FROM signature WHERE encounter_id = {0}.id),
    (SELECT max(signed_at) FROM shredded WHERE encounter_id = {0}.id)), NULL)"""
SIGNED_AT = _SIGNED_AT.format("encounter")
"""When the clock of an encounter starts; NULL where nobody signed it, or an amendment is under way."""

_CONTENT = ("entry", "review_step", "outbox", "signature", "identity_decision", "note_version")
"""Tables that hold what a note says, by encounter."""

_HELD = "EXISTS (SELECT 1 FROM legal_hold WHERE patient_id = encounter.patient_id)"
_UNSENT = UNSENT.format("encounter.id")

# What each matter is made of: the rows that hold it and their size in bytes. A recording that several encounters share
# is due with the last of them.
_DUE = {
    Matter.AUDIO: f"""
        SELECT encounter.id, started_at, {SIGNED_AT} AS signed_at, recording_id, 0 FROM encounter
        JOIN (SELECT id FROM recording WHERE key IS NOT NULL) AS sound ON sound.id = recording_id
        WHERE NOT EXISTS (
            SELECT 1 FROM encounter AS other WHERE other.recording_id = encounter.recording_id AND (
                {_SIGNED_AT.format("other")} IS NULL
                OR {_SIGNED_AT.format("other")} > :before
                OR {_HELD.replace("encounter.", "other.")}))
        AND""",
    Matter.TRANSCRIPT: f"""
        SELECT encounter.id, started_at, {SIGNED_AT} AS signed_at, NULL, length(segments) + length(coverage)
        FROM encounter JOIN transcript ON transcript.encounter_id = encounter.id WHERE""",
    Matter.NOTE: f"""
        SELECT encounter.id, started_at, {SIGNED_AT} AS signed_at, NULL,
            (SELECT sum(length(said) + length(written)) FROM note_version WHERE encounter_id = encounter.id)
        FROM encounter WHERE EXISTS (SELECT 1 FROM note_version WHERE encounter_id = encounter.id)
        AND NOT {_UNSENT} AND""",
}
_KEPT = {
    Why.LEGAL_HOLD: f"SELECT id, started_at, {SIGNED_AT} AS signed_at FROM encounter WHERE {_HELD} AND",
    Why.UNSENT: f"""
        SELECT id, started_at, {SIGNED_AT} AS signed_at FROM encounter
        WHERE id IN (SELECT encounter_id FROM outbox WHERE seq NOT IN (SELECT seq FROM delivery))
        AND NOT {_HELD} AND""",
}
"""The signed dictations that stay although they are old enough."""

_OF_SUBJECT = """
    SELECT id FROM encounter WHERE id = :subject OR recording_id = :subject
    UNION SELECT encounter_id FROM entry WHERE id = :subject
"""


class Retention:
    """The retention rules of a store and their carrying out. Reached as `store.retention`."""

    def __init__(self, ledger: Ledger, home: Home) -> None:
        self._ledger = ledger
        self._home = home

    def rules(self) -> Rules:
        """How long each matter is kept; empty until somebody makes a rule."""
        with self._ledger.session.read() as db:
            return _rules(db)

    def set_rule(self, matter: Matter, days: int | None) -> None:
        """Keep a matter for so many days from its signing, or for ever (None). Deletes nothing by itself.

        Raises NotAllowed, ValueError for less than a day, and RetentionOrder where sound or words would outlive their
        note.
        """
        if days is not None and days < 1:
            raise ValueError("a rule keeps for at least a day")
        with self._ledger.act(f"retention.{matter}.{days or 'keep'}", "store", Right.SHRED) as db:
            if days is None:
                db.execute("DELETE FROM retention_rule WHERE matter = ?", (matter.value,))
            else:
                db.execute("INSERT OR REPLACE INTO retention_rule VALUES (?, ?)", (matter.value, days))
            if not in_order(_rules(db)):
                raise RetentionOrder

    def hold(self, patient_id: str, reason: str) -> None:
        """Keep everything of a patient until `release`, whatever the rules say; a hold that is there gives way to it.

        Raises NotAllowed, NoReason, NotInStore.
        """
        reason = self._reasoned(reason)
        with self._ledger.act("hold.placed", patient_id, Right.SHRED) as db:
            if not db.execute("SELECT 1 FROM patient WHERE id = ?", (patient_id,)).fetchone():
                raise NotInStore
            self._end_hold(db, patient_id, reason)
            placed = (patient_id, reason, time_to_text(self._ledger.now()), self._ledger.user.name)
            db.execute("INSERT INTO legal_hold VALUES (?, ?, ?, ?)", placed)

    def release(self, patient_id: str, reason: str) -> None:
        """End a hold; it stays known, with both reasons. Raises NotAllowed, NoReason, NotInStore."""
        reason = self._reasoned(reason)
        with self._ledger.act("hold.released", patient_id, Right.SHRED) as db:
            if not self._end_hold(db, patient_id, reason):
                raise NotInStore

    def _reasoned(self, reason: str) -> str:
        self._ledger.require(Right.SHRED)
        if not reason.strip():
            raise NoReason
        return reason.strip()

    def _end_hold(self, db: Database, patient_id: str, reason: str) -> bool:
        """Whether there was one."""
        ended = (time_to_text(self._ledger.now()), self._ledger.user.name, reason, patient_id)
        db.execute(
            """INSERT INTO past_hold (patient_id, reason, placed_at, placed_by, ended_at, ended_by, ended_for)
            SELECT patient_id, reason, placed_at, placed_by, ?, ?, ? FROM legal_hold WHERE patient_id = ?""",
            ended,
        )
        return bool(db.execute("DELETE FROM legal_hold WHERE patient_id = ?", (patient_id,)).rowcount)

    def holds(self) -> list[Hold]:
        """Every hold, oldest first. Raises NotAllowed."""
        self._ledger.require(Right.READ)
        with self._ledger.session.read() as db:
            found = db.execute("SELECT patient_id, reason, placed_at, placed_by FROM legal_hold ORDER BY placed_at")
            return [Hold(id_, why, datetime.fromisoformat(at), by) for id_, why, at, by in found]

    def preview(self) -> Plan:
        """What the rules would delete now. Changes nothing. Raises NotAllowed."""
        self._ledger.require(Right.SHRED)
        with self._ledger.session.snapshot() as db:
            plan = _plan(db, self._ledger.now())
        return replace(plan, doomed=tuple(self._weighed(each) for each in plan.doomed))

    def shred(self, plan: Plan) -> None:
        """Delete what a preview showed, for good: all of it, or nothing. An empty plan does nothing.

        Raises NotAllowed, and PreviewOutdated where the rules would no longer delete exactly that.
        """
        self._ledger.require(Right.SHRED)
        if not plan.empty:
            with self._ledger.session.transaction() as db:
                _refuse_changed(plan, _plan(db, plan.at))
                for each in plan.doomed:
                    _shred(db, each, at=self._ledger.now())
                    self._ledger.record(db, f"{each.matter}.shredded", each.encounter_id)
                if any(each.matter is Matter.NOTE for each in plan.doomed):
                    db.execute("INSERT INTO document_index (document_index) VALUES ('optimize')")
                self._cut_audit(db, plan)
        self.sweep()

    def sweep(self) -> None:
        """Remove what shredding leaves on the disk: files without a key, the log's old pages, copies of old schemas.

        Harmless at any time; raises StoreUnwritable where a file cannot be removed, and then does the rest next time.
        """
        with self._ledger.session.read() as db:
            gone = [id_ for (id_,) in db.execute("SELECT id FROM recording WHERE key IS NULL")]
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with disk_faults():
            for file in chain.from_iterable(self._files(id_) for id_ in gone):
                file.unlink(missing_ok=True)
            self._home.drop_copies()
            sync_folder(self._home.recordings)

    def _cut_audit(self, db: Database, plan: Plan) -> None:
        """Take the plan's oldest rows off the log; the anchor that lets it go on is sealed first."""
        if plan.audit_rows:
            (first,) = db.execute("SELECT min(seq) FROM audit").fetchone()
            self._ledger.audit.anchor(db, first + plan.audit_rows, "shredded")
            db.execute("DELETE FROM audit WHERE seq < ?", (first + plan.audit_rows,))
        self._ledger.record(db, "retention.applied", f"{len(plan.doomed)} matters, {plan.audit_rows} audit rows")

    def _weighed(self, doomed: Doomed) -> Doomed:
        """With the size of the sound's files, which the tables do not know."""
        if doomed.matter is not Matter.AUDIO:
            return doomed
        with self._ledger.session.read() as db:
            (id_,) = db.execute("SELECT recording_id FROM encounter WHERE id = ?", (doomed.encounter_id,)).fetchone()
        return replace(doomed, size=sum(file.stat().st_size for file in self._files(id_) if file.exists()))

    def _files(self, recording_id: str) -> tuple[Path, ...]:
        path = self._home.recordings / f"{recording_id}{SUFFIX}"
        return (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))


def _rules(db: Database) -> Rules:
    return {Matter(matter): days for matter, days in db.execute("SELECT matter, days FROM retention_rule")}


def _plan(db: Database, at: datetime) -> Plan:
    rules = _rules(db)
    if not rules:
        return Plan(at, ())
    doomed = [each for matter in _DUE if matter in rules for each in _due(db, matter, rules[matter], at)]
    kept = rules.get(Matter.AUDIT)
    audit_rows = 0 if kept is None else _old_audit_rows(db, _before(at, kept))
    oldest = min(rules.values())
    held = [*_kept(db, Why.LEGAL_HOLD, oldest, at)]
    if Matter.NOTE in rules:
        held += _kept(db, Why.UNSENT, rules[Matter.NOTE], at)
    (unsigned,) = db.execute(
        f"SELECT count(*) FROM encounter WHERE started_at <= ? AND {SIGNED_AT} IS NULL", (_before(at, oldest),)
    ).fetchone()
    return Plan(at, tuple(doomed), audit_rows, kept, tuple(held), unsigned)


def _before(at: datetime, days: int) -> str:
    return time_to_text(at - timedelta(days=days))


def _due(db: Database, matter: Matter, days: int, at: datetime) -> Iterator[Doomed]:
    query = f"{_DUE[matter]} signed_at <= :before AND NOT {_HELD} ORDER BY started_at, encounter.id"
    for id_, dictated_at, signed_at, _, size in db.execute(query, {"before": _before(at, days)}):
        yield Doomed(matter, id_, datetime.fromisoformat(dictated_at), datetime.fromisoformat(signed_at), days, size)


def _kept(db: Database, why: Why, days: int, at: datetime) -> Iterator[Kept]:
    query = f"{_KEPT[why]} signed_at <= ? ORDER BY started_at, id"
    for id_, dictated_at, signed_at in db.execute(query, (_before(at, days),)):
        yield Kept(why, id_, datetime.fromisoformat(dictated_at), datetime.fromisoformat(signed_at))


def _old_audit_rows(db: Database, before: str) -> int:
    """How many of the oldest rows of the log are due: up to the first that concerns what is still kept by its time,
    by a hold or because it is unsent.

    The newest row always stays, so that the chain has something to go on from.
    """
    young = f"""SELECT 1 FROM encounter
        WHERE id IN ({_OF_SUBJECT}) AND (coalesce({SIGNED_AT}, '~') > :before OR {_HELD} OR {_UNSENT})"""
    old = 0
    for at, subject in db.execute("SELECT at, subject FROM audit ORDER BY seq").fetchall()[:-1]:
        if at > before or db.execute(young, {"subject": subject, "before": before}).fetchone():
            break
        old += 1
    return old


def _refuse_changed(shown: Plan, now: Plan) -> None:
    def named(plan: Plan) -> object:
        return {(each.matter, each.encounter_id) for each in plan.doomed}, plan.audit_rows

    if named(shown) != named(now):
        raise PreviewOutdated


def _shred(db: Database, doomed: Doomed, *, at: datetime) -> None:
    id_ = doomed.encounter_id
    db.execute(
        """INSERT INTO shredded (encounter_id, matter, shredded_at, signed_at, signer, hash)
        SELECT encounter_id, ?, ?, signed_at, signer, hash FROM signature
        WHERE encounter_id = ? ORDER BY signed_at DESC LIMIT 1""",
        (doomed.matter.value, time_to_text(at), id_),
    )
    if doomed.matter is Matter.AUDIO:
        db.execute(
            "UPDATE recording SET key = NULL WHERE id = (SELECT recording_id FROM encounter WHERE id = ?)", (id_,)
        )
    elif doomed.matter is Matter.TRANSCRIPT:
        db.execute("DELETE FROM transcript WHERE encounter_id = ?", (id_,))
    else:
        for table in _CONTENT:
            db.execute(f"DELETE FROM {table} WHERE encounter_id = ?", (id_,))
        db.execute("UPDATE encounter SET title = '', amend_reason = NULL WHERE id = ?", (id_,))
        db.execute("UPDATE document SET body = '' WHERE encounter_id = ?", (id_,))
