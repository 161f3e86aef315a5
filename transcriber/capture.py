"""One open microphone in a process of its own: `python -m transcriber.capture`.

Owns that process, from both sides. A driver can block for ever, in a callback or in closing; whoever writes the
journal must be able to end it at once and open the device anew, which PortAudio only does in a fresh process. The
process opens what its one argument names, puts items on standard output, and ends when standard input closes.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Protocol, cast

from transcriber.errors import TranscriberError
from transcriber.frames import Ended, Frame, Item, Opened, Refused, Wanted, read_item, write_item
from transcriber.microphones import microphone

_END_S = 0.3
_AHEAD = 200  # frames, ten seconds: beyond them the sound waits in the process that captures it


class Source(Protocol):
    """A microphone being opened or open."""

    def take(self, timeout: float) -> Item | None:
        """The next item, None where none comes within so many seconds."""

    def kill(self) -> None:
        """End it at once, whatever its driver does."""


class CaptureProcess:
    """A microphone in a child process. Made without waiting: `Opened` or `Refused` comes first."""

    def __init__(self, wanted: Wanted) -> None:
        command = [sys.executable, "-m", "transcriber.capture", json.dumps(asdict(wanted))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._items: queue.Queue[Item] = queue.Queue(_AHEAD)
        self._killed = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def take(self, timeout: float) -> Item | None:
        """The next item, None where none comes in time."""
        try:
            return self._items.get(timeout=timeout)
        except queue.Empty:
            return None

    def kill(self) -> None:
        """End the process without asking it, and without waiting for one that the system cannot end."""
        self._process.kill()
        self._killed.set()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
            self._reader.join(_END_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not self._reader.is_alive():
                pipe.close()

    def _read(self) -> None:
        source = cast("IO[bytes]", self._process.stdout)
        item: Item | None = None
        while not isinstance(item, Ended):
            item = read_item(source)
            while not self._killed.is_set():
                with suppress(queue.Full):
                    self._items.put(item, timeout=_END_S / 2)
                    break


def main() -> int:
    """Open the microphone that the argument names, and deliver until standard input closes."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the items
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        _deliver(Wanted(**json.loads(sys.argv[1])), out)
    except TranscriberError as error:
        write_item(out, Refused(error))
        return 1
    except BrokenPipeError:
        return 0
    return 0


def _deliver(wanted: Wanted, out: IO[bytes]) -> None:
    source = microphone(wanted)
    write_item(out, Opened(source.name, source.rate, source.source))
    for item in source.frames():
        if isinstance(item, Frame | Ended):
            write_item(out, item)
    source.close()


def _leave_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    os._exit(main())  # a driver can hold up an orderly exit for ever
