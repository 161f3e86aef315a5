"""A real X server without a screen, and what stands in for the person at it: keys, mouse buttons, other programs."""

from __future__ import annotations

import os
import subprocess
import time
from types import TracebackType

import xcffib
import xcffib.keysymdef
import xcffib.xtest
from xcffib import xproto

CONTROL, ALT, SPACE, NUM_LOCK, F8, F10, A = 37, 64, 65, 77, 74, 76, 38
"""The places of keys on the keyboard that the server has (a PC's, American layout)."""

BACK, FORWARD = 8, 9
"""The side buttons of its mouse."""


class XServer:
    """A running Xvfb, entered as a context. `display` names it."""

    def __init__(self) -> None:
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        self.display = f":{self._process.stdout.readline().strip()}"

    def __enter__(self) -> XServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program on this server."""
        kept = {
            name: value for name, value in os.environ.items() if name not in {"WAYLAND_DISPLAY", "XDG_SESSION_TYPE"}
        }
        return {**kept, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()


class Client:
    """Another program: it has the keyboard, presses keys, and hears what the server leaves to it."""

    def __init__(self, server: XServer) -> None:
        self.connection = xcffib.connect(server.display)
        self._core = self.connection.core
        self._test = self.connection(xcffib.xtest.key)
        self._root = self.connection.get_setup().roots[0].root
        self.window = self.connection.generate_id()
        events = xproto.EventMask.KeyPress | xproto.EventMask.KeyRelease | xproto.EventMask.ButtonPress
        self._core.CreateWindow(
            0, self.window, self._root, 0, 0, 1280, 800, 0, xproto.WindowClass.InputOutput, 0,
            xproto.CW.OverrideRedirect | xproto.CW.EventMask, [1, events],
        )  # fmt: skip
        self._core.MapWindow(self.window)
        self.take_focus()

    def close(self) -> None:
        """End it."""
        self.connection.disconnect()

    def settle(self) -> None:
        """Wait until the server has done everything so far."""
        self._core.GetInputFocus().reply()

    def take_focus(self) -> None:
        """Give this program the keyboard, and lie over every other window."""
        self._core.ConfigureWindow(self.window, xproto.ConfigWindow.StackMode, [xproto.StackMode.Above])
        self._core.SetInputFocus(xproto.InputFocus.PointerRoot, self.window, xproto.Time.CurrentTime)
        self.settle()

    def step_behind(self) -> None:
        """Lie under every other window."""
        self._core.ConfigureWindow(self.window, xproto.ConfigWindow.StackMode, [xproto.StackMode.Below])
        self.settle()

    @property
    def has_focus(self) -> bool:
        """Whether the keyboard is this program's."""
        return bool(self._core.GetInputFocus().reply().focus == self.window)

    def key(self, code: int, *, down: bool) -> None:
        """Press a key, or let it come up."""
        self._fake(xproto.KeyPressEvent if down else xproto.KeyReleaseEvent, code)

    def button(self, number: int, *, down: bool) -> None:
        """Press a mouse button, or let it come up."""
        self._fake(xproto.ButtonPressEvent if down else xproto.ButtonReleaseEvent, number)

    def tap(self, *codes: int) -> None:
        """Press keys one after another and let them come up the other way round."""
        for code in codes:
            self.key(code, down=True)
        for code in reversed(codes):
            self.key(code, down=False)

    def grab(self, code: int, modifiers: int = 0) -> None:
        """Take a combination. Raises AccessError where it is another program's."""
        wait = xproto.GrabMode.Async
        self._core.GrabKey(False, self._root, modifiers, code, wait, wait, is_checked=True).check()

    def ungrab(self, code: int, modifiers: int = 0) -> None:
        """Let go of it."""
        self._core.UngrabKey(code, self._root, modifiers, is_checked=True).check()

    def remap(self, code: int, symbol: int) -> None:
        """Put another key at a place of the keyboard, for all programs."""
        self._core.ChangeKeyboardMapping(1, code, 1, [symbol], is_checked=True).check()

    def heard(self) -> list[tuple[str, int]]:
        """What came to this program since the last call: "down" or "up" with the key's place, "click" with a button."""
        self.settle()
        names = {
            xproto.KeyPressEvent: "down",
            xproto.KeyReleaseEvent: "up",
            xproto.ButtonPressEvent: "click",
        }
        found = []
        while (event := self.connection.poll_for_event()) is not None:
            if type(event) in names:
                found.append((names[type(event)], event.detail))
        return found

    def titles(self) -> list[str]:
        """What the windows that are shown are called."""
        found, title = [], self._core.InternAtom(False, 12, "_NET_WM_NAME").reply().atom
        for window in self._core.QueryTree(self._root).reply().children:
            if self._core.GetWindowAttributes(window).reply().map_state == xproto.MapState.Viewable:
                name = self._core.GetProperty(False, window, title, xproto.Atom.Any, 0, 256).reply()
                found.append(b"".join(name.value).decode())
        return found

    def _fake(self, event: type[xproto.KeyPressEvent], detail: int) -> None:
        self._test.FakeInput(event.event_number, detail, 0, 0, 0, 0, 0)
        self.settle()


def repeats(client: Client, code: int, at_least: int, limit_s: float = 20.0) -> int:
    """Hold a key until it has repeated itself for the program in front, as the server does; returns how often."""
    client.key(code, down=True)
    seen, until = 0, time.monotonic() + limit_s
    while seen < at_least and time.monotonic() < until:
        seen += sum(kind == "down" for kind, _ in client.heard())
    client.key(code, down=False)
    return seen


def symbol(name: str) -> int:
    """The number of a key by its name in the X Window System."""
    number: int = getattr(xcffib.keysymdef, f"XK_{name}")
    return number
