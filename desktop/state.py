"""What the program is doing, in one word or two: shown in one place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.dictation.job import Job, Step
from desktop.formats import clock
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.encounter import Encounter, EncounterStatus
from ehr.chart.entry import Entry, ReviewState
from ehr.chart.signing import Standing, Status


@dataclass(frozen=True, slots=True)
class State:
    """The words and the tone of their ground (plain, danger, info, warn, ok)."""

    text: str
    tone: str


def recording(elapsed: float, lost: float = 0.0) -> State:
    """A dictation is being recorded; `lost` seconds of it were not heard."""
    text = _tr(QT_TRANSLATE_NOOP("state", "● Recording {0}")).format(clock(elapsed))
    if lost >= 0.1:
        text += _tr(QT_TRANSLATE_NOOP("state", " · sound lost {0:.1f} s")).format(lost)
    return State(text, "danger")


def paused(elapsed: float) -> State:
    """A dictation stands still."""
    return State(_tr(QT_TRANSLATE_NOOP("state", "Paused at {0}")).format(clock(elapsed)), "warn")


def rewound(place: float, length: float) -> State:
    """A dictation stands still, and goes on from an earlier place."""
    return State(_tr(QT_TRANSLATE_NOOP("state", "Back at {0} of {1}")).format(clock(place), clock(length)), "warn")


def arming() -> State:
    """The microphone is being opened: speak when it says Recording."""
    return State(_tr(QT_TRANSLATE_NOOP("state", "Opening the microphone …")), "warn")


def importing(fraction: float) -> State:
    """A file is being read."""
    return State(_tr(QT_TRANSLATE_NOOP("state", "Reading the file {0}%")).format(int(fraction * 100)), "info")


def working(job: Job) -> State:
    """The dictation on the page is being worked on."""
    texts = {
        Step.RECORDING: QT_TRANSLATE_NOOP("state", "● Recording"),
        Step.WAITING: QT_TRANSLATE_NOOP("state", "Waiting for the engine"),
        Step.TRANSCRIBING: QT_TRANSLATE_NOOP("state", "Transcribing {0}%"),
        Step.DRAFTING: QT_TRANSLATE_NOOP("state", "Finding facts"),
    }
    return State(_tr(texts[job.step]).format(int(job.fraction * 100)), "info")


def resting(
    encounter: Encounter | None, entries: tuple[Entry, ...], standing: Standing, *, open_fields: int = 0
) -> State:
    """Nothing is under way: what the dictation on the page waits for, or who signed it when."""
    if encounter is None:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Idle")), "plain")
    if encounter.status is EncounterStatus.FAILED:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Transcription failed")), "danger")
    if encounter.draft is None:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Recorded")), "plain")
    if standing.locked:
        return _signed(standing)
    waiting = sum(1 for entry in entries if entry.state is ReviewState.PROPOSED)
    if waiting:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Needs review · {0}")).format(waiting), "warn")
    if open_fields:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Fields to fill · {0}")).format(open_fields), "warn")
    if standing.status is Status.REVIEWED:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Reviewed by {0}")).format(standing.by), "info")
    if standing.amendment is not None:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Amendment to sign")), "warn")
    return State(_tr(QT_TRANSLATE_NOOP("state", "Ready to sign")), "info")


def _signed(standing: Standing) -> State:
    when = f"{standing.since.astimezone():%d %b %H:%M}" if standing.since else ""
    if standing.status is Status.ENTERED_IN_ERROR:
        return State(_tr(QT_TRANSLATE_NOOP("state", "Entered in error")), "danger")
    text = (
        QT_TRANSLATE_NOOP("state", "Amended by {0}, {1}")
        if standing.status is Status.AMENDED
        else QT_TRANSLATE_NOOP("state", "Signed by {0}, {1}")
    )
    return State(_tr(text).format(standing.by, when), "ok")


def _tr(text: str) -> str:
    return QCoreApplication.translate("state", text)
