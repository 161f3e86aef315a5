"""Words that take another place in their note and keep everything else.

Owns how the layers follow when parts of a note change their order: characters keep their way to the sound, changes,
evidence and cues go along, and a section takes in what is put at its end. Knows nothing of why words move.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry
from ehr.chart.note import Change, Section, Span


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the new text: the characters `old` of the old one, or `text` in their place, which leads to `said`
    (to what they led to, where that is None).

    A `moved` piece belongs to the section before it; any other stands where it stood.
    """

    old: Span
    text: str | None = None
    said: Span | None = None
    moved: bool = False

    @property
    def length(self) -> int:
        """Characters of the new text."""
        return self.old.end - self.old.start if self.text is None else len(self.text)


def rearranged(draft: Draft, pieces: Sequence[Piece]) -> Draft:
    """The draft whose note is made of `pieces`, each old character in one of them at most.

    What lay in no piece is gone with the changes that it held; a change or evidence that is parted follows its longest
    part.
    """
    note, order = draft.note, _Order(pieces)
    written: list[str] = []
    origins: list[Span] = []
    for piece in pieces:
        written.append(piece.old.of(note.written) if piece.text is None else piece.text)
        kept = note.origins[piece.old.start : piece.old.end]
        origins += kept if piece.text is None else [piece.said or note.to_said(piece.old)] * piece.length
    changes = [change for each in note.changes if (change := _change(each, order)) is not None]
    revised = replace(
        note,
        written="".join(written),
        origins=tuple(origins),
        changes=tuple(sorted(changes, key=lambda change: change.written)),
        sections=tuple(sorted(_sections(note.sections, order), key=lambda section: section.heading)),
    )
    return replace(draft, note=revised, entries=tuple(_entry(entry, order) for entry in draft.entries))


class _Order:
    """Where old characters stand in the new text."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.starts = list(accumulate((piece.length for piece in pieces), initial=0))
        kept = (number for number, piece in enumerate(pieces) if piece.text is None)
        self._by_old = sorted(kept, key=lambda number: pieces[number].old)
        self._olds = [pieces[number].old.start for number in self._by_old]

    def runs(self, span: Span) -> Iterator[tuple[int, Span]]:
        """The kept parts of a span in the order of the old text: the number of the piece, and the new place."""
        for at in range(max(0, bisect_right(self._olds, span.start) - 1), len(self._by_old)):
            number = self._by_old[at]
            old, new = self.pieces[number].old, self.starts[number]
            if old.start >= span.end:
                return
            if span.overlaps(old):
                start, end = max(span.start, old.start), min(span.end, old.end)
                yield number, Span(new + start - old.start, new + end - old.start)

    def image(self, span: Span) -> Span:
        """Where a span stands now, its longest part where it was parted; empty where nothing of it is left."""
        joined: list[Span] = []
        for run in sorted(run for _, run in self.runs(span)):
            if joined and joined[-1].end == run.start:
                joined[-1] = Span(joined[-1].start, run.end)
            else:
                joined.append(run)
        at = self.place(span.start)
        return max(joined, key=lambda run: run.end - run.start, default=Span(at, at))

    def place(self, position: int) -> int:
        """Where the old position is now: after what is left of the text before it, in the order of the old text."""
        at = bisect_right(self._olds, position) - 1
        if at < 0:
            return 0
        old, new = self.pieces[self._by_old[at]].old, self.starts[self._by_old[at]]
        return new + min(position, old.end) - old.start

    def after_moved(self, position: int) -> int:
        """The end of the moved pieces that stand right after a new position."""
        for number, piece in enumerate(self.pieces):
            if piece.moved and self.starts[number] == position:
                position = self.starts[number + 1]
        return position


def _change(change: Change, order: _Order) -> Change | None:
    if change.written.start == change.written.end:
        return replace(change, written=order.image(change.written))
    image = order.image(change.written)
    return replace(change, written=image) if image.start < image.end else None


def _sections(sections: Sequence[Section], order: _Order) -> Iterator[Section]:
    for section in sections:
        heading = order.image(section.heading)
        if heading.start == heading.end:
            continue
        stayed = [run for number, run in order.runs(section.body) if not order.pieces[number].moved]
        end = order.after_moved(stayed[-1].end if stayed else heading.end)
        yield replace(section, heading=heading, body=Span(heading.end, max(heading.end, end)))


def _entry(entry: Entry, order: _Order) -> Entry:
    cue = None if entry.cue is None else order.image(entry.cue)
    return replace(entry, evidence=order.image(entry.evidence), cue=cue)
