"""Stretches of a recording that were said over, and what stands without them.

Owns the arithmetic: half-open ranges of samples, sorted and apart. Knows no journal.
"""

from __future__ import annotations

from collections.abc import Iterable

Spans = tuple[tuple[int, int], ...]


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """The same samples as sorted ranges with something between them."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(span for span in spans if span[0] < span[1]):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def standing(first: int, last: int, over: Spans) -> Spans:
    """What of [first, last) was not said over."""
    left, at = [], first
    for begin, end in over:
        left.append((at, min(begin, last)))
        at = max(at, end)
    return tuple(span for span in (*left, (at, last)) if span[0] < span[1])


def back(at: int, by: int, over: Spans) -> int:
    """The sample from which `by` standing samples lead to `at`; 0 where there are fewer."""
    for first, last in reversed(standing(0, at, over)):
        if last - first >= by:
            return last - by
        by -= last - first
    return 0
