"""What the components of the extraction pipeline hand to each other.

Owns the working form of a fact while the pipeline looks at it, and its place on a spaCy Doc. A Doc's text is
`Note.written`, so character offsets of the two are the same.

A component is a callable Doc → Doc with a spaCy factory of the same name as its module. It reads `words(doc)`
(ehr.extract.words) and `clauses(doc)` (ehr.extract.clauses), and appends a `Mention` for each fact to `mentions(doc)`;
components further down decide assertion, attributes and code, and `ehr.extract.entries` settles which mentions become
entries. Overlapping mentions may be appended freely: the longer and the more specific one wins there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import cast

from spacy.tokens import Doc

from ehr.chart.entry import Assertion, AttributeValue, Code, Flag, Kind
from ehr.chart.note import Note, Span


@dataclass(slots=True)
class Mention:
    """A fact in the making.

    `name_span` covers the words that name it; `span` is its evidence and grows to value, dose and cue; `source` names
    the component that found it; `concept` is the same for all names of one thing (the lexicon's first name), empty
    where the name is its own. A component that knows the assertion itself ("no known drug allergies", "stopped last
    year") sets it and `settled`, and the assertion component then leaves it alone.
    """

    kind: Kind
    name: str
    span: Span
    source: str
    assertion: Assertion = Assertion.PRESENT
    settled: bool = False
    cue: Span | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    code: Code | None = None
    flags: list[Flag] = field(default_factory=list)
    name_span: Span = field(default=Span(0, 0))
    concept: str = ""

    def __post_init__(self) -> None:
        if self.name_span == Span(0, 0):
            self.name_span = self.span

    def grow(self, other: Span) -> None:
        """Widen the evidence so that it also covers `other`."""
        self.span = Span(min(self.span.start, other.start), max(self.span.end, other.end))


def mentions(doc: Doc) -> list[Mention]:
    """The facts found so far in `doc`, in the order they were found; components append to it."""
    return cast("list[Mention]", doc.user_data.setdefault("mentions", []))


def note_of(doc: Doc) -> Note:
    """The note whose written text `doc` holds."""
    return cast("Note", doc.user_data["note"])


def day_of(doc: Doc) -> date:
    """The day of the dictation, against which "last month" is resolved."""
    return cast("date", doc.user_data["on"])
