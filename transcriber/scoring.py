"""The sound of one recording, asked which of several texts was said.

Owns the walk over the recording in bounded memory. Knows no medicine, and no engine but the protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.decode import Source
from transcriber.engines.base import Engine
from transcriber.transcript import Question, TimeSpan


@dataclass(frozen=True, slots=True)
class Scorer:
    """A SpanScorer: an engine, the recording and its language (ISO 639-1)."""

    engine: Engine
    source: Source
    language: str

    def score(self, questions: Sequence[Question]) -> tuple[tuple[float, ...], ...] | None:
        """See SpanScorer. Raises whatever the source raises."""
        scores = []
        spans = tuple(question.span for question in questions)
        for question, audio in zip(questions, _excerpts(self.source, spans), strict=True):
            found = self.engine.score(audio, question.texts, self.language)
            if found is None:
                return None
            scores.append(tuple(found))
        return tuple(scores)


def _excerpts(source: Source, spans: Sequence[TimeSpan]) -> Iterator[Samples]:
    """The sound of each span; the spans are in order of their starts."""
    blocks = source.blocks()
    held = np.zeros(0, np.float32)
    offset = 0
    for span in spans:
        start, stop = int(span.start * SAMPLE_RATE), int(span.end * SAMPLE_RATE)
        pieces = [held]
        reached = offset + len(held)
        while reached < stop and (block := next(blocks, None)) is not None:
            pieces.append(block)
            reached += len(block)
        held = np.concatenate(pieces)
        dropped = min(max(0, start - offset), len(held))
        held, offset = held[dropped:], offset + dropped
        yield held[: max(0, stop - offset)]
