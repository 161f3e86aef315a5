"""The speech engine as the window sees it: one recording at a time, in a child process."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop.dictation.child import Child
from desktop.dictation.faults import ChildFault
from desktop.dictation.job import EngineChoice
from transcriber.errors import EngineDied
from transcriber.messages import Cancel, Done, Failed, Load, Message, Progress, Ready, Score, Scored, Transcribe
from transcriber.transcript import Answers, Question


def worker_command() -> list[str]:
    """The command line of the engine's process (its module is not imported here: it loads the engine)."""
    return [sys.executable, "-m", "transcriber.worker"]


class Engine(QObject):
    """Decodes the recording it is given and tells how far it is. One recording at a time."""

    ready = Signal(object)
    progressed = Signal(float)
    done = Signal(object)
    scored = Signal(object)
    failed = Signal(object)

    def __init__(self, choice: EngineChoice, parent: QObject | None = None, *, child: Child | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._child = child or Child(worker_command, self)
        self._child.received.connect(self._on_received)
        self._child.died.connect(self._on_died)
        self._loaded = False
        self._busy = False
        self._asked: tuple[Question, ...] = ()

    def prepare(self) -> None:
        """Load the model ahead of time."""
        if not self._loaded:
            self._loaded = True
            folder = str(self._choice.models_dir) if self._choice.models_dir else None
            self._child.tell(Load(self._choice.model, folder))

    def transcribe(self, journal: Path, key: bytes) -> None:
        """Decode a recording; `done` or `failed` follows."""
        self._busy = True
        self.prepare()
        self._child.tell(Transcribe(str(journal), key.hex(), language=self._choice.language))

    def score(self, journal: Path, key: bytes, language: str, questions: tuple[Question, ...]) -> None:
        """Ask the sound of a recording; `scored` follows with Answers, or None where there are none."""
        self._asked = questions
        self.prepare()
        self._child.tell(Score(str(journal), key.hex(), language, questions))

    def cancel(self) -> None:
        """Give the recording up; `failed` with the code of Cancelled follows."""
        if self._busy:
            self._child.tell(Cancel())

    def kill(self) -> None:
        """End the process at once."""
        self._child.kill()

    def close(self) -> None:
        """End the process."""
        self._child.close()

    @Slot(object)
    def _on_received(self, message: Message) -> None:
        if isinstance(message, Ready):
            self.ready.emit(message)
        elif isinstance(message, Progress):
            self.progressed.emit(message.fraction)
        elif isinstance(message, Done):
            self._busy = False
            self.done.emit(message.transcript)
        elif isinstance(message, Scored):
            self._answer(message.scores)
        elif isinstance(message, Failed):
            self._fail(ChildFault(message.code, message.sentence, message.next_step))

    @Slot()
    def _on_died(self) -> None:
        self._fail(EngineDied())

    def _fail(self, error: Exception) -> None:
        """A process that failed is trusted with nothing else: the next recording loads the model anew."""
        self._answer(None)
        was_busy, self._busy = self._busy, False
        if isinstance(error, EngineDied):
            self._loaded = False
        if was_busy:
            self.failed.emit(error)
        elif not isinstance(error, EngineDied):
            self._loaded = False

    def _answer(self, scores: tuple[tuple[float, ...], ...] | None) -> None:
        """A question that fails costs the repairs, never the note."""
        if self._asked:
            asked, self._asked = self._asked, ()
            self.scored.emit(None if scores is None else Answers(dict(zip(asked, scores, strict=True))))
