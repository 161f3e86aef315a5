"""The command line from outside: wrong usage, failures, streams, and what never reaches stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import ROOT, chartwright

from desktop import cli, messages
from desktop.cli.jsonl import convert
from desktop.cli.window import has_display


def test_help_is_instant_and_teaches() -> None:
    """`--help` loads none of the heavy parts and shows examples."""
    code = (
        "import sys; from desktop import cli; status = cli.run(['--help'])\n"
        "heavy = {'numpy', 'spacy', 'rich', 'PySide6', 'ctranslate2', 'sqlcipher3', 'soundfile', 'cryptography'}\n"
        "sys.exit(status or ', '.join(heavy & set(sys.modules)) or 0)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "chartwright transcribe" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["transcribe"],
        ["transcribe", "a.wav", "--format", "pdf"],
        ["transcribe", "a.wav", "b.wav", "--format", "srt"],
        ["transcribe", "a.wav", "--language", "english"],
        ["extract", "--jsonl", "in.jsonl"],
        ["extract", "note.txt", "--jsonl", "in", "out"],
        ["chart", "a.wav"],
        ["chart", "a.wav", "--patient", " "],
        ["code"],
        ["code", "gout", "--system", "icd9"],
        ["show"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be meant is told with a hint at the right form, and nothing on stdout."""
    assert cli.run(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Error:" in told.err


def test_two_results_never_share_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Recordings of the same name are refused before the work, not written over each other."""
    assert cli.run(["transcribe", "monday/a.wav", "tuesday/a.mp3", "--output", str(tmp_path)]) == 2
    assert "same name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["transcribe", "missing.wav"], "CW-D101"),
        (["extract", "missing.txt"], "CW-D101"),
        (["extract", "."], "CW-D102"),
        (["sections", "--jsonl", "missing.jsonl", "out.jsonl"], "CW-D101"),
        (["show", "abc"], "CW-D109"),
        (["transcribe", "missing.wav", "--output", "nowhere/words.txt"], "CW-D103"),
        (["transcribe", "missing.wav", "--model", "small"], "CW-T131"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_a_failure_is_a_sentence_a_step_and_a_code(
    arguments: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Failures exit with 1, say what to do, and leave nothing behind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "home"))
    assert cli.run(arguments) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert code in told.err
    assert len(told.err.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


def test_an_unforeseen_fault_shows_its_place_and_no_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The crash report names code, never what the program held."""
    canary = "Zebediah Quill"

    def fails(line: dict[str, object]) -> dict[str, object]:
        raise KeyError(line["id"])

    (tmp_path / "in").write_text(json.dumps({"id": canary}), encoding="utf-8")
    try:
        convert(tmp_path / "in", tmp_path / "out", {}, fails)
    except KeyError as error:
        messages.report(type(error), error, error.__traceback__)
    told = capsys.readouterr().err
    assert "CW-D900" in told
    assert "KeyError < desktop/cli/jsonl.py:" in told
    assert canary not in told


def test_a_full_disk_and_a_forbidden_folder_are_told_apart() -> None:
    """The operating system's errors become the catalogue's."""
    assert messages.explain(OSError(28, "No space left on device")).code == "CW-D104"
    assert messages.explain(PermissionError(13, "Permission denied")).code == "CW-D102"
    assert messages.from_os_error(PermissionError(13, "Permission denied"), writing=True).code == "CW-D103"


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """`chartwright ... | head` ends quietly."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "desktop", "--help"]
    with os.fdopen(writer, "wb") as gone:
        ended = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_pipes_carry_utf_8_whatever_the_locale() -> None:
    """A dictation in any script survives a machine that is set up for ASCII."""
    said = "patient is called 患者 and denies fever"
    shown = chartwright("extract", "-", "--json", stdin=said, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert json.loads(shown.stdout)["spoken"] == said


def test_without_a_display_the_window_says_so(tmp_path: Path) -> None:
    """`chartwright` on a machine without a screen names the commands instead."""
    told = chartwright("--data-dir", str(tmp_path))
    assert (told.returncode, told.stdout) == (1, "")
    assert "CW-D110" in told.stderr


def test_a_display_is_recognized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either display server counts."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()


def test_models_names_the_embedded_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is installed is listed; a size that does not exist is not fetched."""
    assert cli.run(["models", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "whisper-base\n"
    assert cli.run(["models", "--install", "enormous", "--data-dir", str(tmp_path)]) == 1
    assert "CW-T131" in capsys.readouterr().err


def test_version() -> None:
    """The version is the distribution's."""
    assert chartwright("--version").stdout.startswith("chartwright 0.")
