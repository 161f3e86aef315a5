"""The dictation desk: what is recorded, waiting, transcribed or drafted now.

Owns the jobs and their order. Each result is in the store before anybody hears of it, so a crash costs the step under
way and nothing before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.chart import Chart
from desktop.dictation.job import STOPPED, EngineChoice, Heard, Job, Step
from desktop.medicines import medicines_of
from ehr.chart.encounter import Draft, Encounter
from ehr.chart.entry import ReviewState
from ehr.chart.note import Span
from ehr.chart.patient import Patient
from ehr.chart.phrases import Phrases
from transcriber.transcript import Answers, Question, Transcript

if TYPE_CHECKING:
    from desktop.dictation.recorder import Input
    from desktop.dictation.workers import Workers
    from ehr.store.dictations import Continued
    from ehr.store.recordings import Recording
    from ehr.store.store import Store

SAMPLES_PER_SECOND = 16_000


class Desk(QObject):
    """Takes dictations in and brings drafts out.

    `changed` says that jobs or the list of dictations changed; `began` names a dictation that is now in the store,
    `drafted` one whose draft is; `failed` carries the error and what to call to try again, or None.

    Of the recording under way `overs` are the ranges of samples that were said over; `rewound` is asked from where it
    goes on, None for its end.
    """

    changed = Signal()
    began = Signal(str)
    drafted = Signal(str)
    level = Signal(object)
    live = Signal(object)
    warned = Signal(object)
    microphone = Signal(str)
    failed = Signal(object, object)

    def __init__(self, chart: Chart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs: dict[str, Job] = {}
        self.recording: str | None = None
        self.starting = False
        self.says_marks = False
        self._chart = chart
        self.workers: Workers | None = None
        self._waiting: deque[str] = deque()
        self._current: Encounter | None = None
        self._source: _Source | None = None
        self._heard: Heard | None = None
        self._taking: _Taking | None = None
        self._places: dict[str, Span | None] = {}
        self.overs: list[tuple[int, int]] = []
        self.rewound: Callable[[], float | None] = _at_the_end

    def equip(self, choice: EngineChoice) -> None:
        """Get the processes and lanes ready that do the work; before that the desk only waits.

        They are imported here, since the window opens before anything can be dictated.
        """
        from desktop.dictation.workers import Workers

        self.workers = Workers.ready(self._chart, choice, self)
        self._connect(self.workers)

    @property
    def importing(self) -> float | None:
        """How much of a file is read, 0 to 1; None while none is."""
        return self.workers.importer.fraction if self.workers is not None else None

    @property
    def paused(self) -> bool:
        """Whether the recording that is under way is paused."""
        return self.recording is not None and self._at_work.recorder.is_paused

    @property
    def length(self) -> float:
        """Seconds of the recording under way that are on the disk."""
        return self._at_work.recorder.length if self.recording is not None else 0.0

    @property
    def under_way(self) -> tuple[Path, bytes] | None:
        """The journal that is being recorded, and its key."""
        return (self._taking.recording.path, self._taking.recording.key) if self._taking is not None else None

    @property
    def floor(self) -> float:
        """The second from which on something may be said over: what was heard before this take is edited as text."""
        return self._taking.heard if self._taking is not None else 0.0

    def arm(self, source: Input | None) -> None:
        """Open the microphone ahead of a dictation, or let go of it."""
        if self.workers is None or self.starting or self.recording is not None:
            return
        if source is not None:
            self.workers.recorder.arm(source)
        else:
            self.workers.recorder.disarm()

    def record(self, patient: Patient, source: Input) -> None:
        """Begin a dictation."""
        if self.starting or self.recording is not None:
            return
        self.starting = True
        self.changed.emit()

        def begin(taking: tuple[Encounter, Recording]) -> None:
            self._taking = _Taking(*taking)
            self._at_work.recorder.record(taking[1].path, taking[1].key, source)

        self._ask(
            lambda store: store.dictations.begin(patient, device=source.device or "default"),
            begin,
            self._on_record_failed,
        )
        self._warm()

    def go_on(self, encounter_id: str, source: Input, at: Span | None = None) -> None:
        """Dictate into a note that is there already, in place of `at` (at its end where None)."""
        if self.starting or self.recording is not None or encounter_id in self.jobs:
            return
        self.starting = True
        self.changed.emit()

        def begin(open_again: Continued) -> None:
            self._places[encounter_id] = at
            self._taking = _Taking(open_again.encounter, open_again.recording, open_again.heard)
            self._at_work.recorder.record(open_again.recording.path, open_again.recording.key, source, go_on=True)

        self._ask(lambda store: store.dictations.go_on(encounter_id), begin, self._on_record_failed)
        self._warm()

    def stop(self) -> None:
        """Finish the dictation."""
        self._at_work.recorder.stop()

    def pause_or_resume(self) -> None:
        """Pause the recording, or go on where it paused, or where it was rewound to."""
        if self.recording is not None:
            self._at_work.recorder.pause_or_resume(self.rewound() if self.paused else None)

    def bring_in(self, file: Path, patient: Patient) -> None:
        """Import an audio file and transcribe it."""
        self._warm()
        self._at_work.importer.bring_in(file, patient)

    def transcribe(self, encounter_id: str) -> None:
        """Transcribe a dictation, after those that wait already."""
        if encounter_id not in self.jobs:
            self._waiting.append(encounter_id)
            self._set(encounter_id, Job(Step.WAITING))
            self._next()

    def cancel(self, encounter_id: str) -> None:
        """Stop transcribing a dictation. Its recording is untouched."""
        if encounter_id in self._waiting:
            self._waiting.remove(encounter_id)
            self._end(encounter_id)
        elif self._current is not None and self._current.id == encounter_id:
            self._at_work.engine.cancel()

    def close(self) -> None:
        """End every process; what is recorded stays recorded."""
        if self.workers is not None:
            self.workers.close()

    @property
    def _at_work(self) -> Workers:
        if self.workers is None:
            raise RuntimeError("the desk is not equipped")
        return self.workers

    def _connect(self, workers: Workers) -> None:
        workers.recorder.started.connect(self._on_started)
        workers.recorder.level.connect(self.level)
        workers.recorder.warned.connect(self.warned)
        workers.recorder.paused.connect(self.changed)
        workers.recorder.said_over.connect(self._on_said_over)
        workers.recorder.stopped.connect(self._on_stopped)
        workers.recorder.failed.connect(self._on_record_failed)
        workers.engine.live.connect(self.live)
        workers.engine.progressed.connect(self._on_progressed)
        workers.engine.done.connect(self._on_transcribed)
        workers.engine.scored.connect(self._on_scored)
        workers.engine.failed.connect(self._on_transcription_failed)
        workers.importer.progressed.connect(self.changed)
        workers.importer.imported.connect(self._on_arrived)
        workers.importer.failed.connect(self.failed)

    def _warm(self) -> None:
        self._at_work.engine.prepare()
        self._at_work.drafting.prepare()

    def _ask(
        self,
        work: Callable[[Store], object],
        success: Callable[..., None],
        failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        self._chart.run(work, success=success, failure=failure or (lambda error: self.failed.emit(error, None)))

    @Slot(str)
    def _on_started(self, device: str) -> None:
        """Sound arrives: speak now."""
        self.microphone.emit(device)
        if self._taking is None:
            return
        encounter, recording = self._taking.encounter, self._taking.recording
        if self.recording == encounter.id:
            return
        self._at_work.engine.follow(recording.path, recording.key, start=self._taking.heard)
        self.starting = False
        self.recording = encounter.id
        self.jobs[encounter.id] = Job(Step.RECORDING)
        self.began.emit(encounter.id)
        self.changed.emit()

    @Slot(float, float)
    def _on_said_over(self, first: float, last: float) -> None:
        self.overs.append((round(first * SAMPLES_PER_SECOND), round(last * SAMPLES_PER_SECOND)))

    @Slot(float)
    def _on_stopped(self, duration: float) -> None:
        if self._taking is None:
            return
        encounter, recording = self._taking.encounter, self._taking.recording
        if self.recording is None:
            self._withdraw(encounter.id)
            return
        samples = round(duration * SAMPLES_PER_SECOND)
        self._recording_ended(Job(Step.WAITING))

        def finished(_: object) -> None:
            self.jobs.pop(encounter.id, None)
            self._on_arrived(encounter.id)

        def failed(error: BaseException) -> None:
            self._end(encounter.id)
            self.failed.emit(error, None)

        self._ask(lambda store: store.finish_recording(recording.id, samples=samples), finished, failed)

    @Slot(object)
    def _on_record_failed(self, error: BaseException) -> None:
        """A dictation that never had sound leaves nothing behind."""
        if self._taking is not None and self.recording is None:
            self._withdraw(self._taking.encounter.id)
        elif self._taking is not None:
            self._at_work.engine.unfollow(self._taking.recording.path)
        self._recording_ended()
        self.failed.emit(error, None)

    def _withdraw(self, encounter_id: str) -> None:
        """Of what had no sound, a new dictation goes; one that was to be continued stays as it was."""
        self._recording_ended()
        if encounter_id in self._places:
            del self._places[encounter_id]
            self._ask(lambda store: store.dictations.close_again(encounter_id), lambda _: None)
        else:
            self._ask(lambda store: store.dictations.withdraw(encounter_id), lambda _: None)

    def _recording_ended(self, then: Job | None = None) -> None:
        """Nothing is recorded any more; `then` is what becomes of the dictation, known before the chart hears of it."""
        encounter_id, self.recording, self.starting, self._taking = self.recording, None, False, None
        self.overs = []
        if encounter_id is not None:
            self.jobs.pop(encounter_id, None)
            if then is not None:
                self.jobs[encounter_id] = then
        self.changed.emit()

    @Slot(str)
    def _on_arrived(self, encounter_id: str) -> None:
        self.began.emit(encounter_id)
        self.transcribe(encounter_id)

    def _next(self) -> None:
        """Start the dictation that waits longest, unless one is under way."""
        if self._current is not None or not self._waiting:
            return
        encounter_id = self._waiting.popleft()
        self._set(encounter_id, Job(Step.TRANSCRIBING))
        self._ask(
            lambda store: _begin(store, encounter_id, continued=encounter_id in self._places),
            self._begin_engine,
            lambda error: self._fail(encounter_id, error),
        )
        self._at_work.drafting.prepare()

    def _begin_engine(self, source: _Source) -> None:
        self._current, self._source = source.encounter, source
        self._at_work.engine.transcribe(source.recording.path, source.recording.key, start=source.start)

    @Slot(float)
    def _on_progressed(self, fraction: float) -> None:
        if self._current is not None:
            self._set(self._current.id, Job(Step.TRANSCRIBING, fraction))

    @Slot(object)
    def _on_transcribed(self, transcript: Transcript) -> None:
        source = self._source
        if source is None:
            return
        encounter = source.encounter
        self._set(encounter.id, Job(Step.DRAFTING, 1.0))
        on = encounter.started_at.astimezone().date()
        phrases = replace(source.phrases, says_marks=self.says_marks)
        self._heard = Heard(transcript, encounter.patient, source.medicines, on, phrases)
        self._at_work.drafting.questions(
            self._heard, success=self._on_questions, failure=lambda error: self._fail(encounter.id, error)
        )

    def _on_questions(self, questions: tuple[Question, ...]) -> None:
        """The sound is asked where there is something to ask."""
        if self._source is not None and self._heard is not None and questions:
            recording, language = self._source.recording, self._heard.transcript.language
            self._at_work.engine.score(recording.path, recording.key, language, questions)
        else:
            self._on_scored(None)

    @Slot(object)
    def _on_scored(self, answers: Answers | None) -> None:
        encounter, heard = self._current, self._heard
        if encounter is None or heard is None:
            return
        self._heard = None
        self._at_work.drafting.draft(
            heard,
            answers,
            success=lambda draft: self._keep(encounter, draft),
            failure=lambda error: self._fail(encounter.id, error),
        )

    def _keep(self, encounter: Encounter, draft: Draft) -> None:
        at, start = self._places.get(encounter.id), self._source.start if self._source is not None else 0.0

        def kept(_: object) -> None:
            self._places.pop(encounter.id, None)
            self._end(encounter.id)
            self.drafted.emit(encounter.id)

        def save(store: Store) -> None:
            if start:
                store.dictations.extend(encounter.id, draft, at=at)
            else:
                _save(store, encounter, draft)

        self._ask(save, kept, lambda error: self._fail(encounter.id, error))

    @Slot(object)
    def _on_transcription_failed(self, error: BaseException) -> None:
        if self._current is not None:
            self._fail(self._current.id, error)

    def _fail(self, encounter_id: str, error: BaseException) -> None:
        code = getattr(error, "code", "CW-D900")
        self._ask(lambda store: store.fail(encounter_id, code), lambda _: self._end(encounter_id))
        if code != STOPPED:
            self.failed.emit(error, lambda: self.transcribe(encounter_id))

    def _set(self, encounter_id: str, job: Job) -> None:
        self.jobs[encounter_id] = job
        self.changed.emit()

    def _end(self, encounter_id: str) -> None:
        self.jobs.pop(encounter_id, None)
        if self._current is not None and self._current.id == encounter_id:
            self._current = self._source = self._heard = None
        self.changed.emit()
        self._next()


@dataclass(frozen=True, slots=True)
class _Taking:
    """A dictation whose sound is being taken. Its words are in the note up to `heard` seconds."""

    encounter: Encounter
    recording: Recording
    heard: float = 0.0


@dataclass(frozen=True, slots=True)
class _Source:
    """A dictation under way: its sound, what the patient's chart holds, and what the user has taught the program.

    Its words are in the note up to `start` seconds.
    """

    encounter: Encounter
    recording: Recording
    medicines: tuple[str, ...]
    phrases: Phrases
    start: float = 0.0


def _begin(store: Store, encounter_id: str, *, continued: bool) -> _Source:
    """Note in the store that the work begins, and find what it needs.

    What a person has reviewed is never drafted anew: what was said since is added to it.
    """
    encounter = store.encounter(encounter_id)
    recording = store.recording(encounter.recording_id or "")
    store.begin_transcribing(encounter_id)
    draft = encounter.draft
    reviewed = draft is not None and any(entry.state is not ReviewState.PROPOSED for entry in draft.entries)
    start = draft.transcript.duration if draft and draft.transcript and (continued or reviewed) else 0.0
    return _Source(encounter, recording, medicines_of(store, encounter.patient), store.phrases.current(), start)


def _save(store: Store, encounter: Encounter, draft: Draft) -> None:
    """Keep a draft, with what it contradicts in the patient's record."""
    from ehr.extract.drug_classes import related

    store.save_draft(encounter.id, store.records.reconciled(encounter, draft, related)[0])


def _at_the_end() -> float | None:
    """Nothing was rewound."""
    return None


def now() -> datetime:
    """The present, in the user's zone."""
    return datetime.now(UTC).astimezone()
