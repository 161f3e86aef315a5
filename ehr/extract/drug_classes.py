"""Which names mean one drug, and which drugs share a class as allergies do.

Owns the look-up of `resources/record/drug_classes.tsv` and of the ingredients in `resources/extract/medications.tsv`.
Whether that matters to a patient is `ehr.chart.reconciliation`'s to say.
"""

from __future__ import annotations

import re
from functools import cache

import resources


def related(name: str) -> frozenset[str]:
    """The name, its ingredients and their classes, in lower case: "Augmentin" is a penicillin."""
    said = name.casefold().strip()
    whole = _ingredients().get(said, said)
    parts = {said, whole, *re.split(r",? and |, |/", whole)}
    return frozenset(parts | {drug_class for part in parts for drug_class in _classes().get(part, ())})


@cache
def _ingredients() -> dict[str, str]:
    return {row[0].casefold(): row[1].casefold() for row in resources.table("extract/medications")}


@cache
def _classes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, members in resources.table("record/drug_classes"):
        for member in (name, *members.split("|")):
            found.setdefault(member, set()).add(f"class of {members.partition('|')[0]}")
    return {name: frozenset(classes) for name, classes in found.items()}
