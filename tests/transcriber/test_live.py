"""Text while the recording grows: the finished recording's words, guesses before them, and no loss where it is slow."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest

from transcriber.audio import SAMPLE_RATE, to_int16
from transcriber.engines.base import DecodeOptions
from transcriber.errors import Cancelled
from transcriber.journal import Journal
from transcriber.live import Finals, follow
from transcriber.transcript import Segment, Word

OPTIONS = DecodeOptions(language="en", beam_size=2)


class Audience:
    """Remembers what it is told; `grow` is called between two pieces of work."""

    def __init__(self, grow=lambda: None, give_up=lambda: False) -> None:
        self.partials: list[tuple[Word, ...]] = []
        self.finals: list[Finals] = []
        self.delays: list[float] = []
        self.between = grow
        self.cancelled = give_up

    def partial(self, words) -> None:
        """Keep it."""
        self.partials.append(words)

    def final(self, found: Finals) -> None:
        """Keep it."""
        self.finals.append(found)

    def behind(self, seconds: float) -> None:
        """Keep it."""
        self.delays.append(seconds)


class Growing:
    """A recording in memory that grows by `step` samples whenever it is looked at, and is then sealed."""

    def __init__(self, sound: np.ndarray, step: int) -> None:
        self._pcm = to_int16(sound)
        self._step = step
        self.samples = 0

    @property
    def sealed(self) -> bool:
        """Whether all of it is there."""
        return self.samples == len(self._pcm)

    def grow(self) -> None:
        """Let some more arrive."""
        self.samples = min(len(self._pcm), self.samples + self._step)

    def read(self, start: int, stop: int) -> np.ndarray:
        """What is there of it."""
        return self._pcm[start : min(stop, self.samples)]


class Echo:
    """An engine that writes a word for each half second of speech it hears, and remembers what it was asked."""

    model = "echo"
    device = "CPU none"

    def __init__(self) -> None:
        self.heard: list[tuple[int, str | None]] = []

    def detect_language(self, audio) -> str:
        """Always English."""
        return "en"

    def decode(self, audio, speech, options) -> Iterator[Segment]:
        """A word for each half second of speech."""
        self.heard.append((len(audio), options.prompt))
        for span in speech:
            times = np.arange(span.start, span.end, 0.5)
            yield Segment(tuple(Word(f"w{at:.1f}", at, at + 0.4, 0.9) for at in times))


@pytest.fixture
def sound(clip_samples) -> np.ndarray:
    pause = np.zeros(int(1.5 * SAMPLE_RATE), np.float32)
    return np.concatenate([clip_samples, pause, clip_samples[: 5 * SAMPLE_RATE], pause, pause])


@pytest.mark.parametrize("step", [1600, 7 * SAMPLE_RATE])
def test_live_words_are_the_finished_recordings_words(sound, engine, tmp_path, key, step):
    """Followed bit by bit or in gulps, the transcript is the one that a follower of the end gives, times and all."""
    with Journal.create(tmp_path / "whole", key, device="test") as journal:
        journal.append(to_int16(sound))
        journal.seal()
        whole = follow(journal, engine, OPTIONS, Audience())
    growing = Growing(sound, step)
    audience = Audience(growing.grow)
    live = follow(growing, engine, OPTIONS, audience, wait=lambda _: None)
    assert live == whole
    assert tuple(segment for found in audience.finals for segment in found.segments) == live.segments
    assert len(audience.finals) > 1


def test_a_follower_goes_on_where_another_one_was(sound):
    """From any final on, a new follower finds the same rest, with the same text before it, and repeats nothing."""
    first = Audience((growing := Growing(sound, 1600)).grow)
    whole = follow(growing, Echo(), OPTIONS, first, wait=lambda _: None)
    for done in range(1, len(first.finals)):
        known = Finals(
            tuple(s for found in first.finals[:done] for s in found.segments), first.finals[done - 1].until, "en"
        )
        audience, echo = Audience((growing := Growing(sound, 1600)).grow), Echo()
        assert follow(growing, echo, OPTIONS, audience, known=known, wait=lambda _: None) == whole
        assert audience.finals == first.finals[done:]
        assert echo.heard[0][1] == known.segments[-1].text or known.segments[-1].text in echo.heard[0][1]


def test_a_follower_that_begins_in_the_middle(sound):
    """From a sample on, it hears what a recording of the rest alone would give, in times of the whole one."""
    first = 2 * SAMPLE_RATE + 480
    rest = Audience((growing := Growing(sound[first:], 1600)).grow)
    alone = follow(growing, Echo(), OPTIONS, rest, wait=lambda _: None)
    heard = Audience((growing := Growing(sound, 1600)).grow)
    late = follow(growing, Echo(), OPTIONS, heard, first=first, wait=lambda _: None)
    starts = [word.start + first / SAMPLE_RATE for word in alone.words]
    assert [word.start for word in late.words] == pytest.approx(starts)
    assert late.duration == len(sound) / SAMPLE_RATE
    assert late.coverage.fraction == alone.coverage.fraction == 1.0
    known = Finals(heard.finals[0].segments, heard.finals[0].until, "en")
    again = Audience((growing := Growing(sound, 1600)).grow)
    assert follow(growing, Echo(), OPTIONS, again, first=first, known=known, wait=lambda _: None) == late
    assert again.finals == heard.finals[1:]


def test_guesses_come_before_finals_and_a_pause_is_decoded_once(sound):
    """While somebody speaks there is text already; what was decoded in a pause is not decoded again at its end."""
    growing, echo = Growing(sound, 1600), Echo()
    turns = count()
    audience = Audience(lambda: growing.grow() if next(turns) % 4 == 0 else None)
    follow(growing, echo, OPTIONS, audience, wait=lambda _: None)
    assert len(audience.partials) > 3
    final = tuple(word for segment in audience.finals[0].segments for word in segment.words)
    assert any(partial and final[: len(partial)] == partial for partial in audience.partials)
    lengths = [length for length, _ in echo.heard]
    assert len(lengths) == len(set(lengths))


def test_a_slow_engine_drops_guesses_and_tells_how_far_it_is_behind(sound):
    """Where minutes wait to be decoded, the delay is told, nothing is guessed, and every word arrives."""
    growing = Growing(np.tile(sound, 4), 10**9)
    audience = Audience(growing.grow)
    live = follow(growing, Echo(), OPTIONS, audience, wait=lambda _: None)
    assert audience.partials == []
    assert audience.delays[0] > 60
    assert audience.delays[-1] == 0
    assert live.coverage.fraction == 1.0


def test_giving_up(sound):
    """A follower that is told to stop does."""
    with pytest.raises(Cancelled):
        follow(Growing(sound, 1600), Echo(), OPTIONS, Audience(give_up=lambda: True))


def test_a_recording_that_another_thread_writes(clip_samples, tmp_path, key):
    """A real journal is followed from its first block until it is sealed."""
    path = tmp_path / "growing"
    Journal.create(path, key, device="test").close()

    def write() -> None:
        with Journal.open(path, key) as journal:
            for start in range(0, len(clip_samples), 1600):
                journal.append(to_int16(clip_samples[start : start + 1600]))
            journal.seal()

    writer = threading.Thread(target=write)
    writer.start()
    with Journal.open(path, key) as journal:
        live = follow(journal, Echo(), OPTIONS, Audience())
    writer.join()
    assert live.duration == pytest.approx(11.0)
