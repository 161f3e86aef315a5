"""Words that only lead from a heading to what stands under it do not stand in the note."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from ehr import pipeline
from ehr.chart.note import Span
from ehr.dictation import write

WRITTEN = [
    ("Current medications are metformin 500 mg.", "Current medications: metformin 500 mg."),
    ("Allergies include penicillin.", "Allergies: penicillin."),
    ("Her medications are cyanocobalamin.", "Medications: cyanocobalamin."),
    ("The exam is normal.", "Exam: normal."),
    ("Current medications are as follows: metformin.", "Current medications: metformin."),
    ("Home meds include the following, aspirin.", "Home meds: aspirin."),
    ("Family history is positive for gout.", "Family history: positive for gout."),
    ("Okay, moving on to the exam. Lungs are clear.", "Exam. Lungs are clear."),
    ("Turning to the assessment and plan: asthma.", "Assessment and plan: asthma."),
    ("Moving on to the plan, rest.", "Plan: rest."),
    ("current medications are metformin period allergies are none period",
     "Current medications: metformin.\n\nAllergies: none."),
]  # fmt: skip

_VERB = re.compile(r"(?<=[.] )([A-Z][a-z ]*(?:edications|meds|llergies|history)) (?:are|includes?|is) (?!to )")

KEPT = [
    "The plan is to obtain an MRI.",
    "Assessment is that he is well.",
    "Home medications are unchanged and were reviewed.",
    "The patient has a past medical history of gout.",
    "Pertinent family history: gout.",
    "Metformin is one of his current medications.",
    "He says his allergies are worse.",
    "Labs were normal.",
    "Plan is.",
]


@pytest.mark.parametrize(("said", "written"), WRITTEN)
def test_the_verb_after_a_heading_becomes_a_colon(said, written):
    """And what leads to the heading goes; both are on record by name, with the words that were said."""
    note = write(said)

    assert note.written == written
    gone = [change.said.of(said) for change in note.changes if change.rule == "heading"]
    assert gone


@pytest.mark.parametrize("said", KEPT)
def test_a_verb_that_its_sentence_needs_stays(said):
    """A clause, an infinitive, a second verb, or no heading at all."""
    assert write(said).written == said


def test_what_stands_under_the_heading_leads_to_its_own_words():
    """The colon leads to the verb, the medicine to its name."""
    said = "Current medications are metformin."
    note = write(said)
    at = note.written.index("metformin")

    assert note.to_said(Span(at, at + 9)).of(said) == "metformin"
    assert note.to_said(Span(at - 2, at - 1)).of(said).strip() == "are"


def test_a_denial_after_a_heading_denies():
    """With the colon that took the verb's place as with the verb."""
    for said in ("Review of systems is negative for chest pain.", "Review of systems: negative for chest pain."):
        draft = pipeline.draft_text(said, on=date(2026, 3, 1))
        assert [(entry.name, entry.assertion.value) for entry in draft.entries] == [("chest pain", "absent")]


def test_entries_are_the_same_with_and_without_the_verb():
    """In notes of the other tests: none is lost or judged otherwise because its heading was said with a verb."""
    file = Path(__file__).parent / "data" / "fresh_notes.jsonl"
    said = [json.loads(line)["spoken"] for line in file.read_text(encoding="utf-8").splitlines()]
    headed = [text for text in said if _VERB.search(text)]

    assert len(headed) >= 5
    for text in headed:
        drafts = [pipeline.draft_text(each, on=date(2026, 3, 1)) for each in (text, _VERB.sub(r"\1: ", text))]
        facts = [{(entry.kind, entry.name, entry.assertion) for entry in draft.entries} for draft in drafts]
        assert facts[0] == facts[1]
