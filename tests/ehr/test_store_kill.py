"""SIGKILL at random moments under load: what was acknowledged is there, and nothing is half there.

A kill is not a power cut: the system's page cache survives it. The harness also fails where it did too little, and it
has to catch a planted bug.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from store_samples import draft, index_agrees, maria, new_store, open_store

from ehr.chart.encounter import EncounterStatus
from ehr.store.store import Store

KILLS = 20
ACKNOWLEDGED_AT_LEAST = 200
HERE = Path(__file__).parent


@dataclass
class Tally:
    """What the killer saw."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def _write_until_killed(home: Path, acknowledge: str, chance: random.Random) -> list[str]:
    """Run the writer, kill it soon after a random acknowledgement, and return all that it acknowledged."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    command = [sys.executable, str(HERE / "store_writer.py"), str(home), acknowledge]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().strip() for _ in range(chance.randint(8, 20))]
        try:
            writer.wait(timeout=chance.uniform(0, 0.01))
        except subprocess.TimeoutExpired:
            writer.kill()
        acknowledged += writer.stdout.read().split()
    assert writer.returncode == -9, "the writer ended by itself"
    return acknowledged


def _examine(store: Store, acknowledged: list[str], tally: Tally) -> None:
    tally.acknowledged += len(acknowledged)
    present = {each.id: each for each in store.encounters(limit=100_000)}
    tally.lost += [
        id_ for id_ in acknowledged if id_ not in present or present[id_].status is not EncounterStatus.DRAFT
    ]
    with store._session.read() as db:
        audited = {row[0] for row in db.execute("SELECT subject FROM audit WHERE action = 'draft.saved'")}
    for id_, summary in present.items():
        has_draft = store.encounter(id_).draft is not None
        whole = has_draft == (summary.status is EncounterStatus.DRAFT) == (id_ in audited) == (summary.proposed == 2)
        tally.torn += [] if whole else [id_]
    tally.broken += store.check()
    assert index_agrees(store)


def _kill(home: Path, acknowledge: str, *, kills: int) -> Tally:
    tally, chance = Tally(), random.Random(20261124)  # noqa: S311  (moments, not secrets)
    with new_store(home) as store:
        store.add_patient(maria())
    for _ in range(kills):
        acknowledged = _write_until_killed(home, acknowledge, chance)
        with open_store(home) as store:
            _examine(store, acknowledged, tally)
    return tally


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_no_acknowledged_draft_is_lost(tmp_path):
    """Twenty kills: no lost encounter, no torn transcript/note/entries/audit, a sound file every time."""
    tally = _kill(tmp_path, "after", kills=KILLS)

    assert tally.acknowledged >= ACKNOWLEDGED_AT_LEAST
    assert (tally.lost, tally.torn, tally.broken) == ([], [], [])


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_killer_catches_a_planted_bug(tmp_path):
    """A writer that acknowledges before it commits is found out."""
    assert _kill(tmp_path, "before", kills=6).lost


def test_a_draft_of_the_writer_has_two_entries():
    """What the torn check counts by."""
    assert len(draft().entries) == 2
