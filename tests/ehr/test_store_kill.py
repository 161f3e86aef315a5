"""SIGKILL at random moments under load: what was acknowledged is there, and nothing is half there.

A kill is not a power cut: the system's page cache survives it. The harness also fails where it did too little, and it
has to catch a planted bug. The long form is in `tests/soak`.
"""

from __future__ import annotations

import sys

import pytest
from store_kills import kill
from store_samples import draft

KILLS = 20
ACKNOWLEDGED_AT_LEAST = 200

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


def test_no_acknowledged_commit_is_lost(tmp_path):
    """Twenty kills: nothing acknowledged is lost, no entry/outbox/audit triple torn, a sound file every time."""
    tally = kill(tmp_path, "after", kills=KILLS)

    assert tally.acknowledged >= ACKNOWLEDGED_AT_LEAST
    assert tally.signed >= KILLS
    assert (tally.lost, tally.torn, tally.broken) == ([], [], [])


def test_the_killer_catches_a_planted_bug(tmp_path):
    """A writer that acknowledges a signature before it commits is found out."""
    assert kill(tmp_path, "before", kills=6).lost


def test_a_draft_of_the_writer_has_two_entries():
    """What the torn check counts by."""
    assert len(draft().entries) == 2
