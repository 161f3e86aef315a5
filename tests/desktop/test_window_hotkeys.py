"""Keys of everywhere in the window: the page where they are chosen, what they may do, and what comes forward."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from desktop.errors import KeysNotHere, KeyTaken
from desktop.messages import explain
from desktop.pedals.mapping import EVERYWHERE, HELD, KEYBOARD, NOTHING, Choices
from desktop.pedals.page import PedalsPage, Plugged
from desktop.remote import ALLOWED

TALK = "Ctrl+Alt+Space"


def shown(page: PedalsPage) -> str:
    """Everything that the page says."""
    return "\n".join(label.text() for label in page.findChildren(QLabel) if not label.isHidden())


@pytest.fixture
def page(qtbot):
    """The page on a desktop that hands over keys."""
    made = PedalsPage(Choices(), Plugged())
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_key_of_everywhere_is_added_by_pressing_it(qtbot, page):
    """What types is waited past; the combination talks at once, and may only do what decides nothing."""
    with qtbot.waitSignal(page.keys_changed):
        page.add(EVERYWHERE)
        for key in (Qt.Key.Key_A, Qt.Key.Key_Control):
            qtbot.keyClick(page, key)
        assert page.rows == {}
        qtbot.keyClick(page, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    row = page.rows[EVERYWHERE, TALK]
    assert row.currentData() == "dictation.talk"
    assert {row.itemData(at) for at in range(row.count())} == {NOTHING, *HELD, *ALLOWED}

    qtbot.keyClick(row, Qt.Key.Key_Home)
    assert page._choices.buttons(EVERYWHERE) == ()


def test_a_side_button_is_added_for_the_window_or_for_everywhere(qtbot, page):
    """The same button, each time where it was asked for; the middle one pastes elsewhere and stays there."""
    page.add(EVERYWHERE)
    qtbot.mouseClick(page, Qt.MouseButton.MiddleButton)
    assert page.rows == {}
    for device in (EVERYWHERE, KEYBOARD):
        page.add(device)
        qtbot.mouseClick(page, Qt.MouseButton.BackButton)
    assert set(page.rows) == {(EVERYWHERE, "BackButton"), (KEYBOARD, "BackButton")}
    qtbot.waitUntil(lambda: shown(page).count("Mouse: back") == 2)


def test_a_key_that_cannot_be_had_says_so_under_its_row(qtbot, page):
    """With what to do and the code, until it is handed over."""
    page.add(EVERYWHERE)
    qtbot.keyClick(page, Qt.Key.Key_F10)
    page.show_refused("F10", explain(KeyTaken.of("F10")))
    assert "has taken F10. Choose another one" in shown(page)
    assert "(CW-D131)" in shown(page)
    page.show_taken("F10")
    assert "CW-D131" not in shown(page)


def test_a_desktop_without_such_keys_says_what_to_do_instead(qtbot):
    """The reason, the command to bind, and nothing to add a key with."""
    page = PedalsPage(Choices(), Plugged(hurdle=explain(KeysNotHere())))
    qtbot.addWidget(page)
    page.show()
    assert "chartwright press dictation.record" in shown(page)
    assert "CW-D130" in shown(page)
    assert page._adders[EVERYWHERE].isHidden()
    assert not page._adders[KEYBOARD].isHidden()


@pytest.fixture
def station(program):
    """The window's own, with a key that records and one that was put into the settings by hand and would decide."""
    station = program.window.station
    station.keys._environ = {}
    station.hands.choices.choose(EVERYWHERE, "F10", "dictation.record")
    station.hands.choices.choose(EVERYWHERE, "F11", "entry.accept")
    return station


@pytest.fixture
def beeped(monkeypatch):
    """How often the computer beeped."""
    beeps: list[int] = []
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(1))
    return beeps


def test_a_question_that_a_key_raises_comes_forward_and_is_asked_once(station, program, beeped, qtbot):
    """Record with no patient chosen, pressed twice in another program: one question, in front."""
    station.keys.pressed.emit("F10")
    asked = QApplication.activeModalWidget()
    assert asked is not None
    station.keys.pressed.emit("F10")
    assert QApplication.activeModalWidget() is asked
    assert beeped == []
    asked.reject()


def test_a_key_decides_nothing_unseen(station, review, beeped):
    """A command that decides is not run from another program, whatever the settings say; the computer beeps."""
    before = review.session.entries
    station.keys.pressed.emit("F11")
    assert (review.session.entries, beeped) == (before, [1])


def test_whoever_presses_a_key_in_another_program_is_at_work(station, program):
    """Ten minutes of dictating with the browser in front do not lock the window; nor does a pedal's ten minutes."""
    watch = program.window.people.watch
    now = watch._clock()
    watch._clock = lambda: now
    for press in (lambda: station.keys.pressed.emit("F11"), lambda: station.listener.pressed.emit("x", "y")):
        now += 590
        press()
        now += 590
        watch.look()
        assert not program.window.people.locked
    now += 600
    watch.look()
    assert program.window.people.locked


def test_a_locked_window_begins_nothing(station, program, beeped, qtbot):
    """Nobody's key begins a dictation while the window is locked."""
    program.session.choose_patient(program.session.encounters[0].patient)
    station.hands.choices.choose(EVERYWHERE, "F12", "dictation.talk")
    program.run("people.lock")
    qtbot.waitUntil(lambda: program.window.people.locked)
    for name in ("F10", "F12"):
        station.keys.pressed.emit(name)
        station.keys.released.emit(name)
    assert (program.desk.starting, program.desk.recording, beeped) == (False, None, [1, 1])


def test_while_keys_are_chosen_they_do_nothing(station, program, qtbot):
    """The page shows the row of what is pressed; a pedal's press does not record either. Closed, they work again."""
    program.run("dictation.buttons")
    page = station._page
    station.keys.pressed.emit("F10")
    station.listener.pressed.emit("powermic-3", "record")
    assert page.focusWidget() is page.rows[EVERYWHERE, "F10"]
    assert QApplication.activeModalWidget() is page
    page.close()
    station.keys.pressed.emit("F10")
    assert QApplication.activeModalWidget() not in {page, None}
    QApplication.activeModalWidget().reject()


def test_a_key_that_cannot_be_had_is_told_in_the_window(station, program, qtbot):
    """At the start, where no page is open: one message with its code."""
    station._take_keys()
    assert program.window.problems.shown.code == "CW-D130"
    assert "chartwright press" in program.window.problems.shown.next_step
