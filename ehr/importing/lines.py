"""What a line of an imported list became, and what importing would do with it.

Owns the checks that every source shares and the comparison with the patients on file. Changes nothing: a plan is
looked at first, then `Register.add_all` takes its newcomers, all or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ehr.chart.birth_dates import typed_dates
from ehr.chart.patient import Gender, Patient

_GENDERS = {
    "m": Gender.MALE, "male": Gender.MALE, "man": Gender.MALE, "f": Gender.FEMALE, "female": Gender.FEMALE,
    "w": Gender.FEMALE, "woman": Gender.FEMALE, "o": Gender.OTHER, "other": Gender.OTHER, "x": Gender.OTHER,
    "": Gender.UNKNOWN, "u": Gender.UNKNOWN, "unknown": Gender.UNKNOWN,
}  # fmt: skip
_LONGEST = 200
_OLDEST_YEARS = 130


class Refused(Exception):
    """A line that cannot become a patient; its text is the reason and holds no patient text."""


class Fate(StrEnum):
    """What importing does with a line."""

    ADD = "add"
    KNOWN = "known"
    DIFFERS = "differs"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, counted from 1 as an editor or a bundle counts it: the patient, or why there is none."""

    number: int
    patient: Patient | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A line with what importing does with it, and a word why where it is not added."""

    line: Line
    fate: Fate
    reason: str = ""


def patient_of(*, mrn: str, family: str, given: str, born: str, gender: str, today: date) -> Patient:
    """A patient of texts that somebody typed. Raises Refused."""
    cells = {"record number": mrn, "family name": family, "given name": given}
    cells = {name: " ".join(text.split()) for name, text in cells.items()}
    for name, text in cells.items():
        if len(text) > _LONGEST or not text.isprintable():
            raise Refused(f"the {name} is too long or holds control characters")
    for name in ("record number", "family name"):
        if not cells[name]:
            raise Refused(f"the {name} is missing")
    if gender.strip().casefold() not in _GENDERS:
        raise Refused("the sex is none of male, female, other, unknown")
    sex = _GENDERS[gender.strip().casefold()]
    return Patient(cells["record number"], cells["family name"], cells["given name"], _born(born.strip(), today), sex)


def _born(text: str, today: date) -> date | None:
    if not text:
        return None
    days = typed_dates(text.partition("T")[0] if text[:4].isdigit() else text)
    if not days:
        raise Refused("the birth date is not a date")
    if len(days) > 1:
        raise Refused("the birth date may be two days; write it as 1964-03-14")
    day = next(iter(days))
    if day > today or today.year - day.year > _OLDEST_YEARS:
        raise Refused("the birth date is in the future or too long ago")
    return day


def plan(lines: Iterable[Line], on_file: Callable[[str], Patient | None]) -> list[Planned]:
    """What importing these lines would do; `on_file` finds a patient by record number."""
    return list(_planned(lines, on_file))


def _planned(lines: Iterable[Line], on_file: Callable[[str], Patient | None]) -> Iterator[Planned]:
    seen: dict[str, int] = {}
    for line in lines:
        if line.patient is None:
            yield Planned(line, Fate.REFUSED, line.reason)
            continue
        first = seen.setdefault(line.patient.mrn, line.number)
        known = on_file(line.patient.mrn)
        if first != line.number:
            yield Planned(line, Fate.REPEATED, f"the record number stands in line {first} already")
        elif known is None:
            yield Planned(line, Fate.ADD)
        elif _same(known, line.patient):
            yield Planned(line, Fate.KNOWN, "on file already")
        else:
            yield Planned(line, Fate.DIFFERS, "on file with other details, which stay as they are")


def _same(one: Patient, other: Patient) -> bool:
    return (one.family_name, one.given_name, one.birth_date, one.gender) == (
        other.family_name,
        other.given_name,
        other.birth_date,
        other.gender,
    )
