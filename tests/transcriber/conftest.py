"""What the transcriber's tests share: the real engine, loaded once, and sound made on the spot."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

import resources
from transcriber import models
from transcriber.audio import SAMPLE_RATE, AudioFile, to_int16
from transcriber.engines.whisper import WhisperEngine
from transcriber.journal import Journal

SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture(scope="session")
def clip() -> Path:
    """Eleven seconds of real speech (John F. Kennedy, 1961)."""
    return resources.path("audio/jfk.flac")


@pytest.fixture(scope="session")
def clip_samples(clip) -> np.ndarray:
    """The same as one array."""
    return np.concatenate(list(AudioFile(clip).blocks()))


@pytest.fixture(scope="session")
def engine() -> WhisperEngine:
    """The embedded model."""
    folder = models.resolve()
    return WhisperEngine(folder, name=models.model_name(folder), threads=2)


@pytest.fixture
def key() -> bytes:
    """A journal's key."""
    return os.urandom(32)


@pytest.fixture
def recording(tmp_path, key, clip_samples) -> Path:
    """A sealed journal that holds the clip; its key is the `key` fixture."""
    path = tmp_path / "clip.journal"
    with Journal.create(path, key, device="test") as journal:
        journal.append(to_int16(clip_samples))
        journal.seal()
    return path


@pytest.fixture
def shared() -> Path:
    """The folder of data sets beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the data sets beside the checkout (../shared) are not here")
    return SHARED


@pytest.fixture
def tone(tmp_path):
    """A function that writes a second or more of a 440 Hz tone in a format, and returns the file's path."""

    def write(name: str, *, seconds: float = 1.0, rate: int = SAMPLE_RATE, channels: int = 1, **options) -> Path:
        wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
        wave += 0.003 * np.random.default_rng(0).standard_normal(len(wave))
        soundfile.write(tmp_path / name, np.stack([wave] * channels, axis=1), rate, **options)
        return tmp_path / name

    return write
