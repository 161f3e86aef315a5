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
class Source:
    """A microphone of the server: its name for programs, and for people; channels, and rate in Hz."""

    name: str
    description: str
    channels: int
    rate: int
    default: bool


def sources() -> list[Source]:
    """The server's microphones; what plays back the computer's own sound is none."""
    default = _ask("get-default-source").strip()
    microphones = (found for found in _list("sources") if found.get("properties", {}).get("device.class") != "monitor")
    return [_source(found, default) for found in microphones]


def source_heard_by(pid: int) -> Source | None:
    """The source that the process hears."""
    for output in _list("source-outputs"):
        if output.get("properties", {}).get("application.process.id") == str(pid):
            for found in _list("sources"):
                if found.get("index") == output.get("source"):
                    return _source(found, "")
    return None


def _source(found: dict[str, Any], default: str) -> Source:
    """A source as pactl describes it: "s16le 2ch 48000Hz"."""
    shape = [int("".join(filter(str.isdigit, part))) for part in str(found.get("sample_specification", "")).split()[1:]]
    channels, rate = shape if len(shape) == 2 else (1, 48_000)
    name = str(found["name"])
    return Source(name, str(found.get("description") or name), channels, rate, name == default)


def _list(what: str) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(_ask("-f", "json", "list", what) or "[]")
    except ValueError:
        return []
    return found


def _ask(*arguments: str) -> str:
    program = shutil.which("pactl")
    if program is None:
        return ""
    try:
        return subprocess.run(
            [program, *arguments], capture_output=True, text=True, timeout=_LIMIT_S, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
