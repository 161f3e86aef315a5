"""Keys that work while another program is in front, on a Wayland desktop: the real xdg-desktop-portal on a bus of its
own, with a stand-in for the desktop behind it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jeepney import MatchRule, message_bus
from jeepney.bus import get_bus
from jeepney.io.blocking import DBusConnection, Proxy, prep_socket
from program import ROOT

from desktop.errors import KeyDeclined, KeyMissing, KeysNotHere
from desktop.hotkeys.chord import chord_named
from desktop.hotkeys.keys import GlobalKeys
from desktop.hotkeys.portal import trigger_of

PORTAL = Path("/usr/libexec/xdg-desktop-portal")
TALK = "Ctrl+Alt+Space"
SERVES = """[portal]
DBusName=org.freedesktop.impl.portal.desktop.test
Interfaces=org.freedesktop.impl.portal.GlobalShortcuts;
UseIn=test
"""

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""A bus that starts nothing by itself."""


class Desktop:
    """A session bus with the desktop's half of the portal, and the portal where `portal` says so."""

    def __init__(self, folder: Path, *, portal: bool) -> None:
        (folder / "test.portal").write_text(SERVES)
        (folder / "bus.conf").write_text(BUS.format(folder))
        folders = dict.fromkeys(("XDG_DESKTOP_PORTAL_DIR", "XDG_RUNTIME_DIR", "HOME"), str(folder))
        self._environ = {**os.environ, **folders, "XDG_CURRENT_DESKTOP": "test", "PYTHONPATH": str(ROOT)}
        self._started: list[subprocess.Popen[str]] = []
        bus = self._start("dbus-daemon", "--nofork", "--print-address=1", f"--config-file={folder}/bus.conf")
        self.address = bus.stdout.readline().strip()
        self._environ["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self._half = self._start(sys.executable, str(Path(__file__).with_name("portal_desktop.py")))
        self.heard("ready")
        if portal:
            self._started.append(subprocess.Popen([str(PORTAL)], env=self._environ, stderr=subprocess.DEVNULL))
            self._wait_for_portal()

    def close(self) -> None:
        """End all of it."""
        for each in reversed(self._started):
            each.kill()
            each.communicate()

    def crash(self) -> None:
        """The portal dies."""
        self._started[-1].kill()
        self._started[-1].wait()

    def heard(self, what: str) -> dict:
        """The next thing that the desktop was asked, which is this."""
        told = json.loads(self._half.stdout.readline())
        assert told["told"] == what, told
        return told

    def say(self, **order: object) -> None:
        """Let the desktop answer, or the person press."""
        self._half.stdin.write(json.dumps(order) + "\n")
        self._half.stdin.flush()

    def _start(self, *command: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        self._started.append(subprocess.Popen(command, env=self._environ, text=True, stdin=pipe, stdout=pipe))
        return self._started[-1]

    def _wait_for_portal(self) -> None:

        with DBusConnection(prep_socket(get_bus(self.address))) as bus:
            asking = Proxy(message_bus, bus, timeout=20)
            rule = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
            asking.AddMatch(rule)
            with bus.filter(rule, bufsize=None) as changes:
                while not asking.NameHasOwner("org.freedesktop.portal.Desktop")[0]:
                    bus.recv_until_filtered(changes, timeout=20)


def desktop_in(folder: Path, *, portal: bool) -> Desktop:
    """A desktop that keeps its files in a folder."""
    assert shutil.which("dbus-daemon"), "packaging/system_packages.sh dbus-x11"
    assert PORTAL.exists(), "packaging/system_packages.sh xdg-desktop-portal"
    return Desktop(folder, portal=portal)


@pytest.fixture
def desktop(tmp_path):
    """A desktop with its portal."""
    made = desktop_in(tmp_path, portal=True)
    yield made
    made.close()


class Keys(GlobalKeys):
    """Keys of the program on such a desktop, with what they told."""

    def __init__(self, desktop: Desktop) -> None:
        super().__init__({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "DBUS_SESSION_BUS_ADDRESS": desktop.address})
        self.told: list[tuple[object, ...]] = []
        self.pressed.connect(lambda name: self.told.append(("down", name)))
        self.released.connect(lambda name: self.told.append(("up", name)))
        self.taken.connect(lambda name, trigger: self.told.append(("taken", name, trigger)))
        self.refused.connect(lambda name, error: self.told.append(("refused", name, type(error))))


@pytest.fixture
def keys(qapp, desktop):
    """Keys of the program on the desktop."""
    made = Keys(desktop)
    yield made
    made.close()


def test_a_combination_is_written_as_the_specification_says():
    """The modifiers' names, then the key's in the X Window System."""
    for name, trigger in ((TALK, "CTRL+ALT+space"), ("Shift+F8", "SHIFT+F8"), ("Meta+Ctrl+D", "CTRL+LOGO+d")):
        chord = chord_named(name)
        assert chord is not None
        assert trigger_of(chord) == trigger


def test_a_desktop_hands_over_what_it_is_asked_for(qtbot, desktop, keys):
    """It is asked once, in words; pressed and released are told; what it gave otherwise, or not at all, is said.

    A key that comes though it was not given, as GNOME's do at times, was given.
    """
    keys.take({TALK: "Dictate while held", "F10": "New dictation", "BackButton": "Play or pause"})
    assert desktop.heard("bind")["shortcuts"] == {
        TALK: {"description": "Dictate while held", "preferred_trigger": "CTRL+ALT+space"},
        "F10": {"description": "New dictation", "preferred_trigger": "F10"},
    }
    desktop.say(bind=0, given={TALK: "Press Super+D"})
    qtbot.waitUntil(lambda: len(keys.told) == 3, timeout=20_000)
    assert set(keys.told) == {
        ("refused", "BackButton", KeyMissing),
        ("taken", TALK, "Press Super+D"),
        ("refused", "F10", KeyDeclined),
    }
    keys.told.clear()
    for signal in ("Activated", "Deactivated"):
        desktop.say(signal=signal, name="somebody else's")
        desktop.say(signal=signal, name=TALK)
    qtbot.waitUntil(lambda: len(keys.told) == 2, timeout=20_000)
    assert keys.told == [("down", TALK), ("up", TALK)]
    keys.told.clear()
    desktop.say(signal="Activated", name="F10")
    qtbot.waitUntil(lambda: len(keys.told) == 2, timeout=20_000)
    assert keys.told == [("taken", "F10", ""), ("down", "F10")]


def test_a_person_who_declines_is_taken_at_their_word(qtbot, desktop, keys):
    """The question of the desktop was cancelled: each key is refused, and nothing waits."""
    keys.take({TALK: "Dictate while held"})
    desktop.heard("bind")
    desktop.say(bind=1, given={})
    qtbot.waitUntil(lambda: keys.told == [("refused", TALK, KeyDeclined)], timeout=20_000)


def test_a_desktop_that_gives_nothing_says_so(qtbot, desktop, keys):
    """The portal is there and refuses a session, as newer ones do to a program that they do not know."""
    desktop.say(create=2)
    desktop.heard("will answer")
    errors = []
    keys.refused.connect(lambda _, error: errors.append(error))
    keys.take({TALK: "Dictate while held"})
    qtbot.waitUntil(lambda: bool(errors), timeout=20_000)
    assert (errors[0].code, "docs/pedals.md" in errors[0].next_step) == ("CW-D130", True)


def test_closing_does_not_wait_for_the_person(desktop, keys):
    """The question of the desktop is still open when the window closes: the keys are given back at once."""
    keys.take({TALK: "Dictate while held"})
    desktop.heard("bind")
    keys.close()
    desktop.heard("closed")


@pytest.mark.parametrize("end", ["crash", "taken back"])
def test_a_key_that_is_down_comes_up_when_the_desktop_goes(qtbot, desktop, keys, end):
    """The portal crashes, or the desktop takes the keys back: nothing stays held, and it is said."""
    keys.take({TALK: "Dictate while held"})
    desktop.heard("bind")
    desktop.say(bind=0, given={TALK: ""})
    desktop.say(signal="Activated", name=TALK)
    qtbot.waitUntil(lambda: ("down", TALK) in keys.told, timeout=20_000)
    keys.told.clear()
    if end == "crash":
        desktop.crash()
    else:
        desktop.say(signal="Closed")
    qtbot.waitUntil(lambda: len(keys.told) == 2, timeout=20_000)
    assert keys.told == [("refused", TALK, KeysNotHere), ("up", TALK)]


def test_a_desktop_without_a_portal_says_so(qtbot, tmp_path):
    """A bus on which nobody answers, and no bus at all: refused with what to do instead."""
    bare = desktop_in(tmp_path, portal=False)
    keys = Keys(bare)
    keys.take({TALK: "Dictate while held"})
    qtbot.waitUntil(lambda: keys.told == [("refused", TALK, KeysNotHere)], timeout=20_000)
    bare.close()
    keys.take({TALK: "Dictate while held"})
    qtbot.waitUntil(lambda: len(keys.told) == 2, timeout=20_000)
    keys.close()
