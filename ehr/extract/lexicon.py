"""The clinical lexicons: which words name a condition, a service or a clinician.

Owns the reading of the tables in `resources/extract` into phrase tries. Knows nothing of the note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ehr.chart.entry import Kind
from ehr.extract import resources
from ehr.extract.words import Phrases, singular, split

_EVENT_HEADS = frozenset({"fracture", "dislocation", "sprain", "strain", "tear", "laceration", "cancer", "injury",
                          "infarct", "hemorrhage", "contusion", "abscess"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """What a phrase names.

    `name` is the entry's name; `concept` is shared by all phrases that mean the same; `type` is an order's type for a
    service; `past` marks events, whose history is a past event and no ongoing condition.
    """

    name: str
    kind: Kind
    concept: str
    type: str = ""
    past: bool = False


@cache
def conditions() -> Phrases[Term]:
    """Problems and symptoms."""
    return Phrases(_first_wins([*_rows("problems", Kind.PROBLEM), *_rows("symptoms", Kind.SYMPTOM)]))


@cache
def services() -> Phrases[Term]:
    """Procedures, imaging, laboratory tests, therapies and devices; `type` says which."""
    return Phrases(_first_wins(_service_rows()))


@cache
def specialties() -> Phrases[Term]:
    """Clinicians and services that a patient can be referred to."""
    found: list[tuple[str, Term]] = []
    for name, *rest in resources.table("specialties"):
        found += [(surface, Term(surface, Kind.ORDER, name, "referral")) for surface in [name, *_cell(rest, 0)]]
    return Phrases(_first_wins(found))


@cache
def concept_of(name: str) -> str:
    """The concept that a name of a condition or service belongs to, the name itself where none is listed."""
    stems = list(split(name))
    for trie in (conditions(), services()):
        hit = trie.longest(stems, 0) if stems else None
        if hit and hit[0] == len(stems):
            return hit[1].concept
    return " ".join(stems)


@cache
def is_event(name: str) -> bool:
    """Whether a history of the condition means a past event (a stroke, a fracture) and no ongoing disease."""
    stems = list(split(name))
    hit = conditions().longest(stems, 0) if stems else None
    whole = hit is not None and hit[0] == len(stems) and hit[1].past
    return whole or (bool(stems) and stems[-1] in _EVENT_HEADS)


def singular_name(surface: str) -> str:
    """The phrase with its last word in the singular."""
    head, _, last = surface.rpartition(" ")
    return f"{head} {singular(last)}".strip()


def _rows(table: str, kind: Kind) -> Iterator[tuple[str, Term]]:
    for name, *rest in resources.table(table):
        past = len(rest) > 2 and rest[2] == "past"
        yield name, Term(singular_name(name), kind, name, past=past)
        for surface in _cell(rest, 0):
            yield surface, Term(singular_name(surface), kind, name, past=past)
        for surface in _cell(rest, 1):
            yield surface, Term(singular_name(name), kind, name, past=past)


def _service_rows() -> Iterator[tuple[str, Term]]:
    for name, kind, *rest in resources.table("procedures"):
        for surface in [name, *_cell(rest, 0)]:
            yield surface, Term(singular_name(surface), Kind.PROCEDURE, name, kind)


def _cell(cells: list[str], index: int) -> list[str]:
    text = cells[index].strip() if len(cells) > index else ""
    return text.split("|") if text else []


def _first_wins(rows: Iterator[tuple[str, Term]] | list[tuple[str, Term]]) -> list[tuple[str, Term]]:
    """One row a phrase, the first one listed: the tables go from the specific to the general."""
    kept: dict[tuple[str, ...], tuple[str, Term]] = {}
    for surface, term in rows:
        kept.setdefault(split(surface), (surface, term))
    return list(kept.values())
