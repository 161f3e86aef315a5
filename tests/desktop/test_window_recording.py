"""Recording in the window: pause, troubles with their next step, a recorder that dies, and what a crash left."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from window_samples import MARIA, PASSPHRASE

from desktop.dictation.troubles import Troubles
from desktop.parts import Opening, assemble
from ehr.chart.encounter import EncounterStatus
from ehr.store.store import Store
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import BLOCK, Journal
from transcriber.messages import Warned
from transcriber.watch import Trouble

MINUTES = 60_000


@pytest.fixture
def voice(tmp_path):
    """A minute of something to record."""
    noise = 0.05 * np.random.default_rng(0).standard_normal(60 * SAMPLE_RATE)
    soundfile.write(tmp_path / "voice.wav", noise, SAMPLE_RATE, subtype="PCM_16")
    return tmp_path / "voice.wav"


def begin(program, qtbot, device: str) -> None:
    """Record Maria's dictation until a second is on the disk."""
    program.window._take_microphone(device)
    program.session.choose_patient(MARIA)
    qtbot.keyClick(program.window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "Recording 0:01" in program.window.banner.state.text(), timeout=MINUTES)


def finish(program, qtbot) -> str:
    """End the recording, and give up its transcription."""
    qtbot.keyClick(program.window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: program.desk.recording is None and bool(program.desk.jobs), timeout=MINUTES)
    qtbot.waitUntil(lambda: program.session.encounter is not None)
    return program.session.encounter.id


def journal_of(home, encounter_id: str) -> Journal:
    """The journal of a dictation."""
    with Store.open(home, PASSPHRASE) as store:
        recording = store.recording(store.encounter(encounter_id).recording_id)
    return Journal.open(recording.path, recording.key)


def test_pause_and_go_on_by_key(program, qtbot, home, voice) -> None:
    """F8 pauses and goes on; the pill says so, the meter is there, and the journal holds the pause and no gap."""
    begin(program, qtbot, f"fake:{voice}")
    window = program.window
    assert window.bar.meter.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: window.banner.state.text().startswith("Paused at 0:0"), timeout=MINUTES)
    assert window.actions_by_id["dictation.pause"].text() == "Go on recording"
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: "Recording" in window.banner.state.text(), timeout=MINUTES)
    encounter_id = finish(program, qtbot)
    window.close()
    with journal_of(home, encounter_id) as journal:
        kinds = [mark.kind for mark in journal.marks]
        assert (kinds, journal.gaps, journal.sealed) == (["device", "pause", "resume"], (), True)


def test_a_lost_microphone_is_shown_with_its_next_step_and_comes_back(program, qtbot, home, voice) -> None:
    """Unplugged: a banner with what to do, the seconds that are lost; plugged in again: the banner goes, and on."""
    begin(program, qtbot, f"fake:{voice}?unplug=1.5&return=2.5")
    window = program.window
    qtbot.waitUntil(lambda: "Plug it in again" in window.sound.text, timeout=MINUTES)
    qtbot.waitUntil(lambda: "sound lost" in window.banner.state.text(), timeout=MINUTES)
    qtbot.waitUntil(lambda: window.sound.text == "", timeout=MINUTES)
    assert window.problems.shown is None
    encounter_id = finish(program, qtbot)
    window.close()
    with journal_of(home, encounter_id) as journal:
        [(start, _)] = journal.gaps
        assert start == int(1.5 * SAMPLE_RATE)
        assert journal.sealed


def test_speak_only_when_it_says_so(program, qtbot, voice) -> None:
    """Until the first sound is on the disk the window says that it is opening, then that it waits; then Recording."""
    window = program.window
    window._take_microphone(f"fake:{voice}?late=2")
    program.session.choose_patient(MARIA)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "Wait for “Recording”" in window.sound.text, timeout=MINUTES)
    assert window.banner.state.text() == "Opening the microphone …"
    qtbot.waitUntil(lambda: "Recording" in window.banner.state.text(), timeout=MINUTES)
    assert window.sound.text == ""
    window.close()


def test_a_recorder_that_is_killed_goes_on_by_itself(program, qtbot, home, voice) -> None:
    """SIGKILL of the recorder in mid-dictation: another one goes on in the same journal, with the loss as a gap."""
    begin(program, qtbot, f"fake:{voice}")
    recorder = program.desk.workers.recorder
    before = []
    recorder.level.connect(lambda level: before.append(level.duration))
    qtbot.waitUntil(lambda: bool(before), timeout=MINUTES)
    recorder.kill()
    told = before[-1]
    qtbot.waitUntil(lambda: before[-1] > told + 1.0, timeout=MINUTES)
    encounter_id = finish(program, qtbot)
    assert program.window.problems.shown is None
    program.window.close()
    with journal_of(home, encounter_id) as journal:
        assert journal.sealed
        [(start, stop)] = journal.gaps
        assert start / SAMPLE_RATE >= told
        assert stop > start


def test_a_microphone_that_is_not_there_leaves_nothing(program, qtbot, home) -> None:
    """The bar says why with a next step, and the worklist holds no empty dictation."""
    program.window._take_microphone("fake:/no/such/file.wav")
    program.session.choose_patient(MARIA)
    qtbot.keyClick(program.window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: program.window.problems.shown is not None, timeout=MINUTES)
    assert program.window.problems.shown.code == "CW-T151"
    qtbot.waitUntil(program.settled)
    program.window.close()
    with Store.open(home, PASSPHRASE) as store:
        assert len(store.encounters()) == 1
        assert store.dictations.interrupted() == []


def test_every_trouble_has_words_and_a_next_step() -> None:
    """Each of the recorder's troubles is told in one sentence and one step; the worst is shown first."""
    for kind in Trouble:
        troubles = Troubles()
        troubles.take(Warned(kind, 125.0), at=0.0)
        assert troubles.worst is not None
        assert (troubles.worst.text[-1], troubles.worst.step[-1]) == (".", ".")
        assert "{" not in troubles.worst.text
    both = Troubles()
    for kind in (Trouble.SILENT, Trouble.LOST):
        both.take(Warned(kind), at=0.0)
    assert "gone" in both.worst.text
    both.take(Warned(Trouble.LOST, over=True), at=1.0)
    assert "Nobody" in both.worst.text
    full = Troubles()
    full.take(Warned(Trouble.DISK, 0.0), at=0.0)
    full.clear()
    assert "full" in full.worst.text


@pytest.fixture
def crashed(home):
    """A chart in whose folder three recordings were interrupted: one with sound, one without, one half transcribed."""
    with Store.open(home, PASSPHRASE) as store:
        for seconds in (0, 3):
            _, recording = store.dictations.begin(MARIA, device="default")
            if seconds:
                with Journal.create(recording.path, recording.key, device="default") as journal:
                    journal.append(np.ones(seconds * SAMPLE_RATE - BLOCK, np.int16))
                    journal.append_gap(BLOCK)
        half, recording = store.dictations.begin(MARIA, device="default")
        with Journal.create(recording.path, recording.key, device="default") as journal:
            journal.append(np.ones(5 * SAMPLE_RATE, np.int16))
            journal.seal()
        store.finish_recording(recording.id, samples=5 * SAMPLE_RATE)
        store.begin_transcribing(half.id)
    return home


def test_what_a_crash_left_is_offered(crashed, program, qtbot) -> None:
    """The card names patient, time and length; each recording can be heard, kept or transcribed, and none is erased."""
    window, card = program.window, program.window.recovery_card
    qtbot.waitUntil(lambda: card.text != "")
    assert "Okafor, Maria" in card.text
    assert "0:05   (2 more)" in card.text
    assert "finding its words was interrupted" in card.text
    program.run("recovery.hear")
    assert window.player.duration == 5.0
    program.run("recovery.hear")
    program.run("recovery.keep")
    qtbot.waitUntil(lambda: "0:03   (1 more)" in card.text)
    assert "Every second up to then is here. 0.1 s of sound were lost" in card.text
    program.run("recovery.transcribe")
    qtbot.waitUntil(lambda: "Nothing was recorded" in card.text)
    assert not window.actions_by_id["recovery.transcribe"].isEnabled()
    qtbot.waitUntil(lambda: len(program.desk.jobs) == 1)
    program.run("recovery.keep")
    qtbot.waitUntil(lambda: card.text == "")
    qtbot.waitUntil(lambda: not program.desk.jobs, timeout=MINUTES)
    qtbot.waitUntil(program.settled)
    window.close()
    with Store.open(crashed, PASSPHRASE) as store:
        assert sorted(each.duration for each in store.encounters() if each.duration) == [3.0, 5.0, 14.0]
        assert store.dictations.interrupted() == []
        kept = next(each for each in store.encounters() if each.duration == 5.0)
        assert (kept.status, kept.failure) == (EncounterStatus.FAILED, "CW-T001")


@pytest.mark.parametrize("device", ["fake:{}", "fake:{}?late=30"])
def test_a_killed_window_leaves_its_patient_and_its_sound(home, voice, qapp, qtbot, device) -> None:
    """SIGKILL of the real window while it records, and while the microphone is still being opened: the next window
    offers the dictation with its patient, and every second that was told as being on the disk.
    """
    command = [sys.executable, str(Path(__file__).with_name("window_victim.py")), str(home), device.format(voice)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}
    told = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as victim:
        for line in victim.stdout:
            told = float(line) if line[:1].isdigit() else told
            if told >= 1.0 or line == "waiting\n":
                break
        victim.kill()
    parts = assemble(home)
    parts.window.show()
    card = parts.window.recovery_card
    opening = Opening(parts)
    opening.begin(PASSPHRASE)
    qtbot.waitUntil(lambda: card.text != "", timeout=MINUTES)
    assert "Okafor, Maria" in card.text
    assert parts.window.recovery.offered.duration >= told
    assert ("Nothing was recorded" in card.text) == ("late" in device)
    parts.window.close()
    parts.window.deleteLater()


def test_a_recording_without_a_patient_is_asked_for(home, qapp, qtbot) -> None:
    """A recording that nobody's dictation names is offered too, and its patient is asked for."""
    with Store.open(home, PASSPHRASE) as store:
        recording = store.begin_recording(device="default")
        with Journal.create(
            recording.path, recording.key, device="default", started_at=datetime(2026, 3, 1, 9, tzinfo=UTC)
        ) as journal:
            journal.append(np.ones(BLOCK, np.int16))
    parts = assemble(home)
    parts.window.show()
    Opening(parts).begin(PASSPHRASE)
    qtbot.waitUntil(lambda: "a patient who is not known" in parts.window.recovery_card.text, timeout=MINUTES)
    asked = []
    parts.window.ask_patient = lambda purpose, then: asked.append(then)
    parts.window.actions_by_id["recovery.transcribe"].trigger()
    asked[0](MARIA)
    qtbot.waitUntil(lambda: bool(parts.desk.jobs), timeout=MINUTES)
    qtbot.waitUntil(lambda: not parts.desk.jobs, timeout=MINUTES)
    parts.window.close()
    parts.window.deleteLater()
    with Store.open(home, PASSPHRASE) as store:
        assert store.encounters()[0].patient == MARIA
        assert store.dictations.interrupted() == []
    assert recording.path.exists()
