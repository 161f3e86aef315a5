"""The chart on disk: one writer, one transaction per act, an audit row in each.

Owns what may be done to the chart. The statements are in the modules beside this one; here they meet the transaction,
the audit log and the clock. Knows no window and no network.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from ehr.chart.encounter import Draft, Encounter, EncounterStatus
from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.rules import rules_version
from ehr.store import encounters, entries, history, patients, recordings
from ehr.store.admission import Admitted, Credentials, admit, recover
from ehr.store.audit import AuditLog
from ehr.store.backups import Backups
from ehr.store.copies import damage
from ehr.store.dictations import Dictations
from ehr.store.emergency import Emergencies
from ehr.store.errors import StoreMissing
from ehr.store.files import FolderLock
from ehr.store.handover import Handover
from ehr.store.home import Home, database_key
from ehr.store.identity import Identity
from ehr.store.keys import STRONG, Argon2Cost
from ehr.store.ledger import Clock, Ledger, utc_now
from ehr.store.outbox import Outbox
from ehr.store.own_keychain import OwnKeychain
from ehr.store.phrases import PhraseBook
from ehr.store.reader import Reader
from ehr.store.recordings import Recording
from ehr.store.records import Records
from ehr.store.register import Register
from ehr.store.retention import Retention
from ehr.store.reviewing import Reviewing
from ehr.store.session import Session
from ehr.store.signatures import Signatures
from ehr.store.trail import Trail
from ehr.store.users import Users


class Store(Reviewing, Reader):
    """The one writer of a store. Open it with `Store.create` or `Store.open`, as a context manager or with `close`.

    Any thread may call it; calls wait for each other, so a window gives it a thread of its own and lists from a
    `reader`. Every method that changes something commits before it returns, or raises and leaves the old state:
    StoreFull, StoreUnwritable, StoreDamaged.
    """

    def __init__(self, home: Home, lock: FolderLock, admitted: Admitted, clock: Clock) -> None:
        """Use `create` or `open`."""
        session, user, self._unlocked = admitted.session, admitted.user, admitted.unlocked
        audit = AuditLog(self._unlocked.derive("audit"), user.name)
        super().__init__(session, Ledger(session, audit, user, clock))
        self._home = home
        self._lock = lock
        self._users = Users(self._ledger, home, self._unlocked)
        self._signatures = Signatures(self._ledger, self._users.verify, home.recordings)

    @classmethod
    def exists(cls, home: Path) -> bool:
        """Whether a store was made in the data folder `home`."""
        return Home(home).has_store()

    @classmethod
    def create(
        cls, home: Path, passphrase: str, *, holder: str = "owner", cost: Argon2Cost = STRONG, clock: Clock = utc_now
    ) -> Self:
        """Make a store in the data folder `home` and open it. `holder` is its first user, who has every role.

        Raises StoreExists, PassphraseEmpty, StoreInUse, StoreFull, StoreUnwritable.
        """
        place = Home(home)
        place.make_folder()
        with place.lock():
            place.make_store(passphrase, holder=holder, cost=cost)
        return cls.open(home, passphrase, clock=clock)

    @classmethod
    def open(
        cls, home: Path, passphrase: str, user: str | None = None, *, totp: str = "", clock: Clock = utc_now
    ) -> Self:
        """Open the store in `home` as the user of this id or name, or as whoever the passphrase belongs to.

        `totp` is their one-time code, where they have one. An older schema is brought to this version. Raises
        StoreMissing, UserUnknown, WrongPassphrase, CodeNeeded, CodeWrong, TooSoon, StoreInUse, StoreTooNew,
        StoreDamaged, KeyFileDamaged, StoreUnwritable.
        """
        return cls._admitting(home, lambda place: admit(place, Credentials(passphrase, user, totp), clock), clock)

    @classmethod
    def open_by_keychain(cls, home: Path, user: str | None = None, *, totp: str = "", clock: Clock = utc_now) -> Self:
        """Open the store as the user of this id or name, by the secret that they keep in this computer's keychain.

        Without a user it is the only one who does so. Raises KeychainRefused, KeychainUnavailable, else as `open`.
        """
        return cls._admitting(home, lambda place: admit(place, Credentials(None, user, totp), clock), clock)

    @classmethod
    def recover(
        cls, home: Path, recovery_key: str, passphrase: str, user: str | None = None, *, clock: Clock = utc_now
    ) -> Self:
        """Give a user a new passphrase by the clinic's recovery key, and open the store as them.

        They may unlock again, without a one-time code. Raises RecoveryKeyMistyped, PassphraseEmpty, UserUnknown,
        WrongPassphrase where the key is another store's, else as `open`.
        """

        def recovered(place: Home) -> Admitted:
            found = recover(place, recovery_key, user, passphrase, clock)
            return admit(place, Credentials(passphrase, found.id), clock)

        return cls._admitting(home, recovered, clock)

    @classmethod
    def _admitting(cls, home: Path, admitting: Callable[[Home], Admitted], clock: Clock) -> Self:
        place = Home(home)
        if not place.has_store():
            raise StoreMissing
        place.make_folder()
        lock = place.lock()
        try:
            place.settle()
            return cls(place, lock, admitting(place), clock)
        except BaseException:
            lock.release()
            raise

    @property
    def retention(self) -> Retention:
        """How long things are kept, and deleting what was kept long enough."""
        return Retention(self._ledger, self._home)

    @property
    def backups(self) -> Backups:
        """Making and verifying backups."""
        return Backups(self._ledger, self._home, self._unlocked)

    @property
    def recordings_folder(self) -> Path:
        """Where the recordings' journals lie."""
        return self._home.recordings

    @property
    def phrases(self) -> PhraseBook:
        """The auto-texts and words of the clinic and the present user."""
        return PhraseBook(self._ledger)

    @property
    def dictations(self) -> Dictations:
        """Dictations under way, and what interrupted ones left."""
        return Dictations(self._ledger, self._home.recordings)

    @property
    def users(self) -> Users:
        """Who may unlock, and their roles, passphrases and one-time codes."""
        return self._users

    @property
    def keychain(self) -> OwnKeychain:
        """Whether this computer's keychain opens the store for the present user."""
        return OwnKeychain(self._ledger, self._home, self._unlocked, self._users.verify)

    @property
    def emergencies(self) -> Emergencies:
        """Emergency access to charts that the user's role may not read."""
        return Emergencies(self._ledger)

    @property
    def signatures(self) -> Signatures:
        """Reviewing and signing."""
        return self._signatures

    @property
    def outbox(self) -> Outbox:
        """What is signed and waits to leave this computer, and what became of it."""
        return Outbox(self._ledger)

    @property
    def trail(self) -> Trail:
        """The audit log: who read what, its head, its verification and export."""
        return Trail(self._ledger)

    @property
    def handover(self) -> Handover:
        """Encounters that leave for, and come from, another computer."""
        return Handover(self._ledger, self._home.recordings)

    @property
    def register(self) -> Register:
        """Patients as a clinic keeps them: merged records, moved dictations, lists taken in."""
        return Register(self._ledger)

    @property
    def records(self) -> Records:
        """What each patient's accepted entries say over time."""
        return Records(self._ledger)

    @property
    def identity(self) -> Identity:
        """Whether it is settled whom each dictation is about."""
        return Identity(self._ledger)

    def reader(self) -> Reader:
        """A read-only connection of its own, for another thread; close it before the store."""
        return Reader(Session(self._home.chart, database_key(self._unlocked), read_only=True), self._ledger)

    def close(self) -> None:
        """Close the connection and let other programs in; a second call does nothing."""
        super().close()
        self._lock.release()

    def add_patient(self, patient: Patient) -> Patient:
        """Add a patient. Raises DuplicateMrn."""
        with self._ledger.act("patient.added", patient.id, Right.EDIT_PATIENTS) as db:
            patients.insert(db, patient)
        return patient

    def update_patient(self, patient: Patient) -> None:
        """Replace the patient with this id. Raises NotInStore, DuplicateMrn."""
        with self._ledger.act("patient.changed", patient.id, Right.EDIT_PATIENTS) as db:
            patients.update(db, patient)

    def begin_recording(self, *, device: str) -> Recording:
        """Register a recording that starts now: its id, a fresh key and the path where its journal belongs."""
        self._ledger.require(Right.DICTATE)
        with self._session.transaction() as db:
            recording = recordings.insert(db, self._home.recordings, device=device, started_at=self._ledger.now())
            self._ledger.record(db, "recording.begun", recording.id)
        return recording

    def finish_recording(self, recording_id: str, *, samples: int) -> None:
        """Note the length of a finished recording, in samples of 16 kHz. Raises NotInStore."""
        with self._ledger.act("recording.finished", recording_id, Right.DICTATE) as db:
            recordings.finish(db, recording_id, samples=samples)

    def recording(self, recording_id: str) -> Recording:
        """The recording with its key. Raises NotInStore."""
        with self._reading() as db:
            return recordings.by_id(db, self._home.recordings, recording_id)

    def add_encounter(
        self, patient: Patient, *, started_at: datetime | None = None, title: str = "", recording_id: str | None = None
    ) -> Encounter:
        """Add an encounter of a patient in the store, now unless told when. Raises NotInStore."""
        encounter = Encounter(patient, started_at or self._ledger.now(), title=title, recording_id=recording_id)
        with self._ledger.act("encounter.added", encounter.id, Right.DICTATE) as db:
            encounters.insert(db, encounter)
        return encounter

    def begin_transcribing(self, encounter_id: str) -> None:
        """Say that the encounter's sound is being turned into words. Raises NotInStore, RecordSigned."""
        with self._ledger.act("encounter.transcribing", encounter_id, Right.DICTATE) as db:
            self._open(db, encounter_id)
            encounters.set_status(db, encounter_id, EncounterStatus.TRANSCRIBING)

    def fail(self, encounter_id: str, code: str) -> None:
        """Say that the transcription failed with an error's stable `code`. Raises NotInStore, RecordSigned."""
        with self._ledger.act("encounter.failed", encounter_id, Right.DICTATE) as db:
            self._open(db, encounter_id)
            encounters.set_status(db, encounter_id, EncounterStatus.FAILED, failure=code)

    def save_draft(self, encounter_id: str, draft: Draft) -> None:
        """Store transcript, note and entries of an encounter together, in place of an earlier draft's.

        Raises NotInStore, RecordSigned, and AlreadyReviewed where a person has decided on an entry of that draft.
        """
        with self._ledger.act("draft.saved", encounter_id, Right.DICTATE) as db:
            self._open(db, encounter_id)
            history.put_barrier(db, encounter_id, "draft.saved", author=self._ledger.user.name, at=self._ledger.now())
            encounters.set_status(db, encounter_id, EncounterStatus.DRAFT)
            encounters.put_transcript(db, encounter_id, draft.transcript)
            encounters.add_version(
                db, encounter_id, draft.note, author=encounters.PIPELINE, at=self._ledger.now(), rules=rules_version()
            )
            entries.replace_all(db, encounter_id, draft.entries)

    def check(self) -> list[str]:
        """What is wrong with the store, one sentence each: pages, tables, audit chain. Empty where all is well."""
        with self._session.read() as db:
            found = damage(db)
            broken = self._ledger.audit.first_broken(db)
            return found if broken is None else [*found, f"The audit log does not verify from row {broken} on."]
