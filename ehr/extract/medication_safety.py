"""Reasons to look at a medicine before others: its dose, its unit, its timing, its name.

Owns the comparison with `resources/extract/medications_doses.tsv` and `medications_alike.tsv`. It flags and never
changes; a medicine that no row names gets no flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ehr.chart.entry import AttributeValue, Flag
from ehr.extract import resources
from ehr.extract.medication_lexicon import find_names

_DOSES = {
    ingredient: (unit, float(low), float(high))
    for ingredient, unit, low, high, _ in resources.table("medications_doses")
}
_TO_MG = {"g": 1000.0, "mg": 1.0, "mcg": 0.001}
_WEEKLY_ONLY = frozenset({"methotrexate"})  # daily oral use has been fatal (ISMP high-alert medication)


def _alike() -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for one, other in resources.table("medications_alike"):
        pairs.setdefault(one, []).append(other)
        pairs.setdefault(other, []).append(one)
    return pairs


_ALIKE = _alike()


def flags(name: str, ingredient: str, attributes: Mapping[str, AttributeValue]) -> list[Flag]:
    """The reasons to check this entry, the gravest first."""
    return [*_dose(ingredient, attributes), *_timing(ingredient, attributes), *_name(name, attributes)]


def _dose(ingredient: str, attributes: Mapping[str, AttributeValue]) -> Iterator[Flag]:
    dose, unit = str(attributes.get("dose", "")), str(attributes.get("unit", ""))
    if dose and not unit and "/" not in dose:
        yield Flag("dose-without-unit", f"No unit was said with the dose {dose}.")
    limits = _DOSES.get(ingredient)
    if limits is not None and _fits(ingredient, dose, unit) is False:
        usual = f"{limits[1]:g} to {limits[2]:g} {limits[0]}"
        yield Flag("implausible-dose", f"{dose} {unit} is outside {usual}, our table of usual doses of {ingredient}.")


def _fits(ingredient: str, dose: str, unit: str) -> bool | None:
    """Whether a dose is a usual one of a medicine; None where the table or the unit cannot tell."""
    limits = _DOSES.get(ingredient)
    if limits is None or unit not in _TO_MG or not dose:
        return None
    scale = _TO_MG[unit] / _TO_MG[limits[0]]
    amounts = [float(number) * scale for number in dose.replace("/", "-").split("-") if number]
    return all(limits[1] <= round(amount, 6) <= limits[2] for amount in amounts)


def _timing(ingredient: str, attributes: Mapping[str, AttributeValue]) -> Iterator[Flag]:
    frequency = str(attributes.get("frequency", ""))
    if ingredient in _WEEKLY_ONLY and frequency and "week" not in frequency and not frequency.startswith("on "):
        yield Flag("weekly-medicine", f"{ingredient.capitalize()} is taken once a week; {frequency} was said.")


def _name(name: str, attributes: Mapping[str, AttributeValue]) -> Iterator[Flag]:
    """Names that sound like this one, but for those that the dose said does not fit."""
    dose, unit = str(attributes.get("dose", "")), str(attributes.get("unit", ""))
    others = [other for other in _ALIKE.get(name, []) if _fits(_ingredient(other), dose, unit) is not False]
    if others:
        yield Flag("alike-name", f"{name.capitalize()} sounds like {' and '.join(others)}.")


def _ingredient(name: str) -> str:
    return next((found.medicine.ingredient for found in find_names(name)), name)
