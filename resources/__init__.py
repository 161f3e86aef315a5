"""Data only: rules, terms, sample dictations, icons, the embedded speech model."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path


def path(name: str) -> Path:
    """Path of the resource `name` ("models/whisper-base"), in a checkout and in an installed wheel alike."""
    return Path(str(files(__name__))).joinpath(name)


def table(name: str) -> Iterator[list[str]]:
    """The rows of the tab-separated `NAME.tsv`, each a list of its cells; lines that begin with "#" name the source."""
    for line in path(f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
