"""LOINC: codes of vitals, laboratory tests and their panels."""

from __future__ import annotations

from ehr.chart.entry import Code
from ehr.terminology.concept import LOINC, Match
from ehr.terminology.table import Table

TABLE = Table(LOINC, "loinc")


def code_for(name: str) -> Code | None:
    """The code of a vital sign, a laboratory result or a laboratory order; None when no name of the table matches."""
    return TABLE.code_for(name)


def search(words: str, *, limit: int) -> list[Match]:
    """Codes ranked by the likeness of their names to `words`."""
    return TABLE.search(words, limit=limit)
