"""A draft made ready to be shown: lines of words, the note's paragraphs, and the way between note, words and time.

Owns the arithmetic of the golden thread for the views (entry → note → words → sound, and back). Knows nothing of Qt;
built off the GUI thread, because a two-hour dictation has twenty thousand words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry
from ehr.chart.note import Change, Note, Repair, Section, Span
from ehr.chart.returning import BACK
from transcriber.transcript import TimeSpan, Transcript, Word, word_offsets

NOWHERE = Span(0, 0)
_AROUND = 30
"""Characters shown on either side of words that may have been misheard."""

_GOES_ON = frozenset("is are was were has had include includes included consists remains will of".split())
"""Words by which a sentence goes on from the words of a heading."""

_LEADING = " \t,;:."
"""What a heading that was taken out of a sentence may leave before the text."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words [first, last) that the transcript shows from one time mark on, or a gap without words."""

    at: float
    first: int = 0
    last: int = 0
    gap: TimeSpan | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the note as shown. `written` is where its text stands in `Note.written`; a heading shows the
    section's title in place of the words that opened it.
    """

    text: str
    written: Span
    heading: bool = False


@dataclass(frozen=True)
class Reading:
    """A draft with its lines, paragraphs and the maps between them. Word numbers count through the transcript."""

    draft: Draft
    lines: tuple[Line, ...]
    paragraphs: tuple[Paragraph, ...]
    said_starts: tuple[int, ...]
    written_of_word: tuple[Span, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """The transcript's words, none for text that was never heard."""
        return self.draft.transcript.words if self.draft.transcript else ()

    @cached_property
    def word_starts(self) -> list[float]:
        """Start of each word, in seconds."""
        return [word.start for word in self.words]

    @cached_property
    def marked_changes(self) -> tuple[Change, ...]:
        """The changes worth showing in the note: those that wrote other words, not those that only set a stop.

        Of words that a command moved, the first bears the mark; the others may have changes of their own.
        """
        note = self.draft.note
        return tuple(_at_first_word(note, change) for change in note.changes if _rewords(note, change))

    def words_of(self, written: Span) -> range:
        """Numbers of the words behind a span of the note."""
        said = self.draft.note.to_said(written)
        if said.start >= said.end or not self.said_starts:
            return range(0)
        first = max(0, bisect_right(self.said_starts, said.start) - 1)
        return range(first, bisect_left(self.said_starts, said.end))

    def quote(self, entry: Entry) -> str:
        """The words as said behind an entry."""
        return self.draft.note.to_said(entry.evidence).of(self.draft.note.said).strip()

    def around(self, repair: Repair) -> str:
        """What was said before and after the words of a repair, with them."""
        said, at = self.draft.note.said, repair.said
        start = said.rfind(" ", 0, at.start - _AROUND) + 1 if at.start > _AROUND else 0
        end = said.find(" ", at.end + _AROUND)
        before, after = "… " if start else "", " …" if end >= 0 else ""
        return f"{before}{said[start : end if end >= 0 else len(said)].strip()}{after}"

    def time_of(self, written: Span) -> TimeSpan | None:
        """When the words behind a span of the note were said; None for a span without sound."""
        numbers = self.words_of(written)
        if not numbers:
            return None
        return TimeSpan(self.words[numbers[0]].start, self.words[numbers[-1]].end)

    def word_at(self, time: float) -> int | None:
        """The word sounding at `time`, or the last one before it within a second of silence."""
        number = bisect_right(self.word_starts, time) - 1
        if number < 0 or time > self.words[number].end + 1.0:
            return None
        return number


def prepare(draft: Draft) -> Reading:
    """Make a draft ready to be shown."""
    transcript = draft.transcript
    words = transcript.words if transcript else ()
    offsets = tuple(word_offsets(words))
    return Reading(
        draft,
        tuple(_lines(transcript)) if transcript else (),
        tuple(_paragraphs(draft.note)),
        tuple(start for start, _ in offsets),
        _written_of_words(draft.note, offsets),
    )


def _lines(transcript: Transcript) -> Iterator[Line]:
    """Segments and gaps in the order of time; a gap inside a segment breaks it."""
    gaps = sorted(transcript.coverage.gaps, key=lambda gap: gap.start)
    next_gap = number = 0
    for segment in transcript.segments:
        first = number
        for word in segment.words:
            while next_gap < len(gaps) and gaps[next_gap].start < word.start:
                if number > first:
                    yield Line(transcript.words[first].start, first, number)
                    first = number
                yield Line(gaps[next_gap].start, gap=gaps[next_gap])
                next_gap += 1
            number += 1
        if number > first:
            yield Line(transcript.words[first].start, first, number)
    yield from (Line(gap.start, gap=gap) for gap in gaps[next_gap:])


def _paragraphs(note: Note) -> Iterator[Paragraph]:
    texts = [_text_under(note.written, section) for section in note.sections]
    at = 0
    for number, section in enumerate(note.sections):
        yield from _body(note, Span(at, max(at, min(section.heading.start, texts[number].start))))
        yield Paragraph(section.title, section.heading, heading=True)
        following = texts[number + 1].start if number + 1 < len(texts) else texts[number].end
        at = max(texts[number].start, min(texts[number].end, following))
        yield from _body(note, Span(texts[number].start, at))
    yield from _body(note, Span(at, len(note.written)))


def _text_under(text: str, section: Section) -> Span:
    """What is shown under a heading: its body, with the whole sentence where that goes on from the heading's words
    ("The plan is to wait").
    """
    body = section.body
    word = text[body.start : body.end][:16].split(maxsplit=1)
    if not word or word[0] not in _GOES_ON:
        return body
    return Span(max(text.rfind(mark, 0, section.heading.start) for mark in ".!?:\n") + 1, body.end)


def _body(note: Note, span: Span) -> Iterator[Paragraph]:
    at = span.start
    for line in span.of(note.written).split("\n"):
        text = line.lstrip(_LEADING).rstrip()
        if text:
            start = at + line.index(text)
            yield Paragraph(text, Span(start, start + len(text)))
        at += len(line) + 1


def _written_of_words(note: Note, offsets: tuple[tuple[int, int], ...]) -> tuple[Span, ...]:
    """For each word the written characters that came from it; NOWHERE for a word that wrote nothing."""
    found: list[Span] = [NOWHERE] * len(offsets)
    starts = [start for start, _ in offsets]
    for position, origin in enumerate(note.origins):
        if origin.start >= origin.end:
            continue
        first = max(0, bisect_right(starts, origin.start) - 1)
        for number in range(first, bisect_left(starts, origin.end)):
            if origin.start >= offsets[number][1]:
                continue  # the space after the word
            seen = found[number]
            found[number] = Span(seen.start, position + 1) if seen != NOWHERE else Span(position, position + 1)
    return tuple(found)


def _at_first_word(note: Note, change: Change) -> Change:
    if change.rule != BACK:
        return change
    text = change.written.of(note.written)
    start = len(text) - len(text.lstrip(_LEADING + "\n"))
    first = text[start:].split(maxsplit=1)[0]
    return replace(change, written=Span(change.written.start + start, change.written.start + start + len(first)))


def _rewords(note: Note, change: Change) -> bool:
    written, said = change.written.of(note.written), change.said.of(note.said)
    return any(c.isalnum() for c in written) and written.lower().strip(".,;: ") != said.lower().strip(".,;: ")
