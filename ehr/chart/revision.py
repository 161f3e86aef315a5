"""A person's edit of the written note.

Owns how the layers follow an edit: characters that stay keep their way to the sound, sections and evidence move along,
and what was typed is recorded as a change. Knows nothing of storage or of who edits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from ehr.chart.diff import Block
from ehr.chart.diff import blocks as compare
from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry, Flag
from ehr.chart.note import Change, Note, Section, Span

TYPED = "typed"
"""The rule's name of a change that a person made."""

WORDS_REMOVED = Flag("words-removed", "The words that this entry rests on were removed from the note.")


def revise(draft: Draft, written: str) -> Draft:
    """The draft with `written` as its note's text: changes, sections, origins, evidence and cues follow it.

    An entry whose words are all gone keeps its place, with an empty evidence span and a flag for the reviewer.
    """
    return _followed(draft, written, tuple(compare(draft.note.written, written)))


def splice(draft: Draft, at: Span, text: str) -> Draft:
    """The draft with `text` in place of the characters `at` of its note: `revise` where the place is known exactly."""
    written, end = draft.note.written, at.start + len(text)
    parts = (
        Block(same=True, old=Span(0, at.start), new=Span(0, at.start)),
        Block(same=False, old=at, new=Span(at.start, end)),
        Block(same=True, old=Span(at.end, len(written)), new=Span(end, end + len(written) - at.end)),
    )
    blocks = tuple(each for each in parts if each.old.start < each.old.end or each.new.start < each.new.end)
    return _followed(draft, written[: at.start] + text + written[at.end :], blocks)


def _followed(draft: Draft, written: str, blocks: tuple[Block, ...]) -> Draft:
    return replace(
        draft,
        note=_revised_note(draft.note, written, blocks),
        entries=tuple(_revised_entry(entry, blocks) for entry in draft.entries),
    )


def _moved(span: Span, blocks: tuple[Block, ...]) -> Span:
    """Where a span of the old text lies in the new one; half-replaced ends grow to the replacement."""
    if not blocks or span.start == span.end:
        at = _place(span.start, blocks)
        return Span(at, at)
    starts = [block.old.start for block in blocks]
    first = blocks[bisect_right(starts, span.start) - 1]
    last = blocks[bisect_right(starts, span.end - 1) - 1]
    start = first.new.start + (span.start - first.old.start if first.same else 0)
    end = last.new.start + (span.end - last.old.start) if last.same else last.new.end
    return Span(start, max(start, end))


def _place(position: int, blocks: tuple[Block, ...]) -> int:
    for block in reversed(blocks):
        if block.old.start <= position:
            return block.new.start + min(position - block.old.start, block.new.end - block.new.start)
    return 0


def _revised_note(note: Note, written: str, blocks: tuple[Block, ...]) -> Note:
    edits = [block for block in blocks if not block.same]
    typed = [Change(TYPED, note.to_said(block.old), block.new) for block in edits]
    kept = [
        replace(change, written=_moved(change.written, blocks))
        for change in note.changes
        if not any(block.old.contains(change.written) for block in edits)
    ]
    return Note(
        said=note.said,
        written=written,
        changes=tuple(sorted([*kept, *typed], key=lambda change: change.written)),
        sections=_revised_sections(note, written, blocks),
        origins=tuple(_revised_origins(note, blocks)),
        repairs=note.repairs,
    )


def _revised_origins(note: Note, blocks: tuple[Block, ...]) -> Iterator[Span]:
    for block in blocks:
        if block.same:
            yield from note.origins[block.old.start : block.old.end]
        else:
            yield from [note.to_said(block.old)] * (block.new.end - block.new.start)


def _revised_sections(note: Note, written: str, blocks: tuple[Block, ...]) -> tuple[Section, ...]:
    """Sections moved along; text typed between two of them belongs to the first."""
    sections: list[Section] = []
    end = len(written)
    for section in reversed(note.sections):
        heading = _moved(section.heading, blocks)
        start = _moved(section.body, blocks).start
        sections.append(replace(section, heading=heading, body=Span(min(max(start, heading.end), end), end)))
        end = heading.start
    return tuple(reversed(sections))


def _revised_entry(entry: Entry, blocks: tuple[Block, ...]) -> Entry:
    evidence = _moved(entry.evidence, blocks)
    gone = evidence.start == evidence.end and entry.evidence.start < entry.evidence.end
    return replace(
        entry,
        evidence=evidence,
        cue=None if entry.cue is None else _moved(entry.cue, blocks),
        flags=(*entry.flags, WORDS_REMOVED) if gone else entry.flags,
    )
