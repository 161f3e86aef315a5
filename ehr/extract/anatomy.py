"""Places of the body in a text: "the medial aspect of her right knee".

Owns where such a phrase ends, how the place is named and which side it is on. Knows no findings.
"""

from __future__ import annotations

from dataclasses import dataclass

from ehr.extract import resources
from ehr.extract.words import Phrases

GRAMMAR = resources.load("composition")
"""The word classes that `composition.json` lists, shared with the rules that build findings."""

_PLACES = Phrases((row[0], row[0]) for row in resources.table("body"))
SIDES: Phrases[str] = Phrases(GRAMMAR["sides"])
REGIONS = Phrases((word, word) for word in GRAMMAR["regions"])
QUALITIES = Phrases((word, word) for word in GRAMMAR["qualities"])
FILLERS = frozenset(GRAMMAR["fillers"])


@dataclass(frozen=True, slots=True)
class Place:
    """Words [first, last); `name` is without side, `side` is left, right, bilateral or empty."""

    first: int
    last: int
    name: str
    side: str


def place_at(stems: list[str], first: int, *, loose: bool = False) -> Place | None:
    """The place that begins at word `first`; `loose` allows articles and qualities before it."""
    index, side = first, ""
    regions: list[str] = []
    while index < len(stems):
        body = _PLACES.longest(stems, index)
        region = REGIONS.longest(stems, index)
        if body and not (region and region[0] > body[0]):
            return _extend(stems, first, body, side, regions)
        turn = SIDES.longest(stems, index)
        quality = QUALITIES.longest(stems, index) if loose else None
        if turn:
            index, side = turn
        elif region:
            index = region[0]
            regions.append(region[1])
        elif loose and (
            stems[index] in FILLERS or (stems[index] == "of" and index > first) or (stems[index] == "and" and regions)
        ):
            index += 1
        elif quality:
            index = quality[0]
        else:
            return None
    return None


def _extend(stems: list[str], first: int, body: tuple[int, str], side: str, regions: list[str]) -> Place:
    """Take in a second noun ("knee joint") and a side said last ("lungs bilaterally" is left to the attributes)."""
    last, name = body
    if last < len(stems) and (more := _PLACES.longest(stems, last)):
        last, name = more[0], f"{name} {more[1]}"
    own = " ".join(word for word in regions if " of" not in word)
    return Place(first, last, f"{own} {name}".strip(), side)


def skip_qualities(stems: list[str], first: int) -> int:
    """The first word from `first` on that is no quality ("mild", "nondisplaced")."""
    index = first
    while index < len(stems) and (quality := QUALITIES.longest(stems, index)):
        index = quality[0]
    return index
