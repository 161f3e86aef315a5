"""From transcript to draft, in a process of its own.

Owns that process: spaCy's Python would hold the window's interpreter for longer than a frame. The process starts
warm-up when a dictation begins, so that it is ready when the words are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from datetime import date
from functools import partial

from PySide6.QtCore import QObject

from desktop.dictation.faults import DraftingDied
from desktop.tasks import Lane, Operation
from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.patient import Patient
from transcriber.transcript import Transcript


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

    def draft(
        self,
        transcript: Transcript,
        patient: Patient,
        on: date,
        *,
        success: Callable[[Draft], None],
        failure: Callable[[BaseException], None],
    ) -> None:
        """Draft a transcript that was dictated on the day `on`."""
        self.prepare()
        work = partial(pipeline.draft, transcript, patient, on=on)
        if self._lane is not None:
            self._lane.run(Operation(work, success, lambda error: failure(self._on_broken(error))))

    def close(self) -> None:
        """End the process."""
        if self._lane is not None:
            self._lane.close()
            self._lane = None

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
