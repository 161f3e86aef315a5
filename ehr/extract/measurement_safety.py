"""Whether a measured value can be right at all.

Owns the comparison with `resources/extract/measurements_plausible.tsv`. A value beyond it is flagged for the
reviewer, never changed.
"""

from __future__ import annotations

from ehr.chart.entry import Flag
from ehr.extract import resources

_RANGES = {
    (name, unit): (float(low), float(high)) for name, unit, low, high in resources.table("measurements_plausible")
}


def implausible(name: str, value: str, unit: str) -> list[Flag]:
    """A flag for a value outside its plausible range, for a pressure either of whose numbers is, or whose lower is
    the higher.
    """
    if name == "blood pressure" and "/" in value:
        high, low = value.split("/")
        outside = _outside("blood pressure systolic", high, "") or _outside("blood pressure diastolic", low, "")
        wrong = outside or float(high) <= float(low)
    else:
        wrong = any(_outside(name, number, unit) for number in value.removesuffix("/10").split("-") if number)
    if not wrong:
        return []
    return [
        Flag(
            "implausible-value",
            f"{name.capitalize()} {value}{f' {unit}' if unit else ''} is outside the plausible range.",
        )
    ]


def _outside(name: str, number: str, unit: str) -> bool:
    limits = _RANGES.get((name, unit))
    try:
        return limits is not None and not limits[0] <= float(number.replace(",", "")) <= limits[1]
    except ValueError:
        return False
