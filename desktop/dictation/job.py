"""What is being done with a dictation right now. Knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path

from ehr.chart.patient import Patient
from ehr.chart.phrases import NO_PHRASES, Phrases
from transcriber.transcript import Transcript

STOPPED = "CW-T001"
"""The code of a transcription that a person stopped: nothing failed, the dictation waits as it did."""


class Step(Enum):
    """Steps in their order."""

    RECORDING = auto()
    WAITING = auto()
    TRANSCRIBING = auto()
    DRAFTING = auto()


@dataclass(frozen=True, slots=True)
class Job:
    """A step under way, and how much of it is done, 0 to 1."""

    step: Step
    fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Which model decodes, and in which language (None: the engine finds out)."""

    model: str
    language: str | None
    models_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a patient whose chart holds `medicines`, dictated on the day `on` by a user with `phrases`."""

    transcript: Transcript
    patient: Patient
    medicines: tuple[str, ...]
    on: date
    phrases: Phrases = NO_PHRASES
