"""OpenMed's answers: JSON Lines of mentions or sigs on stdin, of assertions or parts on stdout.

Runs in OpenMed's own environment.
"""

from __future__ import annotations

import json
import sys

from openmed.clinical import assert_context, parse_sig


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
    per_day = found["frequency_per_day"]
    return {
        "dose": found["dose"],
        "form": found["form"],
        "per_day": None if per_day is None else round(per_day, 4),
        "prn": found["as_needed"],
    }


for line in sys.stdin:
    item = json.loads(line)
    print(json.dumps({"id": item["id"], **(parsed(item) if "sig" in item else asserted(item))}))
