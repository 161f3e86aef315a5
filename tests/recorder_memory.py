"""Records hours from the fake microphone as fast as it delivers, and watches the memory of every process in it.

The pipe to this harness holds levels of some minutes of sound: let the sound go on for ten minutes after the last mark.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from recorder_killer import KEY, PEERS, ROOT

from transcriber import recorder
from transcriber.audio import SAMPLE_RATE
from transcriber.messages import Level, Record, Stopped, from_line, to_line


def resident(pid: int) -> int:
    """Kilobytes of a process and its children that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    own = int(status.partition("VmRSS:")[2].split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return own + sum(resident(int(child)) for child in children)


def record(kind: str, path: Path, device: str, marks: Sequence[float]) -> list[int]:
    """Record with "recorder" (ours) or a peer; the kilobytes in memory at these seconds of sound."""
    ours = kind == "recorder"
    command = recorder.command() if ours else [sys.executable, str(PEERS), kind, str(path), device, "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    wanted, found, until = list(marks), [], 0.0
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        if ours:
            process.stdin.write(to_line(Record(str(path), KEY.hex(), device, pace=0.0)))
            process.stdin.flush()
        for line in process.stdout:
            if ours:
                message = from_line(line)
                until = message.duration if isinstance(message, Level) else until
                if isinstance(message, Stopped):
                    break
            else:
                until = int(line) / SAMPLE_RATE
            while wanted and until >= wanted[0]:
                found.append(resident(process.pid))
                wanted.pop(0)
        process.wait(60)
    return found
