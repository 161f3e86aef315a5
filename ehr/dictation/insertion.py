"""Inserted texts take their places, with what was said to their fields in them.

Owns how an auto-text is cut at its fields: the part before the first stands for "insert …", what was said after "next
field" stays where it was said, and each further command writes the text up to the next field, so that every character
keeps its way to the words that brought it. Knows nothing of which words are commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ehr.chart.fields import ACCEPT_DEFAULTS, AUTO_TEXT, NEXT_FIELD, Field, fields, with_defaults
from ehr.chart.note import Section, Span
from ehr.chart.phrases import AutoText
from ehr.dictation.headings import section_kinds
from ehr.dictation.mapped import Edit
from ehr.dictation.sections import find_sections
from ehr.dictation.voice import HELD, Act, Order, places

LONGEST_ANSWER = 200
"""Characters that a field takes of what is said to it."""

_MARKS = " .,;:!?"
_END = re.compile(r"[.!?](?=\s|\Z)|\n")
_RULES = {Act.INSERT: AUTO_TEXT, Act.NEXT: NEXT_FIELD, Act.ACCEPT: ACCEPT_DEFAULTS}


@dataclass(frozen=True, slots=True)
class _Held:
    """A command and the place that is held for it: its character is at `at`, with blanks and marks in [start, end)."""

    order: Order
    at: int
    start: int
    end: int


def insertions(text: str, found: Sequence[Order]) -> list[Edit]:
    """Edits that put the inserted texts in the places that are held for them."""
    held = [_held(text, at, found[number]) for at, number in places(text) if number < len(found)]
    inserts = [number for number, one in enumerate(held) if one.order.act is Act.INSERT]
    if not inserts:
        return [_as_said(one) for one in held]
    edits = [_as_said(one) for one in held[: inserts[0]]]
    sections, under = find_sections(text), ""
    for number, stop in zip(inserts, [*inserts[1:], len(held)], strict=True):
        room = Span(edits[-1].end if edits else 0, held[stop].at if stop < len(held) else len(text))
        filling = _Filling(text, held[number], held[number + 1 : stop], room)
        under = _section_of(sections, held[number].at, held[inserts[0]].at if under else 0, under)
        edits += filling.edits(under)
        under = held[number].order.autotext.section or under  # type: ignore[union-attr]
    return edits


def _section_of(sections: Sequence[Section], at: int, since: int, under: str) -> str:
    """The key of the section at a place; `under` is that of what was inserted from `since` on."""
    before = [section for section in sections if section.heading.start < at]
    if under and (not before or before[-1].heading.start < since):
        return under
    return before[-1].name if before and at < before[-1].body.end else ""


def _held(text: str, at: int, order: Order) -> _Held:
    start, end = at, at + 1
    while start > 0 and text[start - 1] in " ,;":
        start -= 1
    while end < len(text) and text[end] in _MARKS:
        end += 1
    return _Held(order, at, start, end)


def _as_said(one: _Held) -> Edit:
    """A command that has nothing to act on: its words stand as they were said."""
    return Edit(one.at, one.at + 1, one.order.said, HELD)


class _Filling:
    """One auto-text with the commands about its fields; an earlier one ends where its `room` begins."""

    def __init__(self, text: str, insert: _Held, later: Sequence[_Held], room: Span) -> None:
        self._text = text
        self._insert = insert
        self._later = later
        self._room = room
        self._at = room.start  # how far edits reach
        self._dropped: list[Edit] = []  # blanks and marks before the commands

    def edits(self, under: str) -> list[Edit]:
        """What is written for each of the commands, where the note is `under` a section."""
        autotext = self._insert.order.autotext
        if autotext is None:
            return []
        self._written = self._lead(autotext, under) + autotext.text
        self._fields = fields(self._written)
        self._accepts = any(each.order.act is Act.ACCEPT for each in self._later)
        chain = list(self._chain())
        made = list(self._filled(chain) if chain else [self._last(self._insert, self._piece(0))])
        made += [self._unlinked(each) for each in self._later[len(chain) :]]
        return sorted([*made, *self._dropped], key=lambda edit: edit.start)

    def _chain(self) -> Iterator[_Held]:
        """The commands that follow the insertion with nothing but answers between them."""
        if not self._fields:
            return
        at, limit = self._insert.end, 0
        for number, each in enumerate(self._later):
            answer = self._text[at : each.at].strip(_MARKS)
            if len(answer) > limit or "\n" in answer:
                return
            yield each
            if each.order.act is Act.ACCEPT or number == len(self._fields):
                return
            at, limit = each.end, LONGEST_ANSWER

    def _filled(self, chain: Sequence[_Held]) -> Iterator[Edit]:
        """The pieces of the text between the answers, each written for the command before it."""
        written = self._fields[0].span.start
        yield self._edit(self._insert, self._insert.end, self._written[:written])
        for number, each in enumerate(chain):
            following = chain[number + 1] if number + 1 < len(chain) else None
            if each.order.act is Act.ACCEPT or number == len(self._fields):
                yield self._last(each, self._piece(written))
                return
            field = self._fields[number]
            answer = self._answer(each, following)
            if answer is None and following is None:
                yield self._last(each, self._piece(written))
            elif answer is None:
                yield self._edit(each, each.end, "")
            else:
                yield self._edit(each, answer[0], self._piece(written, field.span.start))
                yield from self._chosen(field, *answer)
                written, self._at = field.span.end, answer[1]
                if following is None:
                    yield self._ending(self._piece(written))

    def _piece(self, start: int, end: int | None = None) -> str:
        piece = self._written[start:end]
        return with_defaults(piece) if self._accepts else piece

    def _answer(self, order: _Held, following: _Held | None) -> tuple[int, int] | None:
        """Where the words lie that were said to a field; None where there are none."""
        start, stop = order.end, following.at if following else self._sentence_end(order.end)
        while stop > start and self._text[stop - 1] in _MARKS:
            stop -= 1
        return (start, stop) if start < stop <= start + LONGEST_ANSWER else None

    def _sentence_end(self, start: int) -> int:
        end = _END.search(self._text, start)
        headings = (each.heading.start for each in find_sections(self._text) if each.heading.start >= start)
        return min([end.start() if end else self._room.end, self._room.end, *headings])

    def _chosen(self, field: Field, start: int, end: int) -> Iterator[Edit]:
        """The answer as the field spells it, where it is one of its choices."""
        said = self._text[start:end]
        for option in field.options if field.default is not None else ():
            if option.lower() == said.lower() and option != said:
                yield Edit(start, end, option, "choice")

    def _edit(self, one: _Held, end: int, written: str) -> Edit:
        only_marks = not self._text[self._at : one.at].strip(_MARKS)
        start, self._at = self._at if only_marks else max(one.start, self._at), end
        if start < one.at:
            is_blank = not self._text[start : one.at].strip()
            self._dropped.append(Edit(start, one.at, "", HELD if is_blank else "recognizer mark"))
        return Edit(one.at, end, written, _RULES[one.order.act])

    def _last(self, one: _Held, written: str) -> Edit:
        """The end of the text: what follows begins a line."""
        end = self._skip(one.end)
        return self._edit(one, end, written + self._break(end))

    def _ending(self, written: str) -> Edit:
        """The end of the text after an answer that no command closes."""
        start, end = self._at, self._skip(self._at)
        self._at = end
        return Edit(start, end, written + self._break(end), AUTO_TEXT)

    def _skip(self, at: int) -> int:
        while at < len(self._text) and self._text[at] in _MARKS:
            at += 1
        return at

    def _break(self, end: int) -> str:
        return "" if self._text[end : end + 1] in {"", "\n"} else "\n"

    def _unlinked(self, one: _Held) -> Edit:
        """A command with other words before it: defaults were accepted above; "next field" is left as it was said."""
        if one.order.act is Act.NEXT:
            return _as_said(one)
        start = max(one.start, self._at)
        gap = " " if start and one.end < len(self._text) and self._text[start - 1] != "\n" else ""
        return Edit(start, one.end, gap, ACCEPT_DEFAULTS)

    def _lead(self, autotext: AutoText, under: str) -> str:
        """What stands before the text: the end of the sentence before it, and the heading it belongs under."""
        start = self._insert.start
        before = self._text[self._room.start : start].rstrip(_MARKS)
        follows_other = self._room.start > 0 and not before
        mark = "." if not follows_other and self._text[:start][-1:].isalnum() else ""
        opens = not start or follows_other or self._text[start - 1] == "\n"
        if autotext.section and autotext.section != under:
            gap = "" if not start else ("\n" if opens else "\n\n")
            return f"{mark}{gap}{section_kinds()[autotext.section].title}:\n"
        return mark if opens else f"{mark}\n"
