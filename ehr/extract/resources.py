"""The data files of the extraction rules.

Owns where they lie and how their two formats are read: JSON, and tab-separated tables whose lines that begin
with "#" name author and source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

_FOLDER = files("resources") / "extract"


def load(name: str) -> dict[str, Any]:
    """The object in `resources/extract/NAME.json`."""
    loaded: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def table(name: str) -> Iterator[list[str]]:
    """The rows of `resources/extract/NAME.tsv`, each a list of its cells."""
    for line in (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
