"""Faster or slower speech at the same pitch.

Owns one method, waveform-similarity overlap-add: frames are laid over each other where they agree best. Knows no
device.
"""

from __future__ import annotations

import numpy as np

from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Pcm

_HOP = SAMPLE_RATE // 50
_SEARCH = SAMPLE_RATE // 200
_FADE = np.linspace(0.0, 1.0, _HOP)


def stretch(pcm: Pcm, speed: float) -> Pcm:
    """`pcm` lasting 1/`speed` of its time. Parts shorter than two hops (40 ms) are returned as they are."""
    if speed == 1.0 or len(pcm) < 2 * _HOP + _SEARCH:
        return pcm
    sound = pcm.astype(np.float64)
    parts, tail = [sound[:_HOP]], sound[_HOP : 2 * _HOP]
    at = speed * _HOP
    while at + 2 * _HOP + _SEARCH < len(sound):
        start = _best(sound, tail, int(at))
        parts.append(tail * (1 - _FADE) + sound[start : start + _HOP] * _FADE)
        tail = sound[start + _HOP : start + 2 * _HOP]
        at += speed * _HOP
    parts.append(tail)
    return np.concatenate(parts).astype(np.int16)


def _best(
    sound: np.ndarray[tuple[int], np.dtype[np.float64]], tail: np.ndarray[tuple[int], np.dtype[np.float64]], at: int
) -> int:
    """Where near `at` the sound goes on most like `tail`."""
    low = max(0, at - _SEARCH)
    likeness = np.correlate(sound[low : at + _SEARCH + _HOP], tail, mode="valid")
    return low + int(likeness.argmax())
