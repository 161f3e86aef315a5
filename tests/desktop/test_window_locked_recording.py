"""A recording behind the lock: seen, paused, stopped by the usual keys, and in the chart once somebody unlocks."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from window_samples import MARIA, PASSPHRASE

import resources
from desktop.dictation.troubles import Troubles
from desktop.parts import Opening, assemble
from desktop.people.rights import ALWAYS, WHILE_RECORDING
from ehr.chart.encounter import EncounterStatus
from ehr.store.store import Store
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal
from transcriber.messages import Warned
from transcriber.watch import Trouble

MINUTES = 100_000


@pytest.fixture
def voice(tmp_path):
    """Somebody who dictates, and a count of the samples that the microphone delivered."""
    sound, _ = soundfile.read(resources.path("samples/knee.flac"), dtype="int16")
    soundfile.write(tmp_path / "voice.wav", np.tile(sound, 4), SAMPLE_RATE, subtype="PCM_16")
    (tmp_path / "count").write_bytes(bytes(8))
    return f"fake:{tmp_path / 'voice.wav'}?count={tmp_path / 'count'}"


def record_and_lock(program, qtbot, device: str) -> None:
    """Maria's dictation is under way, its words have begun to come, and the window locks."""
    program.window._take_microphone(device)
    program.session.choose_patient(MARIA)
    qtbot.keyClick(program.window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "Recording 0:01" in program.window.banner.state.text(), timeout=MINUTES)
    program.run("people.lock")
    qtbot.waitUntil(lambda: program.window.people.locked and program.settled(), timeout=MINUTES)


def shown(program) -> str:
    """Every word on the screen."""
    return " ".join(each.text() for each in program.window.findChildren(QLabel) if each.isVisible())


def press(program, qtbot, key: Qt.Key) -> None:
    """Press a key where the keyboard is: in the field of the passphrase."""
    qtbot.keyClick(program.window.people.screen.form.passphrase, key)


def unlock(program, qtbot) -> None:
    """Type the passphrase."""
    form = program.window.people.screen.form
    qtbot.keyClicks(form.passphrase, PASSPHRASE)
    qtbot.keyClick(form.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not program.window.people.locked, timeout=MINUTES)


def test_stopped_behind_the_lock(program, qtbot, voice, tmp_path, home) -> None:
    """Paused, gone on with and stopped by key; the sound is whole and sealed while locked; unlocked, it is a note.

    Seen to fail with a desk that waits for the chart before it says that a recording ended.
    """
    record_and_lock(program, qtbot, voice)
    panel = program.window.people.screen.recording
    assert program.chart.locked
    assert not [word for word in ("Maria", "MARIA", "Okafor") if word in shown(program)]
    enabled = {name for name, action in program.window.actions_by_id.items() if action.isEnabled()}
    assert enabled == ALWAYS | set(WHILE_RECORDING)
    assert [button.isVisible() for button in panel.buttons] == [True, True]
    qtbot.waitUntil(lambda: panel.state.text() == "● Recording goes on 0:02", timeout=MINUTES)
    press(program, qtbot, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: panel.state.text().startswith("Paused 0:0"), timeout=MINUTES)
    assert "Go on recording" in panel.buttons[1].text()
    press(program, qtbot, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: panel.state.text() == "● Recording goes on 0:05", timeout=MINUTES)
    recorder = program.desk.workers.recorder
    with qtbot.waitSignal(recorder.stopped, timeout=MINUTES) as stopped:
        press(program, qtbot, Qt.Key.Key_F9)
    assert panel.state.text().startswith("Recording finished 0:0")
    assert not any(button.isVisible() for button in panel.buttons)
    assert program.window.people.locked
    captured = struct.unpack("<q", (tmp_path / "count").read_bytes())[0]
    press(program, qtbot, Qt.Key.Key_F9)
    assert (program.desk.recording, program.desk.starting) == (None, False)

    unlock(program, qtbot)
    qtbot.waitUntil(lambda: program.session.reading is not None and not program.desk.jobs, timeout=MINUTES)
    encounter_id = program.session.encounter.id
    program.window.close()
    with Store.open(home, PASSPHRASE) as store:
        encounter = store.encounter(encounter_id)
        recording = store.recording(encounter.recording_id)
        assert encounter.patient == MARIA
        assert "patient" in encounter.draft.note.written.lower()
    with Journal.open(recording.path, recording.key) as journal:
        kinds = [mark.kind for mark in journal.marks]
        assert (kinds, journal.gaps, journal.sealed) == (["device", "pause", "resume"], (), True)
        assert recording.samples == journal.samples == round(stopped.args[0] * SAMPLE_RATE)
        pause = next(mark.at for mark in journal.marks if mark.kind == "pause")
        spoken, _ = soundfile.read(tmp_path / "voice.wav", dtype="int16")
        assert np.array_equal(journal.read(0, pause), spoken[:pause])
        rest = journal.read(pause, journal.samples)
        assert any(np.array_equal(rest, spoken[at - len(rest) : at]) for at in range(pause, captured + 1))


def test_closed_behind_the_lock(program, qtbot, voice, home, qapp) -> None:
    """Stopped and quit without unlocking: the next start finishes it without asking and finds its words."""
    record_and_lock(program, qtbot, voice)
    panel = program.window.people.screen.recording
    press(program, qtbot, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: panel.state.text().startswith("Recording finished"), timeout=MINUTES)
    program.window.close()
    parts = assemble(home)
    parts.window.show()
    opening = Opening(parts)
    opening.begin(PASSPHRASE)
    qtbot.waitUntil(lambda: bool(parts.desk.jobs), timeout=MINUTES)
    assert parts.window.recovery_card.text == ""
    qtbot.waitUntil(lambda: not parts.desk.jobs, timeout=MINUTES)
    parts.window.close()
    parts.window.deleteLater()
    with Store.open(home, PASSPHRASE) as store:
        assert store.dictations.interrupted() == []
        assert any(each.status is EncounterStatus.DRAFT and (each.duration or 0) > 1 for each in store.encounters())


def test_a_lost_microphone_is_told_in_front_of_the_lock(program, qtbot, voice) -> None:
    """Within a second of the loss that the recorder tells; it goes when the microphone is back."""
    record_and_lock(program, qtbot, f"{voice}&unplug=3&return=4.5")
    panel = program.window.people.screen.recording
    with qtbot.waitSignal(program.desk.warned, timeout=MINUTES):
        pass
    qtbot.waitUntil(lambda: "Plug it in again" in panel.trouble.text(), timeout=1_000)
    qtbot.waitUntil(lambda: panel.trouble.text() == "", timeout=MINUTES)
    press(program, qtbot, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: program.desk.recording is None, timeout=MINUTES)


@pytest.mark.parametrize("kind", [kind for kind in Trouble if kind is not Trouble.WAITING])
def test_every_trouble_is_told_in_front_of_the_lock(program, qtbot, kind) -> None:
    """What the page would show in its line, the lock shows; what began before the lock too."""
    desk, window = program.desk, program.window
    desk.recording = "some-encounter"
    desk.warned.emit(Warned(kind, 125.0))
    program.run("people.lock")
    said = window.people.screen.recording.trouble
    alone = Troubles()
    alone.take(Warned(kind, 125.0), at=0.0)
    assert said.text() == f"{alone.worst.text} {alone.worst.step}"
    desk.warned.emit(Warned(kind, over=True))
    assert said.text() == ""
    desk.recording = None
    qtbot.waitUntil(program.settled)


def test_a_held_button_begins_nothing_behind_the_lock(program, qtbot, voice) -> None:
    """Push to talk is no way around the lock: with nothing recorded, no dictation begins, now or after unlocking.

    Seen to fail with a button that went past the command.
    """
    program.window._take_microphone(voice)
    program.session.choose_patient(MARIA)
    program.run("people.lock")
    qtbot.waitUntil(program.settled)
    program.window.station.hands.press("powermic-3", "record")
    program.window.station.hands.release("powermic-3", "record")
    assert (program.desk.starting, program.chart.waiting) == (False, 0)
    unlock(program, qtbot)
    qtbot.waitUntil(program.settled)
    assert (program.desk.starting, program.desk.recording) == (False, None)
