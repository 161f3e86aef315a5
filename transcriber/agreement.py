"""Which words of two overlapping hypotheses can be shown: a stable-prefix rule.

Pure: words in, words out. Knows no engine and no clock.

A recognizer that hears a sentence grow guesses at its end and takes guesses back. What two hypotheses in a row agree on
from the beginning is rarely taken back (local agreement; Macháček and others, 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from transcriber.transcript import Word


def agreed(shown: Sequence[Word], previous: Sequence[Word], current: Sequence[Word]) -> tuple[Word, ...]:
    """What to show after `current`: as much of it as `previous` agrees with, but never less than is `shown` already.

    A single hypothesis that contradicts what is shown changes nothing; two in a row do.
    """
    stable = tuple(current[: _common(previous, current)])
    return stable if len(stable) >= len(shown) else tuple(shown)


def withdrawn(before: Sequence[Word], after: Sequence[Word]) -> int:
    """How many words of `before` a reader no longer finds in `after`; case and punctuation do not count."""
    blocks = SequenceMatcher(a=_spelled(before), b=_spelled(after), autojunk=False).get_matching_blocks()
    return len(_spelled(before)) - sum(block.size for block in blocks)


def _common(one: Sequence[Word], other: Sequence[Word]) -> int:
    pairs = zip(one, other, strict=False)
    differing = (index for index, (a, b) in enumerate(pairs) if _letters(a) != _letters(b))
    return next(differing, min(len(one), len(other)))


def _spelled(words: Sequence[Word]) -> list[str]:
    return [letters for word in words if (letters := _letters(word))]


def _letters(word: Word) -> str:
    return "".join(character for character in word.text.casefold() if character.isalnum())
