"""One instruction for one medicine, and its FHIR R4 Dosage.

Owns the type `Sig` and how it becomes a `Dosage` (hl7.org/fhir/R4/dosage.html). Knows nothing of how an instruction
is read from words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ehr.terminology import ucum
from ehr.terminology.concept import UCUM

_NO_TIMING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sig:
    """An instruction as read: what, how much, how, when and for how long.

    `dose` and `unit` are what is taken at one time ("2", "tablet"), `strength` what one of them holds where that
    was said besides ("500 mg"). Numbers are strings as written, a range "1-2". `timing` holds the fields of a FHIR
    `Timing.repeat`; `frequency` says them in words ("twice daily"). `text` keeps the original words.
    """

    text: str
    drug: str | None = None
    dose: str | None = None
    unit: str | None = None
    strength: str | None = None
    form: str | None = None
    route: str | None = None
    prn: bool = False
    prn_reason: str | None = None
    timing: Mapping[str, Any] = field(default_factory=lambda: _NO_TIMING)
    frequency: str | None = None
    duration: str | None = None


def fhir_dosage(sig: Sig) -> dict[str, Any]:
    """The instruction as a FHIR R4 Dosage; the words stay in `text`, and numbers are Decimal so that "1.10" stays
    1.10.
    """
    dosage: dict[str, Any] = {"text": sig.text}  # which alone holds a combination's strength ("5/325")
    repeat = dict(sig.timing)
    if sig.duration and " to " not in sig.duration:
        amount, unit = sig.duration.split()
        if amount.replace(".", "").isdigit():
            length = {"value": Decimal(amount), "unit": unit, "system": UCUM, "code": _DURATION_CODES[unit.rstrip("s")]}
            repeat["boundsDuration"] = length
    if repeat:
        dosage["timing"] = {"repeat": repeat}
    if sig.prn_reason:
        dosage["asNeededCodeableConcept"] = {"text": sig.prn_reason}
    elif sig.prn:
        dosage["asNeededBoolean"] = True
    if sig.route:
        dosage["route"] = {"text": sig.route}
    if sig.dose and "/" not in sig.dose:
        dosage["doseAndRate"] = [_amount(sig.dose, sig.unit)]
    return dosage


def _amount(dose: str, unit: str | None) -> dict[str, Any]:
    low, _, high = dose.partition("-")
    if high:
        return {"doseRange": {"low": _quantity(low, unit), "high": _quantity(high, unit)}}
    return {"doseQuantity": _quantity(low, unit)}


def _quantity(value: str, unit: str | None) -> dict[str, Any]:
    quantity: dict[str, Any] = {"value": Decimal(value)}
    if unit:
        quantity["unit"] = unit
        known = ucum.code_for(unit)
        if known is not None:
            quantity |= {"system": known.system, "code": known.code}
    return quantity


_DURATION_CODES = {"day": "d", "week": "wk", "month": "mo", "year": "a"}
