"""How alike a question and a term are, as bags of canonical stems.

Owns the score of the pick lists; knows no table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

SIMILAR = 0.6
"""Share of common letter trigrams above which two stems count as the same word, spelt or inflected differently."""

RECALL = 3.0
"""How much more a word of the question left over counts than a word of the term left over (β² of an F-score)."""

Weight = Callable[[str], float]


def likeness(asked: Sequence[str], term: Sequence[str], *, weight: Weight, term_weight: Weight) -> float:
    """Weighted F-score of the stems that the two share, in [0, 1]; 0 when they share none.

    `weight` says how much a stem of the question tells, `term_weight` how much a stem of the term adds to it.
    """
    recall = _covered(asked, term, weight)
    if recall == 0:
        return 0.0
    precision = _covered(term, asked, term_weight)
    return (1 + RECALL) * precision * recall / (RECALL * precision + recall) if precision else 0.0


def _covered(stems: Sequence[str], others: Sequence[str], weight: Weight) -> float:
    total = sum(weight(stem) for stem in stems)
    if not total:
        return 0.0
    present = set(others)
    found = 0.0
    for stem in stems:
        share = 1.0 if stem in present else max((_alike(stem, other) for other in others), default=0.0)
        found += weight(stem) * share
    return found / total


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    if one[0] != other[0] or min(len(one), len(other)) < 5:
        return 0.0
    first, second = _trigrams(one), _trigrams(other)
    dice = 2 * len(first & second) / (len(first) + len(second))
    return dice if dice >= SIMILAR else 0.0


@lru_cache(maxsize=65536)
def _trigrams(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
