"""The trained component: what it may propose, and what it must leave alone."""

from __future__ import annotations

from datetime import date

import pytest
import spacy

import resources
from ehr.chart.entry import Kind
from ehr.chart.note import Span
from ehr.dictation import write
from ehr.extract import ner
from ehr.extract.mention import Mention, mentions

MEGABYTES = 8


@pytest.fixture(scope="module")
def nlp():
    """A blank pipeline with the component alone."""
    nlp = spacy.blank("en")
    nlp.add_pipe("clinical_ner")
    return nlp


def proposed(nlp, said, *found):
    """Names that the component proposes in `said`, when `found` spans are taken already."""
    note = write(said)
    doc = nlp.make_doc(note.written)
    doc.user_data["note"] = note
    doc.user_data["on"] = date(2026, 11, 24)
    for text in found:
        start = note.written.index(text)
        mentions(doc).append(Mention(Kind.PROBLEM, text, Span(start, start + len(text)), "test"))
    nlp(doc)
    return [mention.name for mention in mentions(doc) if mention.source == "clinical_ner"]


def test_the_weights_are_small_and_carry_their_card():
    """The model fits its budget and says where it comes from."""
    folder = resources.path("models/clinical-ner")
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < MEGABYTES * 1_000_000
    card = (folder / "CARD.md").read_text("utf-8")
    assert "CC BY 4.0" in card
    assert "random" in card


def test_it_finds_a_condition_that_no_lexicon_lists(nlp):
    """The point of the component."""
    assert proposed(nlp, "Assessment: mild radiation pneumonitis, improving on prednisone.") == [
        "radiation pneumonitis"
    ]


def test_what_is_found_already_stays_alone(nlp):
    """It adds only where nothing overlaps."""
    assert proposed(nlp, "Assessment: radiation pneumonitis.", "pneumonitis") == []


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Lungs are clear to auscultation bilaterally. Follow up in two weeks.",
        "He works as a teacher and lives with his wife.",
        "Blood pressure 120 over 80, pulse 72. Continue metformin 500 mg twice daily.",
    ],
)
def test_it_is_silent_where_there_is_no_condition(nlp, said):
    """No invented findings in ordinary sentences."""
    assert proposed(nlp, said) == []


def test_every_proposal_ends_in_a_trusted_word(nlp):
    """The learned gate holds: spans end in a word that nearly always ends a condition."""
    heads = nlp.get_pipe("clinical_ner").trusted
    said = "He has drug induced lupus nephritis, autoimmune encephalitis and a lot of stress about the new house."
    names = proposed(nlp, said)
    assert all(name.split()[-1] in heads for name in names)
    assert all(len(name.split()) <= ner.LONGEST for name in names)
