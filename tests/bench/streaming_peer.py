"""A peer for live text: the growing buffer decoded anew each second, with local agreement (as whisper_streaming does).

Owns the policy alone: decode everything since the last sentence that is certain, show what two decodings in a row agree
on, and let go of finished sentences once the buffer is longer than 15 s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from faster_whisper import WhisperModel

RATE = 16_000
CHUNK_S, TRIM_S = 1.0, 15.0


@dataclass(frozen=True, slots=True)
class Committed:
    """A word that is certain from `at` (seconds of the clock) on; `end` is where it ends in the sound."""

    text: str
    end: float
    at: float


def stream(model: WhisperModel, sound: np.ndarray, now: Callable[[], float], skip: Callable[[float], None]) -> list:
    """All words of `sound`, which arrives as `now` goes on; `skip` lets time pass without work."""
    committed: list[Committed] = []
    before: list = []
    start, done, duration = 0.0, 0.0, len(sound) / RATE
    while done < duration:
        skip(max(0.0, min(done + CHUNK_S, duration) - now()))
        done = min(now(), duration)
        buffer = sound[int(start * RATE) : int(done * RATE)]
        prompt = " ".join(word.text for word in committed if word.end <= start)[-200:]
        segments, _ = model.transcribe(
            buffer,
            language="en",
            beam_size=5,
            word_timestamps=True,
            condition_on_previous_text=True,
            initial_prompt=prompt,
        )
        words = [word for segment in segments for word in segment.words or ()]
        last = committed[-1].end if committed else 0.0
        fresh = [word for word in words if start + word.end > last + 0.1]
        agreed = len(fresh) if done >= duration else _common(before, fresh)
        committed += [Committed(word.word.strip(), start + word.end, now()) for word in fresh[:agreed]]
        before = fresh[agreed:]
        if done - start > TRIM_S and committed:
            ends = [word.end for word in committed if word.text.endswith((".", "?", "!"))]
            start = max(start, ends[-1] if ends else committed[-1].end)
    return committed


def _common(one: list, other: list) -> int:
    pairs = zip(one, other, strict=False)
    differing = (i for i, (a, b) in enumerate(pairs) if a.word.strip().lower() != b.word.strip().lower())
    return next(differing, min(len(one), len(other)))
