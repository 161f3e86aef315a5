"""Allergies in dictated notes: substance, reaction, severity, or none known."""

from __future__ import annotations

from typing import Any

import pytest
from fact_samples import check, facts, found, samples
from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.entry import Kind

WORDS = st.sampled_from(
    [
        "allergic to", "allergies", "no known drug allergies", "penicillin", "sulfa", "latex", "which causes",
        "gave him", "hives", "rash", "swelling of the lips", ",", ".", "and", "severe", "none", "with", "not",
        "caused", "mother", "metformin 500 mg", "colon",
    ]
)  # fmt: skip


@pytest.mark.parametrize("sample", samples("allergies"), ids=lambda sample: sample["spoken"][:60])
def test_dictated_allergies_become_entries(sample: dict[str, Any]) -> None:
    """Each way to dictate an allergy gives its substances and reactions, and no medicine beside them."""
    check(sample)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("She is not allergic to latex.", [("latex", "absent")]),
        ("no latex allergy", [("latex", "absent")]),
        ("her son is allergic to peanuts", []),
        ("severe penicillin allergy", [("penicillin", "present")]),
        ("seasonal allergies", []),
        (
            "no known drug allergies but he does have a peanut allergy",
            [("no known drug allergies", "present"), ("peanut", "present")],
        ),
        ("Allergies: PCN (rash), Sulfa.", [("penicillin", "present"), ("sulfa", "present")]),
    ],
)
def test_who_is_allergic_to_what(said: str, expected: list[tuple[str, str]]) -> None:
    """Denied allergies are absent, a relative's are not filed, and "none" is a fact of its own."""
    assert expected == [(fact["name"], fact["assertion"]) for fact in facts(said) if fact["kind"] == "allergy"]


def test_a_list_ends_where_something_else_begins() -> None:
    """Without punctuation the next heading, its medicines and its people are no part of the allergies."""
    said = "allergies penicillin causes hives current medications lisinopril ten milligrams daily father had diabetes"
    assert [(fact["kind"], fact["name"]) for fact in facts(said)] == [
        ("allergy", "penicillin"),
        ("medication", "lisinopril"),
    ]


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_no_substance_is_invented(said: list[str]) -> None:
    """The words of a substance and of its reaction stand in the note."""
    note, mentions = found(" ".join(said))
    written = note.written.lower()
    for mention in mentions:
        if mention.kind is Kind.ALLERGY and mention.name != "no known drug allergies":
            assert mention.name.split()[0][:4] in written
            assert str(mention.attributes.get("reaction", "")) in " ".join(written.split())
