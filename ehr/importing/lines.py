"""What a line of an imported list became, and what importing would do with it.

Owns the checks that every source shares and the comparison with the patients on file. Changes nothing: a plan is
looked at first, then `Register.take_in` takes what was chosen of it, all or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ehr.chart.birth_dates import typed_dates
from ehr.chart.likeness import Lookalikes
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
    """What importing does with a line. `ALIKE` is a new record number of somebody who may be on file under another."""

    ADD = "add"
    ALIKE = "alike"
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
    """A line with what importing does with it, and a word why where it is not simply added.

    `known` is who is on file under the number (`KNOWN`, `DIFFERS`), or may be the same person (`ALIKE`): on file, or of
    a line before.
    """

    line: Line
    fate: Fate
    reason: str = ""
    known: Patient | None = None

    @property
    def changed(self) -> Patient | None:
        """For a line that differs: who is on file, with what the line says in its place."""
        if self.fate is not Fate.DIFFERS or self.known is None or self.line.patient is None:
            return None
        return _filled(self.known, self.line.patient)


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


def plan(
    lines: Iterable[Line], on_file: Callable[[str], Patient | None], everyone: Iterable[Patient] = ()
) -> Iterator[Planned]:
    """What importing these lines would do, one by one.

    `on_file` finds a patient by record number, the survivor where theirs was merged; `everyone` is who is on file, so
    that people are noticed who come under another number.
    """
    seen: dict[str, int] = {}
    people = Lookalikes(everyone)
    for line in lines:
        patient = line.patient
        if patient is None:
            yield Planned(line, Fate.REFUSED, line.reason)
            continue
        first = seen.setdefault(patient.mrn, line.number)
        known = on_file(patient.mrn)
        if first != line.number:
            yield Planned(line, Fate.REPEATED, f"the record number stands in line {first} already")
        elif known is not None:
            yield _on_file(line, patient, known)
        else:
            alike = people.of(patient)
            people.add(patient)
            reason = "may be a patient who has another record number" if alike else ""
            yield Planned(line, Fate.ALIKE if alike else Fate.ADD, reason, alike[0] if alike else None)


def _on_file(line: Line, patient: Patient, known: Patient) -> Planned:
    """A number that is on file. One that leads to a survivor says nothing of how the survivor is called."""
    if known.mrn != patient.mrn:
        return Planned(line, Fate.KNOWN, "on file already, merged into another record", known)
    if _filled(known, patient) == known:
        return Planned(line, Fate.KNOWN, "on file already", known)
    return Planned(line, Fate.DIFFERS, "on file with other details", known)


def _filled(known: Patient, said: Patient) -> Patient:
    """Who is on file, with the details that a line gives; what it leaves empty stays."""
    return replace(
        known,
        family_name=said.family_name,
        given_name=said.given_name or known.given_name,
        birth_date=said.birth_date or known.birth_date,
        gender=known.gender if said.gender is Gender.UNKNOWN else said.gender,
    )
