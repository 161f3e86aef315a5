"""A chart entry: one clinical fact with its assertion, its code, its evidence and its review state.

Owns the vocabulary of kinds, assertions and attributes (the gold data's annotation guidelines use the same). Knows
nothing of how entries are found or stored.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from ehr.chart.note import Span


class Kind(StrEnum):
    """What sort of fact an entry files."""

    PROBLEM = "problem"
    SYMPTOM = "symptom"
    MEDICATION = "medication"
    ALLERGY = "allergy"
    VITAL = "vital"
    LAB = "lab"
    PROCEDURE = "procedure"
    IMMUNIZATION = "immunization"
    FAMILY_HISTORY = "family_history"
    SOCIAL_HISTORY = "social_history"
    ORDER = "order"
    FOLLOW_UP = "follow_up"


class Assertion(StrEnum):
    """How the fact is asserted of the patient."""

    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    HISTORICAL = "historical"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"


class ReviewState(StrEnum):
    """Where a person's review of the entry stands. Nothing is filed that is still proposed."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"


ATTRIBUTES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.PROBLEM: ("laterality", "severity", "status", "onset", "duration"),
        Kind.SYMPTOM: ("laterality", "severity", "status", "onset", "duration"),
        Kind.MEDICATION: (
            "dose", "unit", "form", "route", "frequency", "prn", "prn_reason", "action", "duration", "previous_dose",
        ),
        Kind.ALLERGY: ("reaction", "severity"),
        Kind.VITAL: ("value", "unit", "comparator", "interpretation", "date", "occurrence"),
        Kind.LAB: ("value", "unit", "comparator", "interpretation", "date", "occurrence"),
        Kind.PROCEDURE: ("date", "occurrence", "laterality", "result"),
        Kind.IMMUNIZATION: ("status", "date", "occurrence"),
        Kind.FAMILY_HISTORY: ("relation", "age"),
        Kind.SOCIAL_HISTORY: ("detail", "pack_years"),
        Kind.ORDER: ("type", "reason", "when", "occurrence", "laterality"),
        Kind.FOLLOW_UP: ("when", "occurrence", "with"),
    }
)  # fmt: skip
"""The attributes each kind may carry. Values are as dictated: "1.10" stays "1.10"; only `prn` is a truth value.

`onset` and `occurrence` are FHIR dates, resolved from `duration`, `date` or `when` against the day of the dictation."""

AttributeValue = str | bool


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept. `system` is the FHIR system URI."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A reason to look at this entry first: a stable code and one sentence for the reviewer."""

    code: str
    reason: str


OPEN_FIELD = Flag("open-field", "A field of the text that this entry rests on is not filled in yet.")
"""Set where an open field stands in the sentence of the evidence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One proposed or reviewed fact.

    `evidence` spans the words of `Note.written` that the fact rests on and `cue` those that decided the assertion
    ("denies"); `attributes` holds only names that `ATTRIBUTES` gives the kind. `name` is lower case and as
    spoken, without laterality or severity. `id` is a UUID and the record's key for ever.

    Raises ValueError for an attribute that the kind does not have.
    """

    kind: Kind
    name: str
    assertion: Assertion
    evidence: Span
    cue: Span | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    code: Code | None = None
    flags: tuple[Flag, ...] = ()
    state: ReviewState = ReviewState.PROPOSED
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def __post_init__(self) -> None:
        unknown = set(self.attributes) - set(ATTRIBUTES[self.kind])
        if unknown:
            raise ValueError(f"{self.kind} has no attribute {sorted(unknown)}")

    @property
    def waits(self) -> bool:
        """Whether nothing can be accepted yet, because a field in the entry's sentence is open."""
        return self.state is ReviewState.PROPOSED and OPEN_FIELD in self.flags

    def says_as(self, other: Entry) -> bool:
        """Whether a person's decisions left both alike, wherever in the note their words stand."""
        return self == replace(other, evidence=self.evidence, cue=self.cue, flags=self.flags)
