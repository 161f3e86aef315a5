"""Sides that contradict each other: a complaint of the right knee and an order for the left.

Owns the comparison of the entries of one note, and the flag. Corrects nothing: a person decides which side was meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ehr.chart.entry import Assertion, Entry, Flag, Kind
from ehr.extract.anatomy import place_at
from ehr.extract.words import split

_SIDES = frozenset({"left", "right"})
_CONDITIONS = frozenset({Kind.PROBLEM, Kind.SYMPTOM})
_SERVICES = frozenset({Kind.ORDER, Kind.PROCEDURE})


def flag_sides(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries, those flagged whose service names one side of a place and every finding there the other."""
    these = tuple(entries)
    found: dict[str, set[str]] = {}
    for entry in these:
        if entry.kind in _CONDITIONS and entry.assertion is not Assertion.ABSENT and (place := _place(entry)):
            found.setdefault(place, set()).add(str(entry.attributes.get("laterality", "both")))
    return tuple(_flagged(entry, found) for entry in these)


def _flagged(entry: Entry, found: dict[str, set[str]]) -> Entry:
    side, place = entry.attributes.get("laterality"), _place(entry)
    if entry.kind not in _SERVICES or entry.assertion is Assertion.HISTORICAL or side not in _SIDES:
        return entry
    other = "left" if side == "right" else "right"
    if found.get(place) != {other}:
        return entry
    reason = f"{str(side).capitalize()} was said here, but what was found at the {place} is on the {other}."
    return replace(entry, flags=(*entry.flags, Flag("side-conflict", reason)))


def _place(entry: Entry) -> str:
    """The place of the body in an entry's name, empty where there is none."""
    stems = list(split(entry.name))
    places = (place_at(stems, first) for first in range(len(stems)))
    return next((place.name for place in places if place), "")
