"""What changed between two texts, in words.

Owns the comparison: tokens are words, runs of space and single marks. Knows nothing of notes or of who changed them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

from ehr.chart.note import Span

_MANY = 6_000
"""Tokens above which frequent ones no longer anchor the comparison: it would take a square of them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Characters of the old text and those that stand for them in the new one."""

    same: bool
    old: Span
    new: Span


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    STRUCK = "struck"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with its fate."""

    fate: Fate
    text: str


def blocks(old: str, new: str) -> Iterator[Block]:
    """Both texts in order, in runs that are the same or that stand for each other; either side may be empty."""
    before, after = _tokens(old), _tokens(new)
    old_at, new_at = _offsets(before), _offsets(after)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle, other = before[head : len(before) - tail], after[head : len(after) - tail]
    inner = SequenceMatcher(None, middle, other, autojunk=len(middle) + len(other) > _MANY)
    found = [(tag == "equal", a + head, b + head, c + head, d + head) for tag, a, b, c, d in inner.get_opcodes()]
    ends = [(True, len(before) - tail, len(before), len(after) - tail, len(after))]
    for same, a, b, c, d in [(True, 0, head, 0, head), *found, *ends]:
        if b > a or d > c:
            yield Block(same, Span(old_at[a], old_at[b]), Span(new_at[c], new_at[d]))


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The way from `old` to `new` as a reader follows it: what was struck stands before what was added for it.

    Kept and struck pieces are `old`, kept and added ones `new`. A space between two changes belongs to both of them,
    so that three changed words in a row read as one change.
    """
    pieces: list[Piece] = []
    for same, run in groupby(_without_gaps(old, tuple(blocks(old, new))), key=lambda block: block.same):
        changed = tuple(run)
        before = "".join(block.old.of(old) for block in changed)
        after = "".join(block.new.of(new) for block in changed)
        found = ((Fate.KEPT, before),) if same else ((Fate.STRUCK, before), (Fate.ADDED, after))
        pieces += [Piece(fate, text) for fate, text in found if text]
    return tuple(pieces)


def _without_gaps(old: str, found: tuple[Block, ...]) -> Iterable[Block]:
    """The blocks, with a space that stands alone between two changes counted as changed."""
    for at, block in enumerate(found):
        between = 0 < at < len(found) - 1 and not found[at - 1].same and not found[at + 1].same
        lone = between and block.same and block.old.of(old) == " "
        yield Block(same=False, old=block.old, new=block.new) if lone else block


def _common(one: list[str], other: list[str]) -> int:
    """How many tokens two texts begin with alike: comparing the rest alone keeps a small edit of a long note fast."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _offsets(tokens: list[str]) -> list[int]:
    offsets = [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    return offsets
