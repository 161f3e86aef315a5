"""The longitudinal record: what a patient's accepted entries say, taken together over time.

Owns the fold from entries to problems, medicines, allergies, values and immunisations: pure, the same whatever the
order in which the entries come and however often. Every line keeps the entries that it rests on. Knows no store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ehr.chart.entry import Assertion, Entry, Kind

NO_KNOWN = "no known"
"""How an entry that states the absence of allergies begins."""

ENDING = frozenset({"stop"})
"""Actions that end a medicine."""

_TAKEN = (Assertion.PRESENT,)
_OVER = (Assertion.HISTORICAL, Assertion.ABSENT)
_DOSE = ("dose", "unit", "form", "route", "frequency", "prn")
_VALUES = (Kind.VITAL, Kind.LAB)


@dataclass(frozen=True, slots=True)
class Filed:
    """An accepted entry with where and when it was dictated."""

    encounter_id: str
    at: datetime
    entry: Entry


class State(StrEnum):
    """Where a line of the record stands."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    STOPPED = "stopped"
    RESOLVED = "resolved"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Line:
    """A problem, medicine, allergy or immunisation. `evidence` is oldest first and never empty; `details` are the
    newest attributes that were dictated, `changed` says that a medicine's dose changed on the way.
    """

    kind: Kind
    name: str
    state: State
    details: Mapping[str, str | bool]
    evidence: tuple[Filed, ...]
    changed: bool = False

    @property
    def newest(self) -> Filed:
        """The entry that was dictated last."""
        return self.evidence[-1]

    @property
    def since(self) -> datetime:
        """When it was first dictated."""
        return self.evidence[0].at


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a vital sign or laboratory test. `on` is the FHIR date that was dictated, else the encounter's day;
    `value` and `unit` are as dictated.
    """

    on: str
    value: str
    unit: str
    interpretation: str
    evidence: Filed


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one vital sign or test, oldest first."""

    kind: Kind
    name: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A patient over time. Lines are in the order of their names, those that stand first."""

    problems: tuple[Line, ...] = ()
    medications: tuple[Line, ...] = ()
    allergies: tuple[Line, ...] = ()
    immunizations: tuple[Line, ...] = ()
    values: tuple[Series, ...] = ()
    no_known_allergies: tuple[Filed, ...] = field(default=())

    @property
    def allergies_conflict(self) -> bool:
        """Whether somebody dictated that there are none, and allergies are listed."""
        return bool(self.no_known_allergies and self.allergies)

    def line(self, entry: Entry) -> Line | None:
        """The line that an entry is about, None where the record has none."""
        lines = {
            Kind.PROBLEM: self.problems,
            Kind.MEDICATION: self.medications,
            Kind.ALLERGY: self.allergies,
            Kind.IMMUNIZATION: self.immunizations,
        }.get(entry.kind, ())
        return next((line for line in lines if key_of(line.newest.entry) == key_of(entry)), None)


def key_of(entry: Entry) -> str:
    """What makes two entries of one kind the same thing: the code where there is one, else the name."""
    return f"{entry.code.system}|{entry.code.code}" if entry.code is not None else entry.name.casefold()


def fold(filed: Iterable[Filed]) -> Record:
    """The record of accepted entries. Each entry counts once, in the order of the encounters' times."""
    once = {each.entry.id: each for each in filed}
    ordered = sorted(once.values(), key=_order)
    allergies = [each for each in ordered if each.entry.kind is Kind.ALLERGY]
    named = [each for each in allergies if not each.entry.name.startswith(NO_KNOWN)]
    return Record(
        problems=_lines(ordered, Kind.PROBLEM),
        medications=_lines(ordered, Kind.MEDICATION),
        allergies=tuple(line for line in _lines(named, Kind.ALLERGY) if line.state is State.ACTIVE),
        immunizations=_lines(ordered, Kind.IMMUNIZATION),
        values=_series(ordered),
        no_known_allergies=tuple(each for each in allergies if each.entry.name.startswith(NO_KNOWN)),
    )


def _order(each: Filed) -> tuple[datetime, str, int, int, str]:
    evidence = each.entry.evidence
    return each.at, each.encounter_id, evidence.start, evidence.end, each.entry.id


def _lines(ordered: Iterable[Filed], kind: Kind) -> tuple[Line, ...]:
    found: dict[str, Line] = {}
    for each in ordered:
        if each.entry.kind is kind:
            key = key_of(each.entry)
            line = _NEXT[kind](found.get(key), each)
            if line is not None:
                found[key] = line
    standing = list(State)
    return tuple(sorted(found.values(), key=lambda line: (standing.index(line.state), line.name, line.since)))


def _problem(line: Line | None, each: Filed) -> Line | None:
    entry = each.entry
    status = str(entry.attributes.get("status", ""))
    if entry.assertion is Assertion.PRESENT:
        return _added(line, each, State.RESOLVED if status.startswith("resolved") else State.ACTIVE)
    if entry.assertion is Assertion.HISTORICAL:
        # "History of hypertension" does not end a hypertension that is being treated.
        return _added(line, each, line.state if line is not None else State.PAST)
    return None


def _medication(line: Line | None, each: Filed) -> Line | None:
    entry = each.entry
    action = entry.attributes.get("action")
    if entry.assertion in _TAKEN and action not in ENDING:
        return _dosed(line, each, State.ON_HOLD if action == "hold" else State.ACTIVE)
    if entry.assertion in (*_TAKEN, Assertion.HISTORICAL) or (entry.assertion in _OVER and line is not None):
        return _added(line, each, State.STOPPED)
    return None


def _dosed(line: Line | None, each: Filed, state: State) -> Line:
    """A medicine's next line: what was not said again stays as it was, a dose that was said replaces the one before."""
    said = {name: value for name, value in each.entry.attributes.items() if name in _DOSE}
    before = {name: value for name, value in (line.details if line is not None else {}).items() if name in _DOSE}
    changed = "dose" in before and "dose" in said and not same_dose(before, said)
    added = _added(line, each, state)
    return replace(added, details={**before, **said}, changed=changed or (line is not None and line.changed))


def _allergy(line: Line | None, each: Filed) -> Line | None:
    if each.entry.assertion is Assertion.PRESENT:
        return _added(line, each, State.ACTIVE)
    if line is not None and each.entry.assertion is Assertion.ABSENT:
        return _added(line, each, State.RESOLVED)
    return None


def _immunization(line: Line | None, each: Filed) -> Line | None:
    if each.entry.assertion in (Assertion.PRESENT, Assertion.HISTORICAL):
        return _added(line, each, State.ACTIVE)
    return None


_NEXT = {
    Kind.PROBLEM: _problem,
    Kind.MEDICATION: _medication,
    Kind.ALLERGY: _allergy,
    Kind.IMMUNIZATION: _immunization,
}


def _added(line: Line | None, each: Filed, state: State) -> Line:
    entry = each.entry
    if line is None:
        return Line(entry.kind, entry.name, state, dict(entry.attributes), (each,))
    details = {**line.details, **entry.attributes}
    return replace(line, name=entry.name, state=state, details=details, evidence=(*line.evidence, each))


def same_dose(one: Mapping[str, str | bool], other: Mapping[str, str | bool]) -> bool:
    """Whether two doses are the same amount, however it was written: "1.0 mg" and "1 mg". A unit that was not said is
    the other's.
    """
    units = {str(each["unit"]).casefold().rstrip("s") for each in (one, other) if each.get("unit")}
    return len(units) < 2 and _plain(str(one.get("dose"))) == _plain(str(other.get("dose")))


def _plain(dose: str) -> str:
    number = dose.replace(",", "")
    return number.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", number) else number


def _series(ordered: Iterable[Filed]) -> tuple[Series, ...]:
    found: dict[tuple[Kind, str], list[Reading]] = {}
    names: dict[tuple[Kind, str], str] = {}
    for each in ordered:
        entry = each.entry
        if entry.kind not in _VALUES or entry.assertion not in (Assertion.PRESENT, Assertion.HISTORICAL):
            continue
        said = {name: str(value) for name, value in entry.attributes.items()}
        if "value" not in said and "interpretation" not in said:
            continue
        key = entry.kind, key_of(entry)
        names[key] = entry.name
        found.setdefault(key, []).append(
            Reading(
                on=said.get("occurrence") or each.at.date().isoformat(),
                value=said.get("comparator", "") + said.get("value", ""),
                unit=said.get("unit", ""),
                interpretation=said.get("interpretation", ""),
                evidence=each,
            )
        )
    return tuple(
        Series(kind, names[kind, key], tuple(sorted(readings, key=lambda each: each.on)))
        for (kind, key), readings in sorted(found.items(), key=lambda item: (item[0][0] is Kind.LAB, names[item[0]]))
    )
