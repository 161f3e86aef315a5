"""SIGKILL while a note is being typed in: all but the last second of typing is in the store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest
from window_samples import PASSPHRASE

from ehr.store.store import Store

HERE = Path(__file__).parent
KEYS = 60
UNKEPT_S = 1.0


def _typed_and_kept(home: Path, editor: str) -> tuple[int, int]:
    """How many keys had been typed a second before the kill, and how many of all are in the store afterwards."""
    folders = [HERE.parents[1], HERE, HERE.parent]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, str(HERE / "typist.py"), str(home), editor]
    times: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as typist:
        assert typist.stdout is not None
        while len(times) < KEYS and typist.stdout.readline():
            times.append(monotonic())
        typist.kill()
    assert len(times) == KEYS, "the typist ended by itself"
    with Store.open(home, PASSPHRASE) as store:
        written = store.encounter(store.encounters()[0].id).draft.note.written
    return sum(time < times[-1] - UNKEPT_S for time in times), written.count("#")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_typing_without_a_rest_survives_a_kill(home: Path) -> None:
    """What was typed more than a second before the kill is in the store, though no pause ever came."""
    due, kept = _typed_and_kept(home, "kept")
    assert due >= KEYS // 4
    assert kept >= due


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_killer_catches_a_planted_bug(home: Path) -> None:
    """An editor that hands over only at a pause loses what was typed without one."""
    due, kept = _typed_and_kept(home, "lost")
    assert kept < due
