"""Services named in a note: tests, imaging, procedures, therapies and devices with the place they concern.

Owns where such a phrase begins and ends and what it is called. Whether it is ordered, done or past is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ehr.extract import resources
from ehr.extract.anatomy import FILLERS, Place, place_at, skip_qualities
from ehr.extract.lexicon import services
from ehr.extract.words import Words

_DATA = resources.load("plan")
_HEADS: dict[str, str] = _DATA["heads"]
_HEAD_STOPS = frozenset(_DATA["head_stops"])
_LINKS = frozenset({"of", "to", "over", "on"})
_LONGEST_HEADED = 4


@dataclass(frozen=True, slots=True)
class Service:
    """Words [first, last) name a service; `type` is an order's type, `side` the laterality it carries."""

    first: int
    last: int
    name: str
    concept: str
    type: str
    side: str


def find_services(these: Words) -> Iterator[Service]:
    """All services from left to right: listed ones, and what ends in a noun such as "titer" or "resection"."""
    stems, index = these.stem, 0
    while index < len(stems):
        found = _longer(stems, _listed(stems, index), _headed(these, index))
        if found is None:
            index += 1
            continue
        yield found
        index = found.last


def _longer(stems: list[str], listed: Service | None, headed: Service | None) -> Service | None:
    """The listed reading, or a headed one that says more without running into the next service."""
    if listed is None or headed is None or headed.last <= listed.last:
        return listed or headed
    inside = range(listed.first + 1, headed.last)
    return listed if any(services().longest(stems, index) for index in inside) else headed


def _listed(stems: list[str], first: int) -> Service | None:
    place = place_at(stems, first)
    if place is not None and place.last < len(stems) and (hit := services().longest(stems, place.last)):
        own = services().longest(stems, first)
        if own is None or own[0] <= hit[0]:
            return _about(stems, first, hit[0], hit[1].name, hit[1].type, place)
    side_first = place_side(stems, first)
    start, side = side_first or (first, "")
    hit = services().longest(stems, start) if start < len(stems) else None
    if hit is None:
        return None
    last, term = hit
    after = _place_after(stems, last, bare=term.type == "imaging")
    if after is None:
        return Service(first, last, term.name, term.concept, term.type, side)
    return _about(stems, first, after.last, term.name, term.type, after)


def place_side(stems: list[str], first: int) -> tuple[int, str] | None:
    """A side said right before a service: "left ACL reconstruction"."""
    word = stems[first]
    if word in {"left", "right", "bilateral"} and first + 1 < len(stems):
        return first + 1, word
    return None


def _about(stems: list[str], first: int, last: int, name: str, kind: str, place: Place) -> Service:
    full = name if place.name in name else f"{place.name} {name}"
    listed = services().longest([*full.replace("-", " ").split()], 0)
    concept = listed[1].concept if listed and listed[0] == len(full.replace("-", " ").split()) else full
    del stems
    return Service(first, last, full, concept, kind, place.side)


def _place_after(stems: list[str], last: int, *, bare: bool = False) -> Place | None:
    """The place a service is said to be of: "MRI of the left shoulder"; `bare` also allows "CT abdomen and pelvis"."""
    if last >= len(stems):
        return None
    linked = stems[last] in _LINKS
    if not linked and not bare:
        return None
    place = place_at(stems, last + 1 if linked else last, loose=linked)
    if place is None or (not linked and services().longest(stems, min(place.last, len(stems) - 1))):
        return None
    if place.last + 1 < len(stems) and stems[place.last] == "and" and (more := place_at(stems, place.last + 1)):
        return Place(place.first, more.last, f"{place.name} and {more.name}", place.side)
    return place


def _headed(these: Words, first: int) -> Service | None:
    """Words up to a noun that makes them a service: "tetanus antibody titer", "transsphenoidal resection"."""
    text = these.text
    if text[first] in _HEAD_STOPS or not text[first].isalpha():
        return None
    found = None
    for index in range(first, min(first + _LONGEST_HEADED, len(text))):
        if text[index] in _HEAD_STOPS or not text[index].isalpha():
            break
        if text[index] in _HEADS and index > first:
            found = index
    if found is None:
        return None
    start = skip_qualities(these.stem, first)
    name = " ".join(text[min(start, found) : found + 1])
    place = _place_after(these.stem, found + 1) if text[min(found + 1, len(text) - 1)] in _LINKS | FILLERS else None
    return Service(first, found + 1, name, name, _HEADS[text[found]], place.side if place else "")
