"""How a word is pronounced that no dictionary holds: "lysinopryl", "sitaglipped".

Owns the grapheme-to-phoneme model, a joint n-gram over graphones (letters with their phonemes), trained by
`packaging/pronunciation/train_pronouncer.py`. Knows nothing of medicine.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from functools import cache, lru_cache
from math import log
from pathlib import Path

import numpy as np

import resources
from ehr.soundalike.phonemes import parsed

ORDER = 4
BOUNDARY = 0
_BEAM = 8
_UNSEEN = 1e-6

State = tuple[int, ...]


class Pronouncer:
    """A loaded model. Raises OSError where `path` cannot be read."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as model:
            self._counts = dict(zip(model["keys"].tolist(), model["counts"].tolist(), strict=True))
            self._totals = dict(zip(model["contexts"].tolist(), model["totals"].tolist(), strict=True))
            graphones = model["graphones"].tolist()
        self._phones: list[bytes] = [b""]
        self._by_letters: dict[str, list[int]] = defaultdict(list)
        for number, graphone in enumerate(graphones, 1):
            letters, *phones = graphone.split()
            self._phones.append(parsed(" ".join(phones)))
            self._by_letters[letters].append(number)

    def read(self, word: str) -> bytes:
        """The likeliest pronunciation of a lower-case word of the letters a to z; empty where it cannot be read."""
        states: list[dict[State, tuple[float, bytes]]] = [{} for _ in range(len(word) + 1)]
        states[0][(BOUNDARY,) * (ORDER - 1)] = (0.0, b"")
        for at in range(len(word)):
            likeliest = heapq.nlargest(_BEAM, states[at].items(), key=lambda item: item[1][0])
            for context, (score, said) in likeliest:
                for length in (1, 2):
                    for graphone in self._by_letters.get(word[at : at + length], ()):
                        if at + length > len(word):
                            continue
                        total = score + self._log_probability(context, graphone)
                        after = (*context[1:], graphone)
                        if after not in states[at + length] or total > states[at + length][after][0]:
                            states[at + length][after] = (total, said + self._phones[graphone])
        ends = [(score + self._log_probability(c, BOUNDARY), said) for c, (score, said) in states[-1].items()]
        return max(ends, default=(0.0, b""))[1]

    def _log_probability(self, context: State, graphone: int) -> float:
        """Witten and Bell's interpolation over ever longer contexts."""
        probability, head = _UNSEEN, 0
        for length in range(len(context) + 1):
            if length:
                head |= context[-length] << 10 * (length - 1)
            key = length << 40 | head
            total = self._totals.get(key)
            if total is None:
                break
            probability = (self._counts.get(key << 10 | graphone, 0) + total[1] * probability) / (total[0] + total[1])
        return log(probability)


@cache
def pronouncer() -> Pronouncer:
    """The shipped model, loaded once."""
    return Pronouncer(resources.path("soundalike/pronouncer.npz"))


@lru_cache(maxsize=16384)
def read(word: str) -> bytes:
    """`Pronouncer.read` of the shipped model, remembered."""
    return pronouncer().read(word)
