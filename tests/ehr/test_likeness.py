"""Who may be one person twice: names that agree, dates with a slip; twins and namesakes are left alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.likeness import Lookalikes, may_be_one
from ehr.chart.patient import Patient

MARIA = Patient("1", "Okafor", "Maria Ann", date(1964, 3, 14))


@pytest.mark.parametrize(
    ("family", "given_name", "born", "alike"),
    [
        ("Okafor", "María", "1964-03-14", True),
        ("Bell", "Maria", "1964-03-14", True),
        ("Okafor", "Mary", "1964-03-14", True),
        ("Maria", "Okafor", "1964-03-14", True),
        ("Okafor", "M.", "1964-03-14", True),
        ("Okafor", "R.", "1964-03-14", False),
        ("Okafor", "", "1964-03-14", True),
        ("Okafor", "Maria Ann", "", True),
        ("Okafor", "Maria Ann", "1964-03-15", True),
        ("OKAFOR", "maria-ann", "1946-03-14", True),
        ("OKAFOR", "Maria-Ann", "1956-03-14", False),
        ("Okafor", "Ruth", "1964-03-14", False),
        ("Okafor", "Maria Ann", "1991-07-02", False),
        ("Bell", "", "1964-03-14", False),
        ("Okafor", "Maria", "", False),
    ],
)
def test_two_records_are_compared(family, given_name, born, alike):
    """Marriage, nicknames, swapped columns, a slip in the date; not a twin sister, nor a namesake of another age."""
    other = Patient("2", family, given_name, date.fromisoformat(born) if born else None)

    assert may_be_one(MARIA, other) is may_be_one(other, MARIA) is alike


def test_day_and_month_in_each_others_place_are_one_slip():
    """The 3rd of April, written as the 4th of March."""
    one, other = (Patient(str(month), "Bell", "Ann", date(1980, month, 7 - month)) for month in (3, 4))

    assert may_be_one(one, other)


_people = st.builds(
    Patient,
    st.just("x"),
    st.sampled_from(("Okafor", "Bell", "Maria")),
    st.sampled_from(("Maria", "Mary", "Okafor", "")),
    st.none() | st.sampled_from((date(1964, 3, 14), date(1964, 3, 15), date(1990, 1, 1))),
)


@given(st.lists(_people, max_size=8), _people)
def test_the_index_finds_whom_a_comparison_with_each_would_find(people, patient):
    """And never the record itself."""
    found = Lookalikes([*people, patient]).of(patient)

    assert {each.id for each in found} == {each.id for each in people if may_be_one(patient, each)}
