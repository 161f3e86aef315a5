"""Where a recording is cut: the same places however the sound arrives, in pauses, and never past the window."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transcriber.audio import SAMPLE_RATE
from transcriber.speech import FRAME
from transcriber.utterances import SETTLED_S, Cutter, utterances


def recording(clip: np.ndarray) -> np.ndarray:
    """A minute and a half: speech with short and long pauses."""
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    return np.concatenate([silence, clip, clip, silence, clip, silence[:16000], clip, clip, clip, silence])


def same(one, other) -> bool:
    return (one.start, one.speech) == (other.start, other.speech) and np.array_equal(one.audio, other.audio)


@given(lengths=st.lists(st.integers(1, 5 * SAMPLE_RATE), min_size=1, max_size=6))
@settings(max_examples=8, deadline=None)
def test_cuts_do_not_depend_on_how_the_sound_arrives(clip_samples, lengths):
    """Blocks of any lengths give the utterances that one block gives."""
    sound = recording(clip_samples)[: 40 * SAMPLE_RATE]
    whole = list(utterances([sound]))
    edges = np.cumsum(lengths * 60)
    parts = list(utterances(np.split(sound, edges[edges < len(sound)])))
    assert len(whole) == len(parts) > 1
    assert all(same(one, other) for one, other in zip(whole, parts, strict=True))


def test_utterances_hold_all_speech_in_order_and_fit_the_window(clip_samples):
    """They follow each other without overlap, none is longer than the window, and each one's speech is inside it."""
    found = list(utterances([recording(clip_samples)]))
    assert all(len(each.audio) <= 28.5 * SAMPLE_RATE for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for each in found:
        length = len(each.audio) / SAMPLE_RATE
        assert all(0 <= span.start < span.end <= length + 1e-6 for span in each.speech)


def test_speech_without_a_pause_is_cut_where_it_is_quietest(clip_samples):
    """Unbroken speech is cut all the same, and not a sample is lost at the cut."""
    loud = clip_samples[: int(1.9 * SAMPLE_RATE)]
    sound = np.tile(loud[int(0.4 * SAMPLE_RATE) :], 40)
    found = list(utterances([sound]))
    assert len(found) >= 2
    assert all(len(each.audio) <= 28.5 * SAMPLE_RATE for each in found)
    assert sum(len(each.audio) for each in found) > 0.97 * len(sound)


def test_a_settled_utterance_is_the_one_that_is_cut(clip_samples):
    """In a pause, what `unfinished` gives is the utterance that follows if the pause lasts: it can be decoded ahead."""
    cutter, settled = Cutter(), None
    sound = np.concatenate([clip_samples, np.zeros(3 * SAMPLE_RATE, np.float32)])
    for start in range(0, len(sound), FRAME):
        for cut in cutter.add(sound[start : start + FRAME]):
            assert settled is not None
            assert same(cut, settled)
            settled = None
        if cutter.quiet >= SETTLED_S:
            settled = cutter.unfinished()
    assert settled is None
    assert cutter.unfinished() is None


def test_silence_is_not_held():
    """An hour of silence leaves a few seconds in memory."""
    cutter = Cutter()
    for _ in range(60):
        assert list(cutter.add(np.zeros(SAMPLE_RATE, np.float32))) == []
    assert cutter.heard == 60
    assert len(cutter._held) < 8 * SAMPLE_RATE
    assert list(cutter.finish()) == []
