"""Data only: rules, terms, sample dictations, icons, the embedded speech model."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def path(name: str) -> Path:
    """Path of the resource `name` ("models/whisper-base"), in a checkout and in an installed wheel alike."""
    return Path(str(files(__name__))).joinpath(name)
