"""What the README shows is what the program does."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from desktop.cli.views import entry_rows
from ehr import pipeline

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_is_true() -> None:
    """The dictation at the top yields exactly the entries that stand under it."""
    block = re.search(r"```\n(.+?)\n\n(.+?)\n```", README, re.DOTALL)
    assert block is not None
    said, table = block.groups()
    _, rows = entry_rows(pipeline.draft_text(said, on=date(2026, 3, 1)))
    shown = [re.split(r" {2,}", line.strip()) for line in table.splitlines()]
    assert shown == [[cell for cell in row[:4] if cell] for row in rows]


def test_every_link_leads_somewhere() -> None:
    """Pictures, pages and licences that the documents link to are there."""
    broken = []
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        broken += [f"{page.name}: {target}" for target in targets if not (page.parent / target).exists()]
    assert broken == []
