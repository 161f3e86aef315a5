"""The child's side of a conversation: lines in, lines out, and the end when the parent is gone.

Owns standard input and output of a child process. Knows neither engines nor microphones.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue, SimpleQueue
from typing import TextIO

from transcriber.errors import MessageInvalid
from transcriber.journal import KEY_BYTES
from transcriber.messages import Cancel, Failed, Message, Stop, from_line, to_line

_OUTBOX = 256  # messages that wait for a busy parent: some seconds of levels


class Parent:
    """The process that started this one.

    Requests are read, and messages are sent, on threads of their own: `Cancel` and `Stop` are heard during work, and
    a parent that does not listen holds nothing up. `gone` is set, and `requests` ends, when the parent closes its end
    or dies. A child that is not `interruptible` takes `Cancel` and `Stop` in their order with `next_request`.
    """

    def __init__(self, *, exit_when_gone: bool, interruptible: bool = True) -> None:
        self.gone = threading.Event()
        self._exit_when_gone = exit_when_gone
        self._interrupts = (Cancel, Stop) if interruptible else ()
        self._requests: SimpleQueue[tuple[Message, threading.Event] | None] = SimpleQueue()
        self._open: list[threading.Event] = []
        self._outbox: Queue[Message | None] = Queue(_OUTBOX)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides
        self._sender = threading.Thread(target=self._send, args=(_private_stdout(),), daemon=True)
        self._sender.start()
        threading.Thread(target=self._listen, daemon=True).start()

    def requests(self) -> Iterator[tuple[Message, threading.Event]]:
        """Requests in order, each with the event that `Cancel`, `Stop` or the parent's end sets."""
        while (request := self._requests.get()) is not None:
            yield request

    def waiting(self) -> tuple[Message, threading.Event] | None:
        """The next request if one waits, with the event that interrupts it."""
        with suppress(Empty):
            return self._requests.get_nowait()
        return None

    def next_request(self, timeout: float = 0.0) -> Message | None:
        """The next request, None where none comes within so many seconds or the parent is gone."""
        try:
            request = self._requests.get(timeout=timeout) if timeout else self._requests.get_nowait()
        except Empty:
            return None
        return request[0] if request is not None else None

    def tell(self, message: Message) -> None:
        """Send a message, after those before it; a parent that is gone is no error."""
        self._outbox.put(message)

    def mention(self, message: Message) -> None:
        """Send a message that may be left out where the parent does not keep up."""
        with suppress(Full):
            self._outbox.put_nowait(message)

    def finish(self) -> None:
        """Wait until everything told has been sent."""
        self._outbox.put(None)
        self._sender.join()

    def _send(self, out: TextIO) -> None:
        while (message := self._outbox.get()) is not None:
            try:
                out.write(to_line(message))
                out.flush()
            except (BrokenPipeError, ValueError):
                self._interrupt(gone=True)

    def _interrupt(self, *, gone: bool = False) -> None:
        if gone:
            self.gone.set()
        while self._open:
            self._open.pop().set()

    def _listen(self) -> None:
        for line in sys.stdin:
            try:
                message = from_line(line)
            except MessageInvalid as error:
                self.tell(Failed.of(error))
                continue
            if isinstance(message, self._interrupts):
                self._interrupt()
            else:
                self._open.append(threading.Event())
                self._requests.put((message, self._open[-1]))
        self._interrupt(gone=True)
        self._requests.put(None)
        if self._exit_when_gone:
            os._exit(0)  # a decoding engine cannot be interrupted, and nobody waits for it


def key_of(digits: str) -> bytes:
    """The journal key that a request holds in hexadecimal digits; raises MessageInvalid."""
    try:
        key = bytes.fromhex(digits)
    except ValueError as error:
        raise MessageInvalid from error
    if len(key) != KEY_BYTES:
        raise MessageInvalid
    return key


def _private_stdout() -> TextIO:
    """Standard output for messages alone: whatever a library prints goes to standard error instead."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    return out
