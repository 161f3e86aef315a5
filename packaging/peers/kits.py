"""The evaluation kits as items that every peer can answer, and how answers are scored.

An assertion item is a mention in a text; a sig item is an instruction. The kits lie outside the repository, in
../shared/eval beside the checkout.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

EVAL = Path(__file__).parents[2].parent / "shared" / "eval"
AXES = ("absent", "hypothetical", "historical")
Item = dict[str, object]
Answers = Mapping[str, Mapping[str, object]]

_DAYS = {"Hour": 1 / 24, "Day": 1.0, "Week": 7.0, "Month": 30.0, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.0}


def negex(*, spoken: bool) -> list[Item]:
    """The NegEx/ConText kit with its gold on three axes.

    `spoken` takes case and punctuation away and glues the neighbouring sentences on, as unpunctuated dictation would.
    """
    with (EVAL / "negex" / "assertions.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in list(csv.reader(file, delimiter="\t"))[1:] if row[1].upper() in row[2]]
    sentences = [_split(row[2], row[1].upper()) for row in rows]
    if spoken:
        bare = [tuple(map(_bare, parts)) for parts in sentences]
        whole = ["", *(" ".join(filter(None, parts)) for parts in bare), ""]
        sentences = [
            (f"{whole[i]} {before}".strip(), mention, f"{after} {whole[i + 2]}".strip())
            for i, (before, mention, after) in enumerate(bare)
        ]
    return [_item(row, parts, joint=" " if spoken else "") for row, parts in zip(rows, sentences, strict=True)]


def _split(sentence: str, mention: str) -> tuple[str, str, str]:
    before, _, after = sentence.partition(mention)
    return before, mention, after


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text.lower()).split())


def _item(row: Sequence[str], parts: tuple[str, str, str], *, joint: str) -> Item:
    before, mention, after = parts
    start = len(before) + (len(joint) if before else 0)
    text = f"{before}{joint if before else ''}{mention}{joint if after else ''}{after}"
    gold = {
        "absent": row[3] == "Negated",
        "historical": row[4] == "Historical",
        "hypothetical": row[4] == "Not particular",
    }
    return {"id": row[0], "text": text, "start": start, "end": start + len(mention), "gold": gold}


def f1(items: Iterable[Item], answers: Answers, axis: str) -> float:
    """F1 of one axis over all items."""
    pairs = [(bool(item["gold"][axis]), bool(answers[str(item["id"])][axis])) for item in items]  # type: ignore[index]
    hits = sum(gold and found for gold, found in pairs)
    total = sum(gold for gold, _ in pairs) + sum(found for _, found in pairs)
    return 2 * hits / total if total else 1.0


def parsigs() -> list[Item]:
    """The parsigs cases; of an instruction with several steps the first is asked for."""
    with (EVAL / "sig" / "parsigs_tests.jsonl").open(encoding="utf-8") as file:
        cases = [json.loads(line) for line in file if line.strip()]
    return [{"id": str(n), "sig": case["sig"], "gold": _sig_gold(case["expected"][0])} for n, case in enumerate(cases)]


def _sig_gold(expected: Mapping[str, object]) -> dict[str, object]:
    kind = expected["frequencyType"]
    every = float(str(expected["interval"])) * _DAYS[str(kind)] if kind else None
    return {
        "dose": expected["singleDosageAmount"],
        "form": expected["form"],
        "per_day": per_day(float(str(expected["times"] or 1)), every),
        "prn": expected["takeAsNeeded"],
    }


def per_day(times: float, days: float | None) -> float | None:
    """Doses a day, None where no frequency is said."""
    return round(times / days, 4) if days else None


def days_of(period: float, unit: str) -> float:
    """The days of a FHIR period."""
    return period * _DAYS[unit]


def all_right(items: Sequence[Item], answers: Answers) -> float:
    """The part of the sigs of which dose, form, frequency and as-needed are all right."""
    same: Callable[[Item], bool] = lambda item: all(  # noqa: E731
        answers[str(item["id"])].get(key) == value
        for key, value in dict(item["gold"]).items()  # type: ignore[call-overload]
    )
    return sum(map(same, items)) / len(items)
