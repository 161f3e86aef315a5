"""From transcript to draft, in a process of its own.

Owns that process: spaCy's Python would hold the window's interpreter for longer than a frame. The process starts
warm-up when a dictation begins, so that it is ready when the words are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from datetime import date
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject

from desktop.dictation.faults import DraftingDied
from desktop.dictation.job import Heard
from desktop.tasks import Lane, Operation
from ehr import pipeline
from ehr.chart.encounter import Draft
from transcriber.transcript import Question, SpanScorer

Result = TypeVar("Result")


class Drafting(QObject):
    """Drafts one transcript after another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane: Lane | None = None

    def prepare(self) -> None:
        """Load the language pipeline ahead of time."""
        if self._lane is None:
            self._lane = Lane.on_process(self)
            self._lane.run(
                Operation(partial(pipeline.draft_text, "Warm up.", on=date(2000, 1, 1)), _drop, self._on_warm_up_failed)
            )

    def questions(
        self,
        heard: Heard,
        *,
        success: Callable[[tuple[Question, ...]], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        """Find what there is to ask of the sound."""
        work = partial(
            pipeline.questions, heard.transcript, heard.patient, medications=heard.medicines, phrases=heard.phrases
        )
        self._run(work, success, failure)

    def draft(
        self,
        heard: Heard,
        answers: SpanScorer | None,
        *,
        success: Callable[[Draft], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        """Draft a transcript, with the sound's answers to its questions."""
        work = partial(
            pipeline.draft,
            heard.transcript,
            heard.patient,
            on=heard.on,
            scorer=answers,
            medications=heard.medicines,
            phrases=heard.phrases,
        )
        self._run(work, success, failure)

    def close(self) -> None:
        """End the process."""
        if self._lane is not None:
            self._lane.close()
            self._lane = None

    def _run(
        self,
        work: Callable[[], Result],
        success: Callable[[Result], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        self.prepare()
        if self._lane is not None:
            self._lane.run(Operation(work, success, lambda error: failure(self._on_broken(error))))

    def _on_warm_up_failed(self, error: BaseException) -> None:
        """The draft itself will fail the same way, and tell."""
        self._on_broken(error)

    def _on_broken(self, error: BaseException) -> BaseException:
        """A process that died is replaced by the next one that is needed."""
        if not isinstance(error, BrokenExecutor):
            return error
        self.close()
        return DraftingDied()


def _drop(_: object) -> None:
    """The warm-up's result is of no use."""
