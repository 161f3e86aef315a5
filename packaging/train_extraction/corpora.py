"""The open corpora: PubMed abstracts with marked diseases and chemicals, as tagged sentences.

Owns the reading of BC5CDR (CC BY 4.0) and of the NCBI disease corpus (public domain) from ../shared/train. MACCROBAT is
not read: its licence could not be confirmed at its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

Tagged = list[tuple[str, str]]
"""Words with IOB tags over CONDITION and DRUG."""

LABELS = {"Disease": "CONDITION", "Chemical": "DRUG"}

SHARED = Path(__file__).parents[2].parent / "shared/train"


def bc5cdr(part: str) -> Iterator[Tagged]:
    """Sentences of BC5CDR's `part` (train, devel, test)."""
    return _iob(SHARED / f"bc5cdr/{part}.tsv")


def ncbi(part: str) -> Iterator[Tagged]:
    """Abstracts of the NCBI disease corpus's `part` (train, devel, test)."""
    folder = "develop" if part == "devel" else part
    path = SHARED / f"ncbi-disease/original-data/{part}/NCBI{folder}set_corpus.txt"
    for block in path.read_text("utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        if len(lines) > 1:
            text = " ".join(line.split("|", 2)[2] for line in lines[:2])
            marks = [line.split("\t") for line in lines[2:]]
            yield _tagged(text, [(int(mark[1]), int(mark[2])) for mark in marks if len(mark) > 4])


def _tagged(text: str, spans: list[tuple[int, int]]) -> Tagged:
    tagged: Tagged = []
    previous = None
    for match in re.finditer(r"\w+|[^\w\s]", text):
        inside = next((span for span in spans if span[0] <= match.start() < span[1]), None)
        place = "O" if inside is None else ("I-CONDITION" if inside == previous else "B-CONDITION")
        tagged.append((match.group(), place))
        previous = inside
    return tagged


def _iob(path: Path) -> Iterator[Tagged]:
    sentence: Tagged = []
    for line in path.read_text("utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) < 2:
            if sentence:
                yield sentence
            sentence = []
            continue
        place, _, kind = cells[-1].partition("-")
        sentence.append((cells[0], f"{place}-{LABELS[kind]}" if kind else "O"))
    if sentence:
        yield sentence
