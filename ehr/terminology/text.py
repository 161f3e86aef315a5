"""Clinical words brought to one form, so that "kidney trouble" meets "renal disease".

Owns the canonical stems that both the tables and a question are reduced to; the equivalences themselves are data
(`resources/terminology/words.tsv`). Knows nothing of codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import resources

SIDES = ("right", "left", "bilateral")

_WORD = re.compile(r"[a-z0-9]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_FILLER = frozenset(
    (
        "a", "an", "and", "as", "at", "be", "by", "do", "for", "from", "get", "gets", "getting", "had", "has", "have",
        "having", "he", "her", "his", "i", "in", "into", "is", "it", "its", "my", "need", "needs", "of", "on", "or",
        "our", "patient", "she", "that", "the", "their", "them", "they", "this", "to", "was", "were", "when",
        "with", "you", "your",
    )
)  # fmt: skip
_BRITISH = (("oe", "e"), ("ae", "e"))
_KEEP = frozenset(("aerobic", "anaerobic", "does", "goes", "shoe", "toe", "toes"))


Rewrites = Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
"""By first stem, longest first: the stems said and the stems that stand for them."""


def stems(text: str) -> tuple[str, ...]:
    """The canonical stems of `text` in order, fillers dropped."""
    return _rewritten(_stems(text), _rewrites("terminology/words"))


def wider(parts: tuple[str, ...]) -> tuple[str, ...]:
    """`parts` with each body part replaced by the region that ICD-10-CM would name."""
    return _rewritten(list(parts), _rewrites("terminology/regions"))


def plain_stems(text: str) -> tuple[str, ...]:
    """The stems of `text` as said, without the equivalences."""
    return tuple(_stems(text))


def key(parts: Iterable[str]) -> str:
    """The bag of stems as one string: equal keys are the same term in another order."""
    return " ".join(sorted(set(parts)))


def side_of(text: str) -> tuple[str, str | None]:
    """`text` without its laterality word, and that word (right, left, bilateral)."""
    for side, pattern in _SIDE_WORDS:
        bare, count = pattern.subn(" ", text)
        if count:
            return " ".join(bare.split()), side
    return text, None


@cache
def _rewrites(resource: str) -> Rewrites:
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for said, canonical in resources.table(resource):
        target = tuple(_stems(canonical))
        for variant in said.split("|"):
            found = tuple(_stems(variant))
            by_first.setdefault(found[0], []).append((found, target))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in by_first.items()}


def _rewritten(found: list[str], rewrites: Rewrites) -> tuple[str, ...]:
    result: list[str] = []
    at = 0
    while at < len(found):
        for said, canonical in rewrites.get(found[at], ()):
            if tuple(found[at : at + len(said)]) == said:
                result.extend(canonical)
                at += len(said)
                break
        else:
            result.append(found[at])
            at += 1
    return tuple(result)


_SIDE_WORDS = tuple(
    (side, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for side, words in (
        ("bilateral", "bilateral|bilaterally|both|right and left|left and right"),
        ("right", "right[- ]sided|right"),
        ("left", "left[- ]sided|left"),
    )
)


def _stems(text: str) -> list[str]:
    words = _WORD.findall(_POSSESSIVE.sub("", text.lower()))
    last = len(words) - 1
    return [_stem(word) for at, word in enumerate(words) if word not in _FILLER or (at == last and len(word) == 1)]


def _stem(word: str) -> str:
    """British to American spelling, plural to singular; light on purpose: stems are compared, never shown."""
    if word not in _KEEP:
        for british, american in _BRITISH:
            word = word.replace(british, american)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
