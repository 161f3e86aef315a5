"""Collects build/figures/*.json into docs/figures.md: `make figures`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "build" / "figures"
PAGE = ROOT / "docs" / "figures.md"
SHAPE = {"figure", "unit", "target", "n", "peer", "versions", "seed", "command"}
HEAD = """# Figures

Measured by `make bench`, `make bench-extraction` and `make soak`, each beside its peer in the same run where it has
one; collected by `make figures`. The file names are those in build/figures.

| name | figure | unit | target | n | peer | seed | command |
|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Write the page from the figures that were measured here."""
    figures = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.glob("*.json"))}
    if not figures:
        sys.exit("Nothing is measured yet: run `make bench` first.")
    for name, figure in figures.items():
        if missing := SHAPE - figure.keys():
            sys.exit(f"build/figures/{name}.json lacks {', '.join(sorted(missing))}.")
    rows = "".join(_row(name, figure) for name, figure in figures.items())
    details = "".join(_details(name, figure) for name, figure in figures.items())
    PAGE.write_text(f"{HEAD}{rows}\n{_machines(figures)}{details}", encoding="utf-8")


def _row(name: str, figure: dict[str, object]) -> str:
    keys = ("figure", "unit", "target", "n", "peer", "seed")
    cells = [name, *(_cell(figure[key]) for key in keys), f"`{figure['command']}`"]
    return f"| {' | '.join(cells)} |\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_cell(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(_cell(each) for each in value)
    return "" if value is None else str(value).replace("|", "/").replace("\n", " ")


def _details(name: str, figure: dict[str, object]) -> str:
    """What a figure says beyond the common shape."""
    more = {key: value for key, value in figure.items() if key not in SHAPE}
    if not more:
        return ""
    lines = "".join(f"- {key.replace('_', ' ')}: {_cell(value)}\n" for key, value in more.items())
    return f"\n## {name}\n\n{lines}"


def _machines(figures: dict[str, dict[str, object]]) -> str:
    """The versions that stand behind the figures, each set once, without the load of the moment."""
    sets: dict[str, list[str]] = {}
    for name, figure in figures.items():
        versions = figure["versions"]
        kept = {key: value for key, value in versions.items() if key != "load"} if isinstance(versions, dict) else {}
        sets.setdefault(_cell(kept), []).append(name)
    return "\n".join(f"Measured with {versions}: {', '.join(names)}." for versions, names in sets.items()) + "\n"


if __name__ == "__main__":
    main()
