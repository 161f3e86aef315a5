"""Asking the sound which of several texts was said: in the engine, over a recording, and across processes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field

import numpy as np
import pytest

from transcriber import worker
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal
from transcriber.messages import Load, Score, Scored, from_line, to_line
from transcriber.scoring import Scorer
from transcriber.transcript import Question, TimeSpan

SAID = "ask not what your country can do for you"
TEXTS = (SAID, "ask not what your county can do for you", "stop the metoprolol today")
QUESTIONS = (Question(TimeSpan(0.3, 3.0), ("And so my fellow Americans", "And so by Melodramamine")),
             Question(TimeSpan(4.8, 10.9), TEXTS))  # fmt: skip


@dataclass
class Measure:
    """A fake engine that tells how much sound it was given, and which first sample."""

    heard: list[tuple[int, float]] = field(default_factory=list)

    def score(self, audio, texts, language):
        """Note the sound; every text is as likely."""
        self.heard.append((len(audio), float(audio[0])))
        return [0.0 for _ in texts]


class Mute:
    """A fake engine that cannot tell."""

    def score(self, audio, texts, language):
        """Nothing."""


@dataclass
class Ramp:
    """A fake source of a known length whose samples count up."""

    seconds: int
    block: int
    read: int = 0

    def blocks(self):
        """Blocks, counted as they are taken."""
        samples = np.arange(self.seconds * SAMPLE_RATE, dtype=np.float32)
        for start in range(0, len(samples), self.block):
            self.read += 1
            yield samples[start : start + self.block]


def test_what_was_said_is_likelier(engine, clip_samples):
    """A text that was said beats a near one, and that one an unrelated text, by far."""
    said, near, other = engine.score(clip_samples[int(4.8 * SAMPLE_RATE) :], TEXTS, "en")
    assert said > near > other + 10


def test_a_recording_is_asked_in_its_places(engine, recording, key):
    """Each question reaches the sound of its own span; the answers keep the order."""
    with Journal.open(recording, key) as journal:
        first, second = Scorer(engine, journal, "en").score(QUESTIONS)
    assert first[0] > first[1]
    assert second[0] == max(second)


@pytest.mark.parametrize("block", [1_000, 16_000, 500_000])
def test_spans_are_cut_to_the_sample(block):
    """Overlapping and distant spans, and one that ends past the recording, whatever the blocks."""
    source, measure = Ramp(30, block), Measure()
    spans = (TimeSpan(1.0, 3.0), TimeSpan(2.0, 4.5), TimeSpan(20.0, 21.0), TimeSpan(29.5, 40.0))
    Scorer(measure, source, "en").score([Question(span, ("a", "b")) for span in spans])
    assert measure.heard == [(32_000, 16_000.0), (40_000, 32_000.0), (16_000, 320_000.0), (8_000, 472_000.0)]


def test_no_more_is_read_than_asked_for():
    """Nothing after the last span is decoded."""
    source = Ramp(30, 16_000)
    Scorer(Measure(), source, "en").score([Question(TimeSpan(1.0, 2.0), ("a",))])
    assert source.read <= 3


def test_an_engine_that_cannot_tell_says_so():
    """None, and not a guess."""
    assert Scorer(Mute(), Ramp(3, 16_000), "en").score([Question(TimeSpan(0.0, 1.0), ("a",))]) is None


def test_the_worker_answers(recording, key):
    """The same across the wire."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(worker.command(), **pipes) as process:
        process.stdin.write(to_line(Load("whisper-base", device="cpu")))
        process.stdin.write(to_line(Score(str(recording), key.hex(), "en", QUESTIONS)))
        process.stdin.flush()
        answer = next(m for line in process.stdout if isinstance(m := from_line(line), Scored))
        process.stdin.close()
        process.wait(20)
    assert [len(scores) for scores in answer.scores] == [2, 3]
    assert answer.scores[1][0] == max(answer.scores[1])
