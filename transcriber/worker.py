"""The engine in a process of its own: `python -m transcriber.worker`.

Owns the conversation with the parent (messages.py): `Load` → `Ready`, then any number of `Transcribe` → `Progress`,
`Found` … `Done`, of `Score` → `Scored`, and of `Follow` → `Partial`, `Final`, `Withdrawn`, `Behind` … `Followed`;
`Failed` answers any but the last. While a recording is followed, the others are answered between two pieces of work.
Ends when its standard input closes. A parent notices a killed worker by the end of its output. Knows no window and
writes no file.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before anything loads onnxruntime

from transcriber import hardware, models
from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.children import Parent, key_of
from transcriber.decode import later, shifted, transcribe
from transcriber.engines.base import DecodeOptions, Engine
from transcriber.errors import MessageInvalid, TranscriberError
from transcriber.journal import Journal
from transcriber.live import Finals
from transcriber.messages import (
    Behind,
    Done,
    Failed,
    Final,
    Follow,
    Followed,
    Found,
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
from transcriber.overdictation import Known, Standing, follow
from transcriber.scoring import Scorer
from transcriber.transcript import Transcript, Word


def command() -> list[str]:
    """The command line that starts a worker."""
    return [sys.executable, "-m", "transcriber.worker"]


def main() -> None:
    """Serve the parent until it is gone."""
    _Worker(Parent(exit_when_gone=True)).serve()


class _Worker:
    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._engine: Engine | None = None
        self._later: deque[tuple[Message, Event]] = deque()
        self._following = Event()

    def serve(self) -> None:
        """Answer requests until the parent is gone."""
        for request in self._parent.requests():
            self._later.append(request)
            while self._later:
                self._answer(*self._later.popleft())

    def _answer(self, request: Message, cancelled: Event) -> None:
        try:
            if isinstance(request, Load):
                self._engine = None
                self._engine = _load(request, self._parent)
            elif isinstance(request, Transcribe) and self._engine is not None:
                _transcribe(request, self._engine, self._parent, cancelled)
            elif isinstance(request, Score) and self._engine is not None:
                _score(request, self._engine, self._parent)
            elif isinstance(request, Follow) and self._engine is not None:
                self._following = cancelled
                _follow(request, self._engine, _Audience(self._parent, self._between, cancelled))
            elif not isinstance(request, Unfollow):
                raise MessageInvalid
        except TranscriberError as error:
            self._parent.tell(Failed.of(error))

    def _between(self) -> None:
        """Answer what is asked while a recording is followed; another recording waits for its turn."""
        while (waiting := self._parent.waiting()) is not None:
            if isinstance(waiting[0], Score | Transcribe):
                self._answer(*waiting)
            elif isinstance(waiting[0], Unfollow):
                self._following.set()
            else:
                self._later.append(waiting)


class _Audience:
    """The parent as a follower's listener."""

    def __init__(self, parent: Parent, between: Callable[[], None], interrupted: Event) -> None:
        self._parent = parent
        self.between = between
        self.cancelled = interrupted.is_set

    def partial(self, words: tuple[Word, ...]) -> None:
        """See Listener."""
        self._parent.mention(Partial(words))

    def final(self, found: Finals) -> None:
        """See Listener."""
        self._parent.tell(Final(found.segments, found.until, found.language))

    def withdrawn(self, left: Known) -> None:
        """See Listener."""
        self._parent.tell(Withdrawn(len(left.finals.segments), left.finals.until, left.overs))

    def behind(self, seconds: float) -> None:
        """See Listener."""
        self._parent.mention(Behind(seconds))

    def ended(self, transcript: Transcript | None, failed: Failed | None = None) -> None:
        """Tell how it ended."""
        self._parent.tell(Followed(transcript, failed))


def _load(request: Load, parent: Parent) -> Engine:
    folder = models.resolve(request.model, Path(request.models_dir) if request.models_dir else None)
    choice = hardware.choose(folder, device=request.device)
    engine = hardware.load(folder, choice)
    parent.tell(Ready(engine.model, engine.device, choice.reason, choice.fix))
    return engine


def _transcribe(request: Transcribe, engine: Engine, parent: Parent, cancelled: Event) -> None:
    options = DecodeOptions(request.language, request.beam_size, request.batch_size, request.prompt, request.hotwords)
    with Journal.open(Path(request.journal), key_of(request.key)) as journal:
        transcript = transcribe(
            _Rest(Standing(journal), round(request.start * SAMPLE_RATE)),
            engine,
            options,
            on_progress=lambda fraction: parent.tell(Progress(fraction)),
            on_segment=lambda segment: parent.tell(Found(shifted(segment, request.start))),
            cancelled=cancelled.is_set,
        )
    parent.tell(Done(later(transcript, request.start)))


@dataclass(frozen=True, slots=True)
class _Rest:
    """A recording from the sample `first` on."""

    journal: Standing
    first: int

    @property
    def duration(self) -> float:
        """See Source."""
        return self.journal.duration - self.first / SAMPLE_RATE

    def blocks(self) -> Iterator[Samples]:
        """See Source."""
        return self.journal.blocks(self.first)


def _follow(request: Follow, engine: Engine, audience: _Audience) -> None:
    options = DecodeOptions(request.language, request.beam_size, 1, request.prompt, request.hotwords)
    known = Known(Finals(request.known, request.until, request.language), request.overs)
    try:
        with Journal.open(Path(request.journal), key_of(request.key)) as journal:
            first = round(request.start * SAMPLE_RATE)
            audience.ended(follow(journal, engine, options, audience, first=first, known=known))
    except TranscriberError as error:
        audience.ended(None, Failed.of(error))


def _score(request: Score, engine: Engine, parent: Parent) -> None:
    with Journal.open(Path(request.journal), key_of(request.key)) as journal:
        parent.tell(Scored(Scorer(engine, journal, request.language).score(request.questions)))


if __name__ == "__main__":
    main()
