"""SIGKILL at random moments: what was told is there, and at most a tenth of a second of what was captured is not.

The short form of tests/soak/test_recorder_soak.py.
"""

from __future__ import annotations

import sys

import pytest
from recorder_killer import TAIL_S, VICTIMS, Killer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_a_kill_costs_a_tenth_of_a_second_at_most(tmp_path):
    """The recorder, the engine beside it and the window above them in turn, three times each."""
    report = Killer(tmp_path, seed=1).run(VICTIMS, 9)
    report.assert_enough(9)
    report.assert_safe()


def test_the_killer_sees_a_recording_that_ends_with_its_engine(tmp_path):
    """A planted bug: a window that gives up when the engine dies, with which a recording does not go on."""
    report = Killer(tmp_path, seed=3).run(("engine",), 2, planted="bound")
    with pytest.raises(AssertionError):
        report.assert_safe()


def test_the_killer_sees_what_others_lose(tmp_path):
    """The same kills on a list in memory and on a wav file cost everything; and a recorder of ours with a planted bug,
    one that tells what it has not written yet, is caught.
    """
    killer = Killer(tmp_path, seed=2)
    for peer in ("ram", "wav"):
        report = killer.run((peer,), 2)
        report.assert_enough(2)
        assert report.lost_s >= 0.8 * report.captured_s  # a wav header may own to its first block
    eager = killer.run(("eager",), 4)
    eager.assert_enough(4)
    assert eager.committed_lost > 0
    assert eager.worst_s > TAIL_S
    with pytest.raises(AssertionError):
        eager.assert_safe()
