"""Audio files become recordings, on a lane of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.chart import Chart
from desktop.dictation.faults import FileBrokeOff
from desktop.tasks import Lane, Operation
from ehr.chart.encounter import Encounter
from ehr.chart.patient import Patient

if TYPE_CHECKING:
    from ehr.store.recordings import Recording
    from ehr.store.store import Store
    from transcriber.importing import Imported

SAMPLES_PER_SECOND = 16_000
AUDIO_SUFFIXES = ("wav", "flac", "ogg", "oga", "opus", "mp3", "m4a", "aac", "mp4", "webm", "aiff", "aif", "wma", "amr")


class Importer(QObject):
    """Brings files in one after another. Nothing of a file that fails is kept."""

    progressed = Signal()
    imported = Signal(str)
    failed = Signal(object, object)
    _fraction_read = Signal(float)

    def __init__(self, chart: Chart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self._lane = Lane.on_thread("import", self)
        self._cancelled = Event()
        self.fraction: float | None = None
        self._fraction_read.connect(self._on_fraction, Qt.ConnectionType.QueuedConnection)

    def bring_in(self, file: Path, patient: Patient) -> None:
        """Read a file into a recording of the patient's."""
        self._on_fraction(0.0)
        self._chart.run(
            lambda store: store.begin_recording(device="file"),
            success=lambda recording: self._read(file, patient, recording),
            failure=self._fail,
        )

    def close(self) -> None:
        """Give up what is being read."""
        self._cancelled.set()
        self._lane.close()

    def _read(self, file: Path, patient: Patient, recording: Recording) -> None:
        work = _reading(file, recording, self._fraction_read.emit, self._cancelled)
        self._lane.run(Operation(work, lambda read: self._keep(patient, recording, read), self._fail))

    def _keep(self, patient: Patient, recording: Recording, read: Imported) -> None:
        def kept(encounter: Encounter) -> None:
            self._end()
            self.imported.emit(encounter.id)

        if read.truncated:
            self.failed.emit(FileBrokeOff(), None)
        self._chart.run(lambda store: _add(store, patient, recording, read.duration), success=kept, failure=self._fail)

    def _fail(self, error: BaseException) -> None:
        self._end()
        self.failed.emit(error, None)

    def _end(self) -> None:
        self.fraction = None
        self.progressed.emit()

    @Slot(float)
    def _on_fraction(self, fraction: float) -> None:
        self.fraction = fraction
        self.progressed.emit()


def _reading(
    file: Path, recording: Recording, on_progress: Callable[[float], None], cancelled: Event
) -> Callable[[], Imported]:
    """The work of the lane: decode the file into the recording's journal, and leave nothing of it on failure."""

    def read() -> Imported:
        from transcriber.errors import TranscriberError
        from transcriber.importing import import_audio
        from transcriber.journal import Journal

        try:
            with Journal.create(
                recording.path, recording.key, device="file", started_at=recording.started_at
            ) as journal:
                return import_audio(file, journal, on_progress=on_progress, cancelled=cancelled.is_set)
        except (TranscriberError, OSError):
            for leftover in recording.path.parent.glob(f"{recording.path.name}*"):
                leftover.unlink(missing_ok=True)
            raise

    return read


def _add(store: Store, patient: Patient, recording: Recording, duration: float) -> Encounter:
    store.finish_recording(recording.id, samples=round(duration * SAMPLES_PER_SECOND))
    return store.add_encounter(patient, started_at=recording.started_at, recording_id=recording.id)
