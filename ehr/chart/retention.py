"""How long a clinic keeps what it dictated, and what would be deleted now.

Owns the words of retention: matters, rules, holds, and the plan that a person sees before anything is deleted. Knows
nothing of where things are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Matter(StrEnum):
    """What has a retention rule of its own.

    `TRANSCRIPT` is the recognised words with their times, `NOTE` everything written: every version, its entries and
    the title.
    """

    AUDIO = "audio"
    TRANSCRIPT = "transcript"
    NOTE = "note"
    AUDIT = "audit"


Rules = Mapping[Matter, int]
"""Days that each matter is kept, counted from the newest signature; a matter that is absent is kept for ever."""


def in_order(rules: Rules) -> bool:
    """Whether nothing would outlive the note that explains it: sound and words go with the note or before it."""
    note = rules.get(Matter.NOTE)
    return note is None or all(rules.get(matter, note + 1) <= note for matter in (Matter.AUDIO, Matter.TRANSCRIPT))


@dataclass(frozen=True, slots=True)
class Doomed:
    """One matter of one encounter whose time is over. `size` is in bytes, `kept` the rule's days."""

    matter: Matter
    encounter_id: str
    dictated_at: datetime
    signed_at: datetime
    kept: int
    size: int


class Why(StrEnum):
    """Why something is kept although its time is over.

    `UNSENT`: a signed version of it has not reached its receiver yet, and nobody has decided that it need not.
    """

    LEGAL_HOLD = "legal hold"
    UNSENT = "not sent yet"


@dataclass(frozen=True, slots=True)
class Kept:
    """A signed dictation that stays although a rule's time is over: all of it, or its note while that is unsent."""

    why: Why
    encounter_id: str
    dictated_at: datetime
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be deleted as of `at`. `audit_rows` are the oldest of the audit log, kept for `audit_kept` days.

    `kept` are the signed dictations that stay although they are old enough; `unsigned` counts those that stay because
    nobody ever signed them.
    """

    at: datetime
    doomed: tuple[Doomed, ...]
    audit_rows: int = 0
    audit_kept: int | None = None
    kept: tuple[Kept, ...] = ()
    unsigned: int = 0

    @property
    def size(self) -> int:
        """Bytes that would go."""
        return sum(each.size for each in self.doomed)

    @property
    def empty(self) -> bool:
        """Whether nothing is due."""
        return not self.doomed and not self.audit_rows

    def of(self, matter: Matter) -> tuple[Doomed, ...]:
        """What would go of one matter."""
        return tuple(each for each in self.doomed if each.matter is matter)

    def kept_for(self, why: Why) -> tuple[Kept, ...]:
        """What is kept for one reason, oldest first."""
        return tuple(each for each in self.kept if each.why is why)


@dataclass(frozen=True, slots=True)
class Hold:
    """A patient whose chart must not be deleted, whatever the rules say."""

    patient_id: str
    reason: str
    placed_at: datetime
    placed_by: str
