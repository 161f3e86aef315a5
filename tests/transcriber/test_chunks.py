"""Speech is cut in pauses, all of it is kept, and no chunk is too long."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcriber.audio import SAMPLE_RATE
from transcriber.engines.chunks import chunks
from transcriber.transcript import TimeSpan

LIMIT = 20.0


def speech_of(lengths: list[tuple[float, float]]) -> tuple[TimeSpan, ...]:
    """Spans from (pause before, length) pairs."""
    edges = list(accumulate(part for pair in lengths for part in pair))
    return tuple(TimeSpan(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))


spoken = st.lists(st.tuples(st.floats(0.1, 8), st.floats(0.1, 45)), min_size=1, max_size=12).map(speech_of)
noise = np.random.default_rng(2).standard_normal(600 * SAMPLE_RATE).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(spoken)
def test_all_speech_is_in_a_chunk_and_no_chunk_is_too_long(speech):
    """Chunks are ordered, do not overlap, stay within the limit, and hold every moment of the speech once."""
    audio = noise[: int((speech[-1].end + 0.5) * SAMPLE_RATE)]
    cut = chunks(audio, speech, limit=LIMIT)
    assert all(0 <= chunk.start < chunk.end <= len(audio) / SAMPLE_RATE + 1e-6 for chunk in cut)
    assert all(chunk.duration <= LIMIT + 1e-6 for chunk in cut)
    assert all(one.end <= other.start + 1e-6 for one, other in pairwise(cut))
    held = sum(max(0.0, min(span.end, chunk.end) - max(span.start, chunk.start)) for span in speech for chunk in cut)
    assert held == pytest.approx(sum(span.duration for span in speech), abs=1e-3)


def test_the_longest_late_pause_is_the_place_to_cut():
    """Of the pauses near the limit, the chunk ends in the longest."""
    speech = speech_of([(0.5, 14), (0.2, 1.5), (0.9, 1), (0.3, 1), (0.3, 10)])
    first = chunks(noise, speech, limit=LIMIT)[0]
    assert speech[1].end < first.end < speech[2].start


def test_a_long_silence_ends_a_chunk():
    """Words on both sides of a long silence are not decoded together."""
    assert len(chunks(noise, speech_of([(1, 2), (4, 2)]), limit=LIMIT)) == 2
    assert len(chunks(noise, speech_of([(1, 2), (2, 2)]), limit=LIMIT)) == 1
