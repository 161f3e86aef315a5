"""A dictation in the terminal: words as they are spoken, the sound kept, and a draft in the chart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from program import COMMAND, ROOT, chartwright

sys.path.append(str(Path(__file__).resolve().parents[1] / "ehr"))

from store_samples import CHEAP, PASSPHRASE

import resources
from desktop import cli
from ehr.chart.encounter import EncounterStatus
from ehr.chart.patient import Gender, Patient
from ehr.store.store import Store
from transcriber.journal import Journal

MARIA = Patient("10042", "Okafor", "Maria", date(1964, 3, 14), Gender.FEMALE)
SPEECH = resources.path("samples/knee.flac")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one patient and no dictation."""
    monkeypatch.setenv("CHARTWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHARTWRIGHT_PASSPHRASE", PASSPHRASE)
    with Store.create(tmp_path / "home", PASSPHRASE, cost=CHEAP) as store:
        store.add_patient(MARIA)
    return tmp_path / "home"


def test_a_dictation_of_some_seconds(home: Path) -> None:
    """The words on stdout are the draft's, the recording is as long as was asked for, finished and readable."""
    told = chartwright(
        "dictate", "--patient", "10042", "--seconds", "5", "--language", "en", "--device", f"fake:{SPEECH}",
        CHARTWRIGHT_HOME=str(home), CHARTWRIGHT_PASSPHRASE=PASSPHRASE,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    with Store.open(home, PASSPHRASE) as store:
        [summary] = store.encounters(limit=5)
        encounter = store.encounter(summary.id)
        recording = store.recording(encounter.recording_id)
    assert encounter.status is EncounterStatus.DRAFT
    assert told.stdout.split() == encounter.draft.transcript.text.split()
    assert len(told.stdout.split()) > 5
    assert encounter.id[:8] in told.stderr
    with Journal.open(recording.path, recording.key) as journal:
        assert journal.sealed
        assert 5.0 <= journal.duration < 8.0


def test_ctrl_c_finishes_and_what_was_said_is_written(home: Path) -> None:
    """SIGINT in the middle is the end of the dictation, not of the program."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    arguments = (*COMMAND, "dictate", "--patient", "10042", "--language", "en", "--device", f"fake:{SPEECH}")
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables
    ) as running:
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, said = running.communicate(timeout=150)
    assert running.returncode == 0, said
    with Store.open(home, PASSPHRASE) as store:
        [summary] = store.encounters(limit=5)
        draft = store.encounter(summary.id).draft
    assert (first + rest).split() == draft.transcript.text.split()


@pytest.mark.parametrize(
    ("mrn", "device", "code"), [("10043", f"fake:{SPEECH}", "CW-D108"), ("10042", "no such microphone", "CW-T")]
)
def test_what_cannot_begin_leaves_nothing(
    home: Path, mrn: str, device: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a patient who is not on file nor a microphone that is not there leaves a dictation behind."""
    assert cli.run(["dictate", "--patient", mrn, "--device", device]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert code in told.err
    with Store.open(home, PASSPHRASE) as store:
        assert store.encounters(limit=5) == []
        assert store.dictations.interrupted() == []
