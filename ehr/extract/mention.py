"""What the components of the extraction pipeline hand to each other.

Owns the working form of a fact while the pipeline looks at it, and its place on a spaCy Doc. A Doc's text is
`Note.written`, so character offsets of the two are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from spacy.tokens import Doc

from ehr.chart.entry import Assertion, AttributeValue, Code, Flag, Kind
from ehr.chart.note import Note, Span


@dataclass(slots=True)
class Mention:
    """A fact in the making.

    `span` covers the words that name it and grows to its evidence (value, dose, cue); `source` names the component
    that found it.
    """

    kind: Kind
    name: str
    span: Span
    source: str
    assertion: Assertion = Assertion.PRESENT
    cue: Span | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    code: Code | None = None
    flags: list[Flag] = field(default_factory=list)


def mentions(doc: Doc) -> list[Mention]:
    """The facts found so far in `doc`, in the order they were found; components append to it."""
    return cast("list[Mention]", doc.user_data.setdefault("mentions", []))


def note_of(doc: Doc) -> Note:
    """The note whose written text `doc` holds."""
    return cast("Note", doc.user_data["note"])
