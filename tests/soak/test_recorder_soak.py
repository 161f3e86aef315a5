"""A thousand kills, a disk that fills at every byte, two hours in one recording: what the recorder loses."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import disk_filler
import numpy as np
import pytest
import recorder_memory
import soundfile
from bench.figures import write_figure
from recorder_killer import KEY, TAIL_S, VICTIMS, Killer, Report

from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal

pytestmark = [pytest.mark.soak, pytest.mark.timeout(4 * 3600)]

KILLS = int(os.environ.get("CHARTWRIGHT_KILLS", "1000"))
SEED = 20_261_124
HOURS = 2
COMMAND = "make soak"


@pytest.fixture
def killer(tmp_path: Path) -> Killer:
    """Kills in a folder of its own."""
    return Killer(tmp_path, seed=SEED)


def told(report: Report) -> dict[str, object]:
    """A report as a figure shows it."""
    return {
        "kills": len(report.kills),
        "captured_s": round(report.captured_s, 1),
        "lost_s": round(report.lost_s, 2),
        "worst_s": round(report.worst_s, 3),
        "committed_samples_lost": report.committed_lost,
        "retaken": sum(kill.retaken for kill in report.kills),
    }


def test_kills(killer: Killer) -> None:
    """Recorder, engine and window in turn: nothing that was told is lost, and at most a tenth of a second of what was
    captured; a recording goes on when its engine dies.

    Beside it, in the same run: recorders as other programs have them, and two planted bugs, which the killer has to
    catch: a recorder of ours that tells what it has not written yet, and a window that gives up with its engine.
    """
    report = killer.run(VICTIMS, KILLS)
    peers = {kind: killer.run((kind,), max(10, KILLS // 20)) for kind in ("ram", "wav", "eager")}
    bound = killer.run(("engine",), 10, planted="bound")
    for each in peers.values():
        each.assert_enough(10)
    write_figure(
        "recorder-kills", figure=round(report.worst_s, 3), unit="s lost at most by one kill",
        target=f"<= {TAIL_S}, 0 committed samples lost", n=len(report.kills),
        peer="list in memory and wav writer, same killer: " + ", ".join(
            f"{kind} lost {each.lost_s:.1f} of {each.captured_s:.1f} s" for kind, each in peers.items()
            if kind != "eager"),
        seed=SEED, command=COMMAND, ours=told(report), victims={each: told(report.of(each)) for each in VICTIMS},
        peers={kind: told(each) for kind, each in peers.items()},
        engine="the program's follower of the journal with a scripted recogniser", window="a stand-in of the window",
        planted="a recorder that tells what it has not written yet; a window that gives up with its engine",
        planted_caught=peers["eager"].committed_lost > 0 and not any(each.intact for each in bound.kills),
    )  # fmt: skip
    report.assert_enough(KILLS)
    assert all(len(report.of(each).kills) >= KILLS // len(VICTIMS) for each in VICTIMS)
    report.assert_safe()
    assert peers["eager"].committed_lost > 0
    assert not any(each.intact for each in bound.kills)
    assert peers["ram"].lost_s >= 0.8 * peers["ram"].captured_s


def test_a_disk_that_fills_at_every_byte(tmp_path: Path) -> None:
    """The limit moves byte by byte over one block: all that was acknowledged is there, whole, and sealed."""
    began = time.monotonic()
    left = disk_filler.sweep(tmp_path, "ours", range(56_000, 72_480))
    careless = disk_filler.sweep(tmp_path, "careless", range(60_000, 61_600, 10))
    wrong = [each for each in left if not (each.sealed and each.intact and each.found == each.acknowledged)]
    caught = sum(each.found < each.acknowledged for each in careless)
    write_figure(
        "recorder-disk-full", figure=len(wrong), unit="limits at which something acknowledged was lost or unsealed",
        target="0", n=len(left), peer=f"a writer that ignores short writes: {caught} of {len(careless)}", seed=None,
        command=COMMAND, seconds=round(time.monotonic() - began), planted_caught=caught > 0,
    )  # fmt: skip
    assert len(left) >= 500
    assert wrong == []
    assert [each.found for each in left] == sorted(each.found for each in left)
    assert left[0].found < left[-1].found
    assert caught > 0


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of a megabyte and a half."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


FILLER = """
import sys
from pathlib import Path
import numpy as np
from transcriber.errors import DiskFull
from transcriber.journal import Journal
from transcriber.space import Space
from transcriber.take import Take
path = Path(sys.argv[1])
take = Take(Journal.create(path, bytes(range(32)), device="test"), Space(path), "test")
try:
    while True:
        take.add(np.full(800, 0.25, np.float32), 16_000)
except DiskFull:
    print(take.written, flush=True)
take.seal()
"""


def test_a_disk_that_is_full(small_disk: Path) -> None:
    """A real file system without room: everything acknowledged is there, sealed, thanks to the reserve."""
    path = small_disk / "take"
    run = subprocess.run([sys.executable, "-c", FILLER, str(path)], capture_output=True, text=True, check=True)
    written = int(run.stdout)
    assert written >= 5 * SAMPLE_RATE
    with Journal.open(path, KEY) as journal:
        assert (journal.samples, journal.sealed) == (written, True)
        assert set(journal.read(0, written)) == {8192}


def test_two_hours_in_one_recording(tmp_path: Path) -> None:
    """Faster than real time: no sample is missing, and memory after two hours is what it was after five minutes.

    The list in memory beside it is the planted bug that the measurement has to see.
    """
    noise = np.random.default_rng(SEED).integers(-9000, 9000, 60 * SAMPLE_RATE, np.int16)
    soundfile.write(tmp_path / "voice.wav", noise, SAMPLE_RATE, subtype="PCM_16")
    seconds = HOURS * 3600 + 600  # a pipe holds minutes of levels: the last measurement is made while all still runs
    device = f"fake:{tmp_path / 'voice.wav'}?loop=1&length={seconds}"
    began = time.monotonic()
    early, late = recorder_memory.record("recorder", tmp_path / "take", device, (300, HOURS * 3600))
    took = time.monotonic() - began
    peer = recorder_memory.record("ram", tmp_path / "ram", device, (300, HOURS * 3600))
    with Journal.open(tmp_path / "take", KEY) as journal:
        missing, gaps, sealed = seconds * SAMPLE_RATE - journal.samples, journal.gaps, journal.sealed
        whole = all(
            np.array_equal(journal.read(start, start + 60 * SAMPLE_RATE), noise)
            for start in range(0, seconds * SAMPLE_RATE, 60 * SAMPLE_RATE)
        )
    write_figure(
        "recorder-two-hours", figure=round(late / early, 3), unit="memory after 2 h / after 5 min", target="<= 1.10",
        n=1, peer=f"list in memory: {peer[1] / peer[0]:.2f}", seed=SEED, command=COMMAND, overflows=len(gaps),
        missing_samples=missing, megabytes=round(late / 1024), times_real_time=round(seconds / took, 1),
        planted_caught=peer[1] > 1.10 * peer[0],
    )  # fmt: skip
    assert (missing, gaps, sealed, whole) == (0, (), True, True)
    assert late <= 1.10 * early
    assert peer[1] > 1.10 * peer[0]
