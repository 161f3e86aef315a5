"""The dictation step's rule files, read once.

Owns the way from `resources/dictation/NAME.json` to Python. Knows nothing of what the rules mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def rules(name: str) -> dict[str, Any]:
    """The content of the rule file `name` (without extension). Treat it as read-only: it is shared."""
    loaded: dict[str, Any] = json.loads(files("resources").joinpath("dictation", f"{name}.json").read_text("utf-8"))
    return loaded


def any_of(phrases: Iterable[str]) -> str:
    """A regular expression for any of `phrases`, longest first; a space in one stands for blanks or a hyphen.

    Phrases are grouped by their first character, which spares the matcher most of them at every place.
    """
    groups: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        groups.setdefault(phrase[0], []).append(re.escape(phrase[1:]).replace(r"\ ", r"[ \-]+"))
    return "(?:" + "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()) + ")"
