"""Back to a section that is there already: "go to assessment" for the second time, today or tomorrow.

Owns where the words go that are said after such a command: to the end of the section, which gets no second heading,
and back to where they were said once the command is taken back. Characters keep their sound; the order of the text is
no longer that of the sound there. Knows nothing of how headings are found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ehr.chart.encounter import Draft
from ehr.chart.moving import Piece, rearranged
from ehr.chart.note import Change, Note, Section, Span
from ehr.chart.revision import TYPED

GO_TO = "go to section"
"""The rule of a spoken command that wrote a heading."""

BACK = "back to section"
"""The rule of one that went back to a heading; its change spans what was said after it, where that stands now."""


@dataclass(frozen=True, slots=True)
class _Return:
    """A command whose heading is there already: `heading` goes, `words` move to the character `to` of the text."""

    change: Change
    heading: Span
    words: Span
    elder: Section
    to: int


def gathered(draft: Draft) -> Draft:
    """The draft with each section once: what was said after a later "go to …" stands at the section's end."""
    note = draft.note
    returns = list(_returns(note))
    if not returns:
        return draft
    pieces, made = _pieces(note, returns)
    return _recorded(rearranged(replace(draft, note=_without_commands(note, returns)), pieces), made)


def sent_back(draft: Draft, change: Change) -> Draft:
    """The draft with the words that a `BACK` command moved where they were said, after the words of the command."""
    note, start, end = draft.note, change.written.start, change.written.end
    first = next((at for at in range(start, end) if note.origins[at] != change.said), end)
    last = min([end, *(each.heading.start for each in note.sections if each.heading.start >= first)])
    at = _said_before(note, change.said, Span(start, last))
    said = change.said.of(note.said).strip()
    lead = " " if at and not note.written[at - 1].isspace() else ""
    trail = " " if first < last or note.written[at : at + 1].isalnum() else ""
    moved = [
        Piece(Span(start, first), f"{lead}{said}{trail}", change.said, moved=True),
        Piece(Span(first, last), moved=True),
    ]
    pieces: list[Piece] = []
    for home in (Span(0, start), Span(last, len(note.written))):
        if home.start <= at <= home.end and moved[0] not in pieces:
            pieces += [Piece(Span(home.start, at)), *moved, Piece(Span(at, home.end))]
        else:
            pieces.append(Piece(home))
    begin = sum(piece.length for piece in pieces[: pieces.index(moved[0])]) + len(lead)
    rest = replace(note, changes=tuple(each for each in note.changes if each != change))
    typed = Change(TYPED, change.said, Span(begin, begin + len(said)))
    return _recorded(rearranged(replace(draft, note=rest), pieces), [typed])


def _returns(note: Note) -> Iterator[_Return]:
    """The commands that open a section which an earlier heading opened already, in the order of the sound."""
    commands = sorted((each for each in note.changes if each.rule == GO_TO), key=lambda each: each.written)
    if not commands:
        return
    starts = [each.written.start for each in commands]
    elders: dict[str, Section] = {}
    for section in sorted(note.sections, key=lambda each: note.to_said(each.heading)):
        elder = elders.setdefault(section.name, section)
        command = commands[bisect_right(starts, section.heading.start) - 1]
        if section is not elder and command.written.contains(section.heading):
            yield _return(note, command, section, elder)


def _return(note: Note, command: Change, section: Section, elder: Section) -> _Return:
    text, start = note.written, section.heading.end
    while text[start : start + 1] in {":", " "}:
        start += 1
    following = [each.heading.start for each in note.sections if each.heading.start >= start]
    end = _before_lead_in(text, start, min(following)) if following else len(text)
    end = next((at for at in range(start, end) if note.origins[at].start < command.said.start), end)
    heading = Span(len(text[: section.heading.start].rstrip()), start)
    words = Span(start, start + len(text[start:end].rstrip()))
    to = elder.heading.end + len(text[elder.heading.end : elder.body.end].rstrip())
    return _Return(command, heading, words, elder, to)


def _before_lead_in(text: str, start: int, heading: int) -> int:
    """Where the words before a heading end: what stands between the last stop and it leads to the heading ("The")."""
    stop = max(text.rfind(mark, start, heading) for mark in ".!?:\n")
    return heading if stop < start else stop + 1


def _without_commands(note: Note, returns: Sequence[_Return]) -> Note:
    """The note with nothing of the commands on record but the stop that each set before itself, which nobody said."""
    commands = {each.change for each in returns}
    changes = [each for each in note.changes if each not in commands]
    origins = list(note.origins)
    for each in returns:
        at, said = each.heading.start - 1, each.change.said
        if at >= 0 and origins[at] == said:
            origins[at] = Span(said.start, said.start)
            changes.append(Change("sentence break", origins[at], Span(at, at + 1)))
    return replace(note, changes=tuple(changes), origins=tuple(origins))


def _pieces(note: Note, returns: Sequence[_Return]) -> tuple[list[Piece], list[Change]]:
    """The parts of the new text, and what is recorded of the commands."""
    arriving: dict[int, list[_Return]] = {}
    for each in returns:
        arriving.setdefault(each.to, []).append(each)
    leaving = {each.heading.start: each for each in returns}
    pieces: list[Piece] = []
    made: list[Change] = []
    end = length = 0  # of the old text, of the new one
    for place in sorted({*arriving, *leaving}):
        pieces.append(Piece(Span(end, place)))
        length += place - end
        last = note.written[place - 1 : place]
        for each in arriving.get(place, ()):
            carried = _carried(note, each, last)
            begin, length = length, length + sum(piece.length for piece in carried)
            made.append(Change(BACK, each.change.said, Span(begin, length)))
            if len(carried) > 2:  # the joint, the capital, the words
                at = begin + carried[0].length
                made.append(Change("sentence case", note.to_said(carried[1].old), Span(at, at + 1)))
            pieces += carried
            last = each.words.of(note.written)[-1:] or last
        end = leaving[place].words.end if place in leaving else place
    pieces.append(Piece(Span(end, len(note.written))))
    return pieces, made


def _carried(note: Note, each: _Return, last: str) -> list[Piece]:
    """What joins the words to the section, whose text ends with `last`, and the words: with a capital as they need."""
    words = each.words
    if words.start == words.end:
        return []
    bare = each.to == each.elder.heading.end
    mark = (":" if bare else ".") if last.isalnum() or last in {*')%"'} else ""
    in_lines = "\n" in note.written[each.elder.heading.end : each.to]
    joint = Piece(each.heading, mark + ("\n" if in_lines else " "), each.change.said, moved=True)
    first = note.written[words.start]
    if "a" <= first <= "z" and (in_lines or (mark or last) in {*".!?"}):
        capital = Piece(Span(words.start, words.start + 1), first.upper(), moved=True)
        return [joint, capital, Piece(Span(words.start + 1, words.end), moved=True)]
    return [joint, Piece(words, moved=True)]


def _said_before(note: Note, said: Span, moved: Span) -> int:
    """The place after the words that were said last before `said`, with the stop that the command set there."""
    places = [at for at in range(len(note.origins)) if not moved.start <= at < moved.end]
    at = max(
        ((note.origins[at].start, at + 1) for at in places if note.origins[at].start < said.start), default=(0, 0)
    )[1]
    has_stop = at < len(note.origins) and note.origins[at] == Span(said.start, said.start)
    return at + 1 if has_stop else at


def _recorded(draft: Draft, made: Sequence[Change]) -> Draft:
    changes = sorted([*draft.note.changes, *made], key=lambda change: change.written)
    return replace(draft, note=replace(draft.note, changes=tuple(changes)))
