"""Whether two records may be one person's: what to look at before a clinic has somebody twice.

Owns the comparison of names and birth dates, and an index that makes it cheap for a list against a whole register. It
only ever suggests: twins and namesakes are people of their own, and a person decides. Knows no store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from ehr.chart.names import plain_name, spelt_alike
from ehr.chart.patient import Patient

_CROWD = 60
"""So many people on one birth date, and it is what somebody types who does not know it: it says nothing any more."""


def may_be_one(one: Patient, other: Patient) -> bool:
    """Whether two records may be one person's.

    They may with one birth date, where the given names or an initial agree (a family name changes, with marriage or a
    typing slip) or the names stand in each other's place; and with one name, where the birth date is not known on one
    side or differs by a slip: one digit, or two digits or day and month in each other's place.
    """
    if one.birth_date is not None and one.birth_date == other.birth_date:
        return _one_given_name(one, other) or _in_each_others_place(one, other)
    return _whole(one) == _whole(other) and _one_slip(one.birth_date, other.birth_date)


class Lookalikes:
    """Patients by what makes two of them alike; grows by `add`."""

    def __init__(self, patients: Iterable[Patient] = ()) -> None:
        self._by_birth: dict[date, list[Patient]] = {}
        self._by_name: dict[str, list[Patient]] = {}
        for patient in patients:
            self.add(patient)

    def add(self, patient: Patient) -> None:
        """Take one more in."""
        if patient.birth_date is not None:
            self._by_birth.setdefault(patient.birth_date, []).append(patient)
        self._by_name.setdefault(_whole(patient), []).append(patient)

    def of(self, patient: Patient) -> list[Patient]:
        """Who else may be this person, those with the same birth date first; never the record itself."""
        born = self._by_birth.get(patient.birth_date, []) if patient.birth_date is not None else []
        born = born if len(born) <= _CROWD else []
        near = {each.id: each for each in (*born, *self._by_name.get(_whole(patient), []))}
        return [each for each in near.values() if each.id != patient.id and may_be_one(patient, each)]


def _one_given_name(one: Patient, other: Patient) -> bool:
    first, second = _words(one.given_name), _words(other.given_name)
    if not first or not second:
        return _any_alike(_words(one.family_name), _words(other.family_name))
    return spelt_alike(first[0], second[0]) or _initial(first[0], second[0]) or _initial(second[0], first[0])


def _initial(letter: str, name: str) -> bool:
    return len(letter) == 1 and name.startswith(letter)


def _in_each_others_place(one: Patient, other: Patient) -> bool:
    return _any_alike(_words(one.given_name), _words(other.family_name)) and _any_alike(
        _words(one.family_name), _words(other.given_name)
    )


def _any_alike(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return any(spelt_alike(word, each) for word in some for each in others)


def _whole(patient: Patient) -> str:
    return " ".join(_words(f"{patient.family_name} {patient.given_name}"))


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,-]+", plain_name(name)) if word)


def _one_slip(one: date | None, other: date | None) -> bool:
    """Whether two birth dates may be one day, one of them typed wrongly."""
    if one is None or other is None:
        return True
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True
    differing = [pair for pair in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True) if pair[0] != pair[1]]
    swapped = len(differing) == 2 and differing[0] == differing[1][::-1]
    return len(differing) < 2 or swapped
