"""Which of PulseAudio's or PipeWire's sources a process hears.

Owns the questions to the sound server, asked through `pactl`, a process of some milliseconds. Where a source goes away
the server silently moves its listeners to another one: only the server knows. Everything is None where there is no
such server or no `pactl`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A source of the server: its name for programs, and for people."""

    name: str
    description: str


def source_heard_by(pid: int) -> Heard | None:
    """The source that the process hears."""
    for output in _list("source-outputs"):
        if output.get("properties", {}).get("application.process.id") == str(pid):
            for source in _list("sources"):
                if source.get("index") == output.get("source"):
                    return Heard(str(source["name"]), str(source.get("description") or source["name"]))
    return None


def has_source(name: str) -> bool:
    """Whether the server lists a source of that name now."""
    return any(source.get("name") == name for source in _list("sources"))


def _list(what: str) -> list[dict[str, Any]]:
    program = shutil.which("pactl")
    if program is None:
        return []
    try:
        told = subprocess.run(
            [program, "-f", "json", "list", what], capture_output=True, timeout=_LIMIT_S, check=True
        ).stdout
        found: list[dict[str, Any]] = json.loads(told)
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    return found
