"""A new dictation against the record: where the two contradict each other.

Owns the flags that ask a person to look, few and ranked by the harm that a mistake would do: what is said of a drug
that the patient reacts to, then allergies, stopped and changed medicines, problems. Pure; which names mean one drug or
one class it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ehr.chart.entry import Assertion, Entry, Flag, Kind, ReviewState
from ehr.chart.history import ENDING, NO_KNOWN, Line, Record, State, same_dose

Related = Callable[[str], frozenset[str]]
"""The drug's ingredients and the classes in which an allergy to one is a warning for all; the name itself included."""

PREFIX = "record-"
"""How the codes of this module's flags begin."""

_CHANGING = frozenset({"start", "increase", "decrease", "hold"})
_ON = (State.ACTIVE, State.ON_HOLD)


def reconcile(entries: Iterable[Entry], record: Record, related: Related) -> tuple[Entry, ...]:
    """The entries with this record's flags in place of earlier ones, at most one each; decided entries stay as they
    are.
    """
    entries = tuple(entries)
    return tuple(_flagged(entry, entries, record, related) for entry in entries)


def _flagged(entry: Entry, entries: tuple[Entry, ...], record: Record, related: Related) -> Entry:
    if entry.state is not ReviewState.PROPOSED:
        return entry
    kept = tuple(flag for flag in entry.flags if not flag.code.startswith(PREFIX))
    found: Flag | None = None
    if entry.kind is Kind.MEDICATION:
        found = _medication(entry, entries, record, related)
    elif entry.kind is Kind.ALLERGY:
        found = _allergy(entry, record, related)
    elif entry.kind is Kind.PROBLEM:
        found = _problem(entry, record)
    flags = kept if found is None else (found, *kept)
    return entry if flags == entry.flags else replace(entry, flags=flags)


def _medication(entry: Entry, entries: tuple[Entry, ...], record: Record, related: Related) -> Flag | None:
    line = record.line(entry)
    given = entry.assertion is Assertion.PRESENT and entry.attributes.get("action") not in ENDING
    if given:
        return _given_despite_allergy(entry, entries, record, related) or _other_dose(entry, line)
    on_list = line is not None and line.state in _ON
    if entry.attributes.get("action") in ENDING and entry.assertion is Assertion.PRESENT:
        if on_list and line is not None:
            return _flag("stops-active", f"Active on the list since {_day(line)}; this stops it.")
        if record.medications:
            return _flag("not-listed", "Stopped here, but not an active medicine of the list.")
        return None
    if on_list and line is not None and entry.assertion in (Assertion.ABSENT, Assertion.HISTORICAL):
        return _flag("no-longer", f"Active on the list since {_day(line)}; said here not to be taken.")
    return None


def _given_despite_allergy(entry: Entry, entries: tuple[Entry, ...], record: Record, related: Related) -> Flag | None:
    names = related(entry.name)
    new = [
        each
        for each in entries
        if each.kind is Kind.ALLERGY and each.assertion is Assertion.PRESENT and each.state is not ReviewState.REJECTED
    ]
    for name in [line.name for line in record.allergies] + [each.name for each in new]:
        if not names.isdisjoint(related(name)):
            return _flag("allergic", f"Allergy to {name} is listed.")
    return None


def _other_dose(entry: Entry, line: Line | None) -> Flag | None:
    if line is None or line.state not in _ON or entry.attributes.get("action") in _CHANGING:
        return None
    if "dose" not in entry.attributes or "dose" not in line.details or same_dose(entry.attributes, line.details):
        return None
    listed = f"{line.details['dose']} {line.details.get('unit', '')}".strip()
    return _flag("dose", f"The list says {listed}, since {line.newest.at.date().isoformat()}.")


def _allergy(entry: Entry, record: Record, related: Related) -> Flag | None:
    if entry.name.startswith(NO_KNOWN):
        if entry.assertion is not Assertion.ABSENT and record.allergies:
            return _flag("no-known", f"Listed: allergy to {', '.join(line.name for line in record.allergies)}.")
        return None
    line = record.line(entry)
    if entry.assertion is Assertion.ABSENT:
        return None if line is None else _flag("allergy-denied", f"Listed as an allergy since {_day(line)}.")
    if entry.assertion is not Assertion.PRESENT or line is not None:
        return None
    names = related(entry.name)
    for medicine in record.medications:
        if medicine.state in _ON and not names.isdisjoint(related(medicine.name)):
            return _flag("allergy-active", f"{medicine.name.capitalize()} is active on the list.")
    if record.no_known_allergies:
        return _flag("was-none", f"“No known allergies” on {record.no_known_allergies[-1].at.date().isoformat()}.")
    return None


def _problem(entry: Entry, record: Record) -> Flag | None:
    line = record.line(entry)
    if line is None:
        return None
    resolved = str(entry.attributes.get("status", "")).startswith("resolved")
    if entry.assertion is Assertion.PRESENT and line.state is State.RESOLVED:
        when = line.newest.at.date().isoformat()
        return _flag(
            "resolved", f"Listed as resolved since {when}; " + ("again here." if resolved else "present here.")
        )
    if entry.assertion is Assertion.ABSENT and line.state is State.ACTIVE:
        return _flag("problem-denied", f"Active on the problem list since {_day(line)}.")
    return None


def _flag(code: str, reason: str) -> Flag:
    return Flag(PREFIX + code, reason)


def _day(line: Line) -> str:
    return line.since.date().isoformat()
