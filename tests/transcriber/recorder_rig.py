"""A recorder whose microphone is the fake one and whose clock is the fake's: hours pass in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from transcriber.audio import SAMPLE_RATE
from transcriber.errors import TranscriberError
from transcriber.fake_microphone import FakeMicrophone
from transcriber.frames import Ended, Frame, Item, Opened, Refused, Wanted
from transcriber.journal import Journal
from transcriber.line import Clock
from transcriber.messages import Message, Record, Warned
from transcriber.recorder import Recorder, State

KEY = bytes(range(32))
LOW, HIGH = 0.1, 0.9


class FakeClock(Clock):
    """Runs when it is told to."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        """Seconds."""
        return self.time

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds


class FakeSource:
    """The fake microphone without a process around it."""

    def __init__(self, wanted: Wanted, clock: FakeClock) -> None:
        self._clock = clock
        self._items = self._all(replace(wanted, pace=0.0))

    def _all(self, wanted: Wanted) -> Iterator[Item | None]:
        try:
            microphone = FakeMicrophone(wanted)
        except TranscriberError as error:
            yield Refused(error)
            yield Ended(died=True)
            return
        yield Opened(microphone.name, microphone.rate)
        yield from microphone.frames()

    def take(self, timeout: float) -> Item | None:
        """The next item; time passes with it."""
        item = next(self._items)
        if isinstance(item, Frame):
            self._clock.time = max(self._clock.time, item.at)
        elif item is None:
            self._clock.wait(timeout)
        return item

    def kill(self) -> None:
        """Nothing runs."""


class Rig:
    """A recorder on a journal in `folder`, recording from the fake `device`."""

    def __init__(self, folder: Path, device: str, *, space: Callable[[Path], object] | None = None) -> None:
        self.path = folder / "take.journal"
        self.clock = FakeClock()
        self.told: list[tuple[float, Message]] = []
        self.device = device
        extra = {"space": space} if space else {}
        self.recorder = Recorder(
            self._hear, self._hear, open_source=lambda wanted: FakeSource(wanted, self.clock), clock=self.clock, **extra
        )

    def _hear(self, message: Message) -> None:
        self.told.append((self.clock.time, message))

    def ask(self, message: Message) -> None:
        """Send a request."""
        self.recorder.handle(message)

    def record(self) -> None:
        """Ask for the recording."""
        self.ask(Record(str(self.path), KEY.hex(), self.device))

    def run(self, until: float) -> None:
        """Let the fake's clock run, or the recording end."""
        while self.clock.time < until - 1e-9 and self.recorder.state is not State.DONE:
            self.recorder.step()
            if self.recorder.state is State.IDLE:
                self.clock.wait(0.05)

    def finish(self) -> None:
        """Run until the recording has ended."""
        self.run(float("inf"))

    def heard(self, kind: type[Message]) -> list[Message]:
        """What was told of one kind."""
        return [message for _, message in self.told if isinstance(message, kind)]

    def noticed(self, trouble: str) -> float | None:
        """When a trouble was first told, on the fake's clock."""
        return next((at for at, each in self.told if isinstance(each, Warned) and each.kind == trouble), None)

    def journal(self) -> Journal:
        """The journal, opened anew."""
        return Journal.open(self.path, KEY)


def write_ramp(path: Path, seconds: float = 20.0, *, rate: int = SAMPLE_RATE) -> Path:
    """A file whose every sample tells its own time: it rises evenly from LOW to HIGH."""
    soundfile.write(path, np.linspace(LOW, HIGH, round(seconds * rate)), rate, subtype="PCM_16")
    return path


def times(pcm: np.ndarray, seconds: float = 20.0) -> np.ndarray:
    """When in the ramp's file these samples sounded, in seconds."""
    return (pcm / 32768.0 - LOW) / (HIGH - LOW) * seconds
