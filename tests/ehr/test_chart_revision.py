"""A person's edit of a note: the layers follow, and what stays keeps its way to the sound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import draft, written

from ehr.chart.encounter import Draft
from ehr.chart.entry import Assertion, Entry, Kind
from ehr.chart.note import Change, Section, Span
from ehr.chart.revision import TYPED, WORDS_REMOVED, revise

TEXT = "Denies chest pain. Metformin 500 mg daily."
WORDS = ["denies", "chest", "pain", ".", ",", "500", "mg", "daily", "  ", "\n", "né"]


def _drug(text: str) -> Draft:
    """A draft of TEXT whose one entry rests on the drug."""
    start = text.index("Metformin")
    entry = Entry(Kind.MEDICATION, "metformin", Assertion.PRESENT, Span(start, start + 22))
    return Draft(written(text), (entry,))


@pytest.mark.parametrize(
    ("edited", "evidence"),
    [
        (TEXT, "Metformin 500 mg daily"),
        ("She denies any chest pain. Metformin 500 mg daily.", "Metformin 500 mg daily"),
        ("Metformin 500 mg daily.", "Metformin 500 mg daily"),
        ("Denies chest pain. Metformin 850 mg daily.", "Metformin 850 mg daily"),
        ("Denies chest pain. Glipizide 500 mg daily.", "Glipizide 500 mg daily"),
        ("Denies chest pain. Metformin 500 mg twice daily.", "Metformin 500 mg twice daily"),
        ("Denies chest pain. Metformin 500 mg daily. Return in May.", "Metformin 500 mg daily"),
        ("Denies chest pain.", ""),
        ("", ""),
    ],
)
def test_evidence_follows_its_words(edited, evidence):
    """Inserted, replaced and removed words around and inside an entry's evidence."""
    revised = revise(_drug(TEXT), edited)

    assert revised.entries[0].evidence.of(edited) == evidence
    assert (WORDS_REMOVED in revised.entries[0].flags) is (evidence == "")


def test_what_was_typed_is_a_change():
    """A replaced word is recorded with the characters of the said text that it replaced."""
    revised = revise(_drug(TEXT), TEXT.replace("500", "850")).note

    (change,) = revised.changes
    assert (change.rule, change.said.of(revised.said), change.written.of(revised.written)) == (TYPED, "500", "850")
    assert revised.to_said(change.written) == change.said
    assert revised.said == TEXT


def test_earlier_changes_move_and_overwritten_ones_go():
    """A rule's change keeps its place in the text until a person types over it."""
    pain = Change("lexicon", Span(7, 17), Span(7, 17))
    before = _drug(TEXT)
    before = replace(before, note=replace(before.note, changes=(pain,)))

    moved = revise(before, "Today denies chest pain. Metformin 500 mg daily.").note
    gone = revise(before, "Denies dyspnea. Metformin 500 mg daily.").note

    assert [(each.rule, each.written.of(moved.written)) for each in moved.changes][-1] == ("lexicon", "chest pain")
    assert [each.rule for each in gone.changes] == [TYPED]


def test_sections_stay_side_by_side():
    """Typed text between two sections belongs to the first; the last one still ends the note."""
    text = "Plan: rest.\nDiet: none."
    sections = (
        Section("plan", "18776-5", "Plan", Span(0, 5), Span(5, 12)),
        Section("diet", "42344-2", "Diet", Span(12, 17), Span(17, 23)),
    )
    before = Draft(replace(written(text), sections=sections), ())
    edited = "Plan: rest.\nAlso walk.\nDiet: none at all."

    after = revise(before, edited).note.sections

    assert [(each.heading.of(edited), each.body.of(edited)) for each in after] == [
        ("Plan:", " rest.\nAlso walk.\n"),
        ("Diet:", " none at all."),
    ]


def test_words_that_stay_can_still_be_heard():
    """After an edit in front of it, the entry leads to the same words of the transcript."""
    before = draft("Denies chest pain. Metformin 1.10 mg twice daily.")
    after = revise(before, "In short: denies chest pain. Metformin 1.10 mg twice daily.")

    assert after.words_of(after.entries[1]) == before.words_of(before.entries[1])


_texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@given(_texts, _texts, st.data())
def test_any_edit_keeps_the_layers_in_step(old, new, data):
    """One origin a character, spans inside the text, unchanged letters unchanged origins, and back again."""
    start = data.draw(st.integers(0, len(old)))
    span = Span(start, data.draw(st.integers(start, len(old))))
    entry = Entry(Kind.PROBLEM, "x", Assertion.PRESENT, span, cue=span)

    after = revise(Draft(written(old), (entry,)), new)

    assert after.note.written == new
    assert len(after.note.origins) == len(new)
    assert all(0 <= origin.start <= origin.end <= len(old) for origin in after.note.origins)
    moved = after.entries[0].evidence
    assert 0 <= moved.start <= moved.end <= len(new)
    assert all(change.written.end <= len(new) for change in after.note.changes)
    assert revise(Draft(written(old), (entry,)), old) == Draft(written(old), (entry,))
