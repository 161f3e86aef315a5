"""How well instructions are read, field by field, on the shared development sets.

`python tests/bench/sig_bench.py` prints a table for the parsigs and ezmedicationinput cases and writes both figures.
The peer is OpenMed's sig parser as measured once on the whole of the same two sets (shared/reference/nlp.md, 5.3).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from figures import write_figure  # noqa: E402

from ehr.extract.dosage import Sig  # noqa: E402
from ehr.extract.sig import parse, parse_steps  # noqa: E402

SETS = ROOT.parent / "shared" / "eval" / "sig"
COMMAND = "python tests/bench/sig_bench.py"
FHIR_UNITS = {"Day": "d", "Week": "wk", "Hour": "h", "Month": "mo"}
SPELLED = {"tab": "tablet", "U": "units"}

Verdicts = dict[str, bool]


def parsigs(sig: Sig, expected: dict[str, Any]) -> Verdicts:
    """The four fields of a parsigs case, and the drug."""
    unit = expected["frequencyType"]
    timing = {"frequency": expected["times"] or 1, "period": expected["interval"], "periodUnit": FHIR_UNITS.get(unit)}
    return {
        "dose": float(sig.dose or 0) == expected["singleDosageAmount"],
        "form": sig.form == expected["form"],
        "timing": dict(sig.timing) == (timing if unit else {}),
        "prn": sig.prn == expected["takeAsNeeded"],
        "drug": sig.drug == expected["drug"],
    }


def shorthand(sig: Sig, expected: dict[str, Any]) -> Verdicts:
    """The fields that an ezmedicationinput case states. A unit that its text leaves out is not expected of us."""
    verdicts: Verdicts = {}
    if "dose_value" in expected:
        verdicts["dose"] = sig.dose is not None and float(sig.dose.split("-")[0]) == expected["dose_value"]
    if "dose_unit" in expected and sig.unit is not None:
        verdicts["unit"] = sig.unit == SPELLED.get(expected["dose_unit"], expected["dose_unit"])
    keys = [key for key in ("frequency", "period", "periodMax", "periodUnit", "count", "when") if key in expected]
    if keys:
        verdicts["timing"] = all(sig.timing.get(key) == expected[key] for key in keys)
    if "as_needed" in expected:
        verdicts["prn"] = sig.prn == expected["as_needed"]
    if "as_needed_for" in expected:
        verdicts["reason"] = sig.prn_reason == expected["as_needed_for"]
    return verdicts


def measure() -> dict[str, tuple[int, int, dict[str, str]]]:
    """For each set: cases wholly right, cases, and right/stated for each field."""
    judged: dict[str, list[Verdicts]] = {"parsigs": [], "shorthand": []}
    for case in _cases("parsigs_tests.jsonl"):
        steps = parse_steps(case["sig"])
        judged["parsigs"] += [parsigs(step, wanted) for step, wanted in zip(steps, case["expected"], strict=True)]
    judged["shorthand"] += [
        shorthand(parse(case["sig"]), case["expected"]) for case in _cases("ezmedicationinput_tests.jsonl")
    ]
    return {name: _summary(verdicts) for name, verdicts in judged.items()}


def _cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / name).read_text("utf-8").splitlines()]


def _summary(verdicts: list[Verdicts]) -> tuple[int, int, dict[str, str]]:
    right, stated = Counter[str](), Counter[str]()
    for case in verdicts:
        stated.update(case)
        right.update(field for field, good in case.items() if good)
    fields = {field: f"{right[field]}/{stated[field]}" for field in stated}
    return sum(all(case.values()) for case in verdicts), len(verdicts), fields


def report() -> dict[str, float]:
    """Write both figures and return the share of cases wholly right in each set."""
    shares = {}
    targets = {"parsigs": ("= 1", "OpenMed 3.1.0: .62 (13/21)"), "shorthand": (">= .85", "OpenMed 3.1.0: timing .42")}
    for name, (right, count, fields) in measure().items():
        shares[name] = right / count
        target, peer = targets[name]
        write_figure(
            f"sig-{name}", figure=round(shares[name], 3), unit="share of cases with every stated field right",
            target=target, n=count, peer=peer, seed=None, command=COMMAND, fields=fields,
        )  # fmt: skip
    return shares


@pytest.mark.bench
def test_instructions_are_read_as_well_as_promised() -> None:
    """Every parsigs case, and at least 85 % of the shorthand, in every field."""
    if not SETS.exists():
        pytest.skip("needs the shared evaluation data")
    shares = report()
    assert shares["parsigs"] == 1
    assert shares["shorthand"] >= 0.85


if __name__ == "__main__":
    report()
    for set_name, (whole, total, by_field) in measure().items():
        scores = "  ".join(f"{field} {score}" for field, score in by_field.items())
        sys.stdout.write(f"{set_name:10} all {whole}/{total}  {scores}\n")
