"""`chartwright repair` and `transcribe --clinical`: the contract, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import resources
from desktop import cli

HEARD = "Please continue lysinopryl 20 mg daily."


def line(text: str = HEARD, **more: object) -> dict[str, object]:
    """A line as another recognizer would write it."""
    words = [
        {"text": f" {word}", "probability": 0.4, "start": at / 2, "end": at / 2 + 0.4}
        for at, word in enumerate(text.split())
    ]
    return {"id": "a", "words": words, **more}


def repaired(tmp_path: Path, *lines: object, arguments: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """What the command writes."""
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    status = cli.run(["repair", "--jsonl", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), *arguments])
    assert status == 0
    return [json.loads(each) for each in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def test_words_of_any_engine(tmp_path: Path) -> None:
    """Every field of the contract; the text is what was heard with the applied changes."""
    (found,) = repaired(tmp_path, line(medications=["lisinopril"]))
    (change,) = found["changes"]
    assert set(change) == {"heard", "written", "start", "end", "score", "alternatives", "applied"}
    assert (change["heard"], change["written"]) == ("lysinopryl", "lisinopril")
    assert (change["start"], change["end"]) == (1.0, 1.4)
    assert found["text"] == (HEARD.replace("lysinopryl", "lisinopril") if change["applied"] else HEARD)


def test_an_empty_list_changes_nothing(tmp_path: Path) -> None:
    """No medications, none given, and an empty term list are the same."""
    (tmp_path / "terms.txt").write_text("", encoding="utf-8")
    plain = repaired(tmp_path, line())
    assert repaired(tmp_path, line(medications=[])) == plain
    assert repaired(tmp_path, line(), arguments=("--terms", str(tmp_path / "terms.txt"))) == plain
    assert repaired(tmp_path, {"id": 1, "words": []}) == [{"id": 1, "text": "", "changes": []}]


def test_bad_terms_are_told_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reasons go to stderr with their lines, and the good terms count."""
    (tmp_path / "terms.txt").write_bytes(b"Xanthomycin\nxanthomycin\ncaf\xe9\n77\n")
    arguments = ("--terms", str(tmp_path / "terms.txt"))
    (found,) = repaired(tmp_path, line("We started xanto mycin 20 mg daily."), arguments=arguments)
    told = capsys.readouterr().err
    assert all(f"Line {number} of the term list" in told for number in (2, 3, 4))
    assert "Xanthomycin" in {change["written"] for change in found["changes"]}


def test_other_languages_are_left_alone_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The words stay."""
    (found,) = repaired(tmp_path, line(language="es"))
    assert found == {"id": "a", "text": HEARD, "changes": []}
    assert "not in English" in capsys.readouterr().err


@pytest.mark.parametrize(
    "bad",
    [
        {"id": 1},
        {"id": 1, "words": "text"},
        {"id": 1, "words": ["text"]},
        {"id": 1, "words": [{"text": "a", "probability": "high", "start": 0, "end": 1}]},
        {"id": 1, "words": [{"text": "a", "probability": 1, "start": float("nan"), "end": 1}]},
        {"id": 1, "words": [], "medications": "lisinopril"},
        {"id": 1, "words": [], "medications": [1]},
    ],
)
def test_bad_lines_are_refused(tmp_path: Path, bad: object, capsys: pytest.CaptureFixture[str]) -> None:
    """With their number; nothing is written."""
    (tmp_path / "in.jsonl").write_text(json.dumps(bad), encoding="utf-8")
    assert cli.run(["repair", "--jsonl", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")]) == 1
    assert "Line 1" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()


def test_clinical_words_of_a_recording(capsys: pytest.CaptureFixture[str]) -> None:
    """Speech without a clinical word comes out as it was heard; the changes are listed, and there are none."""
    clip = str(resources.path("audio/jfk.flac"))
    assert cli.run(["transcribe", clip, "--clinical", "--language", "en", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "ask what you can do for your country" in found["text"]
    assert found["changes"] == []


def test_a_recording_in_another_language_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Words that are not English stay as they were heard, and stderr says so."""
    clip = str(resources.path("audio/jfk.flac"))
    assert cli.run(["transcribe", clip, "--clinical", "--language", "es", "--format", "json"]) == 0
    told = capsys.readouterr()
    assert "not in English" in told.err
    assert json.loads(told.out)["changes"] == []
