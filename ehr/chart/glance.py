"""A patient at a glance: allergies, problems and medicines, as accepted over time and as the open dictation proposes.

Owns what counts as standing and what as proposed on top of it. Pure; how it is shown is the window's business. What
nobody recorded is told apart from what somebody said there is none of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ehr.chart.entry import Assertion, AttributeValue, Entry, Kind, ReviewState
from ehr.chart.history import ENDING, NO_KNOWN, Line, Record, State, key_of

_KEPT = (ReviewState.ACCEPTED, ReviewState.EDITED)
_STANDING = (State.ACTIVE, State.ON_HOLD)


@dataclass(frozen=True, slots=True)
class Standing:
    """One list: the names that stand, and those that the open dictation proposes to put on it or take off it."""

    names: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything stands or is proposed."""
        return bool(self.names or self.proposed)


@dataclass(frozen=True, slots=True)
class Glance:
    """What must not be overlooked. `none_known` is the statement that there are no allergies, "" without one;
    `none_proposed` the same of the open dictation; `conflict` says that allergies stand beside such a statement.
    """

    allergies: Standing
    problems: Standing
    medicines: Standing
    none_known: str = ""
    none_proposed: str = ""
    conflict: bool = False


def glance(record: Record, entries: Iterable[Entry] = ()) -> Glance:
    """The record with the entries of the open dictation: decided ones count at once, proposed ones as such."""
    entries = tuple(entries)
    kept = [each for each in entries if each.state in _KEPT]
    open_ = [each for each in entries if each.state is ReviewState.PROPOSED]
    none_known = next((each.name for each in kept if _none(each)), "")
    if record.no_known_allergies:
        none_known = record.no_known_allergies[-1].entry.name
    allergies = _standing(record.allergies, Kind.ALLERGY, kept, open_)
    return Glance(
        allergies,
        _standing(record.problems, Kind.PROBLEM, kept, open_),
        _standing(record.medications, Kind.MEDICATION, kept, open_),
        none_known,
        next((each.name for each in open_ if _none(each)), ""),
        bool(allergies.names and none_known),
    )


def _none(entry: Entry) -> bool:
    return entry.kind is Kind.ALLERGY and entry.name.startswith(NO_KNOWN)


def _standing(lines: Iterable[Line], kind: Kind, kept: Iterable[Entry], open_: Iterable[Entry]) -> Standing:
    listed = {key_of(line.newest.entry): line for line in lines}
    stands = {key: _told(line.name, line.details.get("reaction")) for key, line in listed.items() if _stands(line)}
    for entry in kept:  # decided on the page a moment ago, and not yet in the record that was read
        if entry.kind is kind and not _none(entry) and key_of(entry) not in listed and _adds(entry):
            stands[key_of(entry)] = _told(entry.name, entry.attributes.get("reaction"))
    proposed = {
        key_of(entry): _told(entry.name, entry.attributes.get("reaction"))
        for entry in open_
        if entry.kind is kind and not _none(entry) and _adds(entry) is (key_of(entry) not in stands) and _says(entry)
    }
    return Standing(tuple(stands.values()), tuple(proposed.values()))


def _stands(line: Line) -> bool:
    return line.state in _STANDING


def _adds(entry: Entry) -> bool:
    """Whether the entry puts something on its list, or keeps it there."""
    resolved = str(entry.attributes.get("status", "")).startswith("resolved")
    ends = entry.attributes.get("action") in ENDING or (entry.kind is Kind.PROBLEM and resolved)
    return entry.assertion is Assertion.PRESENT and not ends


def _says(entry: Entry) -> bool:
    """Whether the entry says anything of the list at all: something possible or a relative's does not."""
    return entry.assertion in (Assertion.PRESENT, Assertion.ABSENT, Assertion.HISTORICAL)


def _told(name: str, reaction: AttributeValue | None) -> str:
    return f"{name} ({reaction})" if reaction else name
