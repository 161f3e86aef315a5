"""Runs the components for medicines, measurements, allergies and vaccines, and reads their test data."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from ehr.chart.note import Note
from ehr.dictation import write
from ehr.extract import allergies, immunizations, measurements, medications
from ehr.extract.mention import Mention, mentions

DATA = Path(__file__).parent / "data"
COMPONENTS = (allergies, medications, immunizations, measurements)


@cache
def pipeline() -> Language:
    """The four components behind a blank tokenizer, in the order in which they rely on each other."""
    nlp = spacy.blank("en")
    for component in COMPONENTS:
        nlp.add_pipe(component.__name__.rpartition(".")[2])
    return nlp


def found(said: str) -> tuple[Note, list[Mention]]:
    """The written note of what was said, and the facts in it."""
    note = write(said)
    doc = pipeline().make_doc(note.written)
    doc.user_data |= {"note": note, "on": date(2026, 11, 24)}
    return note, mentions(pipeline()(doc))


def facts(said: str) -> list[dict[str, Any]]:
    """The facts of what was said as flat records: kind, name, assertion and attributes."""
    return [
        {"kind": one.kind.value, "name": one.name, "assertion": one.assertion.value, **one.attributes}
        for one in found(said)[1]
    ]


def samples(name: str) -> list[dict[str, Any]]:
    """The lines of `data/NAME.jsonl`: `spoken` and the `entries` that it should give."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]


def check(sample: dict[str, Any]) -> None:
    """Hold the facts of a sample against its entries: none missing, none more, and every field that it states."""
    got = facts(sample["spoken"])
    wanted = sample["entries"]
    assert sorted((one["kind"], one["name"]) for one in wanted) == sorted((one["kind"], one["name"]) for one in got)
    for entry in wanted:
        same = [one for one in got if (one["kind"], one["name"]) == (entry["kind"], entry["name"])]
        assert entry.items() <= {key: value for one in same for key, value in one.items()}.items()
