"""Going back while recording: what is heard, what the window says, and what of it reaches the note."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QObject, Qt, Signal
from window_samples import MARIA, PASSPHRASE

import resources
from desktop.dictation.rewinding import Deck, Rewinding
from desktop.player.player import Player
from desktop.review.live_view import LiveView
from ehr.store.store import Store
from transcriber.audio import SAMPLE_RATE
from transcriber.journal import Journal
from transcriber.messages import Final, Withdrawn
from transcriber.transcript import Segment, Word

MINUTES = 100_000
KEY = bytes(range(32))


class Desk(QObject):
    """What rewinding needs of the desk; a pause comes when it is asked for."""

    changed = Signal()

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.recording: str | None = "e1"
        self.paused = False
        self.length, self.floor = 10.0, 0.0
        self.overs: list[tuple[int, int]] = []
        self.under_way = (path, KEY)
        self.rewound = lambda: None

    def pause_or_resume(self) -> float | None:
        """See Desk."""
        place = self.rewound() if self.paused else None
        self.paused = not self.paused
        self.changed.emit()
        return place


@pytest.fixture
def tape(qtbot, tmp_path):
    """Ten seconds that were recorded, a player without loudspeaker, and the rewinding of both."""
    with Journal.create(tmp_path / "take", KEY, device="test") as journal:
        journal.append(np.ones(10 * SAMPLE_RATE, np.int16))
    player = Player()
    player._silent = True
    desk = Desk(tmp_path / "take")
    yield desk, player, Rewinding(desk, player)
    player.close()


def test_a_step_back_pauses_and_plays_from_there(tape):
    """Three seconds a step, several add up; forward again to the end, and nothing will be replaced."""
    desk, player, rewinding = tape
    rewinding.step(-1)
    assert (desk.paused, player.playing) == (True, True)
    assert rewinding.place == pytest.approx(7.0, abs=0.2)
    rewinding.step(-1)
    assert rewinding.place == pytest.approx(4.0, abs=0.2)
    rewinding.step(1)
    assert rewinding.place == pytest.approx(7.0, abs=0.4)
    rewinding.step(2)
    assert (rewinding.place, player.playing, desk.pause_or_resume()) == (None, False, None)


def test_the_place_is_asked_for_once(tape):
    """The recording goes on from where the ear was; the next pause begins at its end."""
    desk, player, rewinding = tape
    rewinding.step(-2)
    rewinding.pause()
    assert desk.pause_or_resume() == pytest.approx(4.0, abs=0.2)
    assert (player.playing, player.sound, rewinding.place) == (False, None, None)
    desk.pause_or_resume()
    assert desk.pause_or_resume() is None


def test_never_back_before_this_take(tape):
    """What was dictated on another day is not said over."""
    desk, _, rewinding = tape
    desk.floor = 8.5
    rewinding.step(-3)
    rewinding.pause()
    assert rewinding.place == pytest.approx(8.5, abs=0.2)


def test_what_was_said_over_is_neither_counted_nor_heard(tape, qtbot):
    """Three seconds back are three that stand, and the ear goes past what does not."""
    desk, player, rewinding = tape
    desk.overs = [(round(6.5 * SAMPLE_RATE), round(9.5 * SAMPLE_RATE))]
    heard = []
    player.position_changed.connect(heard.append)
    rewinding.step(-1)
    assert rewinding.place == pytest.approx(4.0, abs=0.2)
    player.set_speed(2.0)
    qtbot.waitUntil(lambda: rewinding.place is None, timeout=5_000)
    assert not [position for position in heard if 6.6 < position < 9.4]
    assert max(heard) == pytest.approx(10.0, abs=0.1)


def test_another_sound_forgets_the_place(tape):
    """Another page, or the lock: the recording then goes on at its end, whatever the player does.

    Seen to fail with a place that is where the player stands.
    """
    desk, player, rewinding = tape
    rewinding.step(-2)
    player.load(None)
    assert (rewinding.place, desk.pause_or_resume()) == (None, None)


def test_the_deck_moves_what_is_on_the_page(tape):
    """The recording under way where it is on the page; else the player, and the recording is left alone."""
    desk, player, rewinding = tape
    here = [False]
    deck = Deck(rewinding, player, lambda: here[0])
    deck.step(-1)
    deck.toggle()
    assert (desk.paused, deck.has_sound) == (False, False)
    here[0] = True
    deck.toggle()
    assert (desk.paused, deck.has_sound, player.playing) == (True, True, True)
    deck.pause()
    assert not player.playing


def test_live_words_are_taken_back(qtbot):
    """Final text that no longer stands goes, and the next comes in its place."""
    view = LiveView()
    qtbot.addWidget(view)
    for text in ("One two.", "Three four."):
        words = tuple(Word(word, 0.0, 1.0, 0.9) for word in text.split())
        view.hear(Final((Segment(words),), 1.0, "en"))
    qtbot.waitUntil(lambda: view.text == "One two. Three four.")
    view.hear(Withdrawn(1, 1.0, 1))
    qtbot.waitUntil(lambda: view.text == "One two.")


def test_said_over_in_the_window(program, qtbot, home) -> None:
    """Recorded, gone back to the beginning, said over: the first words ("new patient, orthopedic clinic") are in the
    journal and nowhere in the note.
    """
    window = program.window
    window._take_microphone(f"fake:{resources.path('samples/knee.flac')}")
    program.session.choose_patient(MARIA)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: program.desk.length >= 5.0, timeout=MINUTES)
    for _ in range(1 + int(program.desk.length // 3)):
        qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: "Back at 0:0" in window.banner.state.text(), timeout=MINUTES)
    assert "replaces the" in window.sound.text
    qtbot.keyClick(window, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert not window.player.playing
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: "Recording" in window.banner.state.text(), timeout=MINUTES)
    assert window.sound.text == ""
    until = program.desk.length + 5.0
    qtbot.waitUntil(lambda: program.desk.length >= until, timeout=MINUTES)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: program.session.reading is not None and not program.desk.jobs, timeout=MINUTES)
    encounter_id = program.session.encounter.id
    window.close()
    with Store.open(home, PASSPHRASE) as store:
        encounter = store.encounter(encounter_id)
        recording = store.recording(encounter.recording_id)
    said = encounter.draft.note.said.lower()
    assert said
    assert "orthopedic" not in said
    with Journal.open(recording.path, recording.key) as journal:
        [(first, last)] = journal.overs
        sound, _ = soundfile.read(resources.path("samples/knee.flac"), dtype="int16", frames=last)
        kept = journal.read(0, last)
        for lost in journal.gaps:  # on a computer that stood still for a moment
            kept[slice(*lost)] = sound[slice(*lost)]
        assert np.array_equal(kept, sound)
        assert journal.samples >= last + 5 * SAMPLE_RATE
    assert first < SAMPLE_RATE * 3
    for word in encounter.draft.transcript.words:
        assert word.end <= first / SAMPLE_RATE + 0.3 or word.end > last / SAMPLE_RATE, word
