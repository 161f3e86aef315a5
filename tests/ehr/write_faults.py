"""Failing, or killing at, the n-th write of a backup, a restore or a shredding, and judging what is left.

The system calls of the real program are failed by strace: every call that writes, makes, renames, removes or syncs a
file. Shared by the suite, which takes a sample of them, and the long run, which takes all.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backup_actor import Clock
from store_samples import PASSPHRASE, draft, index_agrees, maria, new_store, open_store, rows, sent

from ehr.chart.retention import Matter
from ehr.errors import ChartError
from ehr.store.backups import backups_in, last_backup, verify
from ehr.store.home import Home
from ehr.store.restoring import restore
from ehr.store.store import Store
from transcriber.journal import Journal

HERE = Path(__file__).parent
STRACE = shutil.which("strace")
CALLS = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "unlink", "unlinkat", "rmdir", "mkdir")
ACTS = ("backup", "restore", "replace", "shred")
FAILURES = {"fails": "error=EIO", "stays full": "error=ENOSPC", "killed": "signal=SIGKILL"}
"""One call fails; the disk is full from that call on; the program is killed there."""

_DERIVED = re.compile("document_index|sqlite_sequence|audit$")
Point = tuple[str, int]
State = object


@dataclass
class Tally:
    """What was found: states as before the act and as after it, and what was neither, or was told wrongly."""

    old: int = 0
    new: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """All that were tried."""
        return self.old + self.new + len(self.wrong)


class Sweep:
    """One act, failed at another call each time on a fresh copy of one clinic; `plant` is a bug of what is failed."""

    def __init__(self, act: str, folder: Path, *, plant: str = "") -> None:
        self._act, self._folder, self._plant = act, folder, ""
        self._now = folder / "now"
        if not (folder / "before").exists():
            _prepare(folder / "before")
        self._reset()
        self._old = self._state()
        self._reset()
        self._run(())
        self._new = self._state()
        assert self._new != self._old
        self.points = _points((folder / "calls").read_text())
        self._plant = plant

    def fail(self, points: list[Point], how: str) -> Tally:
        """Fail each of these calls in turn."""
        tally = Tally()
        for call, nth in points:
            self._reset()
            when = f"{nth}+" if how == "stays full" else str(nth)
            told = self._run(("-e", f"inject={call}:{FAILURES[how]}:when={when}"))
            where = f"{self._act}, {call} {nth} {how}, told {told!r}"
            expected = "" if how == "killed" else r"CW-E(?!9)\d{3}\n|done\n"
            try:
                found = self._state()
            except (AssertionError, ChartError) as error:
                tally.wrong.append(f"{where}: {type(error).__name__} {error}")
                continue
            if not re.fullmatch(expected, told):
                tally.wrong.append(where)
            elif found == self._new:
                tally.new += 1
            elif found == self._old and told != "done\n":
                tally.old += 1
            else:
                tally.wrong.append(f"{where}: neither old nor new")
        return tally

    def _reset(self) -> None:
        shutil.rmtree(self._now, ignore_errors=True)
        shutil.copytree(self._folder / "before", self._now)
        if self._act == "restore":
            shutil.rmtree(self._now / "home")

    def _run(self, fault: tuple[str, ...]) -> str:
        actor = [sys.executable, str(HERE / "backup_actor.py"), self._act, str(self._now / "home")]
        watch = [str(STRACE), "-f", "-qq", "-e", f"trace={','.join(CALLS)}", *fault]
        if not any("signal" in each for each in fault):
            watch.insert(1, "--seccomp-bpf")  # faster, but then it injects no signals
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        command = [*watch, "-o", str(self._folder / "calls"), *actor, str(self._now / "usb"), self._plant]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stdout

    def _state(self) -> State:
        judge: Callable[[Path, Path], State] = {"backup": _backups, "shred": _shredded}.get(self._act, _restored)
        return judge(self._now / "home", self._now / "usb")


def _points(log: str) -> list[Point]:
    """Every call that the program made, by name and number."""
    found, seen = [], dict.fromkeys(CALLS, 0)
    for line in log.splitlines():
        if match := re.match(r"\d+ +(\w+)\(", line):
            call = match[1]
            seen[call] += 1
            found.append((call, seen[call]))
    return found


def sample(points: list[Point], count: int) -> list[Point]:
    """So many of them, evenly over the act."""
    return [points[at * len(points) // count] for at in range(count)]


def _prepare(folder: Path) -> None:
    """A clinic of three dictations with sound, signed and sent, of which two are in a backup; all of it is due."""
    with new_store(folder / "home") as store:
        _dictate(store)
        _dictate(store)
        store.backups.make(folder / "usb")
        _dictate(store)
        for matter in (Matter.AUDIO, Matter.TRANSCRIPT, Matter.NOTE, Matter.AUDIT):
            store.retention.set_rule(matter, 30)


def _dictate(store: Store) -> None:
    patient = store.patient_by_mrn("MRN-1") or store.add_patient(maria())
    recording = store.begin_recording(device="USB")
    with Journal.create(recording.path, recording.key, device="USB") as journal:
        journal.append_gap(16_000)
        journal.seal()
    store.finish_recording(recording.id, samples=16_000)
    encounter = store.add_encounter(patient, recording_id=recording.id)
    store.save_draft(encounter.id, draft())
    sent(store, encounter.id)


def _content(store: Store) -> dict[str, object]:
    """The rows of a store that verifies, but for the log's, which tell the time; and which sound is there."""
    assert store.check() == []
    assert index_agrees(store)
    found: dict[str, object] = {name: each for name, each in rows(store).items() if not _DERIVED.search(name)}
    return found | {"sound": sorted(path.name for path in store.recordings_folder.glob("*.journal"))}


def _backups(home: Path, place: Path) -> State:
    """How many backups there are; each has to verify, and to restore to all that the chart held when it was made."""
    with open_store(home) as store:
        _content(store)
        unlocked = store._unlocked
    found = backups_in(place)
    for folder in found:
        manifest = verify(folder, unlocked)
        restore(folder, home.parent / "trial", PASSPHRASE)
        with open_store(home.parent / "trial") as trial:
            _content(trial)
            assert len(trial.encounters()) == manifest.counts["encounter"]
        shutil.rmtree(home.parent / "trial")
    last = last_backup(home)
    assert last is None or (place / last.name) in found
    return len(found)


def _restored(home: Path, _place: Path) -> State:
    """What the store holds at the next start; None where there is none."""
    place = Home(home)
    place.make_folder()
    place.settle()
    if not Store.exists(home):
        return None
    with open_store(home) as store:
        return _content(store)


def _shredded(home: Path, _place: Path) -> State:
    """What is left, with what the log says of it; the next start can finish the sweeping of files."""
    with Store.open(home, PASSPHRASE, clock=Clock()) as store:
        store.retention.sweep()
        with store._session.read() as db:
            said = db.execute("SELECT action, subject FROM audit WHERE action LIKE '%shred%' ORDER BY seq").fetchall()
            gone = db.execute("SELECT count(*) FROM shredded").fetchone()[0]
        assert len(said) == gone
        return _content(store), said
