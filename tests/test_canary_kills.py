"""Patient text stays in the encrypted chart when the window or one of its processes dies, and when old notes go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from program import ROOT, clip
from ward import CANARIES, FAMILY, GIVEN, MRN, SPOKEN, Ward

from ehr.chart.encounter import Draft
from ehr.chart.note import Note, Span
from ehr.chart.patient import Patient
from ehr.store.keys import Argon2Cost
from ehr.store.signatures import Seal
from ehr.store.store import Store

CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)
PASSPHRASE = "correct horse battery"
RECORDER, ENGINE, WINDOW = "transcriber.recorder", "transcriber.worker", "window"
LONG_S = 120
HEARD_S = 3.0
"""How long was recorded before the kill, so that there is something to leak."""


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """A computer with a chart that the planted patient signed a note in, long ago."""
    made = Ward(tmp_path)
    made.places["CHARTWRIGHT_PASSPHRASE"] = PASSPHRASE
    text = f"{FAMILY}, {GIVEN} is a {SPOKEN} woman."
    long_ago = datetime.now(UTC) - timedelta(days=400)
    with Store.create(tmp_path / "chart", PASSPHRASE, cost=CHEAP, clock=lambda: long_ago) as store:
        encounter = store.add_encounter(store.add_patient(Patient(MRN, FAMILY, GIVEN)), title=FAMILY)
        note = Note(text, text, (), (), tuple(Span(at, at + 1) for at in range(len(text))))
        store.save_draft(encounter.id, Draft(note, ()))
        store.signatures.sign(encounter.id, Seal(PASSPHRASE, "I answer for this."))
    return made


def _child(parent: int, module: str, *, not_in: set[int] = frozenset()) -> int:
    """The process id of a child that runs a module, 0 where there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = int(folder.joinpath("stat").read_text().rpartition(") ")[2].split()[1]) == parent
            runs = module.encode() in folder.joinpath("cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            continue
        if ours and runs and int(folder.name) not in not_in:
            return int(folder.name)
    return 0


def _await(done: object, what: str) -> object:
    """Ask again until it is so."""
    until = monotonic() + LONG_S
    while monotonic() < until:
        if found := done():
            return found
    raise AssertionError(f"waited too long for {what}")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
@pytest.mark.parametrize("killed", [RECORDER, ENGINE, WINDOW])
def test_a_killed_process_leaves_no_plain_text(ward: Ward, killed: str) -> None:
    """SIGKILL of the recorder while it records, of the engine while it decodes, and at last of the window itself."""
    voice = clip(ward.folder / "input" / "voice.wav", 25.0)
    here = ROOT / "tests"
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{here / 'desktop'}", **ward.places}
    command = [sys.executable, str(here / "desktop" / "window_victim.py"), str(ward.folder / "chart"), f"fake:{voice}"]
    told = ward.folder / "told"
    with told.open("w") as out, subprocess.Popen(command, env=variables, stdout=out, stderr=out) as window:
        _await(lambda: any(_seconds(line) >= HEARD_S for line in told.read_text().splitlines()), "recorded sound")
        if killed != WINDOW:
            victim = _await(lambda: _child(window.pid, killed), killed)
            os.kill(victim, signal.SIGKILL)
            _await(lambda: _child(window.pid, killed) != victim, f"the end of {killed}")
        if killed == ENGINE:
            _await(lambda: _child(window.pid, killed, not_in={victim}), "another engine")
        window.kill()
    ward.told += told.read_text()
    assert window.returncode == -signal.SIGKILL
    assert any(path.stat().st_size > 20_000 for path in (ward.folder / "chart" / "recordings").glob("*.journal*"))
    assert ward.leaks() == []
    assert GIVEN in ward.run("list").stdout
    assert ward.leaks() == []


def _seconds(line: str) -> float:
    try:
        return float(line)
    except ValueError:
        return 0.0


def test_retention_and_exports_leave_no_plain_text(ward: Ward) -> None:
    """Rules, holds, preview, waiving, deletion, and the log that left: the name is in none of it."""
    usb = ward.folder / "usb"
    usb.mkdir()
    steps: tuple[tuple[str | Path, ...], ...] = (
        ("retention", "set", "transcript", "30"),
        ("retention", "set", "audio", "30"),
        ("retention", "set", "note", "30"),
        ("retention", "hold", MRN, "--reason", f"about {FAMILY}"),
        ("retention", "release", MRN, "--reason", f"{FAMILY} agreed"),
        ("retention", "unsent", "--waive", "--reason", f"{FAMILY} moved away"),
        ("retention", "preview"),
        ("backup", usb),
        ("retention", "apply", "--yes"),
        ("audit", "export", usb / "log.jsonl"),
        ("audit", "verify", "--head", usb / "log.jsonl"),
    )
    for step in steps:
        done = ward.run(*step)
        assert done.returncode == 0, (step, done.stderr)
    assert "Deleted." in ward.told
    assert ward.run("search", SPOKEN).stdout == ""
    assert ward.leaks() == []


def test_the_search_of_these_files_can_fail(ward: Ward) -> None:
    """A journal or a log that held the name in plain would be found where these tests look."""
    for number, name in enumerate(("chart/recordings/x.journal", "usb/log.jsonl", "tmp/core")):
        path = ward.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\0" + CANARIES[number].upper().encode())
    assert len(ward.leaks()) == 3
