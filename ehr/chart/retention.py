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


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be deleted as of `at`. `audit_rows` are the oldest of the audit log, kept for `audit_kept` days.

    `held` and `unsigned` count the dictations that stay although they are old enough: under a legal hold, and never
    signed.
    """

    at: datetime
    doomed: tuple[Doomed, ...]
    audit_rows: int = 0
    audit_kept: int | None = None
    held: int = 0
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


@dataclass(frozen=True, slots=True)
class Hold:
    """A patient whose chart must not be deleted, whatever the rules say."""

    patient_id: str
    reason: str
    placed_at: datetime
    placed_by: str
