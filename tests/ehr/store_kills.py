"""Killing the store's writer at random moments, and judging what is left: shared by the suite and the long run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from store_samples import index_agrees, maria, new_store, open_store

from ehr.store.sqlcipher import Database
from ehr.store.store import Store

HERE = Path(__file__).parent
KILLS_PER_STORE = 50

_TORN = """
    SELECT id FROM encounter WHERE
        (standing = 'final') <> (SELECT count(*) FROM signature WHERE encounter_id = encounter.id)
        OR (standing = 'final') <> (SELECT count(*) FROM outbox WHERE encounter_id = encounter.id)
        OR (standing = 'final') <> (
            SELECT count(*) FROM audit WHERE subject = encounter.id AND action = 'encounter.signed')
        OR (status = 'draft') <> (SELECT count(*) FROM note_version WHERE encounter_id = encounter.id)
        OR (status = 'draft') <> (SELECT count(*) FROM transcript WHERE encounter_id = encounter.id)
        OR (status = 'draft') <> (SELECT count(*) FROM audit WHERE subject = encounter.id AND action = 'draft.saved')
        OR 2 * (status = 'draft') <> (SELECT count(*) FROM entry WHERE encounter_id = encounter.id)
        OR (SELECT count(DISTINCT state) FROM entry WHERE encounter_id = encounter.id) > 1
        OR 1 <> (SELECT count(*) FROM audit WHERE subject = encounter.id AND action = 'encounter.added')
"""
"""Encounters of which an act is there by half: an entry, its outbox row and its audit rows come together."""


@dataclass
class Tally:
    """What the killer saw. `acknowledged` counts commits, `signed` those that were signatures."""

    kills: int = 0
    acknowledged: int = 0
    signed: int = 0
    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def kill(folder: Path, acknowledge: str, *, kills: int, seed: int = 20261124) -> Tally:
    """Let a writer sign dictations and kill it, again and again; every store is looked at after every kill."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311  (moments, not secrets)
    with _nursery(acknowledge) as nursery:
        while tally.kills < kills:
            home = folder / f"store-{tally.kills // KILLS_PER_STORE}"
            if tally.kills % KILLS_PER_STORE == 0:
                with new_store(home) as store:
                    store.add_patient(maria())
            acknowledged = _until_killed(nursery, home, chance)
            tally.kills += 1
            with open_store(home) as store:
                _examine(store, acknowledged, tally)
    return tally


@contextmanager
def _nursery(acknowledge: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    command = [sys.executable, str(HERE / "store_writer.py"), acknowledge]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1, env=environment) as nursery:
        yield nursery
        assert nursery.stdin is not None
        nursery.stdin.close()


def _until_killed(nursery: subprocess.Popen[str], home: Path, chance: random.Random) -> list[list[str]]:
    """Have a writer run, kill it soon after a random acknowledgement, and return all that it acknowledged."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{home}\n")
    writer = int(nursery.stdout.readline())
    told = [nursery.stdout.readline().split() for _ in range(chance.randint(8, 20))]
    threading.Event().wait(chance.uniform(0, 0.01))
    os.kill(writer, signal.SIGKILL)
    while (line := nursery.stdout.readline().split())[0] != "ended":
        told.append(line)
    assert line == ["ended", "-9"], "the writer ended by itself"
    return told


def _examine(store: Store, acknowledged: list[list[str]], tally: Tally) -> None:
    tally.acknowledged += len(acknowledged)
    tally.signed += sum(done == "signed" for _, done in acknowledged)
    with store._session.read() as db:
        tally.lost += [" ".join(told) for told in acknowledged if not _there(db, *told)]
        tally.torn += [id_ for (id_,) in db.execute(_TORN)]
    tally.broken += store.check()
    assert index_agrees(store)


def _there(db: Database, encounter: str, done: str) -> bool:
    """Whether what was acknowledged is in the tables."""
    state = {"added": "1", "drafted": "status = 'draft'", "signed": "standing = 'final'"}.get(
        done, "NOT EXISTS (SELECT 1 FROM entry WHERE encounter_id = encounter.id AND state = 'proposed')"
    )
    return db.execute(f"SELECT 1 FROM encounter WHERE id = ? AND {state}", [encounter]).fetchone() is not None  # noqa: S608
