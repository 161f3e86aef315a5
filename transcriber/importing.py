"""An audio file becomes a recording.

Owns the step from `audio` to `journal`. Knows neither decoder nor cipher.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transcriber.audio import SAMPLE_RATE, AudioFile, to_int16
from transcriber.errors import Cancelled
from transcriber.journal import Journal


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in: seconds of sound, and whether the file broke off before its own end."""

    duration: float
    truncated: bool


def import_audio(
    path: Path,
    journal: Journal,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Imported:
    """Decode `path` into `journal` and seal it; `on_progress` gets fractions from 0 to 1.

    Raises what AudioFile and Journal raise, and Cancelled; the journal then stays unsealed with what had arrived.
    """
    file = AudioFile(path)
    samples = 0
    for block in file.blocks():
        if cancelled():
            raise Cancelled
        journal.append(to_int16(block))
        samples += len(block)
        if file.duration:
            on_progress(min(1.0, samples / SAMPLE_RATE / file.duration))
    journal.seal()
    on_progress(1.0)
    return Imported(samples / SAMPLE_RATE, file.truncated)
