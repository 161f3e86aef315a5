"""Words that are marks when they are dictated and words when they are not: the colon, a period of two weeks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ehr.chart.phrases import Phrases
from ehr.dictation import write

GOLD = Path(__file__).parents[3] / "shared" / "eval"
PROSE = [
    "the colon is normal", "colon cancer in his father", "the sigmoid colon was inflamed", "no masses in the colon",
    "the ascending colon shows a polyp", "the descending colon and rectum are normal",
    "polyps in the colon were removed", "I knew my period was coming",
    "the rest of the colon is unremarkable", "he has a history of colon cancer", "the transverse colon is dilated",
    "colon screening is due", "a colon polyp was removed", "the right colon is thickened", "CT shows a thickened colon",
    "screening of the colon", "resection of the left colon", "the entire colon is normal", "examination of the colon",
    "a long period", "over a long period", "her last menstrual period was in june", "an incubation period of ten days",
    "during this period he was well", "her periods are regular", "in the postoperative period he did well",
    "her period is late", "she gets her period every month", "she missed her period", "a brief period of apnea",
    "the neonatal period was uneventful", "the refractory period is long", "periods of confusion",
    "a dash of salt", "a new line was placed", "the comma shaped bacillus",
]  # fmt: skip
DICTATED = [
    "he is well period {} period he sleeps well comma and eats well period",
    "He is well. Period. {}. Period. He sleeps well, comma, and eats. Period.",
    "{}",
]


@pytest.mark.parametrize("says_marks", [False, True])
@pytest.mark.parametrize("prose", PROSE)
def test_a_word_of_prose_is_no_mark(prose, says_marks):
    """Among dictated marks with and without the recognizer's own, and alone; whoever says every mark."""
    for frame in DICTATED:
        said = frame.format(prose[0].upper() + prose[1:] if frame[0] == "H" else prose)
        written = write(said, phrases=Phrases(says_marks=says_marks)).written
        assert prose.replace("ten", "10").lower() in written.lower(), said


MARKS = [
    ("medications colon aspirin period of note he is well period", "Medications: aspirin. Of note he is well."),
    ("he slept badly period during the day he is tired period", "He slept badly. During the day he is tired."),
    ("her exam is normal period she eats well period", "Exam: normal. She eats well."),
    ("He is well. Period. Plan. Colon. Rest. Comma. Fluids. Period.", "He is well. Plan: Rest, Fluids."),
]


@pytest.mark.parametrize(("said", "written"), MARKS)
def test_a_dictated_mark_is_one(said, written):
    """Before words that elsewhere make a noun of it."""
    text = write(said, phrases=Phrases(says_marks=True)).written

    assert text.replace("\n\n", " ") == written


def test_no_colon_of_a_conversation_becomes_a_mark():
    """In the evaluation texts without dictated marks every colon, period and comma that was said stays a word."""
    if not GOLD.exists():
        pytest.skip("the evaluation data lies beside the repository, in ../shared/eval")
    lines = (GOLD / "orders" / "consultations.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for line in lines for text in _texts(json.loads(line))]
    said = re.compile(r"\b(?:colon|period|comma)\b", re.IGNORECASE)
    about = [text for text in texts if said.search(text) and len(text) < 2_000]

    assert len(about) > 20
    for text in about:
        assert len(said.findall(write(text).written)) == len(said.findall(text)), text[:80]


def test_every_mark_of_the_gold_dictations_is_written():
    """Those whose speaker says marks: no such word is left but the colon and the period that are meant."""
    if not GOLD.exists():
        pytest.skip("the evaluation data lies beside the repository, in ../shared/eval")
    lines = (GOLD / "dictation" / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    items = [item for item in map(json.loads, lines) if item["style"] == "commands"]

    assert len(items) >= 3
    for item in items:
        for says_marks in (False, True):
            written = write(item["spoken"], phrases=Phrases(says_marks=says_marks)).written
            left = re.findall(r"\b(?:period|comma|new paragraph|new line|colon)\b(?! cancer)", written, re.IGNORECASE)
            assert left == [], item["id"]


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
