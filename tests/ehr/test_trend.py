"""Values as points: one axis a unit, two lines for a blood pressure, nothing guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ehr.chart.entry import Assertion, Entry, Kind
from ehr.chart.history import Filed, Reading, Series
from ehr.chart.note import Span
from ehr.chart.trend import trends

FILED = Filed("e1", datetime(2026, 1, 5, tzinfo=UTC), Entry(Kind.VITAL, "weight", Assertion.PRESENT, Span(0, 1)))


def series(*values: tuple[str, str, str]) -> Series:
    """A series of (day, value, unit)."""
    return Series(Kind.VITAL, "weight", tuple(Reading(on, value, unit, "", FILED) for on, value, unit in values))


def test_units_are_never_mixed():
    """Kilograms, pounds and what had no unit are three trends, the newest unit first."""
    values = [("01", "92", "kg"), ("02", "198", "lb"), ("03", "91", ""), ("04", "90", "KG")]

    found = trends(series(*((f"2026-{month}-05", value, unit) for month, value, unit in values)))

    assert [(trend.unit, [point.value for point in trend.lines[0]]) for trend in found] == [
        ("KG", [92.0, 90.0]), ("", [91.0]), ("lb", [198.0]),
    ]  # fmt: skip


def test_a_blood_pressure_is_two_lines():
    """And a single number between them belongs to the first."""
    (trend,) = trends(series(("2026-01-05", "148/92", "mmHg"), ("2026-02-05", "140", "mmHg")))

    assert [[point.value for point in line] for line in trend.lines] == [[148.0, 140.0], [92.0]]


@pytest.mark.parametrize(
    ("on", "value", "exact"),
    [
        ("2026-01-05", "1.10", True),
        ("2026-01-05", "<5", False),
        ("2026-01-05", ">= 1,200", False),
        ("2026-01", "7", False),
        ("2026", "7", False),
        ("2026-01-05T10:00", "7", True),
    ],
)
def test_limits_and_rough_days_are_not_exact(on, value, exact):
    """They are drawn, and as what they are."""
    (trend,) = trends(series((on, value, "mg")))

    assert trend.lines[0][0].exact is exact
    assert trend.lines[0][0].day in (date(2026, 1, 5), date(2026, 1, 1))


def test_what_is_no_number_is_left_out():
    """Words, ranges and days that do not exist."""
    values = series(("2026-01-05", "positive", ""), ("2026-01-05", "5-7", ""), ("2026-13-05", "5", ""), ("", "5", ""))

    assert trends(values) == ()
