"""`chartwright backup`, `restore`, `check`, `salvage`, `retention`: what a person at a terminal sees."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from desktop import cli, doctor
from ehr.chart.encounter import Draft
from ehr.chart.note import Note, Span
from ehr.chart.patient import Patient
from ehr.store.keys import Argon2Cost
from ehr.store.signatures import Seal
from ehr.store.store import Store

CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A chart of one signed dictation of last year."""
    long_ago = datetime.now(UTC) - timedelta(days=400)
    with Store.create(tmp_path / "home", "secret words", cost=CHEAP, clock=lambda: long_ago) as store:
        encounter = store.add_encounter(store.add_patient(Patient("10042", "Okafor", "María")))
        text = "She is well."
        note = Note(text, text, (), (), tuple(Span(at, at + 1) for at in range(len(text))))
        store.save_draft(encounter.id, Draft(note, ()))
        store.signatures.sign(encounter.id, Seal("secret words", "I answer for this."))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on that chart: status, stdout, stderr."""
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", "secret words")

    def command(*arguments: str | Path, on: Path = home) -> tuple[int, str, str]:
        status = cli.run([*map(str, arguments), "--data-dir", str(on)])
        return status, *capsys.readouterr()

    return command


def test_a_backup_becomes_a_chart_on_another_computer(run: Run, home: Path, tmp_path: Path) -> None:
    """Back up, list, verify, restore elsewhere, read there; the second time the folder need not be named."""
    status, made, _ = run("backup", tmp_path / "usb")
    assert status == 0
    assert run("backup", "--list", tmp_path / "usb")[1].startswith("chart-")
    assert run("backup", "--verify", made.strip())[0] == 0
    assert run("audit", "verify", "--head", made.strip())[0] == 0
    assert run("check")[1].startswith("The chart is whole. The last verified backup is chart-")
    assert doctor._backup(home).state is doctor.State.OK

    assert run("restore", tmp_path / "usb", on=tmp_path / "other")[0] == 0
    assert run("list", on=tmp_path / "other")[1] == run("list")[1] != ""

    status, _, told = run("restore", tmp_path / "usb")
    assert (status, "CW-E102" in told) == (1, True)
    status, _, told = run("restore", "--replace", tmp_path / "usb")
    assert (status, "before-restore-" in told) == (0, True)


def test_what_cannot_be_done_is_said(run: Run, home: Path, tmp_path: Path) -> None:
    """No place known, a place inside the data folder, no backup there, no chart here: a sentence and a code each."""
    assert run("backup")[0] == 2
    assert "CW-E145" in run("backup", home / "backups")[2]
    assert "CW-E143" in run("restore", tmp_path, on=tmp_path / "other")[2]
    assert "CW-E101" in run("check", on=tmp_path / "other")[2]
    assert doctor._backup(home).state is doctor.State.LIMITED


def test_a_damaged_chart_is_found_and_salvaged(run: Run, home: Path, tmp_path: Path) -> None:
    """Check fails, salvage rebuilds and reports, check passes."""
    run("backup", tmp_path / "usb")
    content = bytearray((home / "chart.db").read_bytes())
    content[100] ^= 1
    (home / "chart.db").write_bytes(content)
    assert "CW-E105" in run("check")[2]

    status, told, _ = run("salvage")

    assert status == 0
    assert "The ground is the backup chart-" in told
    assert run("check")[0] == 0


def test_nothing_is_deleted_without_rule_preview_and_yes(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rule, nothing due; a preview deletes nothing; a no deletes nothing; a yes deletes what was shown."""
    assert run("retention", "apply")[:2] == (0, "")
    assert "CW-E141" in run("retention", "set", "note", "365")[2]
    _keep_a_year(run)
    assert "note\t365 days" in run("retention", "show")[1]
    due = run("retention", "preview")[1]
    assert due.startswith("note\t")
    monkeypatch.setattr("click.confirm", _refuse)
    assert run("retention", "apply")[0] == 1
    assert run("retention", "preview")[1] == due

    status, shown, told = run("retention", "apply", "--yes")

    assert (status, shown, "Deleted." in told) == (0, due, True)
    assert run("retention", "preview")[1] == ""


def _keep_a_year(run: Run) -> None:
    """Rules under which the dictation is due, once it need not be sent."""
    for matter in ("transcript", "audio", "note"):
        run("retention", "set", matter, "365")
    assert run("retention", "unsent", "--waive", "--reason", "There is no server")[0] == 0


def test_what_was_not_sent_is_kept_and_said(run: Run) -> None:
    """Old enough and not delivered: named with the reason; waiving needs a reason, and then it is due."""
    for matter in ("transcript", "audio", "note"):
        run("retention", "set", matter, "365")
    assert run("retention", "preview")[1].rstrip().endswith("not sent yet")
    assert run("retention", "apply", "--yes")[0] == 0
    assert "CW-E125" in run("retention", "unsent", "--waive")[2]
    assert run("retention", "unsent")[1].rstrip().endswith("not sent yet")

    assert run("retention", "unsent", "--waive", "--reason", "There is no server")[0] == 0

    assert run("retention", "unsent")[1] == ""
    assert run("retention", "preview")[1].startswith("note\t")


def _refuse(*_: object, **__: object) -> bool:
    raise click.Abort


def test_a_hold_keeps_a_patient(run: Run) -> None:
    """Held, nothing is due; released, it is; an unknown record number is said to be unknown."""
    _keep_a_year(run)
    assert run("retention", "hold", "10042", "--reason", "Letter")[0] == 0
    assert "10042" in run("retention", "show")[1]
    assert [line.split("\t")[-1] for line in run("retention", "preview")[1].splitlines()] == ["legal hold"]
    assert run("retention", "release", "10042", "--reason", "Settled")[0] == 0
    assert run("retention", "preview")[1].startswith("note\t")
    assert "CW-D108" in run("retention", "hold", "nobody", "--reason", "x")[2]


def test_a_rule_is_a_number_of_days_or_keep(run: Run) -> None:
    """Anything else is wrong usage and changes nothing."""
    for days in ("0", "-1", "1.5", "soon", "9" * 30):
        assert run("retention", "set", "audio", days)[0] == 2
    assert "365" not in run("retention", "show")[1]


def test_an_older_backup_folder_is_not_lost(run: Run, tmp_path: Path) -> None:
    """A folder without backups lists none and says so."""
    (tmp_path / "empty").mkdir()
    assert "no backup" in run("backup", "--list", tmp_path / "empty")[2]
    shutil.rmtree(tmp_path / "empty")
