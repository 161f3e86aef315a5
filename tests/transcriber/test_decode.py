"""A whole recording becomes a transcript: in stretches, without text over silence, and to be stopped at any time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import soundfile

from transcriber import decode
from transcriber.audio import SAMPLE_RATE, AudioFile
from transcriber.decode import transcribe
from transcriber.engines.base import DecodeOptions
from transcriber.errors import AudioSilent, Cancelled, NoSpeech, NothingUnderstood
from transcriber.importing import import_audio
from transcriber.journal import Journal
from transcriber.transcript import Segment, Word

SAID = "ask not what your country can do for you"


class Sound:
    """Sound in memory, given in blocks of a second."""

    def __init__(self, samples: np.ndarray) -> None:
        self._samples = samples
        self.duration = len(samples) / SAMPLE_RATE

    def blocks(self) -> Iterator[np.ndarray]:
        """Second by second."""
        yield from (self._samples[at : at + SAMPLE_RATE] for at in range(0, len(self._samples), SAMPLE_RATE))


@dataclass
class SpanEngine:
    """An engine that writes one word a stretch of speech, and one over every silence, as models do."""

    model: str = "spans"
    device: str = "CPU none"
    invents: bool = False

    def detect_language(self, audio) -> str:
        """Always English."""
        return "en"

    def decode(self, audio, speech, options) -> Iterator[Segment]:
        """One word a stretch of speech."""
        if self.invents:
            yield Segment((Word("Thanks", 0.0, 0.4, 0.9), Word("for", 0.4, 0.5, 0.9), Word("watching!", 0.5, 0.9, 0.9)))
        for span in speech:
            yield Segment((Word("said", span.start, span.end, 0.9),))


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def test_the_clip(clip, engine):
    """The real engine hears the famous sentence, all of the speech has words, and words add up to the text."""
    segments, fractions = [], []
    transcript = transcribe(AudioFile(clip), engine, on_segment=segments.append, on_progress=fractions.append)
    assert SAID in transcript.text
    assert (transcript.language, transcript.model, transcript.device) == ("en", "whisper-base", "CPU int8")
    assert transcript.duration == pytest.approx(11.0)
    assert tuple(segments) == transcript.segments
    assert transcript.coverage.fraction > 0.95
    assert transcript.coverage.stray == ()
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    starts = [word.start for word in transcript.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start <= word.end <= 11.1 and 0 < word.probability <= 1 for word in transcript.words)


def test_journal_and_file_give_the_same_words(clip, engine, tmp_path, key):
    """The road through the journal changes nothing that is heard."""
    with Journal.create(tmp_path / "clip.journal", key, device="file") as journal:
        imported = import_audio(clip, journal)
        assert (imported.duration, imported.truncated) == (pytest.approx(11.0), False)
        options = DecodeOptions(language="en", beam_size=1)
        assert transcribe(journal, engine, options).text == transcribe(AudioFile(clip), engine, options).text


@pytest.mark.parametrize("batch_size", [1, 4])
def test_times_are_those_of_the_recording(clip_samples, engine, monkeypatch, batch_size):
    """Sound that is decoded in pieces keeps every sentence, and its time in the whole recording."""
    monkeypatch.setattr(decode, "_STRETCH_S", 14.0)
    sound = np.concatenate([clip_samples, quiet(2), clip_samples])
    transcript = transcribe(Sound(sound), engine, DecodeOptions(language="en", beam_size=1, batch_size=batch_size))
    countries = [word.start for word in transcript.words if word.text.startswith("country")]
    assert len(countries) == 4
    assert countries[2] - countries[0] == pytest.approx(13.0, abs=0.4)


@pytest.mark.parametrize("invents", [False, True])
def test_silence_yields_no_words(invents):
    """Silence is an error of its own, noise without speech another; an engine's inventions do not get through."""
    hiss = 0.02 * np.random.default_rng(3).standard_normal(5 * SAMPLE_RATE).astype(np.float32)
    with pytest.raises(AudioSilent):
        transcribe(Sound(quiet(5)), SpanEngine(invents=invents))
    with pytest.raises(NoSpeech) as caught:
        transcribe(Sound(hiss), SpanEngine(invents=invents))
    assert not isinstance(caught.value, AudioSilent)


def test_words_over_a_silence_are_not_let_through(clip_samples):
    """Where the engine writes over the silence before the speech, only the speech's words remain."""
    transcript = transcribe(Sound(np.concatenate([quiet(5), clip_samples])), SpanEngine(invents=True))
    assert set(transcript.text.split()) == {"said"}


class Deaf(SpanEngine):
    """An engine that writes nothing, as models do over music."""

    def decode(self, audio, speech, options) -> Iterator[Segment]:
        """No words."""
        yield from ()


def test_speech_without_a_single_word_is_told(clip_samples):
    """An empty transcript is never handed on as if all were well."""
    with pytest.raises(NothingUnderstood):
        transcribe(Sound(clip_samples), Deaf())


def test_silent_file_through_the_real_engine(tone, engine, tmp_path):
    """A silent wav and a tone give no words from the real model."""
    soundfile.write(tmp_path / "silent.wav", quiet(3), SAMPLE_RATE)
    with pytest.raises(AudioSilent):
        transcribe(AudioFile(tmp_path / "silent.wav"), engine)
    with pytest.raises(NoSpeech):
        transcribe(AudioFile(tone("tone.wav", seconds=3)), engine)


class Listener(SpanEngine):
    """A span engine that remembers how much sound it was given to find the language in."""

    def detect_language(self, audio) -> str:
        """Always English, after a look at the length."""
        self.seconds = len(audio) / SAMPLE_RATE
        return "en"


@pytest.mark.parametrize(("silence", "heard"), [(2.0, 13.0), (30.0, 16.0)])
def test_language_is_heard_with_the_silence_before_it(clip_samples, silence, heard):
    """The language is found in the first speech and up to five seconds before it, never cut at the first sound."""
    engine = Listener()
    transcribe(Sound(np.concatenate([quiet(silence), clip_samples])), engine)
    assert engine.seconds == pytest.approx(heard, abs=0.5)


def test_cuts_fall_into_pauses(clip_samples, monkeypatch):
    """No stretch begins or ends within speech, and the stretches add up to the recording."""
    monkeypatch.setattr(decode, "_STRETCH_S", 15.0)
    sound = np.concatenate([np.concatenate([clip_samples, quiet(1.5)])] * 5)
    stretches = list(decode._stretches(Sound(sound).blocks()))
    assert len(stretches) > 3
    assert np.array_equal(np.concatenate([stretch.audio for stretch in stretches]), sound)
    for stretch in stretches:
        length = len(stretch.audio) / SAMPLE_RATE
        assert all(0 <= span.start < span.end <= length for span in stretch.speech)
        assert float(np.abs(stretch.audio[-800:]).max()) < 0.05


def test_sound_without_a_pause_is_cut_where_it_is_quietest(monkeypatch):
    """A stretch of unbroken noise is cut all the same, at its quietest place."""
    monkeypatch.setattr(decode, "_STRETCH_S", 10.0)
    noise = 0.2 * np.random.default_rng(5).standard_normal(12 * SAMPLE_RATE).astype(np.float32)
    noise[8 * SAMPLE_RATE : 8 * SAMPLE_RATE + 1600] *= 0.01
    first = next(decode._stretches(Sound(noise).blocks()))
    assert len(first.audio) / SAMPLE_RATE == pytest.approx(8.05, abs=0.06)


def test_cancelled_between_segments_and_blocks(clip):
    """The work ends at the next question, whether it decodes or reads."""
    found = []
    with pytest.raises(Cancelled):
        transcribe(AudioFile(clip), SpanEngine(), on_segment=found.append, cancelled=lambda: bool(found))
    assert len(found) == 1
    with pytest.raises(Cancelled):
        transcribe(AudioFile(clip), SpanEngine(), cancelled=lambda: True)


class Hours:
    """Hours of speech that are never in memory at once."""

    def __init__(self, clip: np.ndarray, hours: float) -> None:
        self._clip = clip
        self._times = int(hours * 3600 * SAMPLE_RATE / len(clip))
        self.duration = None

    def blocks(self) -> Iterator[np.ndarray]:
        """The clip, over and over."""
        return (self._clip for _ in range(self._times))


def test_memory_does_not_grow_with_the_recording(clip_samples, monkeypatch):
    """An hour and a half takes no more memory at its peak than a quarter of an hour."""
    monkeypatch.setattr(decode, "speech_spans", lambda audio: (decode.TimeSpan(1.0, len(audio) / SAMPLE_RATE - 1),))
    peaks = []
    for hours in (0.25, 1.5):
        tracemalloc.start()
        transcript = transcribe(Hours(clip_samples, hours), SpanEngine(), DecodeOptions(batch_size=8))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert transcript.duration == pytest.approx(1.5 * 3600, abs=12)
    assert peaks[1] < 1.1 * peaks[0]
