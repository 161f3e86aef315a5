"""Patients, their record over time, moves and search on the command line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "ehr"))

from store_samples import CHEAP, PASSPHRASE, draft

from desktop import cli
from ehr.chart.patient import Gender, Patient
from ehr.store.store import Store

MARIA = Patient("10042", "Okafor", "Maria", date(1964, 3, 14), Gender.FEMALE)
PER = Patient("10043", "Lindqvist", "Per", date(1951, 7, 2), Gender.MALE)
SPOKEN = "Per Lindqvist is a 74-year-old male. Metformin 500 mg twice daily."


@pytest.fixture
def dictation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a dictation in Maria's chart that is about Per."""
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", PASSPHRASE)
    with Store.create(tmp_path / "home", PASSPHRASE, cost=CHEAP) as store:
        store.add_patient(PER)
        encounter = store.add_encounter(store.add_patient(MARIA), started_at=datetime(2026, 1, 5, 12, tzinfo=UTC))
        store.save_draft(encounter.id, draft(SPOKEN))
    return encounter.id


@pytest.fixture
def accepted(dictation: str, tmp_path: Path) -> str:
    """The same, confirmed and accepted."""
    with Store.open(tmp_path / "home", PASSPHRASE) as store:
        store.identity.confirm(dictation)
        store.accept(*(each.id for each in store.encounter(dictation).draft.entries))
    return dictation


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path, status: int = 0) -> tuple[str, str]:
    """What a command prints and what it says beside."""
    assert cli.run([str(each) for each in arguments]) == status
    shown = capsys.readouterr()
    return shown.out, shown.err


def test_the_record_over_time(accepted, capsys):
    """As a table that names the dictation of each line, and as JSON with every entry."""
    out, _ = told(capsys, "record", "10042")
    assert f"metformin\tactive\t1.10 mg, twice daily\t2026-01-05\t2026-01-05\t{accepted[:8]}" in out

    shown = json.loads(told(capsys, "record", "10042", "--json")[0])
    assert shown["medications"][0]["evidence"][0]["encounter"] == accepted
    assert shown["medications"][0]["details"]["dose"] == "1.10"
    assert "CW-D108" in told(capsys, "record", "99", status=1)[1]


def test_search_takes_filters(accepted, capsys):
    """As options and typed; an unknown one is named and nothing is searched."""
    assert len(told(capsys, "search", "metformin", "--kind", "medication")[0].splitlines()) == 1
    assert (
        len(told(capsys, "search", "patient:okafor", "--from", "2026-01", "--state", "accepted")[0].splitlines()) == 2
    )
    assert told(capsys, "search", "--to", "2025")[0] == ""
    assert 'kind:"banana"' in told(capsys, "search", "--kind", "banana", status=2)[1]
    assert told(capsys, "search", status=2)[0] == ""


def test_a_doubtful_dictation_is_confirmed_or_moved(dictation, capsys):
    """Both readings are shown; a move needs a reason and settles it."""
    out, _ = told(capsys, "confirm", dictation[:8], "--yes")
    assert [line.split("\t")[0] for line in out.splitlines()] == ["name", "age", "sex"]
    assert "Per Lindqvist\tOkafor, Maria" in out

    assert "CW-E125" in told(capsys, "move", dictation, "10043", "--reason", " ", status=1)[1]
    told(capsys, "move", dictation[:8], "10043", "--reason", "Wrong chart.")
    assert "nothing in the dictation contradicts" in told(capsys, "confirm", dictation)[1].lower()


def test_patients_are_found_changed_and_merged(dictation, capsys):
    """Birth dates as typed; after a merge both numbers lead to one chart, and it can be undone."""
    told(capsys, "patients", "add", "77", "--family", "Okafor", "--given", "Mary", "--birth-date", "14 Mar 1964")
    assert told(capsys, "patients", "find", "14.3.1964")[0].splitlines()[1] == "77\tOkafor, Mary\t1964-03-14\tunknown"
    told(capsys, "patients", "edit", "77", "--gender", "female", "--birth-date", "1964-03-15")
    assert "1964-03-15\tfemale" in told(capsys, "patients", "find", "mary")[0]
    assert "CW-D125" in told(capsys, "patients", "edit", "77", "--birth-date", "3/4/1964", status=1)[1]

    told(capsys, "patients", "merge", "77", "10042", "--reason", "Registered twice.")
    assert told(capsys, "patients", "find", "10042")[0].startswith("77\t")
    assert dictation[:8] in told(capsys, "list", "--patient", "77")[0]
    told(capsys, "patients", "unmerge", "77")
    assert dictation[:8] in told(capsys, "list", "--patient", "10042")[0]


def test_an_import_asks_before_somebody_is_there_twice(dictation, capsys, tmp_path):
    """A new number of who may be on file waits, with the number that is known, until it is wanted."""
    file = tmp_path / "clinic.csv"
    file.write_text("mrn,family,given,dob\n7,Okafor,Mary,1964-03-14\n", encoding="utf-8")

    out, err = told(capsys, "patients", "import", file)
    assert out.split("\t") == ["2", "alike", "may be a patient who has another record number", "10042\n"]
    assert "0 patients added" in err
    assert "1 patients added" in told(capsys, "patients", "import", file, "--lookalikes")[1]


def test_an_import_is_shown_before_and_done_whole(dictation, capsys, tmp_path):
    """The preview changes nothing; bad lines are named and the good ones go in; known numbers stay."""
    file = tmp_path / "clinic.csv"
    file.write_text("mrn,family,dob\n1,New,1964-03-14\n10042,Other,\n,Bad,\n", encoding="utf-8")

    out, err = told(capsys, "patients", "import", file, "--preview")
    assert [line.split("\t")[:2] for line in out.splitlines()] == [["3", "differs"], ["4", "refused"]]
    assert "1 patients would be added" in err
    assert told(capsys, "patients", "find", "new")[0] == ""
    assert "1 patients added" in told(capsys, "patients", "import", file)[1]
    assert told(capsys, "patients", "find", "new")[0] == "1\tNew\t1964-03-14\tunknown\n"
    assert "Okafor" in told(capsys, "patients", "find", "10042")[0]

    file.write_text("mrn,family,dob\n3,Newer,1964-03-14\n1,Renamed,\n", encoding="utf-8")
    told(capsys, "patients", "import", file, "--update", "--lookalikes")
    assert told(capsys, "patients", "find", "renamed")[0] == "1\tRenamed\t1964-03-14\tunknown\n"

    file.write_bytes("mrn,family\n2,Núñez".encode("latin-1"))
    assert "CW-E133" in told(capsys, "patients", "import", file, status=1)[1]
