"""The n-th write of a backup, a restore and a shredding fails, or the program is killed there: old or new.

A sample of the writes; `tests/soak` takes all of them.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from write_faults import FAILURES, STRACE, Sweep, sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place to work in; skips where system calls cannot be failed."""
    if STRACE is None:
        pytest.skip("strace is not installed")
    if subprocess.run([STRACE, "-qq", "-o", str(tmp_path / "log"), "true"], check=False).returncode != 0:
        pytest.skip("watching a process is not permitted here")
    return tmp_path


@pytest.mark.parametrize(("act", "least"), [("backup", 100), ("restore", 60), ("replace", 60), ("shred", 100)])
def test_a_write_that_fails_leaves_old_or_new(folder, act, least):
    """Once, from there on, or with the program killed: the chart, the backups and the log say the same, with a code."""
    sweep = Sweep(act, folder)
    assert len(sweep.points) >= least
    points = sample(sweep.points, 2 * len(FAILURES))

    for at, how in enumerate(FAILURES):
        tally = sweep.fail(points[at :: len(FAILURES)], how)
        assert tally.wrong == []
        assert tally.faults == 2


@pytest.mark.parametrize(
    ("act", "plant", "how", "call", "part"),
    [
        ("backup", "unchecked", "fails", "write", slice(0, 2)),
        ("replace", "in place", "fails", "fsync", slice(-3, None)),
        ("shred", "unaudited", "killed", "pwrite64", slice(80, None, 12)),
    ],
)
def test_the_faults_catch_a_planted_bug(folder, act, plant, how, call, part):
    """A backup that was not restored, a restore over what is there, an audit of its own transaction are found out."""
    sweep = Sweep(act, folder, plant=plant)
    points = [point for point in sweep.points if point[0] == call][part]

    assert sweep.fail(points, how).wrong != []
