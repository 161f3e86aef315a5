"""The written note and its way back to what was said.

Owns the text layers of one dictation: said (verbatim), written, and every change between them with the name of the
rule that made it. Knows nothing of how the rules work.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

MARKS = ".,;:?!"
"""Marks that a recognizer joins to the word before them."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters [start, end) of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters themselves."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Change:
    """One said → written change: the rule that made it, the characters it replaced and those it wrote.

    `said` is a span of `Note.said`, `written` one of `Note.written`; either may be empty.
    """

    rule: str
    said: Span
    written: Span


@dataclass(frozen=True, slots=True)
class Repair:
    """What was probably said where the recognizer wrote something else.

    `said` spans the heard words in `Note.said`; `written` is the likeliest text, `score` its probability (0 to 1),
    `alternatives` the next likeliest, best first. Only an `applied` repair changed the note; else it is a suggestion.
    `settled` once a person chose among the readings.
    """

    said: Span
    heard: str
    written: str
    score: float
    alternatives: tuple[str, ...]
    applied: bool
    settled: bool = False

    @property
    def readings(self) -> tuple[str, ...]:
        """What may have been said: the heard words, then the likeliest text and the next likeliest, without the mark
        after them.
        """
        return tuple(text.rstrip(MARKS) for text in (self.heard, self.written, *self.alternatives))


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of the note.

    `code` is a LOINC document section code, empty where LOINC has none that fits; `heading` spans the words that opened
    the section in `Note.written`, `body` everything up to the next heading. `name` is the section's key in
    `resources/dictation/sections.json` ("past_medical_history").
    """

    name: str
    code: str
    title: str
    heading: Span
    body: Span


@dataclass(frozen=True)
class Note:
    """A dictation in both layers.

    `origins` holds, for each character of `written`, the span of `said` that it came from, so any written span can be
    traced to the words and through them to the sound. `repairs` are those of misheard words, made or suggested.
    """

    said: str
    written: str
    changes: tuple[Change, ...]
    sections: tuple[Section, ...]
    origins: tuple[Span, ...]
    repairs: tuple[Repair, ...] = ()

    def to_said(self, written: Span) -> Span:
        """The characters of `said` behind a span of `written`.

        Text that a rule inserted from nothing traces to the empty span at its place.
        """
        origins = self.origins[written.start : written.end]
        if not origins:
            at = self.origins[written.start].start if written.start < len(self.origins) else len(self.said)
            return Span(at, at)
        filled = [origin for origin in origins if origin.start < origin.end] or list(origins)
        return Span(min(origin.start for origin in filled), max(origin.end for origin in filled))

    def to_written(self, said: Span) -> Span:
        """The characters of `written` that came from a span of `said`; `Span(0, 0)` where none did.

        The order of `origins` is that of the text, not of the sound: later words may stand before earlier ones.
        """
        found = [part for part in (self._within(rising, said) for rising in self._rising) if part.start < part.end]
        return Span(found[0].start, found[-1].end) if found else Span(0, 0)

    def _within(self, rising: Span, said: Span) -> Span:
        start = bisect_right(self.origins, said.start, rising.start, rising.end, key=lambda origin: origin.end)
        end = bisect_left(self.origins, said.end, rising.start, rising.end, key=lambda origin: origin.start)
        return Span(start, max(start, end))

    @cached_property
    def _rising(self) -> tuple[Span, ...]:
        """The parts of `written` in which `origins` never fall: one, unless later words stand before earlier ones."""
        falls = [
            at
            for at, (one, two) in enumerate(pairwise(self.origins), start=1)
            if two.start < one.start or two.end < one.end
        ]
        return tuple(Span(start, end) for start, end in pairwise([0, *falls, len(self.origins)]))

    def section_at(self, position: int) -> Section | None:
        """The section whose heading or body holds the character at `position` of `written`."""
        for section in self.sections:
            if section.heading.start <= position < section.body.end:
                return section
        return None


def waiting(repairs: Iterable[Repair], place: Callable[[Span], Span], evidence: Sequence[Span]) -> tuple[Repair, ...]:
    """The repairs that are a check of their own: no person settled them, and they lie under no entry's `evidence`.

    `place` is `Note.to_written`; a repair whose words wrote nothing does not wait.
    """
    return tuple(
        repair
        for repair in repairs
        if not repair.settled
        and (written := place(repair.said)).start < written.end
        and not any(written.overlaps(each) for each in evidence)
    )
