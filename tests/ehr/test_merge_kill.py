"""Merging two records and taking in a list: killed at random or failing at any statement, it is old or new.

The long form of the kills is in `tests/soak`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from merge_kills import kill
from store_samples import draft, failing_at, index_agrees, maria, new_store, rows

from ehr.chart.patient import Patient
from ehr.errors import EnvironmentFault
from ehr.store.sqlcipher import DatabaseError
from ehr.store.store import Store

KILLS = 12
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


@on_posix
def test_a_merge_killed_at_random_is_old_or_new(tmp_path):
    """Merging and parting under kills: never between, nothing acknowledged lost, every file sound."""
    tally = kill(tmp_path, "whole", kills=KILLS)

    assert (tally.between, tally.lost, tally.broken) == ([], [], [])
    assert tally.acts >= KILLS
    assert min(tally.merged, tally.parted) >= 1


@on_posix
def test_the_killer_catches_a_merge_in_two_transactions(tmp_path):
    """The planted bug commits when half of the dictations have moved."""
    assert kill(tmp_path, "torn", kills=KILLS).between


_ACTS: dict[str, Callable[[Store, Patient, Patient], object]] = {
    "merge": lambda store, one, other: store.register.merge(one.id, other.id, reason="Registered twice."),
    "unmerge": lambda store, one, other: store.register.unmerge(store.register.merges(one.id)[0].id),
    "import": lambda store, one, other: store.register.take_in(
        [maria(f"N{at}") for at in range(3)], [replace(one, family_name="Bell"), replace(other, family_name="Cole")]
    ),
}


@pytest.mark.parametrize("act", _ACTS)
def test_a_failure_at_any_statement_leaves_the_old_state(tmp_path, act):
    """Statement 1, 2, 3 … fail in turn until the act succeeds.

    Seen to catch a planted bug: with the merge's own row written in a transaction of its own it fails.
    """
    with new_store(tmp_path / "home") as store:
        one, other = store.add_patient(maria()), store.add_patient(Patient("MRN-9", "Okafor", "Mary"))
        for patient in (one, other, other):
            store.save_draft(store.add_encounter(patient).id, draft())
        if act == "unmerge":
            store.register.merge(one.id, other.id, reason="Registered twice.")
        before, failures = rows(store), 0
        while True:
            try:
                with failing_at(store, failures + 1) as seen:
                    _ACTS[act](store, one, other)
            except (DatabaseError, EnvironmentFault):
                assert rows(store) == before
                failures += 1
                assert failures < 500
                continue
            break

        assert min(seen[0], failures) >= 8
        assert rows(store) != before
        assert index_agrees(store)
        assert store.check() == []


def test_a_list_that_is_given_up_halfway_leaves_nothing(tmp_path: Path):
    """What the listener raises between two patients undoes those before it, and reaches the caller."""
    told: list[float] = []

    def give_up(done: float) -> None:
        told.append(done)
        if done >= 0.5:
            raise InterruptedError

    with new_store(tmp_path / "home") as store:
        before = rows(store)
        with pytest.raises(InterruptedError):
            store.register.take_in([maria(f"N{at}") for at in range(4)], tell=give_up)

        assert told == [0, 0.25, 0.5]
        assert rows(store) == before
