"""A Wayland desktop's half of the portal: `python portal_desktop.py` serves it on the session bus until it is killed.

Stands in for what GNOME or KDE put behind the real xdg-desktop-portal (org.freedesktop.impl.portal.GlobalShortcuts,
version 1). It tells each call as a line of JSON on standard output and takes lines of JSON on standard input: the
response to CreateSession, {"create": response}; the answer to BindShortcuts, held back until it is given,
{"bind": response, "given": {name: trigger}}; and the person's keys, {"signal": "Activated", "name": ...}.
"""

from __future__ import annotations

import json
import os
import select
import sys

from jeepney import DBusAddress, HeaderFields, Message, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.blocking import Proxy, open_dbus_connection

NAME, PATH = "org.freedesktop.impl.portal.desktop.test", "/org/freedesktop/portal/desktop"
INTERFACE = "org.freedesktop.impl.portal.GlobalShortcuts"


class Desktop:
    """The service on one connection."""

    def __init__(self) -> None:
        self._bus = open_dbus_connection()
        Proxy(message_bus, self._bus).RequestName(NAME)
        self._session, self._create = "", 0
        self._binding: Message | None = None

    def serve(self) -> None:
        """Answer until standard input ends."""
        tell("ready")
        while True:
            ready, _, _ = select.select([self._bus.sock, sys.stdin], [], [])
            if sys.stdin in ready:
                orders = os.read(sys.stdin.fileno(), 65536)  # a reader with a buffer would hide lines from select
                if not orders:
                    return
                for line in orders.splitlines():
                    self._obey(json.loads(line))
            if self._bus.sock in ready:
                self._receive()

    def _receive(self) -> None:
        try:
            while True:
                message = self._bus.receive(timeout=0)
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)
        except TimeoutError:
            return

    def _answer(self, call: Message) -> None:
        member, body = call.header.fields[HeaderFields.member], call.body
        if member == "GetAll":
            self._bus.send(new_method_return(call, "a{sv}", ({"version": ("u", 1)},)))
        elif member == "CreateSession":
            self._session = body[1]
            self._bus.send(new_method_return(call, "ua{sv}", (self._create, {})))
        elif member == "BindShortcuts":
            self._binding = call
            tell("bind", shortcuts={name: {key: value for key, (_, value) in words.items()} for name, words in body[2]})
        elif member == "Close":
            self._bus.send(new_method_return(call))
            tell("closed")

    def _obey(self, order: dict) -> None:
        if "create" in order:
            self._create = order["create"]
            tell("will answer")
        elif "bind" in order:
            given = [(name, {"trigger_description": ("s", trigger)}) for name, trigger in order["given"].items()]
            assert self._binding is not None
            results = {"shortcuts": ("a(sa{sv})", given)}
            self._bus.send(new_method_return(self._binding, "ua{sv}", (order["bind"], results)))
        elif order["signal"] == "Closed":
            session = DBusAddress(self._session, interface="org.freedesktop.impl.portal.Session")
            self._bus.send(new_signal(session, "Closed"))
        else:
            body = (self._session, order["name"], 1, {})
            self._bus.send(new_signal(DBusAddress(PATH, interface=INTERFACE), order["signal"], "osta{sv}", body))


def tell(what: str, **more: object) -> None:
    """One line."""
    sys.stdout.write(json.dumps({"told": what, **more}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Desktop().serve()
