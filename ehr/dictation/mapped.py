"""Text that remembers where each of its characters was said.

Owns the bookkeeping of the said → written road: the working text, the said characters behind each written one, and the
changes made on the way. Knows nothing of what any rule changes or why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ehr.chart.note import Change, Span

PLACEHOLDER = re.compile(r"[\ue000-\uf8ff]")
"""A private character that holds the place of text which is inserted when every other step is done."""


def placeholder(number: int) -> str:
    """The character that holds the place of the insertion `number`, from 0."""
    return chr(0xE000 + number)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters [start, end) of the working text by `text`, in the name of `rule`."""

    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class MappedText:
    """The working text. Character i was said at [starts[i], ends[i]); both lists never decrease.

    `changes` speak of the current text: each later edit moves them along.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    changes: tuple[Change, ...] = ()

    @classmethod
    def verbatim(cls, said: str) -> MappedText:
        """The text as it was said."""
        return cls(said, range(len(said)), range(1, len(said) + 1))

    def apply(self, edits: Iterable[Edit]) -> MappedText:
        """The text after `edits`, which are sorted by place; an edit that overlaps an earlier one is left out."""
        chosen = _disjoint(edits)
        if not chosen:
            return self
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        made: list[Change] = []
        at = 0
        for edit in chosen:
            pieces.append(self.text[at : edit.start])
            starts += self.starts[at : edit.start]
            ends += self.ends[at : edit.start]
            said = self.said(edit.start, edit.end)
            made.append(Change(edit.rule, said, Span(len(starts), len(starts) + len(edit.text))))
            pieces.append(edit.text)
            starts += [said.start] * len(edit.text)
            ends += [said.end] * len(edit.text)
            at = edit.end
        pieces.append(self.text[at:])
        starts += self.starts[at:]
        ends += self.ends[at:]
        return MappedText("".join(pieces), starts, ends, (*_moved(self.changes, chosen), *made))

    def said(self, start: int, end: int) -> Span:
        """What was said behind [start, end) of the working text; for an empty range, the empty span at its place."""
        if start < end:
            return Span(self.starts[start], self.ends[end - 1])
        if start > 0:
            return Span(self.ends[start - 1], self.ends[start - 1])
        return Span(0, 0)

    def origins(self) -> tuple[Span, ...]:
        """The said span behind each character of the text."""
        return tuple(map(_span, self.starts, self.ends))


_span = lru_cache(maxsize=65536)(Span)  # spans repeat within and between notes, and are immutable


def _disjoint(edits: Iterable[Edit]) -> list[Edit]:
    chosen: list[Edit] = []
    at = 0
    for edit in edits:
        if edit.start >= at:
            chosen.append(edit)
            at = edit.end
    return chosen


def _moved(changes: Iterable[Change], edits: Sequence[Edit]) -> list[Change]:
    """`changes` with their written spans where `edits` have moved them."""
    firsts = [edit.start for edit in edits]
    shifts = [0]
    for edit in edits:
        shifts.append(shifts[-1] + len(edit.text) - (edit.end - edit.start))

    def moved(position: int, *, is_end: bool) -> int:
        count = bisect_right(firsts, position) if not is_end else bisect_right(firsts, position - 1)
        if count and position < edits[count - 1].end:
            edit = edits[count - 1]
            return edit.start + shifts[count - 1] + (len(edit.text) if is_end else 0)
        return position + shifts[count]

    result = []
    for change in changes:
        start = moved(change.written.start, is_end=False)
        end = max(start, moved(change.written.end, is_end=True))
        result.append(Change(change.rule, change.said, Span(start, end)))
    return result
