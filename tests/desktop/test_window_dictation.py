"""From sound to reviewed entries in the window, with the embedded model, the real worker and the real recorder."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from window_samples import MARIA, PASSPHRASE

import resources
from desktop.dictation.job import Step
from desktop.player.sound import Sound
from ehr.chart.encounter import EncounterStatus
from ehr.chart.entry import ReviewState
from ehr.chart.patient import Gender, Patient
from ehr.store.store import Store

CLIP = Path(resources.__file__).parent / "samples" / "knee.flac"
SPEECH = Path(resources.__file__).parent / "audio" / "jfk.flac"
MINUTES = 170_000


def test_a_file_becomes_reviewed_entries(program, qtbot, home: Path) -> None:
    """Import, a killed engine, Try again, draft, accept and reject; a store opened afterwards holds the decisions."""
    session, desk, window = program.session, program.desk, program.window
    today = datetime.now(UTC)
    sam = Patient("003411", "Adams", "Sam", date(today.year - 34, 1, 1), Gender.MALE)  # as the sample says of him
    session.ask(lambda store: store.add_patient(sam), session.choose_patient)
    qtbot.waitUntil(lambda: session.patient == sam)
    window.handlers.dictating.bring_in([CLIP])
    qtbot.waitUntil(lambda: desk.workers.engine._busy, timeout=MINUTES)
    assert [job.step for job in desk.jobs.values()] == [Step.TRANSCRIBING]
    desk.workers.engine.kill()
    qtbot.waitUntil(lambda: window.problems.shown is not None, timeout=MINUTES)
    assert window.problems.shown.code == "CW-T161"
    qtbot.waitUntil(lambda: session.encounter.status is EncounterStatus.FAILED, timeout=MINUTES)
    assert not desk.jobs
    window.problems._again.click()
    qtbot.waitUntil(lambda: session.reading is not None or window.problems.shown is not None, timeout=MINUTES)
    assert window.problems.shown is None
    qtbot.waitUntil(lambda: window.player.duration > 0)
    assert "knee" in session.reading.draft.transcript.text.lower()
    assert session.entries
    assert window.transcript.view.isVisible()
    first = session.entries[0]
    session.set_focus(first.id)
    program.run("entry.accept")
    if len(session.entries) > 1:
        session.set_focus(session.entries[1].id)
        program.run("entry.reject")
    encounter_id = session.encounter.id
    window.close()
    with Store.open(home, PASSPHRASE) as store:
        kept = store.encounter(encounter_id)
        states = [entry.state for entry in kept.draft.entries]
        assert kept.patient == sam
        assert states[:2] == [ReviewState.ACCEPTED, ReviewState.REJECTED][: len(states)]


def test_a_dictation_is_recorded_and_its_transcription_stopped(program, qtbot, home: Path) -> None:
    """F9 begins for the chosen patient, F9 ends it, Escape stops the transcription: the sound is in the worklist."""
    session, desk, window = program.session, program.desk, program.window
    window._take_microphone(f"file:{SPEECH}")
    session.choose_patient(MARIA)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: desk.recording is not None, timeout=MINUTES)
    qtbot.waitUntil(lambda: window.banner.state.text() == "● Recording 0:01", timeout=MINUTES)
    assert window.bar.record.recording
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: desk.recording is None and bool(desk.jobs), timeout=MINUTES)
    qtbot.waitUntil(lambda: session.encounter is not None)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not desk.jobs or session.reading is not None, timeout=MINUTES)
    encounter_id = session.encounter.id
    window.close()
    with Store.open(home, PASSPHRASE) as store:
        summary = next(each for each in store.encounters() if each.id == encounter_id)
        assert summary.patient == MARIA
        assert summary.duration > 0.9
        assert store.recording(summary.recording_id).path.is_file()


def test_a_note_is_dictated_into(program, qtbot, home: Path) -> None:
    """Shift+F9 in the editor: what is said now stands at the cursor, leads to its own sound, and decisions stay."""
    session, desk, window = program.session, program.desk, program.window
    session.choose_patient(MARIA)
    window.handlers.dictating.bring_in([SPEECH])
    qtbot.waitUntil(lambda: session.reading is not None and not desk.jobs, timeout=MINUTES)
    first = session.reading.draft
    window._take_microphone(f"file:{SPEECH}")
    program.run("note.edit")
    place = first.note.written.index(" ")
    cursor = window.note.editor.textCursor()
    cursor.setPosition(place)
    window.note.editor.setTextCursor(cursor)
    qtbot.keyClick(window.note.editor, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.banner.state.text() == "● Recording 0:14", timeout=MINUTES)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: desk.recording is None and not desk.jobs, timeout=MINUTES)
    qtbot.waitUntil(lambda: session.reading.draft.transcript != first.transcript, timeout=MINUTES)

    both = session.reading.draft
    assert both.note.written.startswith(first.note.written[:place])
    assert both.note.written.endswith(first.note.written[place:])
    assert both.note.said.startswith(first.note.said)
    later = both.transcript.words[len(first.transcript.words) :]
    assert later
    assert later[0].start >= first.transcript.duration - 0.5
    assert window.problems.shown is None


def test_a_file_that_is_not_audio_leaves_nothing(program, qtbot, home: Path, tmp_path: Path) -> None:
    """The bar says what is wrong with its code; neither a dictation nor a recording is left."""
    session, window = program.session, program.window
    broken = tmp_path / "notes.wav"
    broken.write_bytes(b"not audio at all")
    session.choose_patient(MARIA)
    window.handlers.dictating.bring_in([broken])
    qtbot.waitUntil(lambda: window.problems.shown is not None, timeout=MINUTES)
    assert window.problems.shown.code.startswith("CW-T10")
    assert len(session.encounters) == 1
    assert list((home / "recordings").iterdir()) == []


def test_words_are_followed_without_a_loudspeaker(review, qtbot) -> None:
    """Where no sound can be played the clock runs all the same, and the word under it is marked."""
    player, view = review.window.player, review.window.transcript.view
    player.load(Sound(Path("nowhere"), b"", 15.0))
    player._silent = True
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.place_of(view.marked[0]).toPoint())
    assert view.playing == view.marked[0]
    review.run("entry.hear")
    assert player.playing
    qtbot.waitUntil(lambda: view.playing is not None and view.playing > view.marked[0])
    assert review.window.note.note.marked_texts()[-1] in "start glipizide 5 mg by mouth every morning"
    review.run("entry.hear")
    assert not player.playing
