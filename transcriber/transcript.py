"""What was heard: words with times and probabilities, and the way back from characters to sound.

Owns the transcript types, which every other part shares. Standard library only; knows nothing of engines or audio.

Times are seconds from the recording's first sample. All ranges are half-open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Word:
    """One recognized word.

    `text` carries its punctuation and no surrounding space; `probability` is the engine's, 0 to 1;
    `spaced` tells whether the word is written with a space before it (languages such as Japanese are not).
    """

    text: str
    start: float
    end: float
    probability: float
    spaced: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of words that the engine returned together."""

    words: tuple[Word, ...]

    @property
    def start(self) -> float:
        """Start of the first word, in seconds."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """End of the last word, in seconds."""
        return self.words[-1].end

    @property
    def text(self) -> str:
        """The words as written, without surrounding space."""
        return _join(self.words)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of the recording, in seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the speech has words under it: the measure of silent omission.

    `speech` and `covered` are seconds; `gaps` are stretches of speech without words; `stray` are words where
    no speech was found (what a model invents over silence).
    """

    speech: float
    covered: float
    gaps: tuple[TimeSpan, ...]
    stray: tuple[Word, ...]

    @property
    def fraction(self) -> float:
        """Covered part of the speech, 0 to 1; 1 where there is no speech."""
        return self.covered / self.speech if self.speech else 1.0


@dataclass(frozen=True)
class Transcript:
    """Everything recognized in one recording.

    `language` is an ISO 639-1 code, `duration` the recording's seconds, `model` and `device` the honest names of
    what decoded it ("whisper-base", "CPU int8").
    """

    segments: tuple[Segment, ...]
    language: str
    duration: float
    model: str
    device: str
    coverage: Coverage

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All words in order."""
        return tuple(word for segment in self.segments for word in segment.words)

    @cached_property
    def text(self) -> str:
        """The whole verbatim text; `words_in` maps its characters back to words."""
        return _join(self.words)

    @cached_property
    def _word_starts(self) -> list[int]:
        return [start for start, _ in word_offsets(self.words)]

    def words_in(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that the characters [start, end) of `text` touch."""
        if start >= end:
            return ()
        first = max(0, bisect_right(self._word_starts, start) - 1)
        last = bisect_right(self._word_starts, end - 1)
        return self.words[first:last]


@dataclass(frozen=True, slots=True)
class Question:
    """Which of `texts` was said in a stretch of the recording?"""

    span: TimeSpan
    texts: tuple[str, ...]


class SpanScorer(Protocol):
    """What can ask the sound of a recording."""

    def score(self, questions: Sequence[Question]) -> tuple[tuple[float, ...], ...] | None:
        """Natural log probability of each text of each question; None from an engine that cannot tell.

        `questions` are in the order of their spans' starts.
        """


@dataclass(frozen=True, slots=True)
class Answers:
    """A SpanScorer that knows the answers already."""

    scores: Mapping[Question, tuple[float, ...]]

    def score(self, questions: Sequence[Question]) -> tuple[tuple[float, ...], ...] | None:
        """See SpanScorer; None where one of the questions was never answered."""
        known = all(question in self.scores for question in questions)
        return tuple(self.scores[question] for question in questions) if known else None


def word_offsets(words: tuple[Word, ...]) -> Iterator[tuple[int, int]]:
    """Character range of each word in the joined text, without its leading space."""
    position = 0
    for index, word in enumerate(words):
        position += 1 if word.spaced and index else 0
        yield position, position + len(word.text)
        position += len(word.text)


def _join(words: tuple[Word, ...]) -> str:
    return "".join((" " if word.spaced and index else "") + word.text for index, word in enumerate(words))
