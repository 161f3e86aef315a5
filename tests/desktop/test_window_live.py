"""Words in the window while they are spoken: calm, the end in sight, and the note's words in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from window_samples import MARIA

import resources
from desktop.review.live_view import LiveView
from transcriber import models
from transcriber.engines.base import DecodeOptions
from transcriber.engines.whisper import WhisperEngine
from transcriber.journal import Journal
from transcriber.live import follow
from transcriber.messages import Behind, Final, Partial
from transcriber.transcript import Segment, Word

SPEECH = Path(resources.__file__).parent / "samples" / "knee.flac"
MINUTES = 170_000


def said(text: str) -> tuple[Word, ...]:
    """Words a second apart."""
    return tuple(Word(word, at, at + 1.0, 0.9) for at, word in enumerate(text.split()))


def final(text: str) -> Final:
    """An utterance that will not change."""
    return Final((Segment(said(text)),), 1.0, "en")


@pytest.fixture
def view(qtbot) -> LiveView:
    """A live view on the screen, empty."""
    made = LiveView()
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_partial_words_are_muted_and_give_way_to_final_ones(view, qtbot) -> None:
    """What may change is in another colour, and is replaced; what is final stays letter by letter."""
    view.hear(final("The knee is warm."))
    view.hear(Partial(said("No few")))
    qtbot.waitUntil(lambda: view.text == "The knee is warm. No few")
    inks = {span.format.foreground().color().name() for span in _fragments(view)}
    assert len(inks) == 2
    view.hear(final("No effusion."))
    qtbot.waitUntil(lambda: view.text == "The knee is warm. No effusion.")
    assert len({span.format.foreground().color().name() for span in _fragments(view)}) == 1


def test_many_messages_are_one_repaint(view, qtbot) -> None:
    """A hundred guesses at once change the text once."""
    changes = []
    view._text.textChanged.connect(lambda: changes.append(1))
    for count in range(100):
        view.hear(Partial(said(f"guess {count}")))
    qtbot.waitUntil(lambda: view.text == "guess 99")
    assert len(changes) == 1


def test_final_words_do_not_wait_for_guesses(view, qtbot) -> None:
    """A guess right after another one waits; a final is on the page with the next turn of the event loop."""
    view.hear(Partial(said("The knee")))
    QApplication.processEvents()
    view.hear(Partial(said("The knee is")))
    QApplication.processEvents()
    assert view.text == "The knee"
    view.hear(final("The knee is warm."))
    QApplication.processEvents()
    assert view.text == "The knee is warm."


def test_the_end_is_followed_unless_the_reader_went_back(view, qtbot) -> None:
    """New words scroll into sight; after scrolling up the page stays where it is."""
    bar = view._text.verticalScrollBar()
    for number in range(60):
        view.hear(final(f"Sentence {number} " + "of a long dictation " * 5))
    qtbot.waitUntil(lambda: "Sentence 59" in view.text)
    assert bar.value() == bar.maximum() > 0
    bar.setValue(10)
    view.hear(final("The very last one."))
    qtbot.waitUntil(lambda: "very last" in view.text)
    assert bar.value() == 10


def test_how_far_behind(view, qtbot) -> None:
    """The delay is told while there is one."""
    view.hear(Behind(12.3))
    qtbot.waitUntil(view._behind.isVisible)
    assert view._behind.text() == "12 s behind"
    view.hear(Behind(0.0))
    qtbot.waitUntil(lambda: not view._behind.isVisible())


class Quiet:
    """A listener that wants to know nothing."""

    def partial(self, words) -> None:
        """See Listener."""

    def final(self, found) -> None:
        """See Listener."""

    def behind(self, seconds) -> None:
        """See Listener."""

    def between(self) -> None:
        """See Listener."""

    def cancelled(self) -> bool:
        """Never."""
        return False


def test_dictation_with_live_words_and_an_engine_that_dies(program, qtbot) -> None:
    """Words stand in the window before F9 ends the dictation, the engine is killed, and the note loses nothing."""
    session, desk, window = program.session, program.desk, program.window
    window._take_microphone(f"file:{SPEECH}")
    session.choose_patient(MARIA)
    desk.workers.engine.prepare()
    with qtbot.waitSignal(desk.workers.engine.ready, timeout=MINUTES):
        pass
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: len(window.note.live.text.split()) > 2, timeout=MINUTES)
    assert desk.recording is not None
    assert window.note.live.isVisible()
    desk.workers.engine.kill()
    with qtbot.waitSignal(desk.workers.engine.live, timeout=MINUTES):
        pass
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: session.reading is not None or window.problems.shown is not None, timeout=MINUTES)
    assert window.problems.shown is None
    assert not window.note.live.isVisible()
    qtbot.waitUntil(lambda: window.player.duration > 0, timeout=MINUTES)
    sound = window.player._sound
    engine = WhisperEngine(models.resolve(), name="whisper-base")
    with Journal.open(sound.path, sound.key) as journal:
        whole = follow(journal, engine, DecodeOptions(language=desk.workers.engine._choice.language), Quiet())
    assert session.reading.draft.transcript.segments == whole.segments


def test_a_continued_dictation_is_followed_too(program, qtbot) -> None:
    """Shift+F9: the words come under the note as they are spoken, and are the note's new words, decoded once.

    Seen to fail with a desk that follows from the recording's beginning (the old words come again).
    """
    session, desk, window = program.session, program.desk, program.window
    window._take_microphone(f"file:{SPEECH}")
    session.choose_patient(MARIA)
    dictate_some(program, qtbot, Qt.KeyboardModifier.NoModifier)
    before = session.reading.draft
    qtbot.waitUntil(lambda: "dictation.go_on" in window.actions_by_id and desk.jobs == {}, timeout=MINUTES)
    told: list[Final] = []
    desk.live.connect(lambda message: told.append(message) if isinstance(message, Final) else None)
    dictate_some(program, qtbot, Qt.KeyboardModifier.ShiftModifier, above=window.note.note)
    after = session.reading.draft
    heard = tuple(segment for final in told for segment in final.segments)
    assert heard
    assert after.transcript.segments == (*before.transcript.segments, *heard)
    assert after.note.written.startswith(before.note.written[:40])
    assert heard[0].start >= before.transcript.duration


def dictate_some(program, qtbot, modifier: Qt.KeyboardModifier, above: QWidget | None = None) -> None:
    """Record until there are words in the window, `above` still in sight, and wait for the note."""
    session, desk, window = program.session, program.desk, program.window
    old = session.reading
    qtbot.keyClick(window, Qt.Key.Key_F9, modifier)
    qtbot.waitUntil(lambda: len(window.note.live.text.split()) > 2, timeout=MINUTES)
    assert window.note.live.isVisible()
    assert above is None or above.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: session.reading not in (None, old) or window.problems.shown is not None, timeout=MINUTES)
    assert window.problems.shown is None
    qtbot.waitUntil(lambda: desk.jobs == {}, timeout=MINUTES)
    assert not window.note.live.isVisible()


def _fragments(view: LiveView):
    block = view._text.document().begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            fragment = pieces.fragment()
            yield type("Span", (), {"format": fragment.charFormat(), "text": fragment.text()})
            pieces += 1
        block = block.next()
