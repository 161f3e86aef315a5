"""Keys that work while another program is in front: which may be chosen, and a real X server that hands them over."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import xserver
from hypothesis import given
from hypothesis import strategies as st
from program import ROOT
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from xcffib import xproto
from xserver import ALT, BACK, CONTROL, F8, F10, FORWARD, NUM_LOCK, SPACE, Client, XServer

from desktop.errors import DesktopError, KeyMissing, KeysNotHere, KeyTaken
from desktop.hotkeys.chord import KEYSYMS, MODIFIERS, SIDE_BUTTONS, Chord, chord_named, chord_of
from desktop.hotkeys.keys import GlobalKeys, hurdle
from desktop.pedals.mapping import EVERYWHERE, KEYBOARD
from desktop.settings import MICROPHONE, PEDALS, Settings
from transcriber.audio import SAMPLE_RATE

TALK = "Ctrl+Alt+Space"
NONE = Qt.KeyboardModifier.NoModifier


def combined(modifiers: list[Qt.KeyboardModifier]) -> Qt.KeyboardModifier:
    """All of them at once."""
    held = NONE
    for each in modifiers:
        held |= each
    return held


@given(st.sampled_from(list(KEYSYMS)), st.lists(st.sampled_from(list(MODIFIERS)), unique=True))
def test_a_combination_is_remembered_by_its_name(key, modifiers):
    """Named and read again it is the same; one that may not be taken is not read at all."""
    chord = Chord(key, combined(modifiers))
    assert chord_named(chord.name) == (chord if chord.may_be_taken else None)
    assert all(chord_named(Chord(button).name) == Chord(button) for button in SIDE_BUTTONS)


@given(st.text(max_size=30))
def test_a_name_that_is_none_takes_nothing(text):
    """Whatever stands in the settings: a combination that may be taken, or nothing."""
    chord = chord_named(text)
    assert chord is None or chord.may_be_taken


def test_keys_that_type_are_not_taken_from_other_programs():
    """A letter, Ctrl+C and the modifiers alone stay everybody's; two modifiers or a function key do not."""

    def pressed(key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> str | None:
        chord = chord_of(QKeyEvent(QEvent.Type.KeyPress, key, combined(list(modifiers))))
        return chord.name if chord is not None else None

    control, alt, shift = (Qt.KeyboardModifier[f"{name}Modifier"] for name in ("Control", "Alt", "Shift"))
    for key in (Qt.Key.Key_A, Qt.Key.Key_Space, Qt.Key.Key_Return):
        assert (pressed(key), pressed(key, shift), pressed(key, control)) == (None, None, None)
    assert pressed(Qt.Key.Key_Control, control, alt) is None
    assert pressed(Qt.Key.Key_Escape, control, alt) is None
    assert pressed(Qt.Key.Key_Space, control, alt) == TALK
    assert pressed(Qt.Key.Key_D, control, shift) == "Ctrl+Shift+D"
    assert (pressed(Qt.Key.Key_F8), pressed(Qt.Key.Key_F8, shift)) == ("F8", "Shift+F8")


@pytest.mark.parametrize(
    ("environ", "platform", "works"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}, "linux", True),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", False),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "linux", False),
        ({"WAYLAND_DISPLAY": "wayland-0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=bus"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "darwin", False),
        ({}, "win32", False),
    ],
)
def test_a_desktop_that_hands_over_no_keys_is_told_apart(environ, platform, works):
    """X11 does; a Wayland desktop is asked over its bus, never its X server, which hears nothing of other programs."""
    assert (hurdle(environ, platform) is None) is works


def test_where_no_key_can_be_had_each_one_is_refused(qapp):
    """With the reason, and without a thread."""
    keys = GlobalKeys({})
    refused = []
    keys.refused.connect(lambda name, error: refused.append((name, type(error))))
    keys.take(dict.fromkeys([TALK, "no key", "A"], "Talk"))
    assert refused == [(TALK, KeysNotHere)]


@pytest.fixture
def server():
    """An X server."""
    assert shutil.which("Xvfb"), "Xvfb is not installed: packaging/system_packages.sh xvfb"
    with XServer() as running:
        yield running


@pytest.fixture
def person(server):
    """Whoever sits there, with another program in front."""
    client = Client(server)
    yield client
    client.close()


class Heard:
    """What the keys told, in order."""

    def __init__(self, keys: GlobalKeys, qtbot) -> None:
        self.told: list[tuple[str, str]] = []
        self.taken: list[str] = []
        self.errors: dict[str, DesktopError] = {}
        keys.pressed.connect(lambda name: self.told.append(("down", name)))
        keys.released.connect(lambda name: self.told.append(("up", name)))
        keys.taken.connect(lambda name, trigger: self.taken.append(name))
        keys.refused.connect(self.errors.__setitem__)
        self._qtbot, self._keys = qtbot, keys

    def take(self, *names: str) -> None:
        """Ask for combinations and wait until each is taken or refused."""
        self.taken.clear()
        self.errors.clear()
        self._keys.take(dict.fromkeys(names, "Talk"))
        self._qtbot.waitUntil(lambda: len(self.taken) + len(self.errors) == len(names), timeout=20_000)

    def until(self, *expected: tuple[str, str]) -> None:
        """Wait until exactly this was told."""
        self._qtbot.waitUntil(lambda: len(self.told) >= len(expected), timeout=20_000)
        assert self.told == list(expected)
        self.told.clear()


@pytest.fixture
def keys(qtbot, server):
    """Keys of the program on that server."""
    made = GlobalKeys(server.environ)
    yield made
    made.close()


def taken(person: Client, code: int, modifiers: int = 0) -> bool:
    """Whether a combination is some other program's."""
    try:
        person.grab(code, modifiers)
    except xproto.AccessError:
        return True
    person.ungrab(code, modifiers)
    return False


CONTROL_ALT = xproto.ModMask.Control | xproto.ModMask._1


def test_a_combination_is_heard_while_another_program_is_in_front(qtbot, keys, person):
    """Once down, once up, whatever the locks are; the program in front gets the modifiers and not the key."""
    heard = Heard(keys, qtbot)
    heard.take(TALK)
    assert person.has_focus
    person.tap(CONTROL, ALT, SPACE)
    heard.until(("down", TALK), ("up", TALK))

    person.tap(NUM_LOCK)
    person.tap(CONTROL, ALT, SPACE)
    heard.until(("down", TALK), ("up", TALK))
    assert SPACE not in {code for _, code in person.heard()}


def test_what_was_not_chosen_is_not_heard(qtbot, keys, person):
    """No key logger: what is typed goes to the program in front alone, the chosen key without its modifiers too."""
    heard = Heard(keys, qtbot)
    heard.take(TALK, "F8")
    person.heard()
    for code in (xserver.A, SPACE, F10):
        person.tap(code)
    assert person.heard() == [(way, code) for code in (xserver.A, SPACE, F10) for way in ("down", "up")]
    person.tap(F8)
    heard.until(("down", "F8"), ("up", "F8"))


def test_a_key_that_is_held_goes_down_once(qtbot, keys, person):
    """Push to talk: the server repeats a held key, which must be neither a press nor a release.

    Seen to fail when the server was not asked to tell repeats apart: down, up, down, up, ...
    """
    assert xserver.repeats(person, xserver.A, at_least=3) >= 3
    heard = Heard(keys, qtbot)
    heard.take("F8")
    person.key(F8, down=True)
    until = time.monotonic() + 1.0  # the first repeat comes after 0.66 s, the next ones every 0.04 s
    qtbot.waitUntil(lambda: time.monotonic() > until)
    person.key(F8, down=False)
    heard.until(("down", "F8"), ("up", "F8"))


def test_side_buttons_of_the_mouse_are_held_too(qtbot, keys, person):
    """Back and forward, over another program's window, which does not go back."""
    heard = Heard(keys, qtbot)
    heard.take("BackButton", "ForwardButton", "F8")
    for number, name in ((BACK, "BackButton"), (FORWARD, "ForwardButton")):
        person.button(number, down=True)
        heard.until(("down", name))
        person.button(number, down=False)
        heard.until(("up", name))
    person.button(1, down=True)
    person.button(1, down=False)
    assert person.heard() == [("click", 1)]


def test_a_combination_of_another_program_is_refused(qtbot, keys, person):
    """With its name and a code, and the others work all the same."""
    person.grab(SPACE, CONTROL_ALT)
    heard = Heard(keys, qtbot)
    heard.take(TALK, "F8")
    assert [(name, type(error), error.code) for name, error in heard.errors.items()] == [(TALK, KeyTaken, "CW-D131")]
    assert TALK in heard.errors[TALK].sentence
    person.tap(F8)
    heard.until(("down", "F8"), ("up", "F8"))


def test_a_key_that_the_keyboard_lacks_is_refused(qtbot, keys):
    """As F35 on a common one."""
    heard = Heard(keys, qtbot)
    heard.take("F35")
    assert isinstance(heard.errors["F35"], KeyMissing)


def test_a_key_is_followed_to_another_layout(qtbot, keys, person):
    """The layout changes while the program runs: the key is where the new one has it, and its old place is free."""
    heard = Heard(keys, qtbot)
    heard.take("F8")
    person.remap(F8, xserver.symbol("F7"))
    person.remap(F10, xserver.symbol("F8"))
    qtbot.waitUntil(lambda: heard.taken == ["F8", "F8"], timeout=20_000)
    person.tap(F10)
    heard.until(("down", "F8"), ("up", "F8"))
    assert not taken(person, F8)


def test_after_closing_nothing_is_taken(qtbot, keys, person):
    """A key that is down comes up, and the program in front has its keys again; other choices free the ones before."""
    heard = Heard(keys, qtbot)
    heard.take(TALK, "F8")
    heard.take("F8")
    assert not taken(person, SPACE, CONTROL_ALT)

    person.key(F8, down=True)
    heard.until(("down", "F8"))
    keys.close()
    heard.until(("up", "F8"))
    person.key(F8, down=False)
    assert not taken(person, F8)


def test_a_server_that_dies_lets_go(qtbot, keys, server, person):
    """What is down comes up, and the keys say that they are gone."""
    heard = Heard(keys, qtbot)
    heard.take("F8")
    person.key(F8, down=True)
    heard.until(("down", "F8"))
    server.kill()
    heard.until(("up", "F8"))
    assert isinstance(heard.errors["F8"], KeysNotHere)


@pytest.fixture
def window(home, server, tmp_path):
    """The real window on the server, with a microphone and two keys; its lines."""
    noise = 0.05 * np.random.default_rng(0).standard_normal(60 * SAMPLE_RATE)
    soundfile.write(tmp_path / "voice.wav", noise, SAMPLE_RATE, subtype="PCM_16")
    settings = Settings(home)
    settings.remember(MICROPHONE, f"fake:{tmp_path / 'voice.wav'}")
    everywhere = {TALK: "dictation.talk", "ForwardButton": "dictation.talk", "F10": "dictation.record"}
    settings.remember(PEDALS, json.dumps({EVERYWHERE: everywhere, KEYBOARD: {"BackButton": "dictation.talk"}}))
    settings.save()
    command = [sys.executable, str(Path(__file__).with_name("hotkeys_window.py")), str(home)]
    environ = {**server.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, start_new_session=True)
    yield process
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_doctor_dictates_with_another_program_in_front(qtbot, window, person):
    """The real window behind a browser: held, a key or a side button records; let go, it pauses; F10 ends it.

    The program in front keeps the keyboard all along, and the task bar says what is going on. The other side button,
    chosen for the window alone, records over the window and not over the browser.
    """
    lines = {window.stdout.readline().strip() for _ in range(4)}
    assert lines == {"ready", TALK, "ForwardButton", "F10"}
    person.take_focus()

    def is_titled(title: str) -> None:
        qtbot.waitUntil(lambda: title in person.titles(), timeout=60_000)

    def records_while_held(press: Callable[..., None], *held: int) -> None:
        for each in held:
            press(each, down=True)
        is_titled("● Recording – Chartwright")
        for each in reversed(held):
            press(each, down=False)
        is_titled("Paused – Chartwright")

    is_titled("Chartwright")
    records_while_held(person.key, CONTROL, ALT, SPACE)
    records_while_held(person.button, FORWARD)
    person.heard()
    person.button(BACK, down=True)
    person.button(BACK, down=False)
    assert person.heard() == [("click", BACK)]
    assert person.has_focus
    person.step_behind()
    records_while_held(person.button, BACK)
    assert taken(person, F10)
    person.tap(F10)
    assert window.wait(60) == 0
    assert not taken(person, F10)
