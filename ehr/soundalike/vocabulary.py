"""A clinic's own list of words, line by line.

Owns what makes a line usable. Knows no file.
"""

from __future__ import annotations

import re

LONGEST = 60  # characters
MOST = 5_000  # terms
_TERM = re.compile(r"[A-Za-z][A-Za-z'’ -]+")
_SHORTEST = 4


def read_terms(content: bytes) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """The usable terms of a list, and each refused line: its number, from 1, and why. Blank lines do not count."""
    terms: dict[str, int] = {}
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            term = " ".join(line.decode("utf-8").split())
        except UnicodeDecodeError:
            refused.append((number, "it is not UTF-8"))
            continue
        reason = _unfit(term, terms)
        if reason:
            refused.append((number, reason))
        elif term:
            terms[term.lower()] = number
    return tuple(terms), tuple(refused)


def _unfit(term: str, known: dict[str, int]) -> str:
    if not term:
        return ""
    if term.lower() in known:
        return f"line {known[term.lower()]} says the same"
    if len(term) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if not _TERM.fullmatch(term):
        return "a term consists of the letters a to z, spaces, hyphens and apostrophes"
    if sum(letter.isalpha() for letter in term) < _SHORTEST:
        return f"a term of fewer than {_SHORTEST} letters cannot be told by its sound"
    return f"the list has more than {MOST} terms" if len(known) >= MOST else ""
