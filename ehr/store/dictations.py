"""Dictations on their way: begun before the first sound, and those that something interrupted.

Owns the promise that a recording's patient is known before the microphone opens, and the list of what waits to be
recovered. Takes back a dictation that never had sound. Knows nothing of what a journal holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ehr.chart.encounter import Draft, Encounter, EncounterStatus
from ehr.chart.note import Span
from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.chart.returning import gathered
from ehr.chart.signing import Act
from ehr.chart.weaving import weave
from ehr.rules import rules_version
from ehr.store import encounters, entries, history, recordings, standings
from ehr.store.errors import NotInStore
from ehr.store.ledger import Ledger
from ehr.store.recordings import Recording
from ehr.store.sqlcipher import Database

_INTERRUPTED = """
    SELECT recording.id AS recording_id, encounter.id AS encounter_id
    FROM recording LEFT JOIN encounter ON encounter.recording_id = recording.id
    WHERE (samples IS NULL OR status = ?) AND recording.key IS NOT NULL
    ORDER BY recording.started_at DESC
"""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A recording that was not finished, or whose transcription was not; `encounter` is None where none was made."""

    recording: Recording
    encounter: Encounter | None


@dataclass(frozen=True, slots=True)
class Continued:
    """A dictation that is open for more sound; its words reach to `heard` seconds of the recording."""

    encounter: Encounter
    recording: Recording
    heard: float


class Dictations:
    """The room of the store for dictations under way."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder

    def begin(self, patient: Patient, *, device: str) -> tuple[Encounter, Recording]:
        """Register a dictation that starts now: whose it is, its recording's key and path. Raises NotInStore."""
        self._ledger.require(Right.DICTATE)
        started_at = self._ledger.now()
        with self._ledger.session.transaction() as db:
            recording = recordings.insert(db, self._folder, device=device, started_at=started_at)
            encounter = Encounter(patient, started_at, recording_id=recording.id)
            encounters.insert(db, encounter)
            self._ledger.record(db, "recording.begun", recording.id)
            self._ledger.record(db, "encounter.added", encounter.id)
        return encounter, recording

    def withdraw(self, encounter_id: str) -> None:
        """Take back a dictation of which nothing was heard: no sample, no note. Raises NotInStore."""
        with self._ledger.act("dictation.withdrawn", encounter_id, Right.DICTATE) as db:
            encounters.remove_empty(db, encounter_id)

    def go_on(self, encounter_id: str) -> Continued:
        """Open an unsigned dictation for more sound: its recording counts as unfinished until it is finished again.

        Raises NotInStore, also for a dictation without a recording or without words yet, and RecordSigned.
        """
        with self._ledger.act("recording.continued", encounter_id, Right.DICTATE) as db:
            encounter = encounters.by_id(db, encounter_id)
            draft = encounter.draft
            if encounter.recording_id is None or draft is None or draft.transcript is None:
                raise NotInStore
            self._change(db, encounter_id)
            recordings.reopen(db, encounter.recording_id)
            recording = recordings.by_id(db, self._folder, encounter.recording_id)
        return Continued(encounter, recording, draft.transcript.duration)

    def close_again(self, encounter_id: str) -> None:
        """Finish a recording that was opened for more sound and got none. Raises NotInStore."""
        with self._ledger.act("recording.finished", encounter_id, Right.DICTATE) as db:
            encounter = encounters.by_id(db, encounter_id)
            if encounter.recording_id is None or encounter.draft is None or encounter.draft.transcript is None:
                raise NotInStore
            samples = round(encounter.draft.transcript.duration * encounters.SAMPLES_PER_SECOND)
            recordings.finish(db, encounter.recording_id, samples=samples)

    def extend(self, encounter_id: str, take: Draft, *, at: Span | None = None) -> Draft:
        """Weave what was dictated later into the draft, in place of `at` (the note's end where None or not there).

        After a "go to …" its words go to the end of a section that is there already. Entries of before keep their
        decisions; the take's are proposed. Raises NotInStore, RecordSigned.
        """
        with self._ledger.act("dictation.continued", encounter_id, Right.DICTATE) as db:
            draft = encounters.by_id(db, encounter_id).draft
            if draft is None:
                raise NotInStore
            self._change(db, encounter_id)
            end = len(draft.note.written)
            place = at if at is not None and at.end <= end else Span(end, end)
            both = gathered(weave(draft, take, place))
            author, now = self._ledger.user.name, self._ledger.now()
            history.put_barrier(db, encounter_id, "dictation.continued", author=author, at=now)
            encounters.set_status(db, encounter_id, EncounterStatus.DRAFT)
            encounters.put_transcript(db, encounter_id, both.transcript)
            encounters.add_version(db, encounter_id, both.note, author=author, at=now, rules=rules_version())
            entries.move(db, both.entries[: len(draft.entries)])
            entries.append(db, encounter_id, both.entries[len(draft.entries) :])
        return both

    def _change(self, db: Database, encounter_id: str) -> None:
        """Say that an unsigned record changes. Raises NotInStore, RecordSigned."""
        standings.advance(db, encounter_id, Act.CHANGE, by=self._ledger.user.name, at=self._ledger.now())

    def interrupted(self) -> list[Interrupted]:
        """Recordings without an end and transcriptions that were under way, newest first.

        Right after the store was opened: those that a crash or a power cut interrupted.
        """
        self._ledger.require(Right.DICTATE)
        with self._ledger.session.read() as db:
            rows = list(db.query(_INTERRUPTED, [EncounterStatus.TRANSCRIBING.value]))
            return [
                Interrupted(
                    recordings.by_id(db, self._folder, row["recording_id"]),
                    encounters.by_id(db, row["encounter_id"]) if row["encounter_id"] else None,
                )
                for row in rows
            ]
