"""More sound for a note that is there already: dictated at a place in it, or over words that it replaces.

Owns how two drafts of one recording become one: what was said stays in the order of the sound, what is written goes
where the speaker put it, and changes, sections, evidence and repairs of both keep their words. Knows nothing of
storage or of how a draft is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry, Flag
from ehr.chart.note import MARKS, Change, Note, Repair, Section, Span
from ehr.chart.revision import splice
from transcriber.transcript import Coverage, Transcript

DICTATED_HERE = "dictated in place"
"""The rule's name of the change that put later words into the note, in place of others or of none."""

WORDS_INSERTED = Flag("words-inserted", "Words were dictated into those that this entry rests on.")


def weave(draft: Draft, take: Draft, at: Span) -> Draft:
    """The draft with the note of `take` in place of the characters `at` of its own note.

    Both are of one recording, and the sound of `take` comes later; its times are the recording's. An entry of `draft`
    whose words were dictated over keeps its place with a flag, as after a typed edit.

    Raises ValueError where one of the two was heard and the other was not: their words share no recording.
    """
    if (draft.transcript is None) != (take.transcript is None):
        raise ValueError("a heard draft and one that was never heard have no recording in common")
    lead, body, trail = _fitted(draft.note.written, take.note.written, at)
    base = splice(draft, at, f"{lead}{body}{trail}")
    place = Span(at.start + len(lead), at.start + len(lead) + len(body))
    said = _joint(draft, take)
    return Draft(
        _note(draft.note, base.note, take.note, place, said, at),
        (*(_parted(entry, place) for entry in base.entries), *_shifted_entries(take, place)),
        _transcript(draft.transcript, take.transcript),
    )


def _fitted(text: str, dictated: str, at: Span) -> tuple[str, str, str]:
    """The dictated words as they stand in their place: space around them, and no full stop inside a sentence."""
    before, after = text[: at.start], text[at.end :]
    inside = after.lstrip(" ")[:1].islower() or after.lstrip(" ")[:1] in {*MARKS} - {""}
    body = dictated.strip().removesuffix(".") if inside and after.strip() else dictated.strip()
    lead = " " if body and before and not before[-1].isspace() and before[-1] not in "([\"'" else ""
    trail = " " if body and after and not after[0].isspace() and after[0] not in MARKS + ")]\"'" else ""
    return lead, body, trail


def _joint(draft: Draft, take: Draft) -> int:
    """Where what was said in `take` begins in the said text of both."""
    said = draft.note.said
    if take.transcript is not None and take.transcript.words and not take.transcript.words[0].spaced:
        return len(said)
    return len(said) + 1 if said and take.note.said else len(said)


def _note(old: Note, base: Note, take: Note, place: Span, said: int, at: Span) -> Note:
    """The note of both: `base` is the old one with the new words typed in at `place`, `said` where theirs begin."""
    space = " " * (said - len(old.said))
    dropped = place.end - place.start
    lead = len(take.written) - len(take.written.lstrip())
    origins = [_moved(origin, said) for origin in take.origins[lead : lead + dropped]]
    changes = [change for change in base.changes if not place.overlaps(change.written)]
    over = old.to_said(at) if at.start < at.end else Span(said, said)
    changes.append(Change(DICTATED_HERE, over, place))
    changes += _within(take.changes, said, place.start - lead, place)
    inner = base.section_at(place.start)
    sections = _sections(base.sections, take.sections, place.start - lead, place, inner)
    return Note(
        f"{old.said}{space}{take.said}",
        base.written,
        tuple(sorted(changes, key=lambda change: change.written)),
        tuple(sections),
        (*base.origins[: place.start], *origins, *base.origins[place.end :]),
        (*base.repairs, *(_moved_repair(repair, said) for repair in take.repairs)),
    )


def _within(changes: tuple[Change, ...], said: int, written: int, place: Span) -> Iterator[Change]:
    """The take's own changes where its words now stand."""
    for change in changes:
        moved = _moved(change.written, written)
        if place.contains(moved):
            yield Change(change.rule, _moved(change.said, said), moved)


def _sections(
    base: tuple[Section, ...], take: tuple[Section, ...], by: int, place: Span, inner: Section | None
) -> Iterator[Section]:
    """Sections in the order of the text. Those that were dictated cut short the one that they stand in."""
    opened = [
        replace(section, heading=_moved(section.heading, by), body=_clipped(_moved(section.body, by), place))
        for section in take
    ]
    for section in base:
        if section is inner and opened:
            yield replace(section, body=Span(section.body.start, max(section.body.start, opened[0].heading.start)))
            yield from opened[:-1]
            yield replace(opened[-1], body=Span(opened[-1].body.start, max(opened[-1].body.end, section.body.end)))
        else:
            yield section
    if inner is None:
        yield from opened


def _parted(entry: Entry, place: Span) -> Entry:
    """An entry whose words were parted rests on those before the new ones, and says so."""
    if entry.evidence.start < place.start and place.end < entry.evidence.end:
        return replace(entry, evidence=Span(entry.evidence.start, place.start), flags=(*entry.flags, WORDS_INSERTED))
    return entry


def _shifted_entries(take: Draft, place: Span) -> Iterator[Entry]:
    by = place.start - (len(take.note.written) - len(take.note.written.lstrip()))
    for entry in take.entries:
        cue = None if entry.cue is None else _clipped(_moved(entry.cue, by), place)
        yield replace(entry, evidence=_clipped(_moved(entry.evidence, by), place), cue=cue)


def _transcript(first: Transcript | None, then: Transcript | None) -> Transcript | None:
    if first is None or then is None:
        return None
    one, two = first.coverage, then.coverage
    covered = Coverage(
        one.speech + two.speech, one.covered + two.covered, (*one.gaps, *two.gaps), (*one.stray, *two.stray)
    )
    return replace(
        first,
        segments=(*first.segments, *then.segments),
        duration=max(first.duration, then.duration),
        coverage=covered,
    )


def _moved_repair(repair: Repair, by: int) -> Repair:
    return replace(repair, said=_moved(repair.said, by))


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _clipped(span: Span, place: Span) -> Span:
    return Span(min(max(span.start, place.start), place.end), min(max(span.end, place.start), place.end))
