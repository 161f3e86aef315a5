"""Dictations on their way: begun before the first sound, and those that something interrupted.

Owns the promise that a recording's patient is known before the microphone opens, and the list of what waits to be
recovered. Takes back a dictation that never had sound. Knows nothing of what a journal holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ehr.chart.encounter import Encounter, EncounterStatus
from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.store import encounters, recordings
from ehr.store.ledger import Ledger
from ehr.store.recordings import Recording

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
