"""The microphone as the window sees it: a child process that writes the journal and tells the level.

Owns that process and its end: one that dies while it records is replaced, and goes on in the same journal.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop.dictation.child import Child
from desktop.dictation.faults import ChildFault, RecorderDied
from transcriber.messages import (
    Arm,
    Failed,
    Level,
    Message,
    Pause,
    Paused,
    Record,
    Resume,
    Resumed,
    Started,
    Stop,
    Stopped,
    Warned,
)

_DEATHS = 3
"""A recorder that dies so often without having recorded anything in between is not started again."""


def recorder_command() -> list[str]:
    """The command line of the recorder's process."""
    return [sys.executable, "-m", "transcriber.recorder"]


@dataclass(frozen=True, slots=True)
class Input:
    """Which microphone (None: the system's choice) and which of its channels (0: all of them mixed)."""

    device: str | None = None
    channel: int = 0


class Recorder(QObject):
    """Records one dictation at a time. `length` is what of it is on the disk, in seconds.

    `said_over` carries the seconds between which something no longer stands.
    """

    started = Signal(str)
    level = Signal(object)
    warned = Signal(object)
    paused = Signal()
    said_over = Signal(float, float)
    stopped = Signal(float)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, *, child: Child | None = None) -> None:
        super().__init__(parent)
        self._child = child or Child(recorder_command, self)
        self._child.received.connect(self._on_received)
        self._child.died.connect(self._on_died)
        self._request: Record | None = None
        self._armed: Input | None = None
        self._leaving = False
        self._waiting: Message | None = None
        self._heard_at = 0.0
        self._deaths = 0
        self.is_paused = False
        self.length = 0.0

    def arm(self, source: Input) -> None:
        """Open the microphone ahead of a recording, so that its first half second is not lost."""
        if self._request is None and self._armed != source:
            self.disarm()
            self._armed = source
            self._say(Arm(source.device, source.channel))

    def disarm(self) -> None:
        """Let go of the microphone that was opened ahead."""
        if self._request is None and self._armed is not None:
            self._armed = None
            if self._child.running and not self._leaving:
                self._child.tell(Stop())
                self._leaving = True
            self._waiting = None

    def record(self, journal: Path, key: bytes, source: Input, *, go_on: bool = False) -> None:
        """Begin, or go on in a finished recording; `started` follows when sound arrives."""
        self._request = Record(str(journal), key.hex(), source.device, channel=source.channel, go_on=go_on)
        self._armed, self._deaths, self.length = None, 0, 0.0
        self._say(self._request)

    def pause_or_resume(self, over_from: float | None = None) -> None:
        """Pause the recording, or go on: where it paused, or over what lies after `over_from` seconds.

        `paused` follows either.
        """
        if self._request is None:
            return
        if not self.is_paused:
            self._child.tell(Pause())
        elif self._child.running:
            self._child.tell(Resume(over_from))
        else:
            self._say(replace(self._request, over_from=over_from))

    def stop(self) -> None:
        """Finish; `stopped` follows when everything is on the disk."""
        if self._request is not None:
            self._say(Stop())

    def kill(self) -> None:
        """End the process at once; a recording goes on in another one."""
        self._child.kill()

    def close(self) -> None:
        """End the process, which seals what it recorded."""
        self._waiting = None
        if self._child.running and not self._leaving:
            self._child.tell(Stop())
        self._child.close()

    def _say(self, message: Message) -> None:
        """Tell the process, or, where it is ending, the next one."""
        if self._leaving:
            self._waiting = message
        else:
            self._child.tell(message)

    @Slot(object)
    def _on_received(self, message: Message) -> None:
        if isinstance(message, Level):
            self._heard_at, self._deaths, self.length = time.time(), 0, message.duration
            self.level.emit(message)
        elif isinstance(message, Started):
            self._set_paused(paused=False)
            self.started.emit(message.device)
        elif isinstance(message, Paused | Resumed):
            self.length = message.duration
            if isinstance(message, Resumed) and message.over_from is not None:
                self.said_over.emit(message.over_from, message.duration)
            self._set_paused(paused=isinstance(message, Paused))
        elif isinstance(message, Warned):
            self.warned.emit(message)
        elif isinstance(message, Stopped):
            self._leaving = True
            self._on_stopped(message.duration)
        elif isinstance(message, Failed):
            self._leaving = True
            self._fail(ChildFault(message.code, message.sentence, message.next_step))

    def _set_paused(self, *, paused: bool) -> None:
        if paused != self.is_paused:
            self.is_paused = paused
            self.paused.emit()

    def _on_stopped(self, duration: float) -> None:
        was_busy, self._request, self._armed, self.is_paused = self._request is not None, None, None, False
        if was_busy:
            self.stopped.emit(duration)

    @Slot()
    def _on_died(self) -> None:
        """The process is gone: because it was done, or by itself, and then another one goes on."""
        expected, self._leaving = self._leaving, False
        message, self._waiting = self._waiting, None
        if message is not None:
            self._child.tell(message)
        elif not expected and self._request is not None and not self.is_paused:
            self._deaths += 1
            if self._deaths > _DEATHS or not self._heard_at:
                self._fail(RecorderDied())
            else:
                self._child.tell(replace(self._request, lost_since=self._heard_at))
        elif not expected:
            self._armed = None

    def _fail(self, error: Exception) -> None:
        was_busy, self._request, self._armed, self.is_paused = self._request is not None, None, None, False
        if was_busy:
            self.failed.emit(error)
