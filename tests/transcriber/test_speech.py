"""Speech is found, silence is not, and the coverage measure sees what is missing and what is invented."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcriber.audio import SAMPLE_RATE
from transcriber.speech import SpeechDetector, coverage, speech_spans
from transcriber.transcript import TimeSpan, Word


def word(start: float, end: float) -> Word:
    return Word("word", start, end, 0.9)


def test_speech_is_found_between_silences(clip_samples):
    """Speech set between two seconds of silence is found there and nowhere else."""
    quiet = np.zeros(2 * SAMPLE_RATE, np.float32)
    spans = speech_spans(np.concatenate([quiet, clip_samples, quiet]))
    assert 2.0 <= spans[0].start < 2.6
    assert spans[-1].end <= 13.05
    assert 6 < sum(span.duration for span in spans) < 11


def test_no_speech_in_silence_noise_and_tone():
    """Silence, white noise and a tone hold no speech."""
    noise = np.random.default_rng(7).standard_normal(5 * SAMPLE_RATE).astype(np.float32)
    tone = np.sin(np.arange(5 * SAMPLE_RATE) / 6).astype(np.float32)
    assert speech_spans(np.zeros(5 * SAMPLE_RATE, np.float32)) == ()
    assert speech_spans(0.05 * noise) == ()
    assert speech_spans(0.3 * tone) == ()
    assert speech_spans(np.zeros(0, np.float32)) == ()


def test_spans_do_not_depend_on_how_the_sound_arrives(clip_samples):
    """Sound that is heard bit by bit has the spans of the whole."""
    detector = SpeechDetector()
    for part in np.array_split(clip_samples, 77):
        list(detector.frames(part))
    list(detector.finish())
    assert tuple(TimeSpan(a / SAMPLE_RATE, b / SAMPLE_RATE) for a, b in detector.ended) == speech_spans(clip_samples)


def test_a_lost_stretch_is_a_gap():
    """Speech without words is a gap of the right length; short breaths are not."""
    spans = (TimeSpan(0, 10), TimeSpan(12, 20))
    words = [*(word(at, at + 0.5) for at in np.arange(0, 5.0, 0.5)), *(word(at, at + 1) for at in np.arange(12.2, 20))]
    measured = coverage(words, spans)
    assert measured.speech == 18
    assert measured.gaps == (TimeSpan(pytest.approx(5.3), 10),)
    assert measured.fraction == pytest.approx(1 - 4.7 / 18)
    assert measured.stray == ()


def test_words_without_speech_are_stray():
    """What is written over silence is told, and touches nothing else."""
    invented = word(14, 15)
    measured = coverage([*(word(at, at + 1) for at in range(10)), invented], (TimeSpan(0, 10),))
    assert (measured.stray, measured.gaps, measured.fraction) == ((invented,), (), 1.0)


def test_a_word_stretched_over_a_hole_does_not_hide_it():
    """A word that lasts eight seconds of speech hides seven; one that lasts into a silence hides nothing."""
    stretched = coverage([word(0, 1), word(1, 9), word(9, 10)], (TimeSpan(0, 10),))
    assert 5 < stretched.speech - stretched.covered < 7
    assert coverage([word(0, 1), word(1, 9)], (TimeSpan(0, 2), TimeSpan(12, 12.5))).covered == pytest.approx(2.5)


def test_nothing_spoken_is_fully_covered():
    """Without speech there is nothing to miss."""
    assert coverage([], ()).fraction == 1.0


times = st.floats(0, 100).map(lambda value: round(value, 2))


def ordered(values: list[float]) -> tuple[TimeSpan, ...]:
    edges = sorted(set(values))
    return tuple(TimeSpan(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@given(st.lists(times, max_size=20).map(ordered), st.lists(st.tuples(times, times), max_size=20))
def test_coverage_adds_up(spans, pairs):
    """Covered speech and gaps make up the speech; gaps lie in speech, under no usual word; strays touch none."""
    words = [word(min(pair), max(pair)) for pair in pairs]
    measured = coverage(words, spans)
    assert measured.covered + sum(gap.duration for gap in measured.gaps) == pytest.approx(measured.speech)
    for gap in measured.gaps:
        assert any(span.start <= gap.start and gap.end <= span.end for span in spans)
        usual = (one for one in words if one.end - one.start < 1)
        assert not any(one.start < gap.end and gap.start < one.end for one in usual)
    for stray in measured.stray:
        assert not any(stray.start < span.end and span.start < stray.end for span in spans)
