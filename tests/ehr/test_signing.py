"""The states of a record: only the listed acts lead on, and nothing leads out of what is locked but an amendment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ehr.chart.signing import LOCKED, SIGNED, Act, Standing, Status

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def after(standing: Standing, act: Act) -> Standing:
    """The standing after an act of Dr. A's."""
    return standing.after(act, by="Dr. A", at=NOW, reason="dose corrected")


class Record(RuleBasedStateMachine):
    """Any acts in any order, beside a plain account of what was signed and whether an amendment is open."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing()
        self.signed = 0
        self.amending = False
        self.retracted = False

    @rule(act=st.sampled_from(list(Act)))
    def do(self, act: Act) -> None:
        """Do an act where it is possible; elsewhere it raises and changes nothing."""
        if not self.standing.may(act):
            with pytest.raises(ValueError, match="cannot be followed"):
                after(self.standing, act)
            return
        self.standing = after(self.standing, act)
        self.signed += act is Act.SIGN
        self.retracted |= act is Act.RETRACT
        self.amending = act is Act.AMEND or (self.amending and act not in (Act.SIGN, Act.ABANDON))

    @invariant()
    def the_account_agrees(self) -> None:
        """Signed once is final, more often amended; an open amendment is never locked."""
        if self.retracted:
            assert self.standing.status is Status.ENTERED_IN_ERROR
        elif self.amending:
            assert self.standing.amendment is not None
            assert self.standing.status in (Status.PRELIMINARY, Status.REVIEWED)
            assert self.standing.amendment.of is (Status.FINAL if self.signed == 1 else Status.AMENDED)
        elif self.signed:
            assert self.standing.status is (Status.FINAL if self.signed == 1 else Status.AMENDED)
        else:
            assert self.standing.status in (Status.PRELIMINARY, Status.REVIEWED)
        assert self.standing.locked == (self.standing.status in LOCKED)

    @precondition(lambda self: self.standing.locked)
    @rule()
    def what_is_locked_takes_no_change(self) -> None:
        """Neither an edit, nor a review, nor a second signature."""
        assert not any(self.standing.may(act) for act in (Act.CHANGE, Act.REVIEW, Act.SIGN, Act.ABANDON))


TestRecord = Record.TestCase


def test_a_change_takes_the_review_back():
    """What was edited after the review is preliminary again, and says who edited it."""
    reviewed = after(Standing(), Act.REVIEW)
    changed = reviewed.after(Act.CHANGE, by="Sam", at=NOW)
    assert (reviewed.status, changed.status, changed.by) == (Status.REVIEWED, Status.PRELIMINARY, "Sam")


@given(st.text(" \t\n"))
def test_an_amendment_says_why(blank):
    """No reason, or only space, is refused."""
    with pytest.raises(ValueError, match="reason"):
        after(Standing(), Act.SIGN).after(Act.AMEND, by="Dr. A", at=NOW, reason=blank)


def test_the_words_are_those_of_fhir():
    """The status words are codes of Composition.status or, for reviewed, our own step before it."""
    assert {status.value for status in Status} - {"reviewed"} == {
        "preliminary", "final", "amended", "entered-in-error",
    }  # fmt: skip
    assert SIGNED < LOCKED
