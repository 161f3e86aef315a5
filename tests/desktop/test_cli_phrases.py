"""The command line's auto-texts, words, and list of what can be said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.cli import run
from desktop.cli.home import PASSPHRASE_VARIABLE
from ehr.chart.encounter import Draft
from ehr.chart.patient import Patient
from ehr.chart.phrases import AutoText
from ehr.chart.revision import revise
from ehr.dictation import write
from ehr.store.keys import Argon2Cost
from ehr.store.phrases import Owner
from ehr.store.store import Store
from transcriber.transcript import Coverage, Segment, Transcript, Word

WORDS = "correct horse battery"
LINE = {"say": ["normal toe exam"], "text": "Toes: [pink|blue].", "section": "physical_exam"}
HEARD = "We used the zandoflex brace on the left knee."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty chart, and its passphrase at hand."""
    monkeypatch.setenv(PASSPHRASE_VARIABLE, WORDS)
    Store.create(tmp_path / "home", WORDS, cost=Argon2Cost(passes=1, lanes=1, memory_kib=8)).close()
    return tmp_path / "home"


def test_auto_texts_go_in_and_out(home, tmp_path, capsys):
    """Refused line by line, listed with whose they are, exported as they were imported, removed by name."""
    (tmp_path / "in.jsonl").write_text(json.dumps(LINE) + '\n{"say": "toe"}\n', encoding="utf-8")
    assert run(["autotexts", "import", str(tmp_path / "in.jsonl"), "--clinic", "--data-dir", str(home)]) == 0
    told = capsys.readouterr().err
    assert 'Line 2 is left out: "text" must be a text.' in told
    assert "Auto-texts taken: 1; left out: 1." in told

    assert run(["autotexts", "list", "--data-dir", str(home)]) == 0
    assert "normal toe exam\tToes: [pink|blue].\tclinic" in capsys.readouterr().out
    assert run(["autotexts", "export", "-", "--clinic", "--data-dir", str(home)]) == 0
    assert json.loads(capsys.readouterr().out) == LINE
    assert run(["autotexts", "remove", "normal toe exam", "--clinic", "--data-dir", str(home)]) == 0
    with Store.open(home, WORDS) as store:
        assert store.phrases.autotexts(Owner.CLINIC) == ()


def test_a_file_is_looked_at_without_taking_it(home, tmp_path, capsys):
    """New, replaced and unchanged lines by name; the chart stays as it was."""
    lines = [LINE, {**LINE, "say": ["my exam"]}, {**LINE, "say": ["third exam"]}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (tmp_path / "words.csv").write_text("Xandoflex,zando flex\n", encoding="utf-8")
    with Store.open(home, WORDS) as store:
        kept = [AutoText(("normal toe exam",), LINE["text"], LINE["section"]), AutoText(("my exam",), "Other.")]
        store.phrases.put_autotexts(Owner.CLINIC, kept)
    arguments = ["autotexts", "import", str(tmp_path / "in.jsonl"), "--clinic", "--preview", "--data-dir", str(home)]
    assert run(arguments) == 0
    assert capsys.readouterr().out.splitlines() == ["same\tnormal toe exam", "replaces\tmy exam", "new\tthird exam"]
    assert run(["vocabulary", "import", str(tmp_path / "words.csv"), "--preview", "--data-dir", str(home)]) == 0
    assert capsys.readouterr().out == "new\tXandoflex\n"

    with Store.open(home, WORDS) as store:
        assert {each.name for each in store.phrases.autotexts(Owner.CLINIC)} == {"normal toe exam", "my exam"}
        assert store.phrases.current().terms == ()


def test_a_file_without_a_usable_line_changes_nothing(home, tmp_path, capsys):
    """It is a failure, told with its code."""
    (tmp_path / "in.jsonl").write_text("x\n", encoding="utf-8")

    assert run(["autotexts", "import", str(tmp_path / "in.jsonl"), "--data-dir", str(home)]) == 1
    assert "CW-D150" in capsys.readouterr().err


def test_words_go_in_and_out(home, tmp_path, capsys):
    """With the spellings of their sound."""
    (tmp_path / "in.csv").write_text("written,sounds_like\nXandoflex,zando flex\n77\n", encoding="utf-8")
    assert run(["vocabulary", "import", str(tmp_path / "in.csv"), "--data-dir", str(home)]) == 0
    assert "Line 3 is left out: a term consists of the letters" in capsys.readouterr().err

    assert run(["vocabulary", "list", "--data-dir", str(home)]) == 0
    assert capsys.readouterr().out == "Xandoflex\tzando flex\tmine\n"
    assert run(["vocabulary", "export", "-", "--data-dir", str(home)]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": "Xandoflex", "sounds_like": ["zando flex"]}
    assert run(["vocabulary", "remove", "xandoflex", "--data-dir", str(home)]) == 0
    with Store.open(home, WORDS) as store:
        assert store.phrases.terms(Owner.MINE) == ()


def test_a_list_is_tried_on_past_dictations(home, tmp_path, capsys):
    """Where a person wrote the same it fixes; where they kept the words it breaks; else it is open. Nothing is kept."""
    transcript = _transcript(HEARD)
    with Store.open(home, WORDS) as store:
        patient = store.add_patient(Patient("1", "Okafor", "Maria"))
        for written in (None, HEARD.replace("zandoflex", "Xandoflex"), f"{HEARD} Rest."):
            encounter = store.add_encounter(patient)
            draft = Draft(write(HEARD), (), transcript)
            store.save_draft(encounter.id, draft)
            if written is not None:
                store.revise(encounter.id, lambda draft, text=written: revise(draft, text))
    (tmp_path / "words.csv").write_text("Xandoflex,zando flex\n", encoding="utf-8")

    assert run(["vocabulary", "try", str(tmp_path / "words.csv"), "--json", "--data-dir", str(home)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["dictations"], found["fixes"], found["breaks"], found["open"]) == (3, 1, 1, 1)
    assert {(each["before"], each["after"]) for each in found["places"]} == {("zandoflex", "Xandoflex")}
    with Store.open(home, WORDS) as store:
        assert store.phrases.current().terms == ()


def test_what_can_be_said_is_listed(home, tmp_path, capsys):
    """Every command by its words; one's own auto-texts where the chart is opened."""
    assert run(["commands"]) == 0
    plain = capsys.readouterr().out
    assert "Auto-texts\tinsert normal chest exam" in plain
    assert "Sections\tgo to assessment, go to impression, " in plain

    (tmp_path / "in.jsonl").write_text(json.dumps(LINE), encoding="utf-8")
    run(["autotexts", "import", str(tmp_path / "in.jsonl"), "--data-dir", str(home)])
    capsys.readouterr()
    assert run(["commands", "--mine", "--data-dir", str(home)]) == 0
    assert "insert normal toe exam\tToes: [pink|blue]. (yours or your clinic's)" in capsys.readouterr().out


def _transcript(said: str) -> Transcript:
    words = tuple(Word(text, at / 2, at / 2 + 0.4, 0.8) for at, text in enumerate(said.split()))
    return Transcript((Segment(words),), "en", len(words) / 2, "test", "CPU", Coverage(1.0, 1.0, (), ()))
