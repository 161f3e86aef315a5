"""Where the sound lies and how loud it is: what the player needs to know of a recording.

Owns the reading of a journal for listening and for the waveform. Runs off the GUI thread; the journal and its
libraries are imported when first needed, so that the window opens before them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

BUCKETS = 600
"""Bars that a waveform is measured for."""

_CHUNK_S = 60


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording that can be played: its journal and key, and its length in seconds."""

    path: Path
    key: bytes = field(repr=False)
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class Waveform:
    """Loudness of `BUCKETS` equal parts, 0 to 1 of the loudest; lost stretches as fractions of the whole."""

    duration: float
    peaks: tuple[float, ...]
    lost: tuple[tuple[float, float], ...]


def measure(path: Path, key: bytes) -> Waveform:
    """Read a recording once, a minute at a time. Raises JournalUnreadable."""
    import numpy as np

    from transcriber.audio import SAMPLE_RATE
    from transcriber.journal import Journal

    with Journal.open(path, key) as journal:
        total = journal.samples
        if not total:
            return Waveform(0.0, (), ())
        peaks = np.zeros(BUCKETS)
        for start in range(0, total, _CHUNK_S * SAMPLE_RATE):
            pcm = np.abs(journal.read(start, start + _CHUNK_S * SAMPLE_RATE).astype(np.int32))
            buckets = np.arange(start, start + len(pcm)) * BUCKETS // total
            np.maximum.at(peaks, buckets, pcm)
        loudest = max(float(peaks.max()), 1.0)
        lost = tuple((first / total, last / total) for first, last in journal.gaps)
        return Waveform(total / SAMPLE_RATE, tuple(float(peak) / loudest for peak in peaks), lost)
