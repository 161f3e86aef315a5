"""What a crash, a power cut or a killed window left: recordings without an end, and words that were being found.

Owns the list that the window offers when it opens, one after the other, and what is done with each. Nothing is erased
here but a dictation in which nothing was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.chart import Chart
from desktop.dictation.job import STOPPED
from desktop.player.sound import Sound
from ehr.chart.encounter import Encounter
from ehr.chart.patient import Patient
from ehr.chart.people import Right

if TYPE_CHECKING:
    from ehr.store.recordings import Recording
    from ehr.store.store import Store

SAMPLES_PER_SECOND = 16_000


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A recording that was interrupted, its length and what is missing of it in seconds.

    `encounter` is None where it is not known whose it is; `readable` tells whether its file can be read at all.
    """

    recording: Recording
    encounter: Encounter | None
    samples: int
    lost: float
    readable: bool = True

    @property
    def duration(self) -> float:
        """Seconds that were recorded."""
        return self.samples / SAMPLES_PER_SECOND


class Recovery(QObject):
    """The interrupted recordings of one chart. `changed` says that another one, or none, is to be offered.

    `decided` names a dictation that is ready to be transcribed, `finished` one that nobody has to decide on: its sound
    is whole, and the chart was not told. `failed` carries an error.
    """

    changed = Signal()
    decided = Signal(str)
    finished = Signal(str)
    failed = Signal(object, object)

    def __init__(self, chart: Chart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self.found: list[Unfinished] = []

    @property
    def offered(self) -> Unfinished | None:
        """The recording that is offered now."""
        return self.found[0] if self.found else None

    def look(self) -> None:
        """Find what was interrupted, for somebody who may dictate. Once, before anything is recorded."""
        if self._chart.may(Right.DICTATE):
            self._chart.run(_find, success=self._take, failure=self._fail)

    def sound(self) -> Sound | None:
        """The sound of what is offered."""
        offered = self.offered
        if offered is None or not offered.samples:
            return None
        return Sound(offered.recording.path, offered.recording.key, offered.duration)

    def keep(self) -> None:
        """Put what is offered into the worklist as it is; one in which nothing was recorded is taken off it."""
        offered = self._next()
        if offered is None or not offered.readable or (offered.encounter is None and offered.samples):
            self.changed.emit()
            return
        self._chart.run(
            lambda store: _settle(store, offered), success=lambda _: self.changed.emit(), failure=self._fail
        )

    def transcribe(self, patient: Patient | None = None) -> None:
        """Finish what is offered and let its words be found; `patient` says whose it is where that is not known."""
        offered = self._next()
        if offered is not None and offered.samples:
            self._chart.run(
                lambda store: _settle(store, offered, patient), success=self._on_settled, failure=self._fail
            )

    def _take(self, found: tuple[list[Unfinished], list[str]]) -> None:
        self.found, whole = found
        self.changed.emit()
        for encounter_id in whole:
            self.finished.emit(encounter_id)

    def _next(self) -> Unfinished | None:
        return self.found.pop(0) if self.found else None

    def _on_settled(self, encounter_id: str) -> None:
        self.changed.emit()
        self.decided.emit(encounter_id)

    def _fail(self, error: BaseException) -> None:
        self.changed.emit()
        self.failed.emit(error, None)


def _find(store: Store) -> tuple[list[Unfinished], list[str]]:
    """What was interrupted, and the dictations whose recording was sealed: those are finished without asking."""
    found, whole = [], []
    for each in store.dictations.interrupted():
        unfinished, sealed = _read(each.recording, each.encounter)
        if each.encounter is not None and sealed and unfinished.samples and each.recording.samples is None:
            store.finish_recording(each.recording.id, samples=unfinished.samples)
            whole.append(each.encounter.id)
        else:
            found.append(unfinished)
    return found, whole


def _read(recording: Recording, encounter: Encounter | None) -> tuple[Unfinished, bool]:
    from transcriber.errors import JournalUnreadable
    from transcriber.journal import Journal

    if not recording.path.exists():
        return Unfinished(recording, encounter, 0, 0.0), False
    try:
        with Journal.open(recording.path, recording.key) as journal:
            lost = sum(stop - start for start, stop in journal.gaps) / SAMPLES_PER_SECOND
            return Unfinished(recording, encounter, journal.samples, lost), journal.sealed
    except JournalUnreadable:
        return Unfinished(recording, encounter, 0, 0.0, readable=False), False


def _settle(store: Store, unfinished: Unfinished, patient: Patient | None = None) -> str:
    """Seal the recording and note its length; the id of the dictation that is in the worklist then, or nothing."""
    from transcriber.journal import Journal

    recording, encounter = unfinished.recording, unfinished.encounter
    if not unfinished.samples:
        if encounter is not None:
            store.dictations.withdraw(encounter.id)
        return ""
    with Journal.open(recording.path, recording.key) as journal:
        journal.seal()
    recording.path.with_name(recording.path.name + ".reserve").unlink(missing_ok=True)
    if recording.samples is None:
        store.finish_recording(recording.id, samples=unfinished.samples)
    elif encounter is not None:
        store.fail(encounter.id, STOPPED)
    if encounter is None and patient is not None:
        encounter = store.add_encounter(patient, started_at=recording.started_at, recording_id=recording.id)
    return encounter.id if encounter is not None else ""
