"""Vitals and laboratory results in dictated notes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fact_samples import check, facts, found, samples
from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.entry import Kind
from ehr.extract import resources

NAMES = st.sampled_from(
    ["blood pressure", "pulse", "temperature", "A1c", "creatinine", "CBC", "weight", "sats", "urine", "pain", "height"]
)
WORDS = st.sampled_from(
    [
        "is", "was", "at", "elevated", "low", "normal", ",", ".", "and", "142/88", "98.6", "7/10", "120 over 80",
        "percent", "pounds", "positive for", "blood", "negative", "which is", "last month", "from", "to", "300",
        "5 feet 7 inches", "up", "check", "over", "/",
    ]
)  # fmt: skip


@pytest.mark.parametrize("sample", samples("measurements"), ids=lambda sample: sample["spoken"][:60])
def test_spoken_and_written_measurements(sample: dict[str, Any]) -> None:
    """Each spoken or written phrase gives its measurements with value, unit and verdict; orders give none."""
    check(sample)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("GFR less than 60", {"value": "60", "comparator": "<"}),
        ("glucose greater than 400", {"value": "400", "comparator": ">"}),
        ("hemoglobin dropped from 12 to 9.5", {"value": "9.5"}),
        ("creatinine is up to 2.1 from a baseline of 1.4", {"value": "2.1"}),
        ("his A1c in March was 7.2", {"value": "7.2"}),
        ("potassium 4.20", {"value": "4.20"}),
    ],
)
def test_values_are_kept_as_dictated(said: str, expected: dict[str, str]) -> None:
    """Comparators, changes, dates before the value, trailing zeros: the value that holds now, digit for digit."""
    (fact,) = facts(said)
    assert expected.items() <= fact.items()


@pytest.mark.parametrize(
    "said",
    ["weight is up 5 pounds", "lost 6 pounds", "strength 5 out of 5", "grade 2 out of 6 murmur", "pulses are 2 plus"],
)
def test_changes_and_grades_are_no_vitals(said: str) -> None:
    """A change of weight and the grades of an examination are not measurements."""
    assert [fact for fact in facts(said) if fact["kind"] in ("vital", "lab")] == []


def test_joined_names_share_a_verdict_or_split_their_values() -> None:
    """The verdict of "CBC and CRP are normal" holds for both; values joined in the same way go one to each name."""
    assert {fact["name"]: fact["interpretation"] for fact in facts("CBC and CRP are normal")} == {
        "cbc": "normal",
        "crp": "normal",
    }
    assert {fact["name"]: fact["value"] for fact in facts("BUN and creatinine are 18 and 0.9")} == {
        "bun": "18",
        "creatinine": "0.9",
    }


def test_a_fact_said_twice_is_filed_once() -> None:
    """The same value again is one entry; a second reading is another."""
    assert len(facts("Potassium 4.2. Labs: potassium 4.2.")) == 1
    assert [fact["value"] for fact in facts("blood pressure 150/92, repeat blood pressure 148/90")] == [
        "150/92",
        "148/90",
    ]


def test_implausible_values_are_flagged() -> None:
    """A value that no living patient has is flagged, not changed."""
    for said in ("temperature 989", "pulse 820", "blood pressure 80 over 120", "potassium 42"):
        (mention,) = found(said)[1]
        assert [flag.code for flag in mention.flags] == ["implausible-value"]
    assert found("temperature 98.9")[1][0].flags == []


@given(st.lists(st.one_of(NAMES, WORDS), min_size=1, max_size=14))
def test_no_value_is_invented(said: list[str]) -> None:
    """Every number and verdict of a measurement stands in the note."""
    note, mentions = found(" ".join(said))
    for mention in mentions:
        if mention.kind not in (Kind.VITAL, Kind.LAB):
            continue
        numbers = re.findall(r"\d+(?:\.\d+)?", str(mention.attributes.get("value", "")))
        assert all(number in note.written for number in numbers)
        assert mention.attributes.keys() & {"value", "interpretation"}
        assert mention.span.of(note.written)


def test_each_name_has_a_shape_and_a_unit_group() -> None:
    """The tables agree: every unit group that a measurement names has units, and no name stands in two rows."""
    groups = {row[0] for row in resources.table("measurements_units")}
    rows = list(resources.table("measurements"))
    assert {row[3] for row in rows} <= groups
    assert len(rows) == len({row[0] for row in rows})
