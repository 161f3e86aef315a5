"""How well and how fast whole dictations become entries; run by `make bench`.

Scores are against the dictation gold with its own scorer, and against our own dictations; `make bench-extraction`
measures assertion, instructions and sections beside the peers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from figures import write_figure

from ehr.export.record import records
from ehr.pipeline import draft_text

pytestmark = pytest.mark.bench

DAY = date(2026, 11, 24)
ROOT = Path(__file__).parents[2]
EVAL = ROOT.parent / "shared" / "eval"
OWN = ROOT / "tests" / "ehr" / "data" / "dictations.jsonl"
COMMAND = "make bench"
_TOTAL = re.compile(r"right F1 ([\d.]+) · found F1 ([\d.]+) · fields ([\d.]+) · invented (\d+)/(\d+)")


def _items(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _score(items: list[dict[str, object]], folder: Path) -> tuple[float, float, float, int]:
    """Right F1, found F1, fields and invented entries of our answers to `items`, by the gold's own scorer."""
    gold, answers = folder / "gold.jsonl", folder / "answers.jsonl"
    gold.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    lines = []
    for item in items:
        draft = draft_text(str(item["spoken"]), on=DAY)
        lines.append(json.dumps({"id": item["id"], "entries": records(draft.entries, draft.note)}) + "\n")
    answers.write_text("".join(lines), encoding="utf-8")
    scored = subprocess.run([sys.executable, str(EVAL / "score_entries.py"), str(gold), str(answers)],
                            stdout=subprocess.PIPE, text=True, check=True)  # fmt: skip
    total = _TOTAL.search(scored.stdout)
    assert total is not None
    return float(total[1]), float(total[2]), float(total[3]), int(total[4])


@pytest.mark.skipif(not EVAL.exists(), reason="the evaluation data lies beside the repository, in ../shared/eval")
@pytest.mark.parametrize(("name", "path"), [("dictation", EVAL / "dictation" / "gold.jsonl"), ("own", OWN)])
def test_entries_of_dictations(name: str, path: Path, tmp_path: Path) -> None:
    """Entries are right, and dropping punctuation and capitals costs no more than .03."""
    items = _items(path)
    right, found, fields, invented = _score(items, tmp_path)
    by_style = {style: _score([item for item in items if item["style"] == style], tmp_path)[0]
                for style in ("plain", "commands", "unpunctuated")}  # fmt: skip
    write_figure(
        f"extraction-{name}", figure=right, unit="right F1", target=">= .85", n=len(items), peer="none", seed=None,
        command=COMMAND, found_f1=found, fields=fields, invented=invented, by_style=by_style,
    )  # fmt: skip
    assert right >= 0.85
    assert found >= 0.90
    assert fields >= 0.90
    assert invented == 0
    assert by_style["plain"] - by_style["unpunctuated"] <= 0.03


def test_speed_of_whole_pipeline() -> None:
    """Said words to entries at 8,000 words a second, warm; load in its own process."""
    texts = [str(item["spoken"]) for item in _items(OWN)] * 5
    draft_text(texts[0], on=DAY)
    begin = time.perf_counter()
    for text in texts:
        draft_text(text, on=DAY)
    rate = sum(len(text.split()) for text in texts) / (time.perf_counter() - begin)
    code = ("import time; t = time.perf_counter(); from ehr.extract.extractor import load; load(); "
            "print(time.perf_counter() - t)")  # fmt: skip
    loads = [float(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout)
             for _ in range(3)]  # fmt: skip
    write_figure(
        "extraction-speed", figure=round(rate), unit="words/s", target=">= 8000", n=len(texts), peer="none", seed=None,
        command=COMMAND, load_seconds=round(min(loads), 2), load_target="<= 1.5",
    )  # fmt: skip
    assert rate > 0
