"""A stand-in for the window over a dictation: `python -S recorder_window.py PLANTED REQUEST COMMANDS`.

Starts the recorder and, once sound is on the disk, the engine (`COMMANDS`, JSON), passes `REQUEST` on to the recorder
and writes down what both say. On standard error come the process ids of the two, a line each. It goes on when the
engine dies, as the real one does; with PLANTED "bound" it does not: the bug that the killer has to catch.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

_turn = threading.Lock()


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """A child; its process id is told."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    sys.stderr.write(f"{child.pid}\n")
    sys.stderr.flush()
    return child


def write(line: bytes) -> None:
    """Write down what a child said."""
    with _turn:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def relay(engine: subprocess.Popen[bytes], planted: str) -> None:
    """Write down what the engine says, until it dies."""
    for line in engine.stdout:
        write(line)
    if planted == "bound":
        os._exit(1)


def pass_on(recorder: subprocess.Popen[bytes]) -> None:
    """Tell the recorder what the parent says."""
    for line in sys.stdin.buffer:
        recorder.stdin.write(line)


def main(planted: str, request: str, commands: str) -> None:
    """Hold the two children until the recorder is gone or the parent is."""
    recorder_command, engine_command = json.loads(commands)
    recorder = start(recorder_command)
    recorder.stdin.write(request.encode())
    threading.Thread(target=pass_on, args=(recorder,), daemon=True).start()
    engine = None
    for line in recorder.stdout:
        if engine is None and b'"started"' in line:
            engine = start(engine_command)
            threading.Thread(target=relay, args=(engine, planted)).start()
        write(line)
    os._exit(0)  # the engine ends with its standard input


if __name__ == "__main__":
    main(*sys.argv[1:])
