"""How extraction fares on notes it was not built on: 24 dictations of other specialties than the examples."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ehr.export.record import records
from ehr.pipeline import draft_text

NOTES = Path(__file__).parent / "data" / "fresh_notes.jsonl"
SCORER = Path(__file__).parents[2].parent / "shared" / "eval" / "score_entries.py"
FLOORS = {"right F1": 0.93, "found F1": 0.945, "fields": 0.945}


def test_gold_is_consistent() -> None:
    """Every piece of evidence stands in its note, no entry stands twice, and each style has its share."""
    notes = [json.loads(line) for line in NOTES.read_text("utf-8").splitlines()]
    styles = [note["style"] for note in notes]
    assert {style: styles.count(style) for style in styles} == {"plain": 8, "commands": 8, "unpunctuated": 8}
    for note in notes:
        assert all(entry["evidence"] in note["spoken"] for entry in note["entries"])
        facts = [(e["kind"], e["name"], e["assertion"], e.get("relation"), e.get("value")) for e in note["entries"]]
        assert len(facts) == len(set(facts))


def test_scores_hold_on_unseen_specialties(tmp_path: Path) -> None:
    """Right, found and fields stay above their floors, and nothing is invented."""
    if not SCORER.exists():
        pytest.skip("needs the shared scorer of entries")
    predicted = tmp_path / "predicted.jsonl"
    with predicted.open("w", encoding="utf-8") as out:
        for line in NOTES.read_text("utf-8").splitlines():
            note = json.loads(line)
            draft = draft_text(note["spoken"], on=date(2026, 11, 24))
            out.write(json.dumps({"id": note["id"], "entries": records(draft.entries, draft.note)}) + "\n")
    scored = subprocess.run([sys.executable, SCORER, NOTES, predicted], capture_output=True, text=True, check=True)
    summary = scored.stdout.splitlines()[-1]
    for measure, floor in FLOORS.items():
        value = re.search(rf"{measure} ([\d.]+)", summary)
        assert value is not None
        assert float(value[1]) >= floor, summary
    assert "invented 0/" in summary
