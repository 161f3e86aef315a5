"""The microphone as the window sees it: a child process that writes the journal and tells the level."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop.dictation.child import Child
from desktop.dictation.faults import ChildFault, RecorderDied
from transcriber.messages import Failed, Level, Message, Record, Started, Stop, Stopped


def recorder_command() -> list[str]:
    """The command line of the recorder's process."""
    return [sys.executable, "-m", "transcriber.recorder"]


class Recorder(QObject):
    """Records one dictation at a time."""

    started = Signal(str)
    level = Signal(float, float)
    stopped = Signal(float)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, *, child: Child | None = None) -> None:
        super().__init__(parent)
        self._child = child or Child(recorder_command, self)
        self._child.received.connect(self._on_received)
        self._child.died.connect(self._on_died)
        self._busy = False

    def record(self, journal: Path, key: bytes, device: str | None) -> None:
        """Begin; `started` follows when sound arrives."""
        self._busy = True
        self._child.tell(Record(str(journal), key.hex(), device))

    def stop(self) -> None:
        """Finish; `stopped` follows when everything is on the disk."""
        if self._busy:
            self._child.tell(Stop())

    def close(self) -> None:
        """End the process, which seals what it recorded."""
        if self._child.running:
            self.stop()
        self._child.close()

    @Slot(object)
    def _on_received(self, message: Message) -> None:
        if isinstance(message, Started):
            self.started.emit(message.device)
        elif isinstance(message, Level):
            self.level.emit(message.peak, message.duration)
        elif isinstance(message, Stopped):
            self._busy = False
            self.stopped.emit(message.duration)
        elif isinstance(message, Failed):
            self._fail(ChildFault(message.code, message.sentence, message.next_step))

    @Slot()
    def _on_died(self) -> None:
        self._fail(RecorderDied())

    def _fail(self, error: Exception) -> None:
        if self._busy:
            self._busy = False
            self.failed.emit(error)
