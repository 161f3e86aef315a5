"""Medication instructions that stand alone, as the `sig` command reads them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.extract.dosage import fhir_dosage
from ehr.extract.sig import Sig, parse, parse_steps

SHARED = Path(__file__).parents[2].parent / "shared" / "eval" / "sig"
FHIR_UNITS = {"Day": "d", "Week": "wk", "Hour": "h", "Month": "mo"}


def cases(name: str) -> list[dict[str, Any]]:
    """The lines of an evaluation file."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the shared evaluation data ({name})")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def agrees(sig: Sig, expected: dict[str, Any]) -> bool:
    """Dose, form, timing and as-needed as a parsigs case states them."""
    unit = expected["frequencyType"]
    times = {"frequency": expected["times"] or 1, "period": expected["interval"], "periodUnit": FHIR_UNITS.get(unit)}
    timing = dict(sig.timing)
    return (
        float(sig.dose or 0) == expected["singleDosageAmount"]
        and sig.form == expected["form"]
        and sig.prn == expected["takeAsNeeded"]
        and (timing == times if unit else not timing)
    )


def test_every_parsigs_case() -> None:
    """All four fields are right in each step of each instruction, typing slips and several steps included."""
    for case in cases("parsigs_tests.jsonl"):
        steps = parse_steps(case["sig"])
        assert [True] * len(case["expected"]) == [
            agrees(step, expected) for step, expected in zip(steps, case["expected"], strict=True)
        ]


def test_pharmacy_shorthand() -> None:
    """At least 85 % of the shorthand instructions are right in dose, timing and as-needed."""
    all_cases = cases("ezmedicationinput_tests.jsonl")
    right = 0
    for case in all_cases:
        sig, expected = parse(case["sig"]), case["expected"]
        timing = {
            key: expected[key] for key in ("frequency", "period", "periodUnit", "count", "when") if key in expected
        }
        dose = expected.get("dose_value")
        right += (
            (dose is None or (sig.dose is not None and float(sig.dose.split("-")[0]) == dose))
            and timing.items() <= {key: sig.timing.get(key) for key in timing}.items()
            and expected.get("as_needed", sig.prn) == sig.prn
        )
    assert right / len(all_cases) >= 0.85


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "one tab by mouth twice a day times ten days",
            {"dose": "1", "unit": "tablet", "route": "oral", "frequency": "twice daily", "duration": "10 days"},
        ),
        (
            "ibuprofen six hundred milligrams every six to eight hours as needed for pain",
            {"drug": "ibuprofen", "dose": "600", "unit": "mg", "frequency": "every 6 to 8 hours", "prn_reason": "pain"},
        ),
        ("Inject 10 units subcutaneously at bedtime", {"dose": "10", "unit": "units", "route": "subcutaneous"}),
        ("2 sprays each nostril daily", {"dose": "2", "unit": "spray", "route": "nasal", "frequency": "once daily"}),
        ("1 drop OD QID", {"route": "ophthalmic", "frequency": "four times daily"}),
        ("1 tab OD", {"route": None, "frequency": "once daily"}),
        ("half a tablet every morning", {"dose": "0.5", "unit": "tablet", "frequency": "every morning"}),
        ("amoxicillin 400 mg per 5 mL, 5 mL bid", {"drug": "amoxicillin", "frequency": "twice daily"}),
        ("take as directed", {"dose": None, "unit": None, "frequency": None, "prn": False}),
    ],
)
def test_spoken_and_written_sigs(text: str, expected: dict[str, Any]) -> None:
    """Spoken and written instructions give the same fields; what is not said stays empty."""
    sig = parse(text)
    assert expected == {key: getattr(sig, key) for key in expected}
    assert text == sig.text


def test_fhir_dosage_keeps_words_and_decimals() -> None:
    """The FHIR Dosage carries timing, route, dose with UCUM and the original words, and 1.10 stays 1.10."""
    dosage = fhir_dosage(parse("take 1.10 mL by mouth every 6 to 8 hours as needed for pain for 5 days"))
    assert dosage["text"] == "take 1.10 mL by mouth every 6 to 8 hours as needed for pain for 5 days"
    assert {key: value for key, value in dosage["timing"]["repeat"].items() if key != "boundsDuration"} == {
        "frequency": 1,
        "period": 6,
        "periodMax": 8,
        "periodUnit": "h",
    }
    assert "{value} {code}".format(**dosage["timing"]["repeat"]["boundsDuration"]) == "5 d"
    quantity = dosage["doseAndRate"][0]["doseQuantity"]
    assert (Decimal("1.10"), "1.10", "mL") == (quantity["value"], str(quantity["value"]), quantity["code"])
    assert dosage["asNeededCodeableConcept"] == {"text": "pain"}


def test_fhir_dosage_of_a_range() -> None:
    """One to two tablets become a dose range."""
    amount = fhir_dosage(parse("1-2 tablets prn"))["doseAndRate"][0]["doseRange"]
    assert (Decimal(1), Decimal(2)) == (amount["low"]["value"], amount["high"]["value"])


@given(st.text(alphabet="0123456789 .-/x*abcdehimnopqrstuw%,;@", max_size=40))
def test_any_text_is_read_without_fault(text: str) -> None:
    """No text, however garbled, breaks the parser, and a dose's digits are the text's."""
    sig = parse(text)
    assert text == sig.text
    assert sig.dose is None or sig.dose[0].isdigit()
    fhir_dosage(sig)
