"""The Whisper engine on both of its roads: every word that the engine writes, and no speech left out."""

from __future__ import annotations

import numpy as np
import pytest

from transcriber.audio import SAMPLE_RATE
from transcriber.engines import whisper
from transcriber.engines.base import DecodeOptions
from transcriber.engines.windows import Window, timed
from transcriber.errors import LanguageUnknown
from transcriber.speech import speech_spans
from transcriber.transcript import Coverage, TimeSpan, Transcript, Word

SAID = "ask not what your country can do for you"
FAST = DecodeOptions(language="en", beam_size=1)
BATCHED = DecodeOptions(language="en", beam_size=1, batch_size=8)


def text_of(segments) -> str:
    return Transcript(tuple(segments), "en", 1.0, "", "", Coverage(0, 0, (), ())).text


def test_text_is_what_the_engine_wrote(engine, clip_samples):
    """Words, their spaces and their punctuation add up to the bare engine's text, letter by letter."""
    bare, _ = engine._whisper.transcribe(clip_samples, language="en", beam_size=1, word_timestamps=True)
    written = "".join(segment.text for segment in bare).strip()
    assert text_of(engine.decode(clip_samples, speech_spans(clip_samples), FAST)) == written


def test_language_is_heard(engine, clip_samples):
    """English is English."""
    assert engine.detect_language(clip_samples) == "en"


def test_nothing_spoken_nothing_decoded(engine, clip_samples):
    """Without speech the engine is not even asked."""
    assert list(engine.decode(clip_samples, (), FAST)) == []
    assert list(engine.decode(clip_samples, (), BATCHED)) == []


def test_batched_road_keeps_every_chunk_and_its_time(engine, clip_samples):
    """Three times the clip, decoded at once: three times the sentence, each at its own time."""
    sound = np.concatenate([clip_samples, np.zeros(4 * SAMPLE_RATE, np.float32)] * 3)
    segments = list(engine.decode(sound, speech_spans(sound), BATCHED))
    assert text_of(segments).count(SAID) == 3
    starts = [word.start for segment in segments for word in segment.words if word.text.startswith("Americans")]
    assert np.diff(starts) == pytest.approx([15.0, 15.0], abs=0.3)


def test_a_chunk_that_leaves_speech_out_is_decoded_again(engine, clip_samples, monkeypatch):
    """Where the first result has no words under a stretch of speech, the second one, in a whole window, has."""
    speech = speech_spans(clip_samples)
    poor = Window((Word("And", 0.4, 0.8, 0.9),), -0.2, doubtful=False)
    mended = engine._mended(poor, clip_samples, speech, FAST)
    assert whisper._left_out(mended, speech) < 1.0
    assert len(mended.words) > 15
    good = Window(mended.words, -0.2, doubtful=False)
    assert engine._mended(good, clip_samples, speech, FAST) is good


def test_hotwords_and_prompt_reach_the_model(engine, clip_samples):
    """A prompt without punctuation changes how the same words are written."""
    plain = text_of(engine.decode(clip_samples, speech_spans(clip_samples), FAST))
    prompt = "so my fellow countrymen we meet again today and i say to you all that we are one"
    options = DecodeOptions(language="en", beam_size=1, prompt=prompt, hotwords="ask")
    primed = text_of(engine.decode(clip_samples, speech_spans(clip_samples), options))
    assert primed != plain
    assert "country" in primed.lower()


def test_any_number_of_hotwords_fits(engine, clip_samples):
    """A vocabulary longer than the decoder's memory does no harm."""
    options = DecodeOptions(language="en", beam_size=1, prompt="word " * 400, hotwords="metoprolol " * 400)
    assert list(engine.decode(clip_samples[: 4 * SAMPLE_RATE], (TimeSpan(0.0, 4.0),), options))


def test_a_language_that_is_none(engine, clip_samples):
    """An unknown language code is told as such."""
    with pytest.raises(LanguageUnknown):
        engine.decode(clip_samples, (TimeSpan(0.0, 4.0),), DecodeOptions(language="xx"))


def test_sentences_split_only_after_their_end():
    """A decimal point or an abbreviation without a following space ends no sentence."""
    words = (
        Word("Weighs", 0, 1, 1),
        Word("7", 1, 2, 1),
        Word(".5", 2, 3, 1, spaced=False),
        Word("kg.", 3, 4, 1),
        Word("Well.", 4, 5, 1),
    )
    assert [segment.text for segment in whisper._sentences(words)] == ["Weighs 7.5 kg.", "Well."]


def test_a_sentence_without_sound_was_not_said():
    """Words that take no time go where they are a run; one that ran into its neighbour stays, and so does the order."""
    said = (Word("No", 0.0, 0.3, 0.9), Word("a", 0.3, 0.3, 0.9), Word("murmur.", 0.3, 0.8, 0.9))
    again = tuple(Word(text, 0.8, 0.8, 0.99) for text in ("No", "a", "murmur."))
    assert timed((*said, *again)) == said
    assert timed((*said, *again[:2])) == (*said, *again[:2])
    assert timed((*again, *said)) == said
    assert timed(()) == ()
