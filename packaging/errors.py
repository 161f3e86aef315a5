"""Writes docs/errors.md from the error classes: `make errors`, or with --check compares and changes nothing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import desktop.errors
import ehr.errors
import transcriber.errors

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"
ROOTS = (transcriber.errors.TranscriberError, ehr.errors.ChartError, desktop.errors.DesktopError)
HEAD = """# Errors and what to do

Every failure is told in one sentence with a next step and a code that can be read over the phone. Codes never change
their meaning. CW-T is the sound, CW-E the chart, CW-D the program around them; numbers from 900 are faults of ours.
This page is written by `make errors`.

| code | what happened | what to do |
|---|---|---|
"""


def catalogue() -> list[type]:
    """The error classes that have a code of their own, by code; they live in modules named errors or faults."""
    for house in ("transcriber", "ehr", "desktop"):
        for path in (path for name in ("errors.py", "faults.py") for path in (ROOT / house).rglob(name)):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted((each for root in ROOTS for each in _tree(root) if "code" in vars(each)), key=lambda each: each.code)


def _tree(root: type) -> Iterator[type]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def page() -> str:
    """The page's text."""
    return HEAD + "".join(f"| {each.code} | {each.sentence} | {each.next_step} |\n" for each in catalogue())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/errors.md is not what the error classes say: run `make errors`.")
