"""A child process that speaks in JSON lines.

Owns the pipe: lines to it, whole messages from it, and the news of its end. Long lines are parsed on a lane, so that a
two-hour transcript does not hold up the window.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

from desktop.tasks import Lane, Operation
from transcriber.errors import MessageInvalid
from transcriber.messages import Message, from_line, to_line

_LONG = 16_000
_PATIENCE_MS = 3_000


class Child(QObject):
    """One process, started when first needed and again after it died."""

    received = Signal(object)
    died = Signal()

    def __init__(self, command: Callable[[], list[str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._lane: Lane | None = None
        self._buffer = b""
        self._closing = False
        self._process = QProcess(self)
        self._process.setProcessEnvironment(QProcessEnvironment.systemEnvironment())
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._on_output)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def start(self) -> None:
        """Start the process if it does not run."""
        if not self.running:
            self._buffer = b""
            program, *arguments = self._command()
            self._process.start(program, arguments)

    def tell(self, message: Message) -> None:
        """Send a message, starting the process if need be."""
        self.start()
        self._process.write(to_line(message).encode())

    def kill(self) -> None:
        """End the process now; `died` follows."""
        self._process.kill()

    def close(self) -> None:
        """Let the process end by closing its input; kill it if it does not."""
        self._closing = True
        if self.running:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(_PATIENCE_MS):
                self._process.kill()
                self._process.waitForFinished(_PATIENCE_MS)
        if self._lane is not None:
            self._lane.close()

    @Slot()
    def _on_output(self) -> None:
        self._buffer += self._process.readAllStandardOutput().data()
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            if self._lane is None and len(line) < _LONG:
                self._receive(_parse(line))
            else:
                self._parse_aside(line)

    @Slot()
    def _on_finished(self) -> None:
        if not self._closing:
            self.died.emit()

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._closing:
            self.died.emit()

    def _parse_aside(self, line: bytes) -> None:
        """Parse on a lane; once there is one, every line takes it, so that their order stays."""
        self._lane = self._lane or Lane.on_thread("messages", self)
        self._lane.run(Operation(lambda: _parse(line), self._receive, lambda _: self.kill()))

    def _receive(self, message: Message | None) -> None:
        if message is not None:
            self.received.emit(message)
        else:
            self.kill()


def _parse(line: bytes) -> Message | None:
    """The message of a line, None for what is not one: such a child is not to be trusted further."""
    try:
        return from_line(line.decode())
    except (MessageInvalid, UnicodeDecodeError):
        return None
