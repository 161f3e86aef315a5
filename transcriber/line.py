"""One microphone, kept open: its loss is noticed, the same one is opened again, and no other is taken.

Owns the source of the sound and the account of its time: every second of the clock is either sound or missing. Knows
no journal; what is done with sound and missing time is the recorder's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from transcriber.audio import Samples
from transcriber.capture import Source
from transcriber.frames import Ended, Frame, Item, Opened, Refused, Wanted
from transcriber.messages import Warned
from transcriber.watch import Pace, Trouble

LOST_S = 0.5
"""No sound for so long is a loss."""

_STUCK_S = 0.8  # not even a sign of life for so long
_WAITING_S = 0.9
_PATIENCE_S = 4.0  # sound servers take a second or two to deliver the first block
_PROCESS_S = 8.0  # an interpreter that starts on a busy computer
_RETRY_S = 0.5
_MISSING_S = 0.5  # a lasting loss is told in pieces of so many seconds
_SLEEP_MOST_S = 60.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound at `rate` Hz."""

    samples: Samples
    rate: int


@dataclass(frozen=True, slots=True)
class Missing:
    """So many seconds of which nothing was heard."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Over:
    """The sound is over: a file was played to its end."""


Event = Opened | Sound | Missing | Warned | Refused | Over


class Clock:
    """The computer's clock, for the times in which no frame tells one."""

    def now(self) -> float:
        """Seconds."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        time.sleep(seconds)


class Line:
    """Keeps the microphone of `wanted` open through `open_source`."""

    def __init__(self, open_source: Callable[[Wanted], Source], wanted: Wanted, clock: Clock) -> None:
        self.wanted = wanted
        self._open_source = open_source
        self._clock = clock
        self._source: Source | None = open_source(wanted)
        self._opened: Opened | None = None
        self._asked_at = self._told_at = clock.now()
        self._now = wanted.since
        self._began = self._now
        self._heard_until: float | None = None
        self._lost_from: float | None = None
        self._slept: float | None = None
        self._pace = Pace(16_000)
        self._waiting = False

    @property
    def heard(self) -> bool:
        """Whether any sound has come so far."""
        return self._heard_until is not None

    @property
    def lost(self) -> bool:
        """Whether the microphone is lost now."""
        return self._lost_from is not None

    def take(self) -> list[Event]:
        """What happened since the last call; waits a twentieth of a second for it."""
        if self._source is None:
            return self._try_again()
        item = self._source.take(_POLL_S)
        if item is None:
            return self._on_nothing()
        self._told_at = self._clock.now()
        return self._on_item(item)

    def close(self) -> None:
        """Let go of the microphone, whatever its driver does."""
        if self._source is not None:
            self._source.kill()
            self._source = None

    def _on_item(self, item: Item) -> list[Event]:
        if isinstance(item, Opened):
            return self._on_opened(item)
        if isinstance(item, Frame):
            return self._on_frame(item)
        if isinstance(item, Ended) and not item.died:
            return [Over()]
        told: list[Event] = [item] if isinstance(item, Refused) and not self.heard else []
        return told + self._lose()

    def _on_opened(self, opened: Opened) -> list[Event]:
        self._opened = opened
        self._pace = Pace(opened.rate)
        self._slept = None
        self._began = -1.0
        self.wanted = replace(self.wanted, source=opened.source or self.wanted.source)
        return [opened]

    def _on_frame(self, frame: Frame) -> list[Event]:
        self._now = frame.at
        if self._began < 0:
            self._began = frame.at
        events = self._on_sleep(frame)
        if not frame.present:
            return events + self._lose()
        if not len(frame.samples):
            return events + self._on_quiet()
        trouble = self._pace.hear(frame.at, len(frame.samples))
        if trouble is Trouble.FLOOD:
            return [*events, Warned(trouble), *self._lose()]
        if trouble is not None:
            events.append(Warned(trouble))
        return events + self._on_sound(frame)

    def _on_sound(self, frame: Frame) -> list[Event]:
        events: list[Event] = []
        start = frame.at - len(frame.samples) / self._pace.rate
        missing = start - self._heard_until if self._heard_until is not None else 0.0
        if missing > (0.0 if self.lost or frame.overflowed else LOST_S):
            events.append(Missing(missing))
        if self._waiting:
            events.append(Warned(Trouble.WAITING, over=True))
        if self._lost_from is not None:
            events.append(Warned(Trouble.LOST, round(max(0.0, start - self._lost_from), 2), over=True))
        self._lost_from, self._waiting, self._heard_until = None, False, frame.at
        return [*events, Sound(frame.samples, self._pace.rate)]

    def _on_sleep(self, frame: Frame) -> list[Event]:
        slept = frame.slept - self._slept if self._slept is not None else 0.0
        self._slept = frame.slept
        if slept <= LOST_S:
            return []
        gap: list[Event] = [Missing(min(slept, _SLEEP_MOST_S))] if self.heard else []
        return [*gap, Warned(Trouble.SLEPT, round(slept, 2))]

    def _on_quiet(self) -> list[Event]:
        """The process lives, and its driver delivers nothing."""
        if self._heard_until is not None and not self.lost:
            return self._lose() if self._now - self._heard_until > LOST_S else []
        waited = self._now - self._began
        events = self._tell_missing() if self._now - (self._heard_until or self._now) >= _MISSING_S else []
        if waited >= _WAITING_S and not self._waiting and not self.lost:
            self._waiting = True
            events.append(Warned(Trouble.WAITING, round(waited, 2)))
        return events + self._lose() if waited > _PATIENCE_S else events

    def _on_nothing(self) -> list[Event]:
        """Not even a sign of life: the process starts, or stands still."""
        silent = (self._clock.now() - self._told_at) * self._pace_of_time
        if self._opened is None:
            return self._lose() if silent > _PROCESS_S else []
        if silent <= _STUCK_S:
            return []
        self._now += silent
        return self._lose()

    def _lose(self) -> list[Event]:
        """Give the source up, tell what is missing, and try again soon."""
        self.close()
        self._opened = None
        self._asked_at = self._told_at = self._clock.now()
        if self.lost:
            return self._tell_missing()
        self._lost_from = self._heard_until if self._heard_until is not None else self._now
        return [Warned(Trouble.LOST, round(self._now - self._lost_from, 2)), *self._tell_missing()]

    def _try_again(self) -> list[Event]:
        self._clock.wait(_POLL_S / self._pace_of_time)
        now = self._clock.now()
        self._now += (now - self._told_at) * self._pace_of_time
        self._told_at = now
        if (now - self._asked_at) * self._pace_of_time >= _RETRY_S:
            self._asked_at = now
            self._source = self._open_source(replace(self.wanted, since=self._now))
        return self._tell_missing() if self._now - (self._heard_until or self._now) >= _MISSING_S else []

    @property
    def _pace_of_time(self) -> float:
        """How fast the microphone's clock runs, as seen from ours; a fake one may run faster."""
        return self.wanted.pace or 1.0

    def _tell_missing(self) -> list[Event]:
        if self._heard_until is None or self._now <= self._heard_until:
            return []
        missing, self._heard_until = self._now - self._heard_until, self._now
        return [Missing(missing)]
