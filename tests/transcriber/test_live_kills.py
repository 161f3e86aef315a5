"""An engine that is killed in the middle of decoding costs time and nothing else. The long form is in tests/soak."""

from __future__ import annotations

import numpy as np
from live_killer import follow_and_kill

from transcriber.audio import to_int16
from transcriber.journal import Journal

KILLS = 4


def test_a_killed_engine_changes_no_word(tmp_path, key, clip_samples):
    """Killed four times while it decodes, the engine's words are those of one that was left alone, each told once.

    Seen to fail with a follower that takes `known` for what it decodes again (finals twice), and with a worker that
    begins without the text before (other words).
    """
    path = tmp_path / "long"
    with Journal.create(path, key, device="test") as journal:
        journal.append(to_int16(np.concatenate([clip_samples, np.zeros(24_000, np.float32)] * 4)))
        journal.seal()
    (undisturbed,) = follow_and_kill(path, key, kills=0, seed=0)
    takes = follow_and_kill(path, key, kills=KILLS, seed=1, longest_s=0.4)
    assert sum(take.kills for take in takes) == KILLS
    assert sum(take.late for take in takes) > 0
    for take in takes:
        assert take.transcript == undisturbed.transcript
        assert take.finals == undisturbed.transcript.segments
