"""sign, amend, handover and audit on the command line: a record is made, corrected, carried off and proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from window_samples import MARIA, PASSPHRASE, draft

from desktop import cli
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one dictation, all of it decided but one entry."""
    folder = tmp_path / "home"
    with Store.create(folder, PASSPHRASE, holder="Dr. A", cost=CHEAP) as store:
        encounter = store.add_encounter(store.add_patient(MARIA))
        store.save_draft(encounter.id, draft())
        store.accept(*(entry.id for entry in draft_of(store)[:-1]))
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("CHARTWRIGHT_FILE_PASSPHRASE", "swan lantern gravel")
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(folder))
    return folder


def draft_of(store: Store):
    """The entries of the store's dictation."""
    return store.encounter(store.encounters()[0].id).draft.entries


def decide(home: Path) -> str:
    """Reject what is left; returns the dictation's id."""
    with Store.open(home, PASSPHRASE) as store:
        store.reject(draft_of(store)[-1].id)
        return store.encounters()[0].id


def test_signing_amending_and_proving(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Undecided is refused by name; signed it verifies, can be amended with a reason, and says so when shown."""
    with Store.open(home, PASSPHRASE) as store:
        id_ = store.encounters()[0].id
    assert cli.run(["sign", id_[:8]]) == 1
    assert "CW-E122" in capsys.readouterr().err
    decide(home)
    assert cli.run(["sign", id_, "--reviewed"]) == 0
    assert cli.run(["sign", id_]) == 0
    told = capsys.readouterr()
    assert "You sign: I have read this note" in told.err
    assert cli.run(["sign", id_, "--verify"]) == 0
    assert capsys.readouterr().out == "signature 1 (final) by Dr. A: verified\n"
    assert cli.run(["list", "--asked"]) == 0
    assert "Nobody asks you" in capsys.readouterr().err
    assert cli.run(["sign", id_, "--ask", "dr. a"]) == 0
    assert cli.run(["list"]) == 0
    told = capsys.readouterr()
    assert "asked to sign: 1." in told.err
    assert "final, asked by Dr. A" in told.out
    assert cli.run(["list", "--asked", "--patient", "elsewhere"]) == 0
    assert "Nobody asks you" in capsys.readouterr().err
    assert cli.run(["sign", id_, "--co-sign"]) == 0
    assert cli.run(["amend", id_]) == 1
    assert "CW-E125" in capsys.readouterr().err
    assert cli.run(["amend", id_, "--reason", "dose"]) == 0
    assert cli.run(["show", id_]) == 0
    assert "preliminary by Dr. A" in (shown := capsys.readouterr().out)
    assert "amendment under way" in shown
    assert cli.run(["amend", id_, "--abandon"]) == 0
    assert cli.run(["amend", id_, "--in-error", "--reason", "wrong patient"]) == 0
    assert cli.run(["list"]) == 0
    assert "entered-in-error" in capsys.readouterr().out


def test_an_encounter_goes_to_another_computer(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sent, received, recognized the second time; the file serves as a head of the sender's log."""
    id_, file, other = decide(home), tmp_path / "visit.encounter", str(tmp_path / "other")
    assert cli.run(["sign", id_]) == 0
    assert cli.run(["handover", "send", id_, str(file)]) == 0
    assert cli.run(["audit", "verify", "--head", str(file)]) == 0
    capsys.readouterr()
    with Store.create(Path(other), PASSPHRASE, cost=CHEAP):
        pass
    assert cli.run(["handover", "receive", str(file), "--data-dir", other]) == 0
    told = capsys.readouterr()
    assert told.out == f"{id_}\n"
    assert "Signatures: 1, verified." in told.err
    assert cli.run(["handover", "receive", str(file), "--data-dir", other]) == 0
    assert "All of it was here." in capsys.readouterr().err
    file.write_bytes(file.read_bytes()[:-1])
    assert cli.run(["handover", "receive", str(file), "--data-dir", other]) == 1
    assert "CW-E204" in capsys.readouterr().err


def test_the_log_is_exported_and_compared_with_a_head(home: Path, tmp_path: Path, capsys) -> None:
    """Lines of JSON that end in the head; opening a chart is in it; a head of another chart does not fit."""
    id_, head, out = decide(home), tmp_path / "head.txt", tmp_path / "log.jsonl"
    assert cli.run(["show", id_]) == 0
    capsys.readouterr()
    assert cli.run(["audit", "head"]) == 0
    head.write_text(capsys.readouterr().out, encoding="utf-8")
    assert cli.run(["audit", "export", str(out)]) == 0
    *lines, last = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert ("chart.opened", id_) in [(line["action"], line["subject"]) for line in lines]
    assert last["head"].startswith(f"chartwright-audit-head 1 {len(lines)} ")
    assert cli.run(["audit", "verify", "--head", str(head)]) == 0
    assert "is whole" in capsys.readouterr().out
    head.write_text("chartwright-audit-head 1 2 00ff", encoding="utf-8")
    assert cli.run(["audit", "verify", "--head", str(head)]) == 1
    assert "Row 2 is not the one that was noted" in capsys.readouterr().out
    head.write_text("nothing", encoding="utf-8")
    assert cli.run(["audit", "verify", "--head", str(head)]) == 1
    assert "CW-E126" in capsys.readouterr().err


def test_open_fields_are_listed_filled_and_stop_a_signature(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named before a passphrase is asked for; filled by number, by default or taken out, the note can be signed."""
    id_ = decide(home)
    with Store.open(home, PASSPHRASE) as store:
        store.edit_note(id_, "Wound: [size] cm, [clean|dirty], [odour] today.")
    for arguments in (["sign", id_, "--reviewed"], ["sign", id_]):
        assert cli.run(arguments) == 1
        told = capsys.readouterr().err
        assert "Open field: Wound: [size] cm, [clean|dirty], [odour] …" in told
        assert "3 fields of the note are still open" in told
        assert "CW-E230" in told
    assert cli.run(["fields", id_]) == 1
    assert "2\tclean\tWound: [size] cm, [clean|dirty], [odour] today." in capsys.readouterr().out
    assert cli.run(["fields", id_, "--fill", "4", "x"]) == 2
    assert cli.run(["fields", id_, "--fill", "1", "4", "--defaults"]) == 1
    assert cli.run(["fields", id_, "--take-out"]) == 0
    with Store.open(home, PASSPHRASE) as store:
        assert store.encounter(id_).draft.note.written == "Wound: 4 cm, clean, today."
    assert cli.run(["sign", id_]) == 0
