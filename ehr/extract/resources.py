"""The data files of the extraction rules.

Owns where they lie: JSON objects and tab-separated tables in `resources/extract`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import resources


def load(name: str) -> dict[str, Any]:
    """The object in `resources/extract/NAME.json`."""
    loaded: dict[str, Any] = json.loads(resources.path(f"extract/{name}.json").read_text(encoding="utf-8"))
    return loaded


def table(name: str) -> Iterator[list[str]]:
    """The rows of `resources/extract/NAME.tsv`, each a list of its cells."""
    return resources.table(f"extract/{name}")
