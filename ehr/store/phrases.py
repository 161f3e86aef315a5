"""The auto-texts and words that the clinic and its users have taught the program.

Owns their tables and whose they are. The clinic's hold for everyone, a user's own for that user alone and before the
clinic's. Knows nothing of files or of what a dictation makes of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum

from ehr.chart.people import Right
from ehr.chart.phrases import AutoText, ClinicTerm, Phrases
from ehr.store.ledger import Ledger
from ehr.store.sqlcipher import Database


class Owner(StrEnum):
    """Whose an auto-text or a word is."""

    MINE = "mine"
    CLINIC = "clinic"


class PhraseBook:
    """Reached as `store.phrases`. Each change is one act; what stands under the same name is replaced.

    Changes of one's own need `Right.DICTATE`, of the clinic's `Right.EDIT_CLINIC_PHRASES`; else they raise NotAllowed.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def current(self) -> Phrases:
        """What holds for the present user: their own first, then the clinic's."""
        owners = (Owner.MINE, Owner.CLINIC)
        terms = {term.written.lower(): term for owner in reversed(owners) for term in self.terms(owner)}
        return Phrases(
            tuple(autotext for owner in owners for autotext in self.autotexts(owner)),
            tuple(terms[written] for written in sorted(terms)),
        )

    def autotexts(self, owner: Owner) -> tuple[AutoText, ...]:
        """An owner's auto-texts by name."""
        with self._ledger.session.read() as db:
            rows = list(db.table("auto_text").rows_where("owner = ?", [self._key(owner)], order_by="name"))
        return tuple(AutoText(tuple(json.loads(row["names"])), row["text"], row["section"]) for row in rows)

    def terms(self, owner: Owner) -> tuple[ClinicTerm, ...]:
        """An owner's words, in alphabetical order."""
        with self._ledger.session.read() as db:
            rows = list(db.table("clinic_term").rows_where("owner = ?", [self._key(owner)], order_by="term_key"))
        return tuple(ClinicTerm(row["written"], tuple(json.loads(row["sounds_like"]))) for row in rows)

    def put_autotexts(self, owner: Owner, autotexts: Iterable[AutoText], *, instead_of: str = "") -> None:
        """Add auto-texts, or replace those of the same name; the one named `instead_of` goes. Raises NotAllowed."""
        with self._ledger.act("autotexts.changed", self._key(owner), self._right(owner)) as db:
            self._delete(db, "auto_text", "name", owner, [instead_of])
            for each in autotexts:
                row = {"name": each.name, "names": json.dumps(each.names), "section": each.section, "text": each.text}
                db.table("auto_text").insert({"owner": self._key(owner), **row}, replace=True)

    def remove_autotexts(self, owner: Owner, names: Iterable[str]) -> None:
        """Remove auto-texts by name; a name that is not there changes nothing. Raises NotAllowed."""
        with self._ledger.act("autotexts.removed", self._key(owner), self._right(owner)) as db:
            self._delete(db, "auto_text", "name", owner, names)

    def put_terms(self, owner: Owner, terms: Iterable[ClinicTerm], *, instead_of: str = "") -> None:
        """Add words, or replace those written the same; the one written `instead_of` goes. Raises NotAllowed."""
        with self._ledger.act("terms.changed", self._key(owner), self._right(owner)) as db:
            self._delete(db, "clinic_term", "term_key", owner, [instead_of.lower()])
            for each in terms:
                row = {"term_key": each.written.lower(), "written": each.written}
                sounds = {"sounds_like": json.dumps(each.sounds_like)}
                db.table("clinic_term").insert({"owner": self._key(owner), **row, **sounds}, replace=True)

    def remove_terms(self, owner: Owner, written: Iterable[str]) -> None:
        """Remove words; one that is not there changes nothing. Raises NotAllowed."""
        with self._ledger.act("terms.removed", self._key(owner), self._right(owner)) as db:
            self._delete(db, "clinic_term", "term_key", owner, [each.lower() for each in written])

    def _delete(self, db: Database, table: str, column: str, owner: Owner, keys: Iterable[str]) -> None:
        for key in keys:
            db.table(table).delete_where(f"owner = ? AND {column} = ?", [self._key(owner), key])

    def _key(self, owner: Owner) -> str:
        return "" if owner is Owner.CLINIC else self._ledger.user.id

    def _right(self, owner: Owner) -> Right:
        return Right.EDIT_CLINIC_PHRASES if owner is Owner.CLINIC else Right.DICTATE
