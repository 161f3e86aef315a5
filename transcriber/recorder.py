"""Microphone to journal, in a process of its own: `python -m transcriber.recorder`.

Owns one recording: `Record` → `Started`, `Level` about 20 times a second, `Stopped` after `Stop` (the journal is then
sealed), or `Failed`; then the process ends. Every 100 ms are on disk before the next; a stretch in which the
microphone delivered nothing becomes a gap. If the parent dies, the recording ends unsealed with everything in it.
A `Record` for an existing unsealed journal goes on with it. Knows no window and no engine.
"""

from __future__ import annotations

import os
import queue
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np

from transcriber.audio import SAMPLE_RATE, Resampler, Samples, to_int16
from transcriber.children import Parent, key_of
from transcriber.errors import MessageInvalid, MicrophoneFailed, TranscriberError
from transcriber.journal import BLOCK, Journal
from transcriber.messages import Failed, Level, Record, Started, Stopped
from transcriber.microphones import Microphone, microphone

_LOST_S = 0.5  # no block for so long is a loss
_GONE_S = 5.0  # and for so long, the end


def command() -> list[str]:
    """The command line that starts a recorder."""
    return [sys.executable, "-m", "transcriber.recorder"]


def main() -> int:
    """Serve one `Record`; the exit status is 0 if it was sealed."""
    parent = Parent(exit_when_gone=False)
    request, stopped = next(parent.requests(), (None, Event()))
    if request is None:
        return 0
    try:
        if not isinstance(request, Record):
            raise MessageInvalid
        _record(request, parent, stopped)
    except TranscriberError as error:
        parent.tell(Failed.of(error))
        return 1
    else:
        return 0
    finally:
        parent.finish()


def _record(request: Record, parent: Parent, stopped: Event) -> None:
    source = microphone(request.device, pace=request.pace)
    with _journal(Path(request.journal), key_of(request.key), source.name) as journal, source:
        parent.tell(Started(source.name, source.rate))
        take = _Take(journal, source.rate, parent.mention)
        _listen(source, take, stopped)
        if parent.gone.is_set():
            return
        take.finish()
        journal.seal()
        parent.tell(Stopped(journal.duration))


def _journal(path: Path, key: bytes, device: str) -> Journal:
    return Journal.open(path, key) if path.exists() else Journal.create(path, key, device=device)


def _listen(source: Microphone, take: _Take, stopped: Event) -> None:
    """Move blocks from the microphone into the take until `Stop`, the microphone's end, or its loss."""
    heard = time.monotonic()
    while not (stopped.is_set() and source.blocks.empty()):
        try:
            block = source.blocks.get(timeout=0.05)
        except queue.Empty:
            if time.monotonic() - heard > _GONE_S:
                raise MicrophoneFailed from None
            continue
        if block is None:
            return
        silence = time.monotonic() - heard - len(block) / source.rate
        if silence > _LOST_S and take.begun:
            take.lose(silence)
        heard = time.monotonic()
        take.add(block)


class _Take:
    """Blocks of any rate on their way into the journal, in whole 100 ms."""

    def __init__(self, journal: Journal, rate: int, tell: Callable[[Level], None]) -> None:
        self._journal = journal
        self._resample = Resampler(rate)
        self._tell = tell
        self._rest = np.zeros(0, np.float32)
        self._written = journal.samples
        self._lost = 0
        self.begun = False

    def add(self, block: Samples) -> None:
        """Take one block, and tell its level."""
        self.begun = True
        self._keep(self._resample(block))
        peak = float(np.abs(block).max(initial=0.0))
        self._tell(Level(min(1.0, peak), self._written / SAMPLE_RATE, self._lost / SAMPLE_RATE))

    def lose(self, seconds: float) -> None:
        """Note sound that never arrived."""
        self._flush()
        samples = int(seconds * SAMPLE_RATE)
        self._journal.append_gap(samples)
        self._written += samples
        self._lost += samples

    def finish(self) -> None:
        """Write what the resampler and the last incomplete block still hold."""
        self._keep(self._resample.finish())
        self._flush()

    def _keep(self, samples: Samples) -> None:
        self._rest = np.concatenate([self._rest, samples])
        while len(self._rest) >= BLOCK:
            self._journal.append(to_int16(self._rest[:BLOCK]))
            self._written += BLOCK
            self._rest = self._rest[BLOCK:]

    def _flush(self) -> None:
        if len(self._rest):
            self._journal.append(to_int16(self._rest))
            self._written += len(self._rest)
            self._rest = self._rest[:0]


if __name__ == "__main__":
    os._exit(main())  # a lost microphone can hold up an orderly exit for ever
