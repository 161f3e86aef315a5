"""The desk's workers: engine, recorder, drafting and importer, made together and ended together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from PySide6.QtCore import QObject

from desktop.chart import Chart
from desktop.dictation.drafting import Drafting
from desktop.dictation.engine import Engine
from desktop.dictation.importer import Importer
from desktop.dictation.job import EngineChoice
from desktop.dictation.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Workers:
    """What does the work. No process is started before it is needed."""

    engine: Engine
    recorder: Recorder
    drafting: Drafting
    importer: Importer

    @classmethod
    def ready(cls, chart: Chart, choice: EngineChoice, parent: QObject) -> Self:
        """Workers for a chart, with the model that `choice` names."""
        return cls(Engine(choice, parent), Recorder(parent), Drafting(parent), Importer(chart, parent))

    def close(self) -> None:
        """End every process; what is recorded stays recorded."""
        self.importer.close()
        self.recorder.close()
        self.engine.close()
        self.drafting.close()
