"""A recording in which something was said over: what stands of it, for everyone who looks for words.

Owns the view of a journal in which superseded sound is silence, so that its words are never found, and the way a
follower takes back what it had found of it. Times stay those of the recording. The journal keeps every sample: players
and audits read it itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from transcriber import live
from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.base import DecodeOptions, Engine
from transcriber.journal import Journal, Pcm
from transcriber.live import Finals
from transcriber.spans import Spans, joined
from transcriber.transcript import Transcript, Word

_LOOKAHEAD = 15 * SAMPLE_RATE  # nobody waits longer with cutting what an utterance's end depends on
_READ = 10 * SAMPLE_RATE


class Listener(live.Listener, Protocol):
    """Who is told while a recording is followed that can be said over."""

    def withdrawn(self, left: Known) -> None:
        """Of all final segments only these are left; what follows comes anew."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier follower had found, when `overs` stretches had been said over."""

    finals: Finals = field(default_factory=Finals)
    overs: int = 0


class Standing:
    """What stands of `journal`: the same samples, and silence where they were said over."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def samples(self) -> int:
        """Length so far."""
        return self._journal.samples

    @property
    def sealed(self) -> bool:
        """Whether the recording is finished."""
        return self._journal.sealed

    @property
    def duration(self) -> float:
        """Length so far, in seconds."""
        return self._journal.duration

    def read(self, start: int, stop: int) -> Pcm:
        """The samples [start, stop) that exist; gaps and what was said over are zeros."""
        return silenced(self._journal.read(start, stop), start, joined(self._journal.overs))

    def blocks(self, first: int = 0) -> Iterator[Samples]:
        """What is there now, from the sample `first` on, as float blocks of some seconds (a source for `decode`)."""
        for start in range(first, self.samples, _READ):
            yield self.read(start, start + _READ).astype(np.float32) / 32768.0


def silenced(pcm: Pcm, start: int, over: Spans) -> Pcm:
    """Sound that begins at the sample `start`, with zeros where it was said over."""
    for first, last in over:
        pcm[max(0, first - start) : max(0, last - start)] = 0
    return pcm


def follow(
    journal: Journal,
    engine: Engine,
    options: DecodeOptions,
    listener: Listener,
    *,
    first: int = 0,
    known: Known | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Transcript:
    """`live.follow` of what stands of a journal.

    Each time something is said over, the final words that rest on its sound are taken back, and all after them is
    decoded anew.
    """
    known, told = known or Known(), _Told(listener)
    if known.overs != len(journal.overs):
        known = Known(overs=len(journal.overs))
        listener.withdrawn(known)
    while True:
        view = _Watched(journal, known.overs)
        told.begin(known, view)
        try:
            return live.follow(view, engine, options, told, first=first, known=known.finals, wait=wait)
        except _SaidOver as over:
            known = told.left(over.first, over.overs)
            listener.withdrawn(known)


class _SaidOver(Exception):
    """Something was said over, from the sample `first` on; `overs` stretches have been by now."""

    def __init__(self, first: int, overs: int) -> None:
        super().__init__(first, overs)
        self.first, self.overs = first, overs


class _Watched(Standing):
    """What stands, as long as nothing more is said over. `heard` is how far it was read."""

    def __init__(self, journal: Journal, overs: int) -> None:
        super().__init__(journal)
        self.heard = 0
        self._overs = overs

    def read(self, start: int, stop: int) -> Pcm:
        """See Standing. Raises _SaidOver."""
        overs = self._journal.overs
        if len(overs) != self._overs:
            raise _SaidOver(min(first for first, _ in overs[self._overs :]), len(overs))
        pcm = super().read(start, stop)
        self.heard = max(self.heard, start + len(pcm))
        return pcm


class _Told:
    """A follower's listener that notes for each piece of final text how far the recording was read by then."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._pieces: list[tuple[int, Finals]] = []
        self._view: _Watched | None = None

    def begin(self, known: Known, view: _Watched) -> None:
        """A follower begins that goes on after `known`."""
        self._view = view
        if known.finals.segments and not self._pieces:
            self._pieces = [(round(known.finals.until * SAMPLE_RATE) + _LOOKAHEAD, known.finals)]

    def left(self, first: int, overs: int) -> Known:
        """What was found without a look at the sample `first` or later."""
        self._pieces = [piece for piece in self._pieces if piece[0] <= first]
        segments = tuple(segment for _, finals in self._pieces for segment in finals.segments)
        last = self._pieces[-1][1] if self._pieces else Finals()
        return Known(replace(last, segments=segments), overs)

    def partial(self, words: tuple[Word, ...]) -> None:
        """See Listener."""
        self._listener.partial(words)

    def final(self, found: Finals) -> None:
        """See Listener."""
        if self._view is not None:
            self._pieces.append((self._view.heard, found))
        self._listener.final(found)

    def behind(self, seconds: float) -> None:
        """See Listener."""
        self._listener.behind(seconds)

    def between(self) -> None:
        """See Listener."""
        self._listener.between()

    def cancelled(self) -> bool:
        """See Listener."""
        return self._listener.cancelled()
