"""CVX: codes of vaccines."""

from __future__ import annotations

import re

from ehr.chart.entry import Code
from ehr.terminology.concept import CVX, Match
from ehr.terminology.table import Table

TABLE = Table(CVX, "cvx")

_NOUN = re.compile(r"\b(?:vaccines?|vaccinations?|shots?|boosters?|immunizations?|jabs?|series|dose)\b", re.IGNORECASE)


def code_for(name: str) -> Code | None:
    """The code of a vaccine, None when no name matches; CDC's unspecified formulation where no product is said."""
    return TABLE.code_for(name) or TABLE.code_for(_NOUN.sub(" ", name))


def search(words: str, *, limit: int) -> list[Match]:
    """Codes ranked by the likeness of their names to `words`."""
    return TABLE.search(words, limit=limit)
