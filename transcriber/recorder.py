"""Microphone to journal, in a process of its own: `python -m transcriber.recorder`.

Owns one recording from `Arm` or `Record` to its seal. `Armed` and then `Started` say that sound arrives; `Level`
follows about 20 times a second, `Paused` and `Resumed` answer, `Warned` tells of troubles while the recording goes on,
`Stopped` (the journal is then sealed) or `Failed` ends it, and the process with it. The microphone is open in a child
of this process (`capture`), so that no driver can hold the journal up. If the parent dies, the recording ends unsealed
with everything in it. A `Record` for an existing unsealed journal goes on with it. Knows no window and no engine.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

from transcriber.capture import CaptureProcess, Source
from transcriber.children import Parent, key_of
from transcriber.errors import DiskFull, MessageInvalid, MicrophoneFailed, TranscriberError
from transcriber.frames import Opened, Refused, Wanted
from transcriber.journal import Journal
from transcriber.line import Clock, Line, Missing, Over, Sound
from transcriber.line import Event as LineEvent
from transcriber.messages import (
    Arm,
    Armed,
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
from transcriber.space import WARN_S, Space
from transcriber.take import Take
from transcriber.watch import Ear, Trouble, kind_of

PREROLL_S = 0.5
"""What is kept of the sound before `Record` or `Resume`, so that no first word is cut off."""

_GIVE_UP_S = 10.0  # without a first sound for so long, there is no recording
_TAIL_S = 0.1  # sound after `Stop` that was spoken before it
_TAIL_WAIT_S = 0.3
_LOOK_AT_DISK_S = 5.0


class State(Enum):
    """What the recorder is doing. Until the first sound has come, ARMED and RECORDING are still starting."""

    IDLE = auto()
    ARMED = auto()
    RECORDING = auto()
    PAUSED = auto()
    STOPPING = auto()
    DONE = auto()


class Recorder:
    """One recording: `handle` takes what the parent asks, `step` what the microphone delivers.

    `tell` sends a message for certain, `mention` one that may be left out. Raises TranscriberError where there is
    nothing to go on with.
    """

    def __init__(
        self,
        tell: Callable[[Message], None],
        mention: Callable[[Message], None],
        *,
        open_source: Callable[[Wanted], Source] = CaptureProcess,
        clock: Clock | None = None,
        space: Callable[[Path], Space] = Space,
    ) -> None:
        self.state = State.IDLE
        self._tell, self._mention = tell, mention
        self._open_source, self._clock, self._make_space = open_source, clock or Clock(), space
        self._line: Line | None = None
        self._request: Record | None = None
        self._take: Take | None = None
        self._space: Space | None = None
        self._opened = Opened("", 0)
        self._ear = Ear()
        self._preroll: deque[Sound] = deque()
        self._deadline = self._tail = 0.0
        self._next_look = 0.0

    @property
    def recording(self) -> bool:
        """Whether the sound goes to the disk now."""
        return self.state in (State.RECORDING, State.STOPPING)

    def handle(self, message: Message) -> None:
        """Do what the parent asks; what makes no sense now is left."""
        if isinstance(message, Arm) and self.state is State.IDLE:
            self._open(Wanted(message.device, message.channel, message.pace))
            self.state = State.ARMED
        elif isinstance(message, Record) and self.state in (State.IDLE, State.ARMED):
            self._on_record(message)
        elif isinstance(message, Pause) and self.state is State.RECORDING and self._take is not None:
            self._take.flush()
            self._take.mark("pause")
            self.state = State.PAUSED
            self._tell(Paused(self._take.duration))
        elif isinstance(message, Resume) and self.state is State.PAUSED and self._take is not None:
            self._on_resume(self._take, message.over_from)
        elif isinstance(message, Stop):
            self._on_stop()
        elif not isinstance(message, Arm | Record | Pause | Resume):
            raise MessageInvalid

    def step(self) -> None:
        """Take what the microphone delivers within a twentieth of a second."""
        if self._line is None or self.state is State.DONE:
            return
        try:
            for event in self._line.take():
                self._on_event(event)
            self._check_times(self._line)
        except DiskFull:
            self._tell(Warned(Trouble.DISK, 0.0))
            self._finish()

    def abandon(self) -> None:
        """The parent is gone: keep everything, unsealed, for whoever opens the journal next."""
        if self.state is State.STOPPING:
            self._finish()
        if self._line is not None:
            self._line.close()
        if self._take is not None and self.state is not State.DONE:
            with suppress(DiskFull):
                self._take.flush()
            self._take.close()
        self.state = State.DONE

    def _open(self, wanted: Wanted) -> None:
        self._line = Line(self._open_source, wanted, self._clock)
        self._deadline = self._clock.now() + _GIVE_UP_S

    def _on_record(self, request: Record) -> None:
        wanted = Wanted(request.device, request.channel, request.pace)
        armed = self._line.wanted if self._line is not None else None
        if armed is None or (armed.device, armed.channel) != (wanted.device, wanted.channel):
            if self._line is not None:
                self._line.close()
            self._preroll.clear()
            self._open(wanted)
        self._request = request
        self._deadline = self._clock.now() + _GIVE_UP_S
        self.state = State.RECORDING
        if self._line is not None and self._line.lost:
            self._tell(Warned(Trouble.LOST))
        elif self._preroll:
            self._begin()

    def _on_resume(self, take: Take, over_from: float | None) -> None:
        over_from = self._say_over(take, over_from)
        take.mark("resume")
        self.state = State.RECORDING
        self._write_preroll(take)
        self._tell(Resumed(take.duration, over_from))

    def _say_over(self, take: Take, over_from: float | None) -> float | None:
        """Where something is said over, what was kept back is let go: it may be what was just being played."""
        if over_from is None or over_from >= take.duration:
            return None
        self._preroll.clear()
        return take.say_over(over_from)

    def _on_stop(self) -> None:
        if self.state is State.RECORDING and self._take is not None:
            self.state, self._tail = State.STOPPING, 0.0
            self._deadline = self._clock.now() + _TAIL_WAIT_S
        elif self.state not in (State.STOPPING, State.DONE):
            self._finish()

    def _on_event(self, event: LineEvent) -> None:
        if self.state is State.DONE:
            return
        if isinstance(event, Sound):
            self._on_sound(event)
        elif isinstance(event, Missing):
            if self._take is not None and self.recording:
                self._take.lose(event.seconds)
        elif isinstance(event, Warned):
            self._on_warned(event)
        elif isinstance(event, Opened):
            self._opened = event
            if self._take is not None:
                self._take.mark("device", event.name)
        elif isinstance(event, Refused):
            self._on_refused(event)
        elif isinstance(event, Over):
            self._on_over()

    def _on_sound(self, sound: Sound) -> None:
        seconds = len(sound.samples) / sound.rate
        if self._take is None and self._request is not None:
            self._preroll.append(sound)
            self._begin()
        elif self._take is not None and self.recording:
            self._take.add(sound.samples, sound.rate)
            self._tail += seconds
        else:
            self._keep_back(sound)
        for warned in self._ear.hear(sound.samples, seconds):
            self._on_warned(warned)
        self._mention(self._level())
        self._look_at_disk()

    def _keep_back(self, sound: Sound) -> None:
        if self.state is State.ARMED and not self._preroll:
            self._tell(Armed(self._opened.name))
        self._preroll.append(sound)
        kept = sum(len(each.samples) / each.rate for each in self._preroll)
        while kept - len(self._preroll[0].samples) / self._preroll[0].rate >= PREROLL_S - 1e-9:
            first = self._preroll.popleft()
            kept -= len(first.samples) / first.rate

    def _begin(self) -> None:
        """The first sound is here: make the journal, write what was kept back, and say that it runs."""
        request = self._request
        if request is None:
            return
        path, key = Path(request.journal), key_of(request.key)
        self._space = self._make_space(path)
        journal = Journal.open(path, key) if path.exists() else Journal.create(path, key, device=self._opened.name)
        if request.go_on:
            journal.reopen()
        self._take = take = Take(journal, self._space, self._opened.name)
        if request.lost_since:
            take.lose(time.time() - request.lost_since)
        over_from = self._say_over(take, request.over_from)
        self._write_preroll(take)
        self._tell(Started(self._opened.name, self._opened.rate))
        if over_from is not None:
            self._tell(Resumed(take.duration, over_from))
        kind = kind_of(self._opened.name)
        if kind is not None:
            self._on_warned(Warned(kind))

    def _write_preroll(self, take: Take) -> None:
        while self._preroll:
            kept = self._preroll.popleft()
            take.add(kept.samples, kept.rate)

    def _on_warned(self, warned: Warned) -> None:
        if self._take is not None and self.recording and not warned.over:
            self._take.mark(warned.kind, seconds=warned.seconds)
        self._tell(warned)

    def _on_refused(self, refused: Refused) -> None:
        """A device that was never there ends it; one that was there is waited for."""
        if self._request is not None and not self._opened.rate:
            raise refused.error
        if self.state is State.ARMED:
            self._finish()

    def _on_over(self) -> None:
        if self._take is not None:
            self._finish()
        elif self._request is not None:
            raise MicrophoneFailed
        else:
            self._finish()

    def _level(self) -> Level:
        meter, take = self._ear.meter, self._take
        duration, lost = (take.duration, take.lost / 16_000) if take is not None else (0.0, 0.0)
        return Level(meter.peak, duration, lost, meter.clipped, round(meter.noise, 5))

    def _check_times(self, line: Line) -> None:
        now = self._clock.now()
        if self.state is State.STOPPING and (self._tail >= _TAIL_S or now >= self._deadline or line.lost):
            self._finish()
        elif self.state is State.RECORDING and self._take is None and now >= self._deadline:
            raise MicrophoneFailed("The microphone was opened and delivers no sound.")
        elif self._take is not None and line.lost and self.recording:
            self._mention(replace(self._level(), peak=0.0))

    def _look_at_disk(self) -> None:
        if self._take is None or self._space is None or self._take.duration < self._next_look:
            return
        self._next_look = self._take.duration + _LOOK_AT_DISK_S
        left = self._space.left()
        if left < WARN_S:
            self._tell(Warned(Trouble.DISK, round(left)))
        if left <= 0 and self.state is not State.DONE:
            self._finish()

    def _finish(self) -> None:
        """Seal what there is, and say so; without a journal there is nothing to say but that it is over."""
        self.state = State.DONE
        if self._take is not None:
            self._take.seal()
        if self._line is not None:
            self._line.close()
        self._tell(Stopped(self._take.duration if self._take is not None else 0.0))


def command() -> list[str]:
    """The command line that starts a recorder."""
    return [sys.executable, "-m", "transcriber.recorder"]


def main() -> int:
    """Serve one recording; the exit status is 0 unless it failed."""
    parent = Parent(exit_when_gone=False, interruptible=False)
    recorder = Recorder(parent.tell, parent.mention)
    try:
        while recorder.state is not State.DONE:
            gone, idle = parent.gone.is_set(), recorder.state is State.IDLE
            while (message := parent.next_request(0.05 if idle else 0.0)) is not None:
                recorder.handle(message)
            if gone:
                recorder.abandon()
            recorder.step()
    except TranscriberError as error:
        recorder.abandon()
        parent.tell(Failed.of(error))
        return 1
    else:
        return 0
    finally:
        parent.finish()


if __name__ == "__main__":
    os._exit(main())  # a lost microphone can hold up an orderly exit for ever
