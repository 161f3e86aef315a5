"""Whose chart it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Gender(StrEnum):
    """FHIR administrative gender (R4 value set administrative-gender)."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Patient:
    """A person with a chart. `mrn` is the clinic's medical record number and unique in the store."""

    mrn: str
    family_name: str
    given_name: str
    birth_date: date | None = None
    gender: Gender = Gender.UNKNOWN
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def display_name(self) -> str:
        """The name as a chart shows it: "Okafor, Maria"."""
        return ", ".join(part for part in (self.family_name, self.given_name) if part)

    def age_on(self, day: date) -> int | None:
        """Completed years on `day`, None without a birth date."""
        if self.birth_date is None:
            return None
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
