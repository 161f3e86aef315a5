"""The grammar of spoken English numbers.

Owns how a run of number words reads: "one forty two" 142, "two hundred and five" 205, "nineteen oh five" 1905,
"nine one one" 911, "point five" 0.5. Whether a word is meant as a number at all is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ehr.dictation.rules import rules

_RULES = rules("numbers")
UNITS: dict[str, int] = _RULES["units"]
TEENS: dict[str, int] = _RULES["teens"]
TENS: dict[str, int] = _RULES["tens"]
ZERO: frozenset[str] = frozenset(_RULES["zero"])
ZERO_INSIDE: frozenset[str] = frozenset(_RULES["zero_inside"])
_SCALES = {"thousand": 1000, "million": 1_000_000}
_DIGIT = {word: str(value) for word, value in UNITS.items()} | dict.fromkeys(ZERO | ZERO_INSIDE, "0")
_LAST_SPOKEN_YEAR = 39  # "twenty thirty nine": a later one is more likely two numbers


class Number(NamedTuple):
    """A number as it is written, and the index of the first word after it."""

    text: str
    end: int


class _Count(NamedTuple):
    value: int
    end: int


def read_number(words: Sequence[str], at: int, *, elided: bool = True) -> Number | None:
    """The number that starts at word `at`, None where none does.

    `elided` admits a hundred left unsaid ("one forty" 140); without it "two twenty" starts with the number 2.
    """
    digits = _spelled_digits(words, at)
    if digits:
        return digits
    whole = _whole(words, at, elided=elided)
    if whole is None and _word(words, at) != "point":
        return None
    value, end = whole or _Count(0, at)
    if _word(words, end) == "point":
        decimals = _decimals(words, end + 1)
        if decimals:
            return Number(f"{value}.{decimals.text}", decimals.end)
    if whole is None:
        return None
    if tuple(words[end : end + 3]) == ("and", "a", "half"):
        return Number(f"{value}.5", end + 3)
    return Number(f"{value:,}" if value >= 10_000 else str(value), end)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""


def _spelled_digits(words: Sequence[str], at: int) -> Number | None:
    """Three digits or more said one by one."""
    end = at
    while _word(words, end) in _DIGIT:
        end += 1
    if end - at < 3 or words[at] in ZERO_INSIDE or _word(words, end) in {"hundred", "thousand", "point", *TENS, *TEENS}:
        return None
    if end - at == 3 and words[at + 1] in ZERO_INSIDE:
        return None  # "one oh two" is a count
    return Number("".join(_DIGIT[word] for word in words[at:end]), end)


def _whole(words: Sequence[str], at: int, *, elided: bool) -> _Count | None:
    group = _group(words, at, elided=elided)
    if group is None:
        return None
    total, (value, end) = 0, group
    while (scale := _SCALES.get(_word(words, end))) is not None:
        total += value * scale
        end += 1
        rest = _group(words, end + (_word(words, end) == "and"), elided=False)
        if rest is None or rest.value >= scale:
            return _Count(total, end)
        value, end = rest
    return _Count(total + value, end)


def _group(words: Sequence[str], at: int, *, elided: bool) -> _Count | None:
    """A number said without "thousand"."""
    first = _below_100(words, at)
    if first is None and _word(words, at) == "a" and _word(words, at + 1) in {"hundred", "thousand"}:
        first = _Count(1, at + 1)
    if first is None:
        return None
    value, end = first
    if _word(words, end) == "hundred":
        rest = _below_100(words, end + 1 + (_word(words, end + 1) == "and"))
        return _Count(value * 100 + rest.value, rest.end) if rest and rest.value else _Count(value * 100, end + 1)
    if end == at + 1 and elided and not words[at].isdigit():
        return _elided(words, first) or first
    return first


def _elided(words: Sequence[str], first: _Count) -> _Count | None:
    """A number whose "hundred" is left unsaid: "one forty two", "one oh two", or a year."""
    value, end = first
    is_year = value in {19, 20}
    if not (1 <= value <= 9 or is_year):
        return None
    if _word(words, end) in ZERO_INSIDE and _word(words, end + 1) in UNITS:
        return _Count(value * 100 + UNITS[words[end + 1]], end + 2)
    rest = _below_100(words, end)
    if rest is None or rest.value < 10 or (value == 20 and rest.value > _LAST_SPOKEN_YEAR):
        return None
    return _Count(value * 100 + rest.value, rest.end)


def _below_100(words: Sequence[str], at: int) -> _Count | None:
    word = _word(words, at)
    if word in TENS:
        unit = UNITS.get(_word(words, at + 1), 0)
        return _Count(TENS[word] + unit, at + 1 + bool(unit))
    value = UNITS.get(word, TEENS.get(word))
    if value is None and word in ZERO:
        value = 0
    if value is None and word.isdecimal() and word.isascii() and len(word) <= 9:
        value = int(word)
    return None if value is None else _Count(value, at + 1)


def _decimals(words: Sequence[str], at: int) -> Number | None:
    if _word(words, at).isdecimal():
        return Number(words[at], at + 1)
    end = at
    while _word(words, end) in _DIGIT:
        end += 1
    if end > at:
        return Number("".join(_DIGIT[word] for word in words[at:end]), end)
    tens = _below_100(words, at)
    return None if tens is None else Number(str(tens.value), tens.end)
