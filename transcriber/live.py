"""Text while the clinician speaks: a recording is followed as it grows.

Owns the order of work on a growing journal: what is cut is decoded first and for good, then what is said but not cut
yet is guessed at. Guesses are the first thing to go where the engine falls behind; sound never is: it is on the
disk.

The words that stay are those that `decode.transcribe` finds in the finished recording: the same cuts, the same engine,
the same text before them. So a follower that goes on from what another one had found (`Finals`) ends where that one
would have ended, and nothing but the journal needs to be kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from transcriber.agreement import agreed
from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.decode import Transcription
from transcriber.engines.base import DecodeOptions, Engine
from transcriber.errors import Cancelled
from transcriber.journal import Pcm
from transcriber.transcript import Segment, Transcript, Word
from transcriber.utterances import SETTLED_S, Cutter, Utterance

BEHIND_S = 3.0
"""So far behind the speaker is worth telling."""
_READ = SAMPLE_RATE  # at a time, so that a cut is noticed before much more is read
_POLL_S = 0.05
_GUESS_S = 1.0  # new speech that is worth a guess
_EDGE = 2  # words at the end of a guess that are not trusted: they were cut in their middle
_REST = 1.5  # times as long as a guess took are left to others before the next one


class Growing(Protocol):
    """A recording that another process writes: a Journal."""

    @property
    def samples(self) -> int:
        """Length so far."""

    @property
    def sealed(self) -> bool:
        """Whether it is finished."""

    def read(self, start: int, stop: int) -> Pcm:
        """The samples [start, stop) that exist."""


@dataclass(frozen=True, slots=True)
class Finals:
    """What has been decoded for good: the segments, the `language`, and `until` where, in seconds of the recording."""

    segments: tuple[Segment, ...] = ()
    until: float = 0.0
    language: str | None = None


class Listener(Protocol):
    """Who is told while a recording is followed."""

    def partial(self, words: tuple[Word, ...]) -> None:
        """What is said after the last final word, as far as it is known; replaces the last one."""

    def final(self, found: Finals) -> None:
        """Segments that never change, after those before, and where they end."""

    def behind(self, seconds: float) -> None:
        """How far the engine is behind the speaker; 0 once it has caught up."""

    def between(self) -> None:
        """Called between two pieces of work, for whatever else has to be done."""

    def cancelled(self) -> bool:
        """Whether to give up."""


def follow(
    journal: Growing,
    engine: Engine,
    options: DecodeOptions,
    listener: Listener,
    *,
    first: int = 0,
    known: Finals | None = None,
    wait: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Transcript:
    """Decode a recording while it grows, from its sample `first` until it is sealed; goes on after `known`.

    All times are the recording's; `wait` and `now` are the clock's by which it grows.
    Raises Cancelled, AudioSilent, NoSpeech, NothingUnderstood, and whatever the journal raises.
    """
    return _Follower(journal, engine, options, listener, first, known or Finals(), wait, now).run()


class _Follower:
    def __init__(
        self,
        journal: Growing,
        engine: Engine,
        options: DecodeOptions,
        listener: Listener,
        first: int,
        known: Finals,
        wait: Callable[[float], None],
        now: Callable[[], float],
    ) -> None:
        options = replace(options, language=known.language or options.language, batch_size=1, utterance=True)
        self._journal = journal
        self._listener = listener
        self._wait = wait
        self._now = now
        self._until = known.until
        self._found = Transcription(engine, options, known.segments, first=first)
        self._cutter = Cutter(first)
        self._guess = _Guess(now)
        self._position = first
        self._told = 0.0

    def run(self) -> Transcript:
        """Follow to the end."""
        for block in self._found.listen(self._sound()):
            for piece in self._cutter.add(block):
                self._decode(piece)
        for piece in self._cutter.finish():
            self._decode(piece)
        return self._found.transcript()

    def _sound(self) -> Iterator[Samples]:
        """The sound as it arrives; while there is none, what is said so far is guessed at."""
        while True:
            if self._listener.cancelled():
                raise Cancelled
            self._listener.between()
            sealed = self._journal.sealed
            pcm = self._journal.read(self._position, self._position + _READ)
            self._position += len(pcm)
            if len(pcm):
                yield pcm.astype(np.float32) / 32768.0
                self._tell_behind()
            elif sealed:
                return
            elif not self._guess_on():
                self._wait(_POLL_S)

    def _decode(self, piece: Utterance) -> None:
        """A piece that is cut: its words never change. Where it was guessed at in its pause, they are known already."""
        if piece.end <= self._until:
            self._found.skip(piece)
            return
        segments = self._guess.settled(piece)
        if segments is None:
            segments = tuple(self._found.decode(piece))
        else:
            self._found.skip(piece)
        for segment in segments:
            self._found.take(segment)
        self._until = piece.end
        self._guess = _Guess(self._now)
        self._listener.final(Finals(segments, piece.end, self._found.language))

    def _guess_on(self) -> bool:
        """Guess at what is said but not cut, if that is worth the time; tells whether it was."""
        piece = self._cutter.unfinished()
        if piece is None or piece.end <= self._until:
            return False
        if self._cutter.quiet >= SETTLED_S:
            if self._guess.settled(piece) is not None:
                return False
            if self._found.language is None:
                return False
            words = self._guess.settle(piece, tuple(self._found.guess(piece)))
        elif self._cutter.quiet == 0 and self._found.language is not None and self._guess.due(piece):
            words = self._guess.hear(piece, lambda: self._found.guess(piece, beam_size=1))
        else:
            return False
        self._listener.partial(words)
        return True

    def _tell_behind(self) -> None:
        behind = (self._journal.samples - self._position) / SAMPLE_RATE
        behind = behind if behind >= BEHIND_S else 0.0
        if behind != self._told and (not behind or abs(behind - self._told) >= 1.0):
            self._told = behind
            self._listener.behind(behind)


class _Guess:
    """What is thought of an utterance that is not cut yet."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._shown: tuple[Word, ...] = ()
        self._last: tuple[Word, ...] = ()
        self._heard = 0.0
        self._next = 0.0
        self._piece: tuple[float, float] | None = None
        self._segments: tuple[Segment, ...] = ()

    def due(self, piece: Utterance) -> bool:
        """Whether enough was said, and enough time has passed, since the last guess."""
        return piece.end - max(piece.start, self._heard) >= _GUESS_S and self._now() >= self._next

    def hear(self, piece: Utterance, guess: Callable[[], Iterator[Segment]]) -> tuple[Word, ...]:
        """Guess, and tell what to show: what this guess and the last one agree on."""
        begun = self._now()
        words = tuple(word for segment in guess() for word in segment.words)
        self._next = self._now() + _REST * (self._now() - begun)
        self._heard = piece.end
        self._shown, self._last = agreed(self._shown, self._last[:-_EDGE], words), words
        return self._shown

    def settle(self, piece: Utterance, segments: tuple[Segment, ...]) -> tuple[Word, ...]:
        """Keep what was found with all effort in a pause: it stays if the pause lasts.

        Until then it is a guess like any other, and shown as far as the one before agrees.
        """
        self._piece, self._segments = (piece.start, piece.end), segments
        words = tuple(word for segment in segments for word in segment.words)
        self._shown, self._last = agreed(self._shown, self._last[:-_EDGE], words), words
        return self._shown

    def settled(self, piece: Utterance) -> tuple[Segment, ...] | None:
        """What was kept for exactly this piece."""
        return self._segments if self._piece == (piece.start, piece.end) else None
