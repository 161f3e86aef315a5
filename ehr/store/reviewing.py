"""A person's work on a draft: decisions on its entries, changes of its note, and the way back.

Owns the acts of review. Each refuses what is signed, sets what was marked as reviewed back to preliminary, and leaves
a step that can be taken back. Knows nothing of windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry, ReviewState
from ehr.chart.fields import reflagged
from ehr.chart.people import Right
from ehr.chart.revision import revise
from ehr.chart.signing import Act
from ehr.store import encounters, entries, history, standings
from ehr.store.errors import NotInStore
from ehr.store.faults import EntryWaits
from ehr.store.history import NoteVersion, Step
from ehr.store.identity import require_settled
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a step taken back left: the draft where its note changed, else the entries that were touched."""

    draft: Draft | None
    entries: tuple[Entry, ...]


class Reviewing:
    """The acts of review of one store."""

    _ledger: Ledger

    def edit_note(self, encounter_id: str, written: str) -> Draft:
        """Store a person's wording of the note as a new version; evidence moves along. Raises NotInStore."""
        return self.revise(encounter_id, lambda draft: revise(draft, written))

    def revise(self, encounter_id: str, change: Callable[[Draft], Draft]) -> Draft:
        """Store what a person makes of the draft as a new version, with the entries as they are then.

        `change` gets the draft as it stands and keeps its entries' number, order and ids. Raises NotInStore,
        RecordSigned.
        """
        with self._reviewing(encounter_id, "note.edited") as db:
            draft = encounters.by_id(db, encounter_id).draft
            if draft is None:
                raise NotInStore
            revised = reflagged(change(draft))
            before, number = history.entry_rows(db, encounter_id), history.version_count(db, encounter_id)
            self._add_version(db, encounter_id, revised)
            entries.move(db, revised.entries)
            for old, new in zip(draft.entries, revised.entries, strict=True):
                if not old.says_as(new):
                    entries.restate(db, new)
                    self._ledger.record(db, "entry.edited", new.id)
            self._remember(db, encounter_id, "note.edited", before, number)
        return revised

    def restate(self, entry: Entry) -> None:
        """Make an entry what it was before a decision, its state included. Raises NotInStore, RecordSigned."""
        self._one_by_one("entry.reopened", (entry.id,), lambda db, _: entries.restate(db, entry))

    def accept(self, *entry_ids: str) -> None:
        """Accept entries as they stand.

        Raises NotInStore, RecordSigned, IdentityInDoubt, and EntryWaits where a field is open, and then accepts none.
        """

        def accept(db: Database, entry_id: str) -> None:
            if entries.waits(db, entry_id):
                raise EntryWaits
            entries.decide(db, entry_id, ReviewState.ACCEPTED)

        self._one_by_one("entry.accepted", entry_ids, accept, first=require_settled)

    def reject(self, *entry_ids: str) -> None:
        """Reject entries: kept, not filed, no longer found by search.

        Raises NotInStore, RecordSigned, and then rejects none.
        """
        self._one_by_one("entry.rejected", entry_ids, lambda db, id_: entries.decide(db, id_, ReviewState.REJECTED))

    def edit(self, entry: Entry) -> None:
        """Put a person's version in place of the entry with its id; what was proposed is kept.

        Raises NotInStore, RecordSigned, IdentityInDoubt.
        """
        self._one_by_one("entry.edited", (entry.id,), lambda db, _: entries.edit(db, entry), first=require_settled)

    def reopen(self, *entry_ids: str) -> None:
        """Take decisions back: the entries are again as they were proposed.

        Raises NotInStore, RecordSigned, and then none is.
        """
        self._one_by_one("entry.reopened", entry_ids, entries.reopen)

    def undoable(self, encounter_id: str) -> list[Step]:
        """The steps on an encounter that can be taken back, oldest first, whoever made them and however long ago."""
        with self._ledger.reading() as db:
            return history.undoable(db, encounter_id)

    def take_back(self, encounter_id: str) -> TakenBack | None:
        """Take the newest step back; None where there is none. Raises NotInStore, RecordSigned."""
        with self._reviewing(encounter_id, "review.undone") as db:
            steps = history.undoable(db, encounter_id)
            if not steps:
                return None
            return self._take_back(db, encounter_id, steps[-1])

    def versions(self, encounter_id: str) -> list[NoteVersion]:
        """Every version of the encounter's note with who wrote it when, oldest first."""
        with self._ledger.reading() as db:
            return history.versions(db, encounter_id)

    def _take_back(self, db: Database, encounter_id: str, step: Step) -> TakenBack:
        author, at = self._ledger.user.name, self._ledger.now()
        if step.note_version is not None:
            note = history.version(db, encounter_id, step.note_version)
            encounters.add_version(db, encounter_id, note, author=author, at=at)
        history.take_back(db, encounter_id, step, author=author, at=at)
        for entry_id in step.entry_ids:
            self._ledger.record(db, "entry.reopened", entry_id)
        draft = encounters.by_id(db, encounter_id).draft
        if step.note_version is not None or draft is None:
            return TakenBack(draft, ())
        return TakenBack(None, tuple(entry for entry in draft.entries if entry.id in step.entry_ids))

    def _one_by_one(
        self,
        action: str,
        entry_ids: tuple[str, ...],
        change: Callable[[Database, str], None],
        *,
        first: Callable[[Database, str], None] | None = None,
    ) -> None:
        """One transaction for all, an audit row for each; `first` looks at each encounter and may refuse."""
        self._ledger.require(Right.REVIEW)
        with self._ledger.session.transaction() as db:
            for encounter_id, ids in _by_encounter(db, entry_ids).items():
                self._open(db, encounter_id)
                if first is not None:
                    first(db, encounter_id)
                before = history.entry_rows(db, encounter_id)
                for entry_id in ids:
                    change(db, entry_id)
                    self._ledger.record(db, action, entry_id)
                self._remember(db, encounter_id, action, before)

    @contextmanager
    def _reviewing(self, encounter_id: str, action: str) -> Iterator[Database]:
        with self._ledger.act(action, encounter_id, Right.REVIEW) as db:
            self._open(db, encounter_id)
            yield db

    def _open(self, db: Database, encounter_id: str) -> None:
        standings.advance(db, encounter_id, Act.CHANGE, by=self._ledger.user.name, at=self._ledger.now())

    def _add_version(self, db: Database, encounter_id: str, draft: Draft) -> None:
        encounters.add_version(db, encounter_id, draft.note, author=self._ledger.user.name, at=self._ledger.now())

    def _remember(
        self,
        db: Database,
        encounter_id: str,
        action: str,
        before: dict[str, history.EntryRow],
        number: int | None = None,
    ) -> None:
        author, at = self._ledger.user.name, self._ledger.now()
        history.record(db, encounter_id, action, author=author, at=at, before=before, note_version=number)


def _by_encounter(db: Database, entry_ids: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry_id in entry_ids:
        found.setdefault(standings.of_entry(db, entry_id), []).append(entry_id)
    return found
