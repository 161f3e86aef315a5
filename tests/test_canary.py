"""Patient text stays in the encrypted chart: a planted name is looked for wherever the program leaves anything."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import chartwright, clip

FAMILY, GIVEN, MRN = "Quackenbush", "Zebulonia", "MRN-7731-CANARY"
SPOKEN = "58-year-old"
"""A word of the dictation, which the model hears."""

CANARIES = (FAMILY, GIVEN, MRN, SPOKEN)


class Ward:
    """A computer of its own for one test: home, temporary folder, chart, and everything that was told on stderr."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = {
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "home" / "cache"),
            "CHARTWRIGHT_HOME": str(folder / "chart"),
            "CHARTWRIGHT_PASSPHRASE": "correct horse",
        }
        for name in ("home", "tmp", "input"):
            (folder / name).mkdir()
        self.told = ""

    def run(self, *arguments: str | Path, stdin: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Run the program here and remember what it told on stderr."""
        done = chartwright(*arguments, stdin=stdin, **{**self.places, **changes})
        self.told += done.stderr
        return done

    def leaks(self) -> list[str]:
        """Where a canary can be read: file contents, file names, stderr."""
        found = [f"stderr: {canary}" for canary in CANARIES if canary.lower() in self.told.lower()]
        for path in self._files():
            content = path.read_bytes().lower()
            found += [f"{path.name}: {canary}" for canary in CANARIES if canary.lower().encode() in content]
            found += [f"name of {path.name}" for canary in CANARIES if canary.lower() in path.name.lower()]
        return found

    def _files(self) -> Iterator[Path]:
        for name in ("home", "tmp", "chart"):
            yield from (path for path in (self.folder / name).rglob("*") if path.is_file())


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    """A fresh computer."""
    return Ward(tmp_path)


def test_the_search_finds_a_planted_leak(ward: Ward) -> None:
    """The tests below can fail."""
    (ward.folder / "tmp" / f"{FAMILY}.txt").write_text(f"seen: {MRN.lower()}", encoding="utf-8")
    ward.told = GIVEN
    assert len(ward.leaks()) == 3


def test_a_charted_dictation_leaves_no_plain_text(ward: Ward) -> None:
    """Charting, reading and searching leave the words and the person in the encrypted chart alone."""
    sound = clip(ward.folder / "input" / "visit.wav", 8.0)
    charted = ward.run("chart", sound, "--patient", MRN, "--name", f"{FAMILY}, {GIVEN}")
    assert charted.returncode == 0, charted.stderr
    assert f"{FAMILY}, {GIVEN}" in ward.run("list").stdout
    shown = json.loads(ward.run("show", charted.stdout.strip(), "--json").stdout)
    assert shown["patient"]["mrn"] == MRN
    assert SPOKEN in shown["spoken"].lower()
    assert MRN in ward.run("search", SPOKEN).stdout
    assert (ward.folder / "chart" / "chart.db").stat().st_size > 0
    assert ward.leaks() == []


def test_failures_tell_no_patient_text(ward: Ward) -> None:
    """What goes wrong is told without what it went wrong with."""
    silence = ward.folder / "input" / "not-audio.wav"
    silence.write_text(f"{FAMILY} is not audio", encoding="utf-8")
    bad = ward.folder / "input" / "bad.jsonl"
    bad.write_text(json.dumps({"id": MRN, "spoken": None, "name": FAMILY}) + "\n", encoding="utf-8")
    latin = ward.folder / "input" / "latin.txt"
    latin.write_bytes(f"{FAMILY} caf\xe9".encode("latin-1"))
    assert ward.run("chart", silence, "--patient", MRN, "--name", FAMILY).returncode == 1
    assert ward.run("extract", "--jsonl", bad, ward.folder / "out.jsonl").returncode == 1
    assert ward.run("extract", latin).returncode == 1
    assert ward.run("list", CHARTWRIGHT_PASSPHRASE=FAMILY).returncode == 1
    assert "CW-" in ward.told
    assert ward.leaks() == []


def test_extraction_writes_to_stdout_alone(ward: Ward) -> None:
    """No library logs the text that it reads."""
    done = ward.run("extract", "-", "--json", stdin=f"{FAMILY} {GIVEN} denies fever and has {SPOKEN}.")
    assert done.returncode == 0
    assert done.stderr == ""
    assert FAMILY in done.stdout
    assert ward.leaks() == []
