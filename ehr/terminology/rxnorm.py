"""RxNorm: the ingredient code of a medicine, by generic or brand name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import resources
from ehr.chart.entry import Code
from ehr.terminology.concept import RXNORM, Match
from ehr.terminology.table import Table

TABLE = Table(RXNORM, "rxnorm")

_SALT_OR_FORM = re.compile(
    r"\b(?:hydrochloride|hcl|sodium|potassium|calcium|magnesium|tartrate|succinate|besylate|maleate|mesylate|fumarate|"
    r"citrate|acetate|phosphate|sulfate|hydrobromide|propionate|furoate|bitartrate|"
    r"er|xr|xl|sr|cr|la|dr|ec|ir|hfa|tablets?|capsules?|inhaler|cream|ointment|patch|spray|drops|gel|pen)\b"
)


def code_for(name: str) -> Code | None:
    """The code of the ingredient that `name` (generic, brand, with or without a salt or form) stands for."""
    said = " ".join(name.lower().split())
    bare = " ".join(_SALT_OR_FORM.sub(" ", said).split())
    for attempt in (said, bare):
        code = TABLE.code_for(attempt) or TABLE.code_for(_ingredients().get(attempt, ""))
        if code is not None:
            return code
    return None


def search(words: str, *, limit: int) -> list[Match]:
    """Ingredients ranked by likeness; a brand or salt name counts as its ingredient."""
    sure = code_for(words)
    rest = TABLE.search(words, limit=limit)
    if sure is None:
        return rest
    return [Match(sure, 1.0, words), *(match for match in rest if match.code != sure)][:limit]


@cache
def _ingredients() -> Mapping[str, str]:
    """Every name of the medication lexicon with its ingredient."""
    return {name: ingredient for name, ingredient, *_ in resources.table("extract/medications")}
