"""Which microphones there are, seen by a fresh process each time.

Owns the question and its answer; PortAudio freezes its list when it starts, and looking again in the same process
would stop a running recording.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from transcriber.errors import NoMicrophone
from transcriber.messages import Failed, from_line, to_line
from transcriber.microphones import list_inputs

_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A microphone: its name (the recorder takes it), channels, rate in Hz, and whether the system prefers it."""

    name: str
    channels: int
    rate: int
    default: bool


def input_devices() -> tuple[InputDevice, ...]:
    """Every microphone connected now; raises NoMicrophone where there is none or sound is not installed."""
    command = [sys.executable, "-m", "transcriber.devices"]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NoMicrophone("The sound system does not answer.") from error
    if child.returncode == 1:
        told = from_line(child.stdout)
        if isinstance(told, Failed):
            raise NoMicrophone(told.sentence, told.next_step)
    if child.returncode != 0:
        raise NoMicrophone("The sound system failed when it was asked for microphones.")
    return tuple(InputDevice(**found) for found in json.loads(child.stdout))


def _main() -> int:
    try:
        sys.stdout.write(json.dumps(list_inputs()))
    except NoMicrophone as error:
        sys.stdout.write(to_line(Failed.of(error)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
