"""OpenMed's answers: JSON Lines of mentions or sigs on stdin, of assertions or parts on stdout.

Runs in OpenMed's own environment.
"""

from __future__ import annotations

import json
import sys

from openmed.clinical import assert_context, parse_sig

_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0}


def asserted(item: dict[str, object]) -> dict[str, object]:
    """The context of one mention on the three axes."""
    text, start, end = str(item["text"]), int(str(item["start"])), int(str(item["end"]))
    (found,) = assert_context(text, [{"text": text[start:end], "start": start, "end": end}])
    return {
        "absent": found["negation"] == "negated",
        "historical": found["temporality"] == "historical",
        "hypothetical": found["temporality"] == "hypothetical",
    }


def parsed(item: dict[str, object]) -> dict[str, object]:
    """The parts of one instruction."""
    found = parse_sig(str(item["sig"]))
    times, period, unit = found["frequency_per_day"], found["frequency_period"], found["frequency_period_unit"]
    per_day = times if times is not None else None
    if per_day is None and period and unit:
        per_day = 1 / (period * _DAYS[str(unit).rstrip("s")])
    return {
        "dose": found["dose"],
        "form": found["form"],
        "per_day": None if per_day is None else round(per_day, 4),
        "prn": found["as_needed"],
    }


for line in sys.stdin:
    item = json.loads(line)
    print(json.dumps({"id": item["id"], **(parsed(item) if "sig" in item else asserted(item))}))
