"""One change taken back: the words stand as they were said."""

from __future__ import annotations

from datetime import date

import pytest

from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.note import Change
from ehr.chart.revision import TYPED, revise
from ehr.reverting import as_said, can_revert

SAID = "He coughs for two weeks. Insert normal chest exam. Next field. Wheezes. Accept defaults. Go to plan. Rest."


@pytest.fixture
def draft() -> Draft:
    """A draft with a command of each kind."""
    return pipeline.draft_text(SAID, on=date(2026, 3, 1))


def change_of(draft: Draft, rule: str) -> Change:
    """The first change by a rule."""
    return next(change for change in draft.note.changes if change.rule == rule)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("number", "He coughs for two weeks."),
        ("accept defaults", "Lungs: Wheezes Accept defaults."),
        ("next field", "Lungs: Next field. Wheezes. No wheezes, rales or rhonchi. Respirations unlabored."),
    ],
)
def test_a_change_is_taken_back_alone(draft, rule, line):
    """Its own words come back, and nothing else changes."""
    after = as_said(draft, change_of(draft, rule))

    assert line in after.note.written.split("\n")
    assert {change.rule for change in after.note.changes} >= {"auto-text", TYPED}


def test_an_auto_text_goes_with_the_commands_about_its_fields(draft):
    """None of the text stays that nobody said."""
    after = as_said(draft, change_of(draft, "auto-text"))

    assert "rhonchi" not in after.note.written
    assert "Insert normal chest exam" in after.note.written
    assert "Accept defaults" in after.note.written
    assert [entry.id for entry in after.entries] == [entry.id for entry in draft.entries]


def test_what_a_person_typed_is_not_taken_back_here(draft):
    """That is what undo is for."""
    after = revise(draft, draft.note.written.replace("coughs", "sneezes"))

    assert not can_revert(change_of(after, TYPED), after.note)
    assert can_revert(change_of(after, "number"), after.note)
