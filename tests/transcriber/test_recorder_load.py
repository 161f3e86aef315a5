"""Long recordings in little memory, and a disk that fills at any byte. Short forms of tests/soak."""

from __future__ import annotations

import sys

import disk_filler
import numpy as np
import pytest
import recorder_memory
import soundfile
from recorder_killer import KEY

from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_memory_does_not_grow_with_the_recording(tmp_path):
    """Three minutes take what one took, and every sample is there; the list in memory beside it grows (the planted
    bug).
    """
    noise = np.random.default_rng(0).integers(-9000, 9000, 10 * SAMPLE_RATE, np.int16)
    soundfile.write(tmp_path / "voice.wav", noise, SAMPLE_RATE, subtype="PCM_16")
    device = f"fake:{tmp_path / 'voice.wav'}?loop=1&length=270"
    early, late = recorder_memory.record("recorder", tmp_path / "take", device, (60, 180))
    assert late <= 1.10 * early
    with Journal.open(tmp_path / "take", KEY) as journal:
        assert (journal.samples, journal.gaps, journal.sealed) == (270 * SAMPLE_RATE, (), True)
        assert np.array_equal(journal.read(170 * SAMPLE_RATE, 180 * SAMPLE_RATE), noise)
    grown = recorder_memory.record("ram", tmp_path / "ram", device.replace("270", "1400"), (60, 780))
    assert grown[1] > 1.10 * grown[0]


def test_a_disk_that_fills_at_any_byte_loses_nothing_that_was_acknowledged(tmp_path):
    """Every 97th byte over one block: what was acknowledged is there, whole and sealed, and more room holds more."""
    left = disk_filler.sweep(tmp_path, "ours", range(56_000, 72_480, 97))
    assert len(left) == 170
    assert all(each.sealed and each.intact and each.found == each.acknowledged for each in left)
    assert [each.found for each in left] == sorted(each.found for each in left)
    assert left[0].found < left[-1].found


def test_the_filler_catches_a_writer_that_does_not_look(tmp_path):
    """The planted bug: a writer that takes a short write for a whole one has acknowledged what is not there."""
    left = disk_filler.sweep(tmp_path, "careless", range(60_000, 61_600, 100))
    assert any(each.found < each.acknowledged for each in left)
