"""The commands doing their work: speech, extraction, coding, the chart, demo and doctor."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from program import chartwright, clip

from desktop import cli, doctor

SPOKEN = "She denies fever. Blood pressure 142 over 88. Start losartan 50 mg once a day."


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What a command that succeeds prints."""
    assert cli.run([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def failed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What a command that fails tells on stderr; it prints nothing."""
    assert cli.run([str(each) for each in arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


def test_transcribe_goes_on_past_a_bad_recording(tmp_path: Path) -> None:
    """Of two recordings one is not audio: the other's words come, the failure names its place, the status is 1."""
    good, bad = clip(tmp_path / "good.wav", 6.0), tmp_path / "bad.wav"
    bad.write_text("not audio", encoding="utf-8")
    done = chartwright("transcribe", good, bad, "--format", "json", "--language", "en")
    transcript, none = json.loads(done.stdout)
    assert (done.returncode, none) == (1, None)
    for told_ in ("Recording 2 of 2", "CW-T101", "CW-D112"):
        assert told_ in done.stderr
    assert set(transcript) == {"text", "language", "duration", "model", "device", "segments", "coverage"}
    assert transcript["duration"] == pytest.approx(6.0, abs=0.01)
    assert (transcript["model"], transcript["language"]) == ("whisper-base", "en")
    assert "history of present illness" in transcript["text"].lower()
    assert transcript["coverage"]["covered"] <= transcript["coverage"]["speech"]
    words = [word for segment in transcript["segments"] for word in segment["words"]]
    assert all(0 <= word["start"] <= word["end"] <= 6.5 and 0 <= word["probability"] <= 1 for word in words)


def test_a_recording_that_breaks_off_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written of it unless the user wants what there is."""
    whole = clip(tmp_path / "whole.wav", 8.0).read_bytes()
    cut, words = tmp_path / "cut.wav", tmp_path / "words.txt"
    cut.write_bytes(whole[: len(whole) * 5 // 8])
    assert "CW-D113" in failed(capsys, "transcribe", cut, "--output", words, "--language", "en")
    assert not words.exists()
    assert told(capsys, "transcribe", cut, "--output", words, "--language", "en", "--partial") == ""
    assert "history of present illness" in words.read_text(encoding="utf-8").lower()


def test_extract_prints_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines for people and pipes, one JSON document for programs."""
    (tmp_path / "note.txt").write_text(SPOKEN, encoding="utf-8")
    rows = [line.split("\t") for line in told(capsys, "extract", tmp_path / "note.txt").splitlines()]
    assert ["symptom", "fever", "absent"] in [row[:3] for row in rows]
    shown = json.loads(told(capsys, "extract", tmp_path / "note.txt", "--json", "--on", "2026-03-01"))
    assert set(shown) == {"spoken", "written", "sections", "entries"}
    assert shown["spoken"] == SPOKEN
    assert "142/88" in shown["written"]
    assert {(each["kind"], each["name"]) for each in shown["entries"]} == {
        ("symptom", "fever"),
        ("vital", "blood pressure"),
        ("medication", "losartan"),
    }


def test_extract_jsonl(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract: id and spoken in, id and entries out, an empty dictation with no entries."""
    lines = [{"id": "a", "spoken": SPOKEN}, {"id": 2, "spoken": ""}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert told(capsys, "extract", "--jsonl", tmp_path / "in.jsonl", tmp_path / "out.jsonl") == ""
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (first["id"], len(first["entries"])) == ("a", 3)
    assert second == {"id": 2, "entries": []}


def answers(
    capsys: pytest.CaptureFixture[str], folder: Path, command: str, line: dict[str, object]
) -> dict[str, object]:
    """What a JSON Lines command answers to one line."""
    (folder / "in.jsonl").write_text(json.dumps({"id": "x"} | line), encoding="utf-8")
    told(capsys, command, "--jsonl", folder / "in.jsonl", folder / "out.jsonl")
    answer = json.loads((folder / "out.jsonl").read_text(encoding="utf-8"))
    assert answer.pop("id") == "x"
    return dict(answer)


def test_assertions_jsonl(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract: a mention in, its assertion, experiencer and cue out."""
    line: dict[str, object] = {"text": "Her mother had breast cancer.", "start": 15, "end": 28}
    answer = answers(capsys, tmp_path, "assertions", line)
    assert (answer["assertion"], answer["experiencer"]) == ("family", "mother")
    assert set(answer) == {"assertion", "experiencer", "cue"}


def test_assertions_refuse_a_range_outside_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mention that is not in its text is a bad line."""
    (tmp_path / "in").write_text('{"id": 1, "text": "fever", "start": 2, "end": 9}', encoding="utf-8")
    assert cli.run(["assertions", "--jsonl", str(tmp_path / "in"), str(tmp_path / "out")]) == 1
    assert "Line 1 " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_sig_jsonl(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract: an instruction in, its parts and FHIR timing out."""
    answer = answers(capsys, tmp_path, "sig", {"sig": "Take 2 tablets by mouth twice a day as needed for 10 days"})
    assert {"drug", "dose", "unit", "form", "route", "prn", "timing", "duration", "text"} <= set(answer)
    assert (answer["dose"], answer["form"], answer["route"], answer["prn"]) == ("2", "tablet", "oral", True)
    assert answer["timing"] == {"frequency": 2, "period": 1, "periodUnit": "d"}


def test_sections_jsonl(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract: a text in, headings with LOINC codes and places out."""
    text = "Chief complaint cough. Assessment and plan. Asthma, stable."
    (first, second) = answers(capsys, tmp_path, "sections", {"text": text})["sections"]  # type: ignore[misc]
    assert (first["heading"], first["code"], first["start"]) == ("Chief complaint", "10154-3", 0)
    assert (second["code"], second["end"]) == ("51847-2", len(text))


def test_code_ranks(capsys: pytest.CaptureFixture[str]) -> None:
    """The likeliest code comes first, as lines or as JSON."""
    assert told(capsys, "code", "heart", "attack").splitlines()[0].startswith("I21.9\t")
    ranked = json.loads(told(capsys, "code", "lisinopril", "--system", "rxnorm", "--json"))
    assert (ranked[0]["code"], ranked[0]["system"]) == ("29046", "http://www.nlm.nih.gov/research/umls/rxnorm")


def test_a_chart_from_the_first_dictation_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--existing refuses a new number; without it the patient is added, and the draft listed, shown and found."""
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "chart"))
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", "secret")
    sound = clip(tmp_path / "visit.wav", 8.0)
    assert "CW-D108" in failed(capsys, "chart", sound, "--patient", "7", "--existing")
    encounter_id = told(capsys, "chart", sound, "--patient", "7", "--name", "Doe, Jo", "--on", "2026-03-01").strip()
    row = told(capsys, "list").rstrip("\n").split("\t")
    assert row[:5] == [encounter_id[:8], "2026-03-01 12:00", "7", "Doe, Jo", "draft"]
    shown = json.loads(told(capsys, "show", row[0], "--json"))
    assert (shown["id"], shown["patient"]["family_name"]) == (encounter_id, "Doe")
    assert "58-year-old" in shown["written"]
    assert "Doe, Jo, MRN 7" in told(capsys, "show", row[0])
    assert told(capsys, "search", "woman").startswith(row[0])
    assert told(capsys, "list", "--patient", "8") == ""


def test_nothing_is_written_of_a_failed_dictation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no recording makes no chart, and silence leaves no patient, no encounter and no journal behind."""
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "chart"))
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", "secret")
    assert "CW-T102" in failed(capsys, "chart", clip(tmp_path / "empty.wav", 0.0), "--patient", "7")
    assert not (tmp_path / "chart").exists()
    silence = tmp_path / "silence.wav"
    soundfile.write(silence, np.zeros(16_000, np.int16), 16_000)
    assert "CW-T112" in failed(capsys, "chart", silence, "--patient", "7")
    assert told(capsys, "list") == ""
    assert list((tmp_path / "chart" / "recordings").iterdir()) == []


def test_a_chart_is_not_made_without_a_passphrase(tmp_path: Path) -> None:
    """Without one there is nobody to ask, and nothing is made."""
    sound = clip(tmp_path / "visit.wav", 1.0)
    refused = chartwright("chart", sound, "--patient", "7", CHARTWRIGHT_HOME=str(tmp_path / "chart"))
    assert "CW-D107" in refused.stderr
    assert not (tmp_path / "chart").exists()


def test_doctor_passes_where_the_suite_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every needed part works here; what is optional may be missing and names its fix."""
    found = {each["name"]: each for each in json.loads(told(capsys, "doctor", "--json", "--data-dir", tmp_path))}
    assert {found[name]["state"] for name in ("engine", "extraction", "store", "disk")} == {"ok"}
    assert found["model"]["state"] == "limited"
    assert all(each["fix"] for each in found.values() if each["state"] != "ok")
    assert list(tmp_path.iterdir()) == []


def test_doctor_fails_where_the_chart_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A data folder inside a file breaks the main job: status 1, and the check says what to do."""
    monkeypatch.setattr(doctor, "_CHECKS", {"store": doctor._store})
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert cli.run(["doctor", "--data-dir", str(tmp_path / "file" / "chart")]) == 1
    assert "broken   store" in capsys.readouterr().out
