"""The speech engine as the window sees it, in a child process: recordings that grow are followed, others decoded.

A followed recording outlives its engine: a new process goes on after the last final word (transcriber/live.py).
"""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop.dictation.child import Child
from desktop.dictation.faults import ChildFault
from desktop.dictation.job import STOPPED, EngineChoice
from transcriber.errors import EngineDied
from transcriber.messages import (
    Behind,
    Cancel,
    Done,
    Failed,
    Final,
    Follow,
    Followed,
    Load,
    Message,
    Partial,
    Progress,
    Ready,
    Score,
    Scored,
    Transcribe,
    Unfollow,
    Withdrawn,
)
from transcriber.transcript import Answers, Question, Transcript

_PATIENCE = 3  # engines that may die over one recording, with no final word between them


def worker_command() -> list[str]:
    """The command line of the engine's process (its module is not imported here: it loads the engine)."""
    return [sys.executable, "-m", "transcriber.worker"]


@dataclass(slots=True)
class _Followed:
    """A recording that is being followed.

    `wanted`: its transcript is waited for; `failures`: engines that died over it with no final word between them.
    """

    request: Follow
    wanted: bool = False
    given_up: bool = False
    failures: int = 0
    transcript: Transcript | None = None


class Engine(QObject):
    """Decodes the recording it is given and tells how far it is. One recording at a time.

    `live` carries the `Partial`, `Final`, `Withdrawn` and `Behind` of the recording that grows.
    """

    live = Signal(object)
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
        self._ready = False
        self._busy = False
        self._asked: tuple[Question, ...] = ()
        self._followed: deque[_Followed] = deque()

    def prepare(self) -> None:
        """Load the model ahead of time."""
        if not self._loaded:
            self._loaded = True
            folder = str(self._choice.models_dir) if self._choice.models_dir else None
            self._child.tell(Load(self._choice.model, folder))

    def follow(self, journal: Path, key: bytes, *, start: float = 0.0) -> None:
        """Decode a recording from `start` seconds on while it grows; `transcribe` asks for the result in the end."""
        self.prepare()
        request = Follow(str(journal), key.hex(), language=self._choice.language, start=start)
        self._followed.append(_Followed(request))
        self._child.tell(self._followed[-1].request)

    def unfollow(self, journal: Path) -> None:
        """Give up a recording that will not be finished now."""
        for each in self._followed:
            if each.request.journal == str(journal):
                each.given_up = True
                self._child.tell(Unfollow())

    def transcribe(self, journal: Path, key: bytes, *, start: float = 0.0) -> None:
        """Decode a recording from `start` seconds on; `done` or `failed` follows.

        Where it was followed, only its end is left to decode.
        """
        self._busy = True
        self.prepare()
        followed = next((each for each in self._followed if each.request.journal == str(journal)), None)
        if followed is not None and followed.transcript is None:
            followed.wanted = True
            return
        if followed is not None and followed.transcript is not None:
            self._followed.remove(followed)
            self._finish(followed.transcript)
            return
        self._child.tell(Transcribe(str(journal), key.hex(), language=self._choice.language, start=start))

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
            self._ready = True
            self.ready.emit(message)
        elif isinstance(message, Progress):
            self.progressed.emit(message.fraction)
        elif isinstance(message, Done):
            self._finish(message.transcript)
        elif isinstance(message, Partial | Final | Withdrawn | Behind | Followed):
            self._on_followed(message)
        elif isinstance(message, Scored):
            self._answer(message.scores)
        elif isinstance(message, Failed):
            if not self._ready:
                self._followed.clear()
            self._fail(ChildFault(message.code, message.sentence, message.next_step))

    def _finish(self, transcript: Transcript) -> None:
        self._busy = False
        self.done.emit(transcript)

    def _on_followed(self, message: Partial | Final | Withdrawn | Behind | Followed) -> None:
        """What the worker says of the first recording whose end it has not told."""
        current = next((each for each in self._followed if each.transcript is None), None)
        if current is None:
            return
        if isinstance(message, Followed):
            self._end(current, message)
            return
        if isinstance(message, Final):
            known = (*current.request.known, *message.segments)
            current.request = replace(current.request, known=known, until=message.until, language=message.language)
            current.failures = 0
        elif isinstance(message, Withdrawn):
            kept = current.request.known[: message.kept]
            current.request = replace(current.request, known=kept, until=message.until, overs=message.overs)
        if current is self._followed[-1]:
            self.live.emit(message)

    def _end(self, current: _Followed, message: Followed) -> None:
        """A recording is decoded to its end, or given up: then `transcribe` decodes it like any other."""
        if message.transcript is not None and not current.wanted:
            current.transcript = message.transcript
            return
        interrupted = message.failed is not None and message.failed.code == STOPPED and not current.wanted
        if interrupted and not current.given_up:
            self._child.tell(current.request)
            return
        self._followed.remove(current)
        if message.transcript is not None:
            self._finish(message.transcript)
        elif current.wanted and message.failed is not None:
            self._busy = False
            self.failed.emit(ChildFault(message.failed.code, message.failed.sentence, message.failed.next_step))

    @Slot()
    def _on_died(self) -> None:
        """What was followed goes on in a new process, unless the recording itself kills engines."""
        self._ready = False
        for each in self._followed:
            each.failures += each.transcript is None
        self._followed = deque(each for each in self._followed if each.failures <= _PATIENCE)
        goes_on = any(each.wanted for each in self._followed)
        self._busy = self._busy and not goes_on
        self._fail(EngineDied())
        self._busy = goes_on
        for each in self._followed:
            if each.transcript is None:
                self.prepare()
                self._child.tell(each.request)

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
