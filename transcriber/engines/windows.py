"""The window of a Whisper model: sound of at most half a minute in, words out.

Owns the calls of encoder, decoder and alignment. Knows no recording and no rule of cutting.

A window is as long as its sound and a second of silence, not filled up to half a minute: the encoder's time goes with
the window's length. Nothing is sampled, so the same sound and the same prompt give the same words, in any process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2.models import WhisperGenerationResult
from faster_whisper import WhisperModel
from faster_whisper import transcribe as peer
from faster_whisper.tokenizer import Tokenizer

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.engines.base import DecodeOptions
from transcriber.transcript import Word

_REPETITIVE, _IMPROBABLE = 2.4, -1.0  # Whisper's own thresholds for a failed window: compression, mean log probability
_NO_SPEECH = 0.6  # and for one in which nobody speaks
_LONGEST_S = 30
_SILENCE_S = 1.0
_COLUMN = 160  # samples of a column of the spectrum
_LATEST_START_S = 1.0
_INSTANTS = 3  # so many words in a row that take no time were not said
_PREPENDED, _APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"


@dataclass(frozen=True, slots=True)
class Window:
    """What a window yielded: `likelihood` is the mean log probability of its tokens."""

    words: tuple[Word, ...]
    likelihood: float
    doubtful: bool


def decode_windows(
    model: WhisperModel, sounds: Sequence[Samples], options: DecodeOptions, *, whole: bool = False
) -> list[Window]:
    """The words of stretches of at most half a minute of 16 kHz sound, all at once; times from each one's first sample.

    `options.language` is set. `whole` fills the windows up to half a minute, as the model was trained.
    """
    tokenizer = _tokenizer(model, options.language or "en")
    encoded = model.encode(_spectra(model, sounds, whole=whole))
    said = tokenizer.encode(f" {options.prompt.strip()}") if options.prompt else []
    answers = model.model.generate(
        encoded,
        [model.get_prompt(tokenizer, said, hotwords=options.hotwords)] * len(sounds),
        beam_size=options.beam_size,
        max_length=model.max_length,
        return_scores=True,
        return_no_speech_prob=True,
        suppress_tokens=_suppressed(model, options.language or "en"),
        max_initial_timestamp_index=int(_LATEST_START_S / model.time_precision),
    )
    tokens = [answer.sequences_ids[0] for answer in answers]
    words = _aligned(model, tokenizer, encoded, tokens, [len(sound) // _COLUMN for sound in sounds])
    return [_judged(tokenizer, *each) for each in zip(answers, words, strict=True)]


def _judged(tokenizer: Tokenizer, answer: WhisperGenerationResult, words: tuple[Word, ...]) -> Window:
    tokens = answer.sequences_ids[0]
    likelihood = float(answer.scores[0] * len(tokens) / (len(tokens) + 1))
    if likelihood < _IMPROBABLE and answer.no_speech_prob > _NO_SPEECH:
        return Window((), likelihood, doubtful=False)
    repetition = peer.get_compression_ratio(tokenizer.decode(tokens).strip())
    return Window(words, likelihood, likelihood < _IMPROBABLE or repetition > _REPETITIVE)


def _spectra(
    model: WhisperModel, sounds: Sequence[Samples], *, whole: bool
) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    """The windows' spectra, all as long as the longest needs; filled up with silence, which zeros of the normalized
    spectrum are not.
    """
    longest = max(len(sound) for sound in sounds) + int(_SILENCE_S * SAMPLE_RATE)
    samples = _LONGEST_S * SAMPLE_RATE if whole else min(longest, _LONGEST_S * SAMPLE_RATE)
    windows = np.zeros((len(sounds), samples // (2 * _COLUMN) * 2 * _COLUMN), np.float32)
    for window, sound in zip(windows, sounds, strict=True):
        window[: len(sound)] = sound[: len(window)]
    return np.stack([model.feature_extractor(window, padding=0) for window in windows]).astype(np.float32)


def _aligned(
    model: WhisperModel,
    tokenizer: Tokenizer,
    encoded: ctranslate2.StorageView,
    tokens: list[list[int]],
    columns: list[int],
) -> list[tuple[Word, ...]]:
    """The words of each window, whose sound is so many columns of its spectrum long."""
    windows: list[list[dict[str, Any]]] = [
        [{"seek": 0, "start": 0.0, "end": length * _COLUMN / SAMPLE_RATE, "tokens": found}]
        for found, length in zip(tokens, columns, strict=True)
    ]
    model.add_word_timestamps(windows, tokenizer, encoded, columns, _PREPENDED, _APPENDED, last_speech_timestamp=0.0)
    return [timed(words_of(window[0]["words"])) for window in windows]


def timed(words: Iterable[Word]) -> tuple[Word, ...]:
    """The words that sound can lie under: without runs of them that take no time.

    Where a window has sound for no more words, a model may write its last sentence once more. The alignment finds no
    place for the repetition. A single word without length is a short one that ran into its neighbour.
    """
    runs = [(instant, tuple(run)) for instant, run in groupby(words, key=lambda word: word.end <= word.start)]
    return tuple(word for instant, run in runs if not instant or len(run) < _INSTANTS for word in run)


def words_of(found: Iterable[Mapping[str, Any]]) -> tuple[Word, ...]:
    """Words as faster-whisper gives them; joined, they are its text."""
    return tuple(
        Word(
            word["word"].strip(),
            float(word["start"]),
            float(word["end"]),
            float(word["probability"]),
            word["word"][:1].isspace(),
        )
        for word in found
        if word["word"].strip()
    )


@cache
def _tokenizer(model: WhisperModel, language: str) -> Tokenizer:
    return Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)


@cache
def _suppressed(model: WhisperModel, language: str) -> list[int]:
    return list(peer.get_suppressed_tokens(_tokenizer(model, language), [-1]))
