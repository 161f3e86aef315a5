"""Whatever is pressed and whatever breaks, in any order: what was heard is in the journal, in order, and sealed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from recorder_rig import Rig, times, write_ramp

from transcriber.audio import SAMPLE_RATE
from transcriber.errors import TranscriberError
from transcriber.messages import Arm, Level, Pause, Paused, Resume, Started, Stop, Stopped
from transcriber.recorder import State

moments = st.floats(0.05, 9.0).map(lambda at: round(at, 2))
presses = st.lists(st.tuples(moments, st.sampled_from(["record", "pause", "resume", "stop", "arm"])), max_size=8)
faults = st.lists(
    st.one_of(
        st.builds("unplug={}&return={}".format, moments, moments),
        st.builds("hang={}".format, moments),
        st.builds("freeze={}".format, moments),
        st.builds("late={}".format, st.floats(0, 3).map(lambda at: round(at, 2))),
        st.builds("sleep={}:{}".format, moments, st.integers(1, 5)),
        st.builds("zeros={}&until={}".format, moments, moments),
    ),
    max_size=3,
    unique_by=lambda each: each.partition("=")[0],
)


def press(rig: Rig, what: str) -> None:
    """One of the user's keys."""
    if what == "record":
        rig.record()
    else:
        rig.ask({"pause": Pause(), "resume": Resume(), "stop": Stop(), "arm": Arm(rig.device)}[what])


@settings(max_examples=60, deadline=None)
@example(keys=[(0.05, "record")], broken=["unplug=0.05&return=9.0"])
@example(keys=[(0.05, "arm"), (3.0, "record"), (3.1, "stop")], broken=["unplug=1.0&return=2.0"])
@given(keys=presses, broken=faults)
def test_any_order_of_keys_and_faults(keys, broken):
    """Sound is in order and only where it was recorded; levels never promise more than is there; the end is sealed."""
    with tempfile.TemporaryDirectory() as folder:
        ramp = write_ramp(Path(folder) / "ramp.wav")
        rig = Rig(Path(folder), f"fake:{ramp}?{'&'.join(broken)}".rstrip("?"))
        failed = False
        try:
            for at, what in [*sorted(keys), (9.5, "record"), (12.0, "stop")]:
                rig.run(at)
                press(rig, what)
            rig.finish()
        except TranscriberError:
            failed = True
            rig.recorder.abandon()
        assert rig.recorder.state is State.DONE
        started = bool(rig.heard(Started))
        event(f"started {started}, failed {failed}, paused {bool(rig.heard(Paused))}")
        assert rig.path.exists() == started
        if started:
            examine(rig, failed=failed)


def examine(rig: Rig, *, failed: bool) -> None:
    """The journal of a recording."""
    with rig.journal() as journal:
        assert journal.sealed != failed
        heard = times(journal.read(0, journal.samples))
        heard = heard[heard > -1]
        assert len(heard) > 0
        assert np.all(np.diff(heard) > -0.002)
        assert max((level.duration for level in rig.heard(Level)), default=0) <= journal.duration
        if not failed:
            assert rig.heard(Stopped) == [Stopped(journal.duration)]
        pauses = [mark.at for mark in journal.marks if mark.kind == "pause"]
        assert [round(each.duration * SAMPLE_RATE) for each in rig.heard(Paused)] == pauses
