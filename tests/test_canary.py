"""Patient text stays in the encrypted chart: a planted name is looked for wherever the program leaves anything."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest
from keychains import environment
from program import COMMAND, ROOT, clip
from ward import FAMILY, GIVEN, MRN, SPOKEN, Ward


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


def test_keeping_the_chart_safe_leaves_no_plain_text(ward: Ward) -> None:
    """Backup, restore elsewhere, hand-over, holds, retention, damage and salvage: nothing readable on any disk."""
    sound = clip(ward.folder / "input" / "visit.wav", 8.0)
    charted = ward.run("chart", sound, "--patient", MRN, "--name", f"{FAMILY}, {GIVEN}").stdout.strip()
    usb, other = ward.folder / "usb", {"CHARTWRIGHT_HOME": str(ward.folder / "other")}
    steps: tuple[tuple[str | Path, ...], ...] = (
        ("backup", usb),
        ("handover", "send", charted, usb / "visit.encounter"),
        ("retention", "set", "audio", "1"),
        ("retention", "hold", MRN, "--reason", f"about {FAMILY}"),
        ("retention", "apply", "--yes"),
        ("audit", "head"),
        ("check",),
    )
    for step in steps:
        done = ward.run(*step)
        assert done.returncode == 0, (step, done.stderr)
    assert ward.run("backup", "--verify", next(usb.glob("chart-*"))).returncode == 0
    assert ward.run("restore", usb, **other).returncode == 0
    assert GIVEN in ward.run("list", **other).stdout
    chart = ward.folder / "chart" / "chart.db"
    content = bytearray(chart.read_bytes())
    content[len(content) // 2] ^= 1
    chart.write_bytes(content)
    assert ward.run("salvage").returncode == 0
    assert GIVEN in ward.run("list").stdout
    assert list(ward.folder.rglob("salvage.txt"))
    assert ward.leaks() == []


def test_a_hand_over_taken_in_leaves_no_plain_text(ward: Ward) -> None:
    """Sent, taken in elsewhere, refused for three faults, cut off by a kill while it comes in: nothing is readable."""
    sound = clip(ward.folder / "input" / "visit.wav", 8.0)
    charted = ward.run("chart", sound, "--patient", MRN, "--name", f"{FAMILY}, {GIVEN}").stdout.strip()
    usb, other = ward.folder / "usb", {"CHARTWRIGHT_HOME": str(ward.folder / "other")}
    usb.mkdir()
    visit, damaged = usb / "visit.encounter", usb / "damaged.encounter"
    assert ward.run("handover", "send", charted, visit).returncode == 0
    damaged.write_bytes(visit.read_bytes()[:-1])
    assert ward.run("handover", "receive", damaged, **other).returncode == 1
    assert ward.run("handover", "receive", visit, CHARTWRIGHT_FILE_PASSPHRASE=FAMILY, **other).returncode == 1
    assert ward.run("handover", "receive", sound, **other).returncode == 1
    assert {"CW-E204", "CW-E203", "CW-E202"} <= set(ward.told.replace("(", " ").replace(")", " ").split())
    assert ward.leaks() == []
    taking = (*COMMAND, "handover", "receive", str(visit))
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **ward.places, **other}
    with subprocess.Popen(taking, env=variables, stderr=subprocess.PIPE, text=True) as victim:
        while victim.poll() is None and not list((ward.folder / "other" / "recordings").glob(".*.part")):
            threading.Event().wait(0.001)
        victim.kill()
        ward.told += victim.communicate()[1]
    assert ward.leaks() == []
    assert ward.run("handover", "receive", visit, **other).returncode == 0
    assert GIVEN in ward.run("list", **other).stdout
    assert ward.leaks() == []


def test_the_keychain_leaves_no_plain_text(ward: Ward) -> None:
    """Chosen, used, refused and ended: no name, and its secret is in the keychain alone."""
    kept = ward.folder / "keychain.json"
    keychain = environment(kept)
    assert ward.run("patients", "add", MRN, "--family", FAMILY, "--given", GIVEN).returncode == 0
    assert ward.run("user", "keychain", "--on", **keychain).stdout == "on\n"
    [secret] = json.loads(kept.read_text()).values()
    alone = {**keychain, "CHARTWRIGHT_PASSPHRASE": ""}
    assert ward.run("user", "list", **alone).returncode == 0
    assert ward.run("user", "list", **{**alone, "KEYRING_PROPERTY_PATH": str(ward.folder / "none")}).returncode == 1
    assert "CW-E201" in ward.told
    content = [path.read_bytes() for path in ward.folder.rglob("*") if path.is_file() and path != kept]
    assert not [each for each in content if secret.encode() in each]
    assert secret not in ward.told
    assert ward.run("user", "keychain", "--off", **keychain).stdout == "off\n"
    assert json.loads(kept.read_text()) == {}
    assert ward.leaks() == []


def test_a_killed_command_leaves_no_plain_text(ward: Ward) -> None:
    """Killed while the dictation is being charted, and again while it is being backed up: nothing readable is left."""
    sound = clip(ward.folder / "input" / "visit.wav", 8.0)
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2", **ward.places}
    charting = ("chart", str(sound), "--patient", MRN, "--name", f"{FAMILY}, {GIVEN}")
    assert ward.run(*charting).returncode == 0
    for command, sign_of_life in (
        (charting, "chart/chart.db-wal"),
        (("backup", str(ward.folder / "usb")), "usb/sound"),
    ):
        with subprocess.Popen([*COMMAND, *command], env=variables, stderr=subprocess.PIPE, text=True) as victim:
            while victim.poll() is None and not (ward.folder / sign_of_life).exists():
                threading.Event().wait(0.01)
            victim.kill()
            ward.told += victim.communicate()[1]
        assert ward.leaks() == []
    assert GIVEN in ward.run("list").stdout
