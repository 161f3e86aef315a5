"""Pedals and hand-held microphones: reports, choices, the thread that listens, and what a held button does."""

from __future__ import annotations

import queue

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent

from desktop.commands.table import COMMANDS
from desktop.pedals.devices import Device, device_of, known_devices, usual_commands
from desktop.pedals.hands import Hands
from desktop.pedals.listener import Listener, system_hid
from desktop.pedals.mapping import EVERYWHERE, GUARDS, HELD, KEYBOARD, NOTHING, Choices
from desktop.pedals.page import PedalsPage, Plugged
from desktop.pedals.talk import Talk

FOOT = next(device for device in known_devices() if device.id == "philips-foot-3")
MIKE = next(device for device in known_devices() if device.id == "speechmike")


class Grip:
    """Notes what begins and ends."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def talk(self, *, down: bool) -> None:
        """See Grip."""
        self.told.append(("talk", down))

    def hold_to_play(self, *, down: bool) -> None:
        """See Grip."""
        self.told.append(("play", down))


class FakeHid:
    """Devices whose reports a test hands over: bytes, or None for a device that is pulled out."""

    def __init__(self, device: Device = FOOT) -> None:
        self.device = device
        self.plugged = True
        self.allowed = True
        self.reports: queue.Queue[bytes | None] = queue.Queue()

    def found(self) -> list[tuple[bytes, Device]]:
        """See Hid."""
        return [(b"1", self.device)] if self.plugged else []

    def open(self, path: bytes) -> FakeHid:
        """See Hid."""
        if not self.allowed:
            raise PermissionError
        return self

    def read(self, size: int, timeout_ms: int) -> list[int]:
        """See Handle."""
        try:
            report = self.reports.get(timeout=timeout_ms / 1000)
        except queue.Empty:
            return []
        if report is None:
            raise OSError
        return list(report[:size])

    def close(self) -> None:
        """See Handle."""


def held_actions(*, enabled: bool = True) -> dict[str, QAction]:
    """The commands that guard what lasts while a button is held."""
    actions = {name: QAction() for name in GUARDS.values()}
    for action in actions.values():
        action.setEnabled(enabled)
    return actions


@pytest.fixture
def hid(qapp):
    """A fake system with one pedal, and the listener on it."""
    fake = FakeHid()
    listener = Listener(lambda: fake)
    yield fake, listener
    listener.close()


def test_a_report_tells_which_buttons_are_down():
    """One bit a button, at the place that the device's kind says; other reports say nothing."""
    assert FOOT.held(bytes([0b011])) == {"rewind", "play"}
    assert MIKE.held(bytes([0x80, 0, 0, 0, 0, 0, 0, 0, 1])) == {"record"}
    assert MIKE.held(bytes([0x9E, 0, 0, 0, 0, 0, 0, 0, 1])) is None
    assert MIKE.held(b"\x80") is None


@given(st.sampled_from(known_devices()), st.binary(max_size=64))
def test_no_report_upsets_a_device(device, report):
    """Whatever bytes arrive: known buttons, or nothing."""
    held = device.held(report)
    assert held is None or held <= set(device.buttons)


def test_devices_are_found_by_their_numbers():
    """Each of the file's devices by its own; an unknown one is nobody's."""
    for device in known_devices():
        assert device_of(device.vendor, device.product, device.usage_page, device.usage) is device
    assert device_of(0x1234, 0x5678, 1, 6) is None


def test_what_buttons_usually_do_exists():
    """Every usual command is one of the window's or one that is held."""
    assert set(usual_commands().values()) <= {command.id for command in COMMANDS} | set(HELD)


def test_a_choice_overrides_the_usual_and_is_remembered():
    """Chosen, remembered as text, read again; a text that is no choice chooses nothing."""
    choices = Choices()
    assert choices.command("philips-foot-3", "play") == "player.hold"
    choices.choose("philips-foot-3", "play", NOTHING)

    again = Choices(choices.to_text())
    assert again.command("philips-foot-3", "play") == NOTHING
    assert again.command("powermic-3", "play") == "player.hold"
    for broken in ("{", "[]", "null", '{"a": 1}'):
        assert Choices(broken).command(KEYBOARD, "F8") == NOTHING


def test_presses_and_releases_are_told(qtbot, hid):
    """Down, more, up: each button once each way."""
    fake, listener = hid
    told = []
    listener.pressed.connect(lambda device, button: told.append(("down", device, button)))
    listener.released.connect(lambda device, button: told.append(("up", device, button)))
    listener.start()
    for held in (0b010, 0b011, 0b001, 0b000):
        fake.reports.put(bytes([held]))
    qtbot.waitUntil(lambda: len(told) == 4)

    assert [(way, button) for way, _, button in told] == [
        ("down", "play"), ("down", "rewind"), ("up", "play"), ("up", "rewind"),
    ]  # fmt: skip


def test_a_pedal_that_is_pulled_out_lets_go_and_comes_back(qtbot, hid):
    """A held button comes up with the cable; plugged in again, it is heard again."""
    fake, listener = hid
    told = []
    listener.pressed.connect(lambda _, button: told.append(f"down {button}"))
    listener.released.connect(lambda _, button: told.append(f"up {button}"))
    listener.start()
    fake.reports.put(bytes([0b010]))
    with qtbot.waitSignal(listener.disconnected):
        fake.reports.put(None)
    with qtbot.waitSignal(listener.pressed):
        fake.reports.put(bytes([0b100]))

    assert told == ["down play", "up play", "down forward"]


def test_a_pedal_that_may_not_be_opened_is_named(qtbot, hid):
    """Found but refused: the page of buttons says so."""
    fake, listener = hid
    fake.allowed = False
    with qtbot.waitSignal(listener.refused) as refused:
        listener.start()
    assert refused.args == [FOOT.name]


def test_the_systems_devices_can_be_listed():
    """The HID library loads and answers, with or without devices."""
    hid = system_hid()
    assert hid is not None
    assert all(device in known_devices() for _, device in hid.found())


def test_a_held_button_begins_and_ends_once(qapp):
    """Down begins, up ends; up without down ends nothing; letting go of everything ends all."""
    grip = Grip()
    hands = Hands(Choices(), held_actions(), grip)
    hands.press("powermic-3", "record")
    hands.press("powermic-3", "record")
    hands.release("powermic-3", "record")
    hands.release("powermic-3", "record")
    hands.press(FOOT.id, "play")
    hands.let_go()

    assert grip.told == [("talk", True), ("talk", False), ("play", True), ("play", False)]


def test_a_held_button_does_nothing_where_its_command_would_not(qapp):
    """A locked window, a role that does not dictate: no pedal records or plays either."""
    grip = Grip()
    hands = Hands(Choices(), held_actions(enabled=False), grip)
    for button in ("record", "play"):
        hands.press("powermic-3", button)
        hands.release("powermic-3", button)
    assert grip.told == []


def test_leaving_the_window_lets_go_of_its_keys_alone(qapp):
    """A pedal and a key of everywhere tell themselves when they come up; a key of the window no longer can."""
    grip = Grip()
    choices = Choices()
    choices.choose(KEYBOARD, "F8", "dictation.talk")
    choices.choose(EVERYWHERE, "F10", "player.hold")
    hands = Hands(choices, held_actions(), grip)
    hands.press(KEYBOARD, "F8")
    hands.press(EVERYWHERE, "F10")
    hands.eventFilter(hands, QEvent(QEvent.Type.ApplicationDeactivate))
    assert grip.told == [("talk", True), ("play", True), ("talk", False)]


def test_a_button_runs_a_command_that_is_enabled(qapp):
    """As its key would; a disabled one is left alone."""
    ran = []
    action = QAction()
    action.triggered.connect(lambda: ran.append("next"))
    hands = Hands(Choices(), {"entry.next": action}, Grip())
    hands.press("powermic-3", "next")
    action.setEnabled(False)
    hands.press("powermic-3", "next")

    assert ran == ["next"]


def test_a_chosen_key_is_held_and_typing_passes(qapp):
    """Push to talk by a key: down and up, no repeats; letters and unchosen keys are nobody's business."""
    grip = Grip()
    choices = Choices()
    choices.choose(KEYBOARD, "F8", "dictation.talk")
    hands = Hands(choices, held_actions(), grip)

    def key(kind: QEvent.Type, code: Qt.Key, *, repeat: bool = False) -> bool:
        return hands.eventFilter(hands, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, "", repeat))

    assert key(QEvent.Type.KeyPress, Qt.Key.Key_F8)
    assert key(QEvent.Type.KeyPress, Qt.Key.Key_F8, repeat=True)
    assert key(QEvent.Type.KeyRelease, Qt.Key.Key_F8)
    assert not key(QEvent.Type.KeyPress, Qt.Key.Key_A)
    assert not key(QEvent.Type.KeyPress, Qt.Key.Key_F7)
    assert grip.told == [("talk", True), ("talk", False)]


class FakeDesk(QObject):
    """What push to talk needs of the desk; the recorder answers when a test says so."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.recording: str | None = None
        self.starting = False
        self.paused = False
        self.asked = 0

    def pause_or_resume(self) -> None:
        """See Desk."""
        self.asked += 1

    def answer(self) -> None:
        """The recorder did what it was asked."""
        self.paused = not self.paused
        self.changed.emit()

    def begin(self) -> None:
        """The microphone opens."""
        self.starting = True

    def sound(self) -> None:
        """Sound arrives."""
        self.recording, self.starting = "e1", False
        self.changed.emit()


def test_a_button_that_came_up_early_pauses_once_sound_arrives(qapp):
    """Released before the microphone opened: the dictation does not go on by itself."""
    desk = FakeDesk()
    talk = Talk(desk, desk.begin)
    talk.hold(down=True)
    talk.hold(down=False)
    assert (desk.starting, desk.asked) == (True, 0)

    desk.sound()
    assert desk.asked == 1
    desk.answer()
    desk.changed.emit()
    assert (desk.asked, desk.paused) == (1, True)


def test_a_held_button_goes_on_and_pauses(qapp):
    """Down resumes what is paused, up pauses it; pausing by another key is left alone."""
    desk = FakeDesk()
    desk.sound()
    desk.paused = True
    talk = Talk(desk, desk.begin)
    talk.hold(down=True)
    desk.answer()
    assert (desk.asked, desk.paused, desk.starting) == (1, False, False)
    talk.hold(down=False)
    desk.answer()
    desk.answer()
    assert (desk.asked, desk.paused) == (2, False)


def test_what_each_button_does_is_chosen_by_keyboard(qtbot):
    """Rows for a device that is plugged in; a key is added by pressing it and talks at once."""
    choices = Choices()
    page = PedalsPage(choices, Plugged((FOOT.name,), (MIKE.name,)))
    qtbot.addWidget(page)
    page.show()
    row = page.rows[FOOT.id, "play"]
    assert row.currentData() == "player.hold"
    qtbot.keyClick(row, Qt.Key.Key_Home)
    assert choices.command(FOOT.id, "play") == NOTHING

    page.add(KEYBOARD)
    qtbot.keyClick(page, Qt.Key.Key_F7)
    assert choices.command(KEYBOARD, "F7") == "dictation.talk"
    assert page.rows[KEYBOARD, "F7"].currentData() == "dictation.talk"
