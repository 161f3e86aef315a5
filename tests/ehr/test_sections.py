"""Headings found by their place, the extent of sections, and the codes they carry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.dictation.headings import headings
from ehr.dictation.rules import rules
from ehr.dictation.sections import find_sections

DATA = Path(__file__).parent / "data"
CASES = [json.loads(line) for line in (DATA / "headings.jsonl").read_text("utf-8").splitlines()]
POSITIVE = [case for case in CASES if case["heading"]]
NEGATIVE = [case for case in CASES if not case["heading"]]


@pytest.mark.parametrize("case", POSITIVE, ids=lambda case: case["text"][-40:])
def test_headings_are_found_at_their_place(case: dict[str, str]) -> None:
    """The heading, and no other, opens its section."""
    found = [(section.heading.of(case["text"]), section.name) for section in find_sections(case["text"])]
    assert [(case["heading"], case["name"])] == found


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: case["text"][-40:])
def test_mentions_open_no_section(case: dict[str, str]) -> None:
    """The same words inside a statement are no heading."""
    assert find_sections(case["text"]) == ()


def test_the_lists_of_headings_are_long_enough_to_mean_something() -> None:
    """At least sixty of either kind, and every section's name is known."""
    assert min(len(POSITIVE), len(NEGATIVE)) >= 60
    assert {case["name"] for case in POSITIVE} <= {section["name"] for section in rules("sections")["sections"]}


def test_every_phrase_is_a_heading_on_its_own_line() -> None:
    """Each phrase of the rule file opens its section, whatever its case, without a colon."""
    missed = [
        (phrase, section["name"])
        for section in rules("sections")["sections"]
        for phrase in (*section["strong"], *section["weak"], *section["label_only"])
        for text in (f"He is well.\n\n{phrase.upper()}\n\nNothing more.", f"He is well.\n{phrase}:\nNothing more.")
        if [section["name"]] != [found.name for found in find_sections(text)]
    ]
    assert missed == []


def test_every_code_is_in_the_reference_file() -> None:
    """A section's LOINC code stands in HL7's list, with a valid check digit, or the section has none."""
    lines = (DATA / "loinc_section_codes.tsv").read_text("utf-8").splitlines()
    known = {line.split("\t")[0] for line in lines if line and not line.startswith("#")}
    coded = {section["name"]: section["code"] for section in rules("sections")["sections"] if section["code"]}
    assert set(coded.values()) <= known
    assert len(coded) >= 25
    assert all(check_digit(code.split("-")[0]) == int(code.split("-")[1]) for code in coded.values())


def check_digit(number: str) -> int:
    """The check digit of a LOINC code (Luhn)."""
    odd = str(int(number[::-1][::2][::-1]) * 2)
    return -sum(map(int, odd + number[::-1][1::2])) % 10


def test_no_phrase_is_claimed_twice() -> None:
    """A phrase names one kind of section."""
    phrases = [
        phrase
        for section in rules("sections")["sections"]
        for phrase in (*section["strong"], *section["weak"], *section["label_only"])
    ]
    assert sorted(set(phrases)) == sorted(phrases)


def test_a_short_list_ends_where_another_topic_begins() -> None:
    """An allergy heading does not swallow the family history that follows it without a heading."""
    text = "Allergies: codeine causes nausea. It was long ago. His father had gout. Blood pressure 120/80."
    (section,) = find_sections(text)
    assert section.body.of(text) == ": codeine causes nausea. It was long ago. "


def test_exam_and_plan_run_on_to_the_next_heading() -> None:
    """An examination keeps all its findings."""
    text = "On exam there is edema. Heart is regular. He has a rash. Plan: rest. He will call. Start aspirin."
    exam, plan = find_sections(text)
    assert (exam.name, plan.name) == ("physical_exam", "plan")
    assert exam.body.end == plan.heading.start
    assert plan.body.end == len(text)


def test_assessment_and_plan_nest_under_problems() -> None:
    """Headings inside the plan's problems open their own sections."""
    text = "ASSESSMENT AND PLAN\n\n1. Gout.\n• Medical Reasoning: acute.\n• Medical Treatment: colchicine.\n2. Asthma."
    assert [found.name for found in find_sections(text)] == ["assessment_and_plan", "assessment", "plan"]


@given(st.text(alphabet="PLANexamplns:. \n", max_size=60))
def test_any_text_has_sections_in_order(text: str) -> None:
    """Headings never overlap and lie inside the text."""
    end = 0
    for heading in headings(text):
        assert end <= heading.span.start < heading.span.end <= len(text)
        end = heading.span.end
