"""UCUM: the code of a unit as spoken or written."""

from __future__ import annotations

from functools import cache

from ehr.chart.entry import Code
from ehr.terminology.concept import UCUM
from ehr.terminology.table import Table

TABLE = Table(UCUM, "ucum")


def code_for(unit: str) -> Code | None:
    """The UCUM code of a spoken or written unit ("milligrams per deciliter", "mmHg"), None when it is not known."""
    said = " ".join(unit.lower().split())
    return _units().get(said)


@cache
def _units() -> dict[str, Code]:
    """Units are matched letter by letter: "m" and "mm" differ by nothing else."""
    units: dict[str, Code] = {}
    for code, names in TABLE.rows:
        for name in (code.code, *names):
            units.setdefault(name.lower(), code)
    return units
