"""A thousand kills of the store's writer, and hundreds of merges and of migrations of every past schema."""

from __future__ import annotations

import os
from pathlib import Path

import merge_kills
import migration_kills
import pytest
import store_kills
import write_faults
from bench.figures import write_figure

pytestmark = [pytest.mark.soak, pytest.mark.timeout(4 * 3600)]

KILLS = int(os.environ.get("CHARTWRIGHT_KILLS", "1000"))
MERGE_KILLS = int(os.environ.get("CHARTWRIGHT_MERGE_KILLS", "300"))
MIGRATION_KILLS = int(os.environ.get("CHARTWRIGHT_MIGRATION_KILLS", "100"))
WRITES = int(os.environ.get("CHARTWRIGHT_WRITES", "1000"))
COMMITS_A_KILL = 10
SEED = 20_261_124
_SMALLER = [f"{name}={value}" for name, value in os.environ.items() if name.startswith("CHARTWRIGHT_")]
COMMAND = " ".join([*sorted(_SMALLER), "make soak"])
"""A run of other lengths says so."""


def test_a_thousand_kills_lose_no_acknowledged_commit(tmp_path: Path) -> None:
    """Drafts and signatures under load, killed at random: 0 lost, 0 torn entry/outbox/audit triples, files sound."""
    planted = store_kills.kill(tmp_path / "planted", "before", kills=20, seed=SEED)
    tally = store_kills.kill(tmp_path / "real", "after", kills=KILLS, seed=SEED)
    write_figure(
        "store-kills", figure=len(tally.lost), unit="acknowledged commits lost", target="0", n=tally.kills,
        peer="none", seed=SEED, command=COMMAND, acknowledged=tally.acknowledged, signatures=tally.signed,
        torn_triples=len(tally.torn), unsound_files=len(tally.broken), lost_by_the_planted_bug=len(planted.lost),
        meaning="SIGKILL, not a power cut; the planted bug acknowledges a signature before it commits, for 20 kills",
    )  # fmt: skip
    assert planted.lost
    assert tally.acknowledged >= COMMITS_A_KILL * KILLS
    assert (tally.lost, tally.torn, tally.broken) == ([], [], [])


def test_a_merge_killed_at_random_is_old_or_new(tmp_path: Path) -> None:
    """Two records merged and parted under kills: never between, nothing acknowledged lost."""
    planted = merge_kills.kill(tmp_path / "planted", "torn", kills=20, seed=SEED)
    tally = merge_kills.kill(tmp_path / "real", "whole", kills=MERGE_KILLS, seed=SEED)
    write_figure(
        "merge-kills", figure=len(tally.between), unit="merges left between old and new", target="0", n=tally.kills,
        peer="none", seed=SEED, command=COMMAND, left_merged=tally.merged, left_parted=tally.parted,
        acknowledged=tally.acts, lost=len(tally.lost), unsound_files=len(tally.broken),
        between_by_the_planted_bug=len(planted.between),
        meaning="SIGKILL, not a power cut; the planted bug commits with half of the dictations moved, for 20 kills",
    )  # fmt: skip
    assert planted.between
    assert tally.acts >= MERGE_KILLS
    assert (tally.between, tally.lost, tally.broken) == ([], [], [])


def test_a_migration_killed_at_random_is_old_or_new(tmp_path: Path) -> None:
    """From every past schema, before the commit and after it: never between, and the next start always gets there."""
    found = {}
    for script in (*migration_kills.PAST, migration_kills.NEWEST):
        (tmp_path / script.stem).mkdir()
        found[script.stem] = migration_kills.kill(script, tmp_path / script.stem, kills=MIGRATION_KILLS, seed=SEED)
    planted = migration_kills.kill(migration_kills.PAST[0], _made(tmp_path / "planted"), kills=10, how="hasty")
    wrong = [each for tally in found.values() for each in (*tally.between, *tally.lost)]
    write_figure(
        "migration-kills", figure=len(wrong), unit="stores between two schemas, or set back after a told commit",
        target="0", n=sum(tally.kills for tally in found.values()), peer="none", seed=SEED, command=COMMAND,
        by_schema={name: {"old": tally.old, "new": tally.new} for name, tally in found.items()},
        copies_found_whole=sum(tally.copies for tally in found.values()),
        rows_of_the_old_store=3 * migration_kills.ROWS, set_back_by_the_planted_bug=len(planted.lost),
        meaning="opened as the program does, copy first; the planted bug tells the commit before it is made",
    )  # fmt: skip
    assert wrong == []
    assert planted.lost
    for script in migration_kills.PAST:
        found[script.stem].assert_both_sides()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize("act", write_faults.ACTS)
def test_every_write_fails_and_leaves_old_or_new(tmp_path: Path, act: str) -> None:
    """Every write of a backup, a restore and a shredding: fails, stays failing, or is where the program is killed."""
    sweep = write_faults.Sweep(act, tmp_path)
    points = write_faults.sample(sweep.points, min(WRITES, len(sweep.points)))
    found = {how: sweep.fail(points, how) for how in write_faults.FAILURES}
    wrong = [each for tally in found.values() for each in tally.wrong]
    write_figure(
        f"write-faults-{act}", figure=len(wrong), unit="faults that left neither the old state nor the new", target="0",
        n=sum(tally.faults for tally in found.values()), peer="none", seed=SEED, command=COMMAND,
        writes_of_an_undisturbed_run=len(sweep.points),
        by_fault={how: {"old": tally.old, "new": tally.new} for how, tally in found.items()},
    )  # fmt: skip
    assert wrong == []
