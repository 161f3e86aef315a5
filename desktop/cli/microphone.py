"""The recorder's process as the command line uses it: it writes the journal, its lines are read on a thread.

Owns that process. Where it dies, what it had recorded is finished here. Knows no chart and no engine.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, cast

from desktop.cli import output
from desktop.dictation.faults import ChildFault, RecorderDied
from desktop.errors import EnvironmentFault
from transcriber import recorder
from transcriber.children import key_of
from transcriber.journal import Journal
from transcriber.messages import Failed, Level, Message, Record, Started, Stop, Stopped, Warned, from_line, to_line


class Microphone:
    """Records as `request` says, for `seconds` at most (None: until `stop`); a context manager that ends the process.

    Entering it waits for the first sound. Raises ChildFault with what the recorder says where none comes, or
    RecorderDied.
    """

    def __init__(self, request: Record, *, seconds: float | None = None) -> None:
        self._request = request
        self._seconds = seconds
        self._stopping = self._over = False
        self._told: SimpleQueue[Message | None] = SimpleQueue()
        self._process = subprocess.Popen(
            recorder.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._stdin = cast("IO[str]", self._process.stdin)
        self._stdout = cast("IO[str]", self._process.stdout)
        self._reader = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Microphone:
        """Wait for the first sound."""
        self._reader.start()
        self._say(self._request)
        try:
            self._wait()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the recording, whatever happened."""
        self.stop()
        self._close()

    def stop(self) -> None:
        """Finish; the journal is sealed when everything is on the disk."""
        if not self._stopping:
            self._stopping = True
            self._say(Stop())

    def look(self) -> None:
        """Take note of what the recorder said: troubles are told, and a recording that it left open is finished."""
        while not self._over:
            try:
                message = self._told.get_nowait()
            except Empty:
                return
            self._warn(message)
            if isinstance(message, Stopped):
                self._over = True
            elif message is None or isinstance(message, Failed):
                self._on_broken(message)

    def _wait(self) -> None:
        while not isinstance(message := self._told.get(), Started):
            self._warn(message)
            if message is None or isinstance(message, Failed):
                raise _fault(message)

    def _on_broken(self, failed: Failed | None) -> None:
        """The recorder is gone in the middle: what is on the disk is the recording."""
        self._over = self._stopping = True
        fault = _fault(failed)
        output.warn(f"{fault.sentence} ({fault.code})")
        with Journal.open(Path(self._request.journal), key_of(self._request.key)) as journal:
            if not journal.sealed:
                journal.seal()

    def _warn(self, message: Message | None) -> None:
        if isinstance(message, Warned) and not message.over:
            from desktop.dictation.troubles import Troubles

            troubles = Troubles()
            troubles.take(message, at=0.0)
            if troubles.worst is not None:
                output.warn(troubles.worst.text)

    def _say(self, message: Message) -> None:
        with suppress(BrokenPipeError, ValueError):
            self._stdin.write(to_line(message))
            self._stdin.flush()

    def _listen(self) -> None:
        for line in self._stdout:
            message = from_line(line)
            self._told.put(message)
            if isinstance(message, Level) and self._seconds is not None and message.duration >= self._seconds:
                self.stop()
        self._told.put(None)

    def _close(self) -> None:
        with suppress(BrokenPipeError):
            self._stdin.close()
        self._process.wait()
        self._reader.join()
        self._stdout.close()


def _fault(failed: Failed | None) -> EnvironmentFault:
    if failed is None:
        return RecorderDied()
    return ChildFault(failed.code, failed.sentence, failed.next_step)
