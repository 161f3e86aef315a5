"""Killing merges at random moments, and judging what is left: shared by the suite and the long run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from store_samples import draft, index_agrees, maria, new_store, open_store

from ehr.chart.patient import Patient
from ehr.store.store import Store

HERE = Path(__file__).parent
DICTATIONS = 30
"""Of each of the two records, so that a merge takes a while to be killed in."""
KILLS_PER_STORE = 25
"""The audit log of one store, which is verified after every kill, grows with every merge."""

_STATE = """
    SELECT
        (SELECT count(*) FROM encounter JOIN patient ON patient.id = patient_id WHERE mrn = 'MRN-1'),
        (SELECT count(*) FROM patient WHERE merged_into IS NOT NULL),
        (SELECT count(*) FROM patient_merge WHERE undone_at IS NULL),
        (SELECT count(*) FROM patient_merge), (SELECT count(*) FROM patient_merge WHERE undone_at IS NOT NULL),
        (SELECT count(*) FROM audit WHERE action = 'patient.merged'),
        (SELECT count(*) FROM audit WHERE action = 'patient.retired'),
        (SELECT count(*) FROM audit WHERE action = 'patient.unmerged'),
        (SELECT count(*) FROM audit WHERE action = 'encounter.moved')
"""


@dataclass
class Tally:
    """What was found after each kill: merged, parted or between; `acts` counts those acknowledged."""

    merged: int = 0
    parted: int = 0
    acts: int = 0
    between: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How many there were."""
        return self.merged + self.parted + len(self.between)


def kill(folder: Path, how: str, *, kills: int, seed: int = 20261124) -> Tally:
    """Let a clerk merge and part two records, killed again and again; what is left must be old or new, and whole."""
    tally, chance, done = Tally(), random.Random(seed), 0  # noqa: S311  (moments, not secrets)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    command, pipe = [sys.executable, str(HERE / "merge_clerk.py"), how], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1, env=environment) as nursery:
        while tally.kills < kills:
            home = folder / f"store-{tally.kills // KILLS_PER_STORE}"
            if tally.kills % KILLS_PER_STORE == 0:
                done = _register_twice(home)
            acts = _until_killed(nursery, home, chance)
            tally.acts += acts
            with open_store(home) as store:
                done = _examine(store, done + acts, tally)
        assert nursery.stdin is not None
        nursery.stdin.close()
    return tally


def _register_twice(home: Path) -> int:
    """A new store with one person in two records; no act was done in it."""
    with new_store(home) as store:
        for patient in (maria(), Patient("MRN-9", "Okafor", "Mary")):
            store.add_patient(patient)
            for _ in range(DICTATIONS):
                store.save_draft(store.add_encounter(patient).id, draft())
    return 0


def _until_killed(nursery: subprocess.Popen[str], home: Path, chance: random.Random) -> int:
    """Have a clerk work, kill it some time after an act, and return how many acts it acknowledged."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{home}\n")
    clerk = int(nursery.stdout.readline())
    acts = chance.randint(1, 3)
    for _ in range(acts):
        assert nursery.stdout.readline() == "done\n"
    threading.Event().wait(chance.uniform(0, 0.03))
    os.kill(clerk, signal.SIGKILL)
    while (line := nursery.stdout.readline()) == "done\n":
        acts += 1
    assert line == "ended -9\n", "the clerk ended by itself"
    return acts


def _examine(store: Store, acknowledged: int, tally: Tally) -> int:
    """Judge the state that was left, and return how many acts it holds."""
    with store._session.read() as db:
        state = db.execute(_STATE).fetchone()
    of_survivor, retired, holding, merges, undone, *audited = state
    acts = merges + undone
    merged = (2 * DICTATIONS, 1, 1)
    if (of_survivor, retired, holding) not in (merged, (DICTATIONS, 0, 0)) or audited != [
        merges, merges, undone, DICTATIONS * acts,
    ]:  # fmt: skip
        tally.between.append(str(state))
    elif holding:
        tally.merged += 1
    else:
        tally.parted += 1
    if not acknowledged <= acts <= acknowledged + 1:
        tally.lost.append(f"{acknowledged} acknowledged, {acts} there")
    tally.broken += store.check()
    assert index_agrees(store)
    return acts
