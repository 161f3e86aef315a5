"""A patient at a glance: what stands, what is only proposed, and what nobody recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ehr.chart.entry import Assertion, Entry, Kind, ReviewState
from ehr.chart.glance import Standing, glance
from ehr.chart.history import Filed, Record, fold
from ehr.chart.note import Span

START = datetime(2026, 1, 5, tzinfo=UTC)


def entry(kind: Kind, name: str, assertion: Assertion = Assertion.PRESENT, **attributes: str) -> Entry:
    """A proposed entry."""
    return Entry(kind, name, assertion, Span(0, 1), attributes=attributes)


def accepted(*entries: Entry) -> Record:
    """The record in which these were accepted, a day apart."""
    kept = (replace(each, state=ReviewState.ACCEPTED) for each in entries)
    return fold(Filed(f"e{day}", START + timedelta(days=day), each) for day, each in enumerate(kept))


PENICILLIN = entry(Kind.ALLERGY, "penicillin", reaction="hives")
NONE_KNOWN = entry(Kind.ALLERGY, "no known drug allergies", Assertion.ABSENT)
METFORMIN = entry(Kind.MEDICATION, "metformin", dose="500", unit="mg")
DIABETES = entry(Kind.PROBLEM, "type 2 diabetes")


def test_what_was_accepted_stands_and_what_is_open_is_proposed():
    """Beside each other, each under its own name."""
    found = glance(
        accepted(PENICILLIN, METFORMIN, DIABETES), [entry(Kind.ALLERGY, "latex"), entry(Kind.PROBLEM, "gout")]
    )

    assert found.allergies == Standing(("penicillin (hives)",), ("latex",))
    assert found.problems == Standing(("type 2 diabetes",), ("gout",))
    assert found.medicines == Standing(("metformin",))


@pytest.mark.parametrize(
    ("open_", "proposed"),
    [
        (entry(Kind.MEDICATION, "metformin", action="continue"), ()),
        (entry(Kind.MEDICATION, "metformin", action="stop"), ("metformin",)),
        (entry(Kind.MEDICATION, "metformin", Assertion.ABSENT), ("metformin",)),
        (entry(Kind.MEDICATION, "glipizide", action="start"), ("glipizide",)),
        (entry(Kind.MEDICATION, "glipizide", action="stop"), ()),
        (entry(Kind.MEDICATION, "glipizide", Assertion.ABSENT), ()),
        (entry(Kind.MEDICATION, "glipizide", Assertion.POSSIBLE), ()),
        (entry(Kind.MEDICATION, "metformin", Assertion.POSSIBLE), ()),
        (replace(METFORMIN, state=ReviewState.REJECTED), ()),
    ],
)
def test_a_proposal_is_what_would_change_the_list(open_, proposed):
    """Going on with what stands, or stopping what does not, changes nothing."""
    assert glance(accepted(METFORMIN), [open_]).medicines == Standing(("metformin",), proposed)


def test_a_decision_counts_at_once():
    """What was accepted on the page stands before the record is read again, and is not told twice after."""
    kept = replace(PENICILLIN, state=ReviewState.ACCEPTED)

    assert glance(Record(), [kept]).allergies == glance(accepted(PENICILLIN), [kept]).allergies
    assert glance(Record(), [kept]).allergies == Standing(("penicillin (hives)",))


def test_no_known_allergies_is_a_fact_and_silence_is_none():
    """Said and accepted, said and open, never said; and said beside a listed allergy."""
    known, open_, silent = glance(accepted(NONE_KNOWN)), glance(Record(), [NONE_KNOWN]), glance(Record())

    assert (known.none_known, known.none_proposed) == ("no known drug allergies", "")
    assert (open_.none_known, open_.none_proposed) == ("", "no known drug allergies")
    assert (silent.none_known, silent.none_proposed, silent.allergies.known) == ("", "", False)
    assert not known.conflict
    assert glance(accepted(NONE_KNOWN, PENICILLIN)).conflict


def test_what_stopped_or_resolved_does_not_stand():
    """A stopped medicine and a resolved problem are of the past; one on hold still has to be seen."""
    record = accepted(
        METFORMIN, entry(Kind.MEDICATION, "metformin", action="stop"), entry(Kind.PROBLEM, "flu", status="resolved"),
        entry(Kind.MEDICATION, "apixaban", action="hold"),
    )  # fmt: skip

    found = glance(record)

    assert (found.medicines.names, found.problems.names) == (("apixaban",), ())
