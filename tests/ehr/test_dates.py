"""Times resolved against the day of the dictation, and sides that contradict each other."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr import pipeline
from ehr.extract.dates import resolve

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("said", "resolved"),
    [
        ("today", "2026-11-24"),
        ("yesterday", "2026-11-23"),
        ("3 weeks", "2026-11-03"),
        ("for about 10 days", "2026-11-14"),
        ("2 months ago", "2026-09"),
        ("a couple of years ago", "2024"),
        ("last month", "2026-10"),
        ("last year", "2025"),
        ("since Monday", "2026-11-23"),
        ("last tuesday", "2026-11-17"),
        ("in June", "2026-06"),
        ("in december", "2025-12"),
        ("March 3rd", "2026-03-03"),
        ("on December 5, 2019", "2019-12-05"),
        ("in 2014", "2014"),
        ("February 30th", None),
        ("off and on", None),
        ("2 weeks after surgery", None),
        ("", None),
    ],
)
def test_what_lies_behind_is_resolved_no_finer_than_it_was_said(said: str, resolved: str | None) -> None:
    """Days stay days, months months and years years."""
    assert resolve(said, TUESDAY) == resolved


@pytest.mark.parametrize(
    ("said", "resolved"),
    [
        ("2 weeks", "2026-12-08"),
        ("3 months", "2027-02"),
        ("1 year", "2027"),
        ("tomorrow", "2026-11-25"),
        ("friday", "2026-11-27"),
        ("in january", "2027-01"),
    ],
)
def test_what_lies_ahead_is_counted_forward(said: str, resolved: str) -> None:
    """A follow-up in two weeks is after the dictation."""
    assert resolve(said, TUESDAY, ahead=True) == resolved


@given(st.text(max_size=60), st.dates(date(1950, 1, 1), date(2200, 1, 1)), st.booleans())
def test_any_text_gives_a_fhir_date_or_nothing(said: str, on: date, ahead: bool) -> None:
    """No text makes it fail, and what it returns has the form of a FHIR date."""
    found = resolve(said, on, ahead=ahead)
    assert found is None or re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", found)


def test_entries_carry_the_times_said_with_them() -> None:
    """A complaint has its onset, a procedure, a result and an order their day, a visit its time."""
    said = (
        "Left knee pain for 3 weeks. Lung biopsy was done in June. Creatinine 2 months ago was 0.9. "
        "Plan: MRI of the left knee next week. Follow up in 3 months."
    )
    entries = {entry.name: entry.attributes for entry in pipeline.draft_text(said, on=TUESDAY).entries}
    assert entries["knee pain"]["onset"] == "2026-11-03"
    assert entries["lung biopsy"]["occurrence"] == "2026-06"
    assert entries["creatinine"]["occurrence"] == "2026-09"
    assert entries["knee mri"]["occurrence"] == "2026-12-01"
    assert entries["follow-up"]["occurrence"] == "2027-02"


def test_how_long_something_past_lasted_is_no_onset() -> None:
    """Four days of chest pain in October did not begin four days ago."""
    entries = pipeline.draft_text("In October she had 4 days of sharp chest pain.", on=TUESDAY).entries
    assert [entry.name for entry in entries if "onset" in entry.attributes] == []


def test_a_service_on_the_other_side_is_flagged() -> None:
    """An order for the left knee where all complaints are on the right is a question for a person."""
    said = "Right knee pain after a fall. Plan: MRI of the left knee."
    order = next(entry for entry in pipeline.draft_text(said, on=TUESDAY).entries if entry.kind == "order")
    assert [flag.code for flag in order.flags] == ["side-conflict"]


@pytest.mark.parametrize(
    "said",
    [
        "Right knee pain after a fall. Plan: MRI of the right knee.",
        "Right knee pain and left knee pain. Plan: MRI of the left knee.",
        "Right shoulder pain. Plan: x-ray of the left hip.",
    ],
)
def test_agreeing_sides_are_not_flagged(said: str) -> None:
    """The same side, both sides, or another place is no conflict."""
    entries = pipeline.draft_text(said, on=TUESDAY).entries
    assert not [flag for entry in entries for flag in entry.flags if flag.code == "side-conflict"]
