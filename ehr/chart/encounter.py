"""One dictated visit: its recording, transcript, note and entries."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ehr.chart.entry import Entry, ReviewState
from ehr.chart.note import Note
from ehr.chart.patient import Patient
from ehr.chart.signing import UNSIGNED, Standing
from transcriber.transcript import Transcript, Word


class EncounterStatus(StrEnum):
    """How far the dictation has come."""

    RECORDED = "recorded"
    TRANSCRIBING = "transcribing"
    DRAFT = "draft"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the pipeline proposes for one dictation. `transcript` is None for text that was never heard."""

    note: Note
    entries: tuple[Entry, ...]
    transcript: Transcript | None = None

    def words_of(self, entry: Entry) -> tuple[Word, ...]:
        """The heard words that an entry rests on; empty for a fact without sound under it."""
        if self.transcript is None:
            return ()
        said = self.note.to_said(entry.evidence)
        return self.transcript.words_in(said.start, said.end)

    def to_review(self) -> list[Entry]:
        """The proposed entries that carry a flag: what a person should look at first."""
        return [entry for entry in self.entries if entry.flags and entry.state is ReviewState.PROPOSED]


@dataclass(frozen=True, slots=True)
class Encounter:
    """A dictation in the store. `recording_id` names its sound, None where there is none;
    `draft` is None until it is transcribed.
    """

    patient: Patient
    started_at: datetime
    status: EncounterStatus = EncounterStatus.RECORDED
    title: str = ""
    recording_id: str | None = None
    draft: Draft | None = None
    standing: Standing = UNSIGNED
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class EncounterSummary:
    """An encounter as a work list shows it.

    `duration` is in seconds, None where there is no sound; `proposed` counts the entries that wait for a decision,
    `to_check` those of them that carry a flag, and the misheard words that no entry rests on; `failure` is the error
    code of a failed transcription; `asked_by` is who asks the reader of the list to sign beside them.
    """

    id: str
    patient: Patient
    started_at: datetime
    status: EncounterStatus
    title: str
    recording_id: str | None
    duration: float | None
    proposed: int
    to_check: int
    failure: str | None
    standing: Standing = UNSIGNED
    asked_by: str = ""
