"""The chart's types: ages, names, and the way from a written span to the said one and the words heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from store_samples import draft, maria, written

from ehr.chart.entry import Assertion, Entry, Kind, ReviewState
from ehr.chart.note import Note, Section, Span
from ehr.chart.patient import Patient


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 5, 3), 64), (date(2026, 5, 4), 65), (date(1961, 5, 4), 0), (date(2026, 12, 31), 65)]
)
def test_age_in_completed_years(day, age):
    """A birthday counts on the day itself."""
    assert maria().age_on(day) == age


def test_an_unknown_birth_date_gives_no_age():
    """Nothing is guessed."""
    assert Patient("1", "Okafor", "").age_on(date(2026, 1, 1)) is None


def test_a_name_without_a_part():
    """The comma stands only between two parts."""
    assert [Patient("1", *parts).display_name for parts in (("Okafor", "María"), ("Okafor", ""), ("", "María"))] == [
        "Okafor, María",
        "Okafor",
        "María",
    ]


def test_an_entry_carries_only_its_kinds_attributes():
    """A dose on a symptom is a mistake of ours and refused."""
    with pytest.raises(ValueError, match="dose"):
        Entry(Kind.SYMPTOM, "pain", Assertion.PRESENT, Span(0, 4), attributes={"dose": "5"})


def test_a_written_span_leads_to_what_was_said():
    """Replaced characters lead to all that they replaced; inserted ones to their place; an empty span to a point."""
    said, text = "five hundred mg", "500 mg."
    origins = (*[Span(0, 12)] * 3, *[Span(at, at + 1) for at in range(12, 15)], Span(15, 15))
    note = Note(said, text, (), (), origins)

    assert note.to_said(Span(0, 3)).of(said) == "five hundred"
    assert note.to_said(Span(1, 6)).of(said) == "five hundred mg"
    assert note.to_said(Span(6, 7)) == Span(15, 15)
    assert note.to_said(Span(7, 7)) == Span(15, 15)
    assert note.to_said(Span(3, 3)) == Span(12, 12)


def test_a_position_knows_its_section():
    """Heading and body belong to the section; text before the first heading to none."""
    plan = Section("plan", "18776-5", "Plan", Span(4, 9), Span(9, 15))
    note = replace(written("Hi. Plan: rest"), sections=(plan,))

    assert [note.section_at(at) for at in (0, 4, 14, 15)] == [None, plan, plan, None]


def test_spans_touch_and_hold():
    """Half-open: neighbours do not overlap."""
    assert not Span(0, 3).overlaps(Span(3, 5))
    assert Span(0, 4).overlaps(Span(3, 5))
    assert Span(0, 4).contains(Span(0, 4))
    assert not Span(0, 4).contains(Span(3, 5))


def test_a_draft_lists_what_to_look_at_first():
    """Flagged and still proposed."""
    proposed = draft()
    symptom, drug = proposed.entries
    decided = replace(proposed, entries=(symptom, replace(drug, state=ReviewState.ACCEPTED)))

    assert (proposed.to_review(), decided.to_review()) == ([drug], [])


def test_an_entry_leads_to_the_words_heard():
    """Evidence → said characters → words with times; text that was never heard has none."""
    proposed = draft()

    assert [word.text for word in proposed.words_of(proposed.entries[1])] == [
        "Metformin",
        "1.10",
        "mg",
        "twice",
        "daily.",
    ]
    assert replace(proposed, transcript=None).words_of(proposed.entries[1]) == ()
