"""One figure, one file: how every measurement of `make bench` and `make soak` reaches `build/figures`.

Owns the shape of a figure's file. A figure without its peer, or with nothing measured, is refused.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

FIGURES = Path(__file__).resolve().parents[2] / "build" / "figures"
DISTRIBUTIONS = (
    "ctranslate2",
    "faster-whisper",
    "onnxruntime",
    "numpy",
    "spacy",
    "sqlcipher3",
    "sqlite-utils",
    "PySide6-Essentials",
)


def write_figure(
    name: str,
    *,
    figure: object,
    unit: str,
    target: str,
    n: int,
    peer: str,
    seed: int | None,
    command: str,
    **extra: object,
) -> Path:
    """Write `build/figures/NAME.json` and return its path.

    `figure` is the measured value, `target` the bar as text ("<= 1.05"), `n` the repetitions that stand behind it,
    `peer` what it was compared with in the same run ("none" only where the figure is an absolute count), `extra`
    whatever a reader needs to judge it: spread, word errors, planted faults that were caught.
    """
    if n < 1:
        raise ValueError(f"figure {name} has nothing measured behind it")
    record = {
        "figure": figure,
        "unit": unit,
        "target": target,
        "n": n,
        "peer": peer,
        "versions": versions(),
        "seed": seed,
        "command": command,
        **extra,
    }
    FIGURES.mkdir(parents=True, exist_ok=True)
    path = FIGURES / f"{name}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def versions() -> dict[str, str]:
    """Python, system, processor count, load average and the installed versions of what is being measured."""
    found = {"python": platform.python_version(), "system": platform.platform(terse=True), "cpus": str(os.cpu_count())}
    if hasattr(os, "getloadavg"):
        found["load"] = " ".join(f"{load:.1f}" for load in os.getloadavg())
    for distribution in DISTRIBUTIONS:
        try:
            found[distribution] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return found


def paired_ratio(ours: Sequence[float], peer: Sequence[float]) -> dict[str, float]:
    """Median of the paired ratios ours/peer with their range, and the spread of the peer itself (max/min − 1)."""
    ratios = [mine / theirs for mine, theirs in zip(ours, peer, strict=True)]
    return {
        "median": round(statistics.median(ratios), 4),
        "min": round(min(ratios), 4),
        "max": round(max(ratios), 4),
        "peer_spread": round(max(peer) / min(peer) - 1, 4),
    }
