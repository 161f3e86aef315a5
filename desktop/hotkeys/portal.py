"""Asking a Wayland desktop for combinations, through its portal for global shortcuts.

Owns the conversation with `org.freedesktop.portal.GlobalShortcuts` on the session bus (interface versions 1 and 2) and
the one import of the D-Bus library. The desktop shows the user what is asked for and may give another combination; it
tells of the chosen ones and of nothing else, and takes them back when the connection ends.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, MatchRule, message_bus, new_method_call
from jeepney.bus import get_bus
from jeepney.io.blocking import DBusConnection, prep_socket
from jeepney.wrappers import unwrap_msg
from PySide6.QtCore import Qt

from desktop.errors import KeyDeclined, KeyMissing, KeysNotHere
from desktop.hotkeys.chord import KEYSYMS, MODIFIERS, Chord
from desktop.hotkeys.source import News, Pressed, Refused, Released, Taken

APP_ID = "org.chartwright.Chartwright"
"""The name of the program's desktop file, by which desktops remember what they gave."""

_NAME, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_SHORTCUTS, _REQUEST = "org.freedesktop.portal.GlobalShortcuts", "org.freedesktop.portal.Request"
_SESSION, _REGISTRY = "org.freedesktop.portal.Session", "org.freedesktop.host.portal.Registry"
_BUS = "org.freedesktop.DBus"
_UNWILLING = "org.freedesktop.portal.Error."
_PATIENCE_S = 10.0
_GRANTED = 0


class Portal:
    """A connection to the session bus at `address`. Raises KeysNotHere where there is none."""

    def __init__(self, address: str) -> None:
        connect: Callable[..., Any] = DBusConnection  # the library is written without types
        prepare: Callable[[str], Any] = prep_socket
        find: Callable[[str], str] = get_bus
        try:
            self._bus: Any = connect(prepare(find(address)))
        except (OSError, ValueError, RuntimeError) as error:
            raise KeysNotHere from error
        self._signals: deque[Any] = deque()
        self._bus.filter(MatchRule(type="signal"), queue=self._signals)
        self._answers: deque[News] = deque()
        self._asked: dict[str, tuple[Chord, str]] = {}
        self._missing: set[Chord] = set()
        self._requests: dict[str, Callable[[int, Mapping[str, Any]], None]] = {}
        self._session = ""

    def __enter__(self) -> Portal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bus.close()

    def ask(self, chords: Mapping[Chord, str]) -> None:
        """See Source. A side button of the mouse is refused: the portal knows keys alone."""
        for chord, does in chords.items():
            if isinstance(chord.trigger, Qt.MouseButton):
                self._answers.append(Refused(chord, KeyMissing.of(chord.name)))
            else:
                self._asked[chord.name] = (chord, does)
        if not self._asked:
            return
        for rule in _rules():
            self._call(message_bus.AddMatch(rule))
        self._register()
        options = {"handle_token": ("s", "create"), "session_handle_token": ("s", "keys")}
        self._request(self._on_session, "CreateSession", "a{sv}", (options,))

    def told(self) -> Iterator[News]:
        """See Source."""
        self._receive()
        while self._signals:
            message = self._signals.popleft()
            fields = message.header.fields
            name = f"{fields[HeaderFields.interface]}.{fields[HeaderFields.member]}"
            yield from self._meaning(fields[HeaderFields.path], name, message.body)
            self._receive()  # what came before the answer to a call
        while self._answers:
            yield self._answers.popleft()

    def wait(self, wake: int) -> bool:
        """See Source."""
        if self._signals:  # came with the answer to a call
            return True
        ready, _, _ = select.select([self._bus.sock, wake], [], [])
        return wake not in ready

    def _meaning(self, path: str, name: str, body: Sequence[Any]) -> Iterator[News]:
        """What a signal, named "interface.member", says."""
        if name == f"{_REQUEST}.Response" and path in self._requests:
            self._requests.pop(path)(*body)
        elif name in {f"{_SHORTCUTS}.Activated", f"{_SHORTCUTS}.Deactivated"} and body[0] == self._session:
            if body[1] in self._asked:
                chord, _ = self._asked[body[1]]
                if chord in self._missing:  # some desktops answer before they have looked
                    self._missing.remove(chord)
                    yield Taken(chord)
                yield Pressed(chord) if name.endswith(".Activated") else Released(chord)
        elif name == f"{_SHORTCUTS}.ShortcutsChanged" and body[0] == self._session:
            self._answers.extend(self._taken(body[1]))
        elif (name == f"{_SESSION}.Closed" and path == self._session) or _is_gone(name, body):
            raise KeysNotHere("The desktop has taken Chartwright's keys back.", "Open Chartwright again.")

    def _register(self) -> None:
        """Say which program this is; older portals find that out by themselves, and have no such call."""
        registry = DBusAddress(_PATH, _NAME, _REGISTRY)
        call = new_method_call(registry, "Register", "sa{sv}", (APP_ID, {}))
        try:
            unwrap_msg(self._bus.send_and_get_reply(call, timeout=_PATIENCE_S))
        except DBusErrorResponse:
            return
        except OSError as error:
            raise KeysNotHere from error

    def _on_session(self, response: int, results: Mapping[str, Any]) -> None:
        if response != _GRANTED:
            raise _unwilling()
        self._session = results["session_handle"][1]
        wanted = [
            (name, {"description": ("s", does), "preferred_trigger": ("s", trigger_of(chord))})
            for name, (chord, does) in self._asked.items()
        ]
        body = (self._session, wanted, "", {"handle_token": ("s", "bind")})
        self._request(self._on_bound, "BindShortcuts", "oa(sa{sv})sa{sv}", body)

    def _on_bound(self, response: int, results: Mapping[str, Any]) -> None:
        given = results.get("shortcuts", ("a(sa{sv})", []))[1] if response == _GRANTED else []
        self._answers.extend(self._taken(given))
        names = {name for name, _ in given}
        self._missing = {chord for name, (chord, _) in self._asked.items() if name not in names}
        self._answers.extend(Refused(chord, KeyDeclined.of(chord.name)) for chord in self._missing)

    def _taken(self, given: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Taken]:
        for name, words in given:
            if name in self._asked:
                yield Taken(self._asked[name][0], words.get("trigger_description", ("s", ""))[1])

    def _request(
        self, then: Callable[[int, Mapping[str, Any]], None], method: str, signature: str, body: tuple[Any, ...]
    ) -> None:
        """Ask the portal for something that takes the user's time; `then` gets the response and its results."""
        portal = DBusAddress(_PATH, _NAME, _SHORTCUTS)
        (handle,) = self._call(new_method_call(portal, method, signature, body))
        self._requests[handle] = then

    def _call(self, message: object) -> tuple[Any, ...]:
        """The answer to a call. Raises KeysNotHere where there is none."""
        try:
            answer: tuple[Any, ...] = unwrap_msg(self._bus.send_and_get_reply(message, timeout=_PATIENCE_S))
        except DBusErrorResponse as error:
            raise (_unwilling() if str(error.name).startswith(_UNWILLING) else KeysNotHere()) from error
        except OSError as error:
            raise KeysNotHere from error
        return answer

    def _receive(self) -> None:
        """Put what has come in its queue."""
        try:
            while True:
                self._bus.recv_messages(timeout=0)
        except TimeoutError:
            return
        except OSError as error:
            raise KeysNotHere from error


def trigger_of(chord: Chord) -> str:
    """A combination in the shortcuts specification of freedesktop.org: "CTRL+ALT+space"."""
    if isinstance(chord.trigger, Qt.MouseButton):
        raise TypeError("the specification has no mouse buttons")
    held = [name for modifier, name in MODIFIERS.items() if modifier & chord.modifiers]
    return "+".join([*held, KEYSYMS[chord.trigger]])


def _unwilling() -> KeysNotHere:
    """The portal is there, and gives this program nothing: newer ones do so where no desktop file has its name."""
    return KeysNotHere(
        "The desktop gives Chartwright no keys.", "docs/pedals.md says how to make Chartwright known to it."
    )


def _is_gone(name: str, body: Sequence[Any]) -> bool:
    """Whether the signal says that the portal has ended; it says in the same way that it has begun."""
    return name == f"{_BUS}.NameOwnerChanged" and body[0] == _NAME and not body[2]


def _rules() -> Iterator[MatchRule]:
    """What the bus is to pass on: the portal's answers and signals, and its end."""
    for interface in (_SHORTCUTS, _REQUEST, _SESSION):
        yield MatchRule(type="signal", sender=_NAME, interface=interface)
    gone = MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
    gone.add_arg_condition(0, _NAME)
    yield gone
