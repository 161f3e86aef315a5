"""Reviewing and signing: the acts that make a draft a record.

Owns who may bring a dictation from one status to the next and what commits with it: the signature over a canonical
content, the standing, the row of the outbox, the rows of the audit log. Knows no window; what the sound is, and whose
passphrase was typed, it is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ehr.chart.encounter import EncounterSummary
from ehr.chart.people import Right, User
from ehr.chart.readiness import Readiness, readiness
from ehr.chart.signing import STATEMENTS, Act, Signature, SignatureKind, Standing
from ehr.store import encounters, history, outbox, recordings, signed, standings
from ehr.store.codec import time_to_text
from ehr.store.errors import NotAllowed
from ehr.store.faults import FieldsOpen, NoReason, NothingToSign, NotNow, Undecided
from ehr.store.identity import require_settled
from ehr.store.ledger import Ledger
from ehr.store.recordings import Recording
from ehr.store.signed import Content, Difference, Sound
from ehr.store.sqlcipher import Database

Fingerprint = Callable[[Recording], str | None]
"""Hashes a recording's sound: SHA-256 in hexadecimal, None where it cannot be read."""


class Verify(Protocol):
    """Lets the present user show again that it is they. Raises WrongPassphrase and what else speaks against it."""

    def __call__(self, passphrase: str, totp: str = "") -> User:
        """The user."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What a person gives with a signature: the passphrase again, the statement that was shown, why it is amended."""

    passphrase: str
    statement: str = ""
    reason: str = ""
    totp: str = ""


@dataclass(frozen=True, slots=True)
class CosignRequest:
    """A user asks another to sign beside them; `answered` once they did."""

    encounter_id: str
    asked_of_id: str
    asked_of: str
    asked_by: str
    asked_at: datetime
    answered: bool


class Signatures:
    """The signatures of a store. Reached as `store.signatures`."""

    def __init__(self, ledger: Ledger, verify: Verify, folder: Path, fingerprint: Fingerprint | None = None) -> None:
        self._ledger = ledger
        self._verify = verify
        self._folder = folder
        self._fingerprint = fingerprint

    def listen_with(self, fingerprint: Fingerprint) -> None:
        """Hash sound with this from now on; without it signatures name the recording and no hash."""
        self._fingerprint = fingerprint

    def readiness(self, encounter_id: str) -> Readiness:
        """What stands in the way of a signature. Raises NotInStore, NothingToSign."""
        with self._ledger.reading() as db:
            return _readiness(db, encounter_id)

    def mark_reviewed(self, encounter_id: str) -> Standing:
        """Say that somebody has been through everything.

        Raises NotInStore, Undecided, FieldsOpen, RecordSigned, NotNow, IdentityInDoubt.
        """
        with self._ledger.act("encounter.reviewed", encounter_id, Right.REVIEW) as db:
            after = self._advance(db, encounter_id, Act.REVIEW)
            _refuse_unready(db, encounter_id)
            require_settled(db, encounter_id)
            return after

    def sign(self, encounter_id: str, seal: Seal) -> Signature:
        """Sign the note and its entries as they stand; an amendment becomes the version on top.

        Raises NotAllowed, WrongPassphrase, NotInStore, NothingToSign, Undecided, FieldsOpen, IdentityInDoubt,
        RecordSigned, NotNow.
        """
        self._authenticate(seal)
        sound = self._sound(encounter_id)
        with self._ledger.act("encounter.signed", encounter_id, Right.SIGN) as db:
            _refuse_unready(db, encounter_id)
            require_settled(db, encounter_id)
            amendment = standings.of_encounter(db, encounter_id).amendment
            self._advance(db, encounter_id, Act.SIGN)
            kind = SignatureKind.FINAL if amendment is None else SignatureKind.AMENDED
            reason = "" if amendment is None else amendment.reason
            content = signed.covered(db, encounter_id, sound)
            return self._insert(db, encounter_id, content, kind, seal, reason=reason)

    def amend(self, encounter_id: str, reason: str) -> Standing:
        """Begin a new version on top of the signed one, which stays as it is. It counts once it is signed again.

        Raises NotAllowed, NotInStore, NoReason, NotNow.
        """
        self._ledger.require(Right.SIGN)
        if not reason.strip():
            raise NoReason
        with self._ledger.act("amendment.begun", encounter_id, Right.SIGN) as db:
            after = self._advance(db, encounter_id, Act.AMEND, reason=reason)
            self._put_barrier(db, encounter_id, "amendment.begun")
            return after

    def abandon(self, encounter_id: str) -> Standing:
        """Give an amendment up: note and entries are again those of the signed version. Raises NotInStore, NotNow."""
        with self._ledger.act("amendment.abandoned", encounter_id, Right.REVIEW) as db:
            author, at = self._ledger.user.name, self._ledger.now()
            if standings.of_encounter(db, encounter_id).amendment is None:
                raise NotNow
            for step in reversed(steps := history.undoable(db, encounter_id)):
                history.take_back(db, encounter_id, step, author=author, at=at)
            versions = [step.note_version for step in steps if step.note_version is not None]
            if versions:
                note = history.version(db, encounter_id, versions[0])
                encounters.add_version(db, encounter_id, note, author=author, at=at)
            return self._advance(db, encounter_id, Act.ABANDON)

    def retract(self, encounter_id: str, seal: Seal) -> Signature | None:
        """Mark the dictation as entered in error: everything is kept, nothing of it counts.

        Raises NotAllowed, WrongPassphrase, NoReason, NotInStore, RecordSigned, NotNow.
        """
        self._ledger.require(Right.SIGN)
        if not seal.reason.strip():
            raise NoReason
        self._authenticate(seal)
        sound = self._sound(encounter_id)
        with self._ledger.act("encounter.retracted", encounter_id, Right.SIGN) as db:
            before = signed.of_encounter(db, encounter_id)
            self._advance(db, encounter_id, Act.RETRACT)
            content = (
                signed.content_of(db, encounter_id, before[-1].number) if before
                else signed.covered(db, encounter_id, sound)
            )  # fmt: skip
            kind = SignatureKind.ENTERED_IN_ERROR
            return self._insert(db, encounter_id, content, kind, seal, reason=seal.reason.strip(), send=bool(before))

    def ask_cosign(self, encounter_id: str, of: User) -> None:
        """Ask another clinician to sign beside. Raises NotAllowed for somebody who may not sign, NotInStore, NotNow."""
        self._ledger.require(Right.REVIEW)
        if not of.may(Right.SIGN):
            raise NotAllowed
        with self._ledger.act("cosign.asked", encounter_id, Right.REVIEW) as db:
            if not standings.of_encounter(db, encounter_id).may(Act.COSIGN):
                raise NotNow
            asked = {"asked_of_id": of.id, "asked_of": of.name, "asked_by": self._ledger.user.name}
            at = time_to_text(self._ledger.now())
            db.table("cosign_request").insert({"encounter_id": encounter_id, **asked, "asked_at": at})

    def cosign(self, encounter_id: str, seal: Seal) -> Signature:
        """Sign beside the signature of another.

        Raises NotAllowed, WrongPassphrase, NotInStore, NotNow.
        """
        self._authenticate(seal)
        with self._ledger.act("encounter.cosigned", encounter_id, Right.SIGN) as db:
            self._advance(db, encounter_id, Act.COSIGN)
            last = signed.of_encounter(db, encounter_id)[-1]
            content = signed.content_of(db, encounter_id, last.number)
            return self._insert(db, encounter_id, content, SignatureKind.COSIGNED, seal)

    def requests(self, encounter_id: str | None = None) -> list[CosignRequest]:
        """Who was asked to sign beside whom, oldest first, of one encounter or of all."""
        query = """SELECT encounter_id, asked_of_id, asked_of, asked_by, asked_at, EXISTS (
                SELECT 1 FROM signature WHERE signature.encounter_id = cosign_request.encounter_id
                AND kind = 'cosigned' AND signer_id = asked_of_id AND signed_at >= asked_at
            ) FROM cosign_request WHERE ?1 IS NULL OR encounter_id = ?1 ORDER BY id"""
        with self._ledger.reading() as db:
            found = db.execute(query, (encounter_id,)).fetchall()
        return [
            CosignRequest(id_, of_id, of, by, datetime.fromisoformat(at), bool(answered))
            for id_, of_id, of, by, at, answered in found
        ]

    def asked(self) -> list[EncounterSummary]:
        """The dictations that the present user is asked to sign beside, newest first; none for who may not sign."""
        with self._ledger.reading() as db:
            return encounters.asked_of(db, self._ledger.user) if self._ledger.allows(Right.SIGN) else []

    def of(self, encounter_id: str) -> list[Signature]:
        """The encounter's signatures, oldest first."""
        with self._ledger.reading() as db:
            return signed.of_encounter(db, encounter_id)

    def content(self, encounter_id: str, number: int) -> Content:
        """What the signature of that number covers, as it was signed. Raises NotInStore."""
        with self._ledger.reading() as db:
            return signed.content_of(db, encounter_id, number)

    def verify(self, encounter_id: str) -> list[Difference]:
        """Where the signed versions and the chart differ from what was signed; empty where nothing does."""
        sound = self._sound(encounter_id) if self._fingerprint is not None else None
        with self._ledger.reading() as db:
            return signed.verify(db, encounter_id, sound)

    def _insert(
        self, db: Database, encounter_id: str, content: Content, kind: SignatureKind, seal: Seal, *,
        reason: str = "", send: bool = True,
    ) -> Signature:  # fmt: skip
        """The signature and what commits with it."""
        user = self._ledger.user
        signature = signed.insert(
            db,
            encounter_id,
            content,
            kind,
            id_=str(uuid.uuid4()),
            signer=(user.id, user.name),
            statement=seal.statement or STATEMENTS[kind],
            reason=reason,
            at=self._ledger.now(),
        )
        if send:
            outbox.put(db, encounter_id, signature)
        self._put_barrier(db, encounter_id, "signed")
        self._ledger.record(db, signed.VERSION_SIGNED, signature.hash)
        return signature

    def _advance(self, db: Database, encounter_id: str, act: Act, *, reason: str = "") -> Standing:
        name, at = self._ledger.user.name, self._ledger.now()
        return standings.advance(db, encounter_id, act, by=name, at=at, reason=reason)

    def _put_barrier(self, db: Database, encounter_id: str, action: str) -> None:
        history.put_barrier(db, encounter_id, action, author=self._ledger.user.name, at=self._ledger.now())

    def _authenticate(self, seal: Seal) -> None:
        """The person who opened the chart is the person who signs."""
        self._ledger.require(Right.SIGN)
        self._verify(seal.passphrase, seal.totp)

    def _sound(self, encounter_id: str) -> Sound | None:
        with self._ledger.reading() as db:
            recording_id = encounters.recording_of(db, encounter_id)
            recording = recording_id and recordings.by_id(db, self._folder, recording_id)
        if not recording:
            return None
        return Sound(recording.id, self._fingerprint(recording) if self._fingerprint is not None else None)


def _readiness(db: Database, encounter_id: str) -> Readiness:
    draft = encounters.by_id(db, encounter_id).draft
    if draft is None:
        raise NothingToSign
    return readiness(draft.note, draft.entries)


def _refuse_unready(db: Database, encounter_id: str) -> None:
    found = _readiness(db, encounter_id)
    if found.undecided:
        raise Undecided.these(tuple(entry.id for entry in found.undecided))
    if found.open_fields:
        raise FieldsOpen.of(len(found.open_fields))
