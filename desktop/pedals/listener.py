"""Watches the pedals and microphones that are plugged in.

Owns the thread that finds and reads them and the one import of the HID library. Says which button of which device went
down or up; knows nothing of what that does. A device that is pulled out lets go of its buttons first, so that nothing
stays held, and is taken up again when it returns.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.pedals.devices import Device, device_of

_LOOK_S = 2.0
_GONE_S = 0.5
_READ_MS = 50
_REPORT = 64


class Handle(Protocol):
    """An open device."""

    def read(self, size: int, timeout_ms: int) -> list[int]:
        """The next report, empty where none came in time; raises OSError for a device that is gone."""

    def close(self) -> None:
        """Let go of it."""


class Hid(Protocol):
    """What finds and opens devices."""

    def found(self) -> list[tuple[bytes, Device]]:
        """The known devices that are plugged in now, each with its path."""

    def open(self, path: bytes) -> Handle:
        """Open one; raises OSError, for example where the user has no right to it."""


class Listener(QObject):
    """One thread over all devices. `pressed` and `released` carry the device's id and the button's name, the others
    the device's name; `refused` is a device that is there and may not be opened.
    """

    pressed = Signal(str, str)
    released = Signal(str, str)
    connected = Signal(str)
    disconnected = Signal(str)
    refused = Signal(str)

    def __init__(self, hid: Callable[[], Hid | None] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hid = hid or system_hid
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch; a system without HID support is left alone."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="pedals", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        hid = self._hid()
        while hid is not None and not self._stop.is_set():
            found = hid.found()
            plugged = [_Plugged(device, _opened(hid, path)) for path, device in found]
            for each in plugged:
                (self.connected if each.handle else self.refused).emit(each.device.name)
            self._read_until_they_change(hid, found, [each for each in plugged if each.handle])

    def _read_until_they_change(self, hid: Hid, found: list[tuple[bytes, Device]], plugged: list[_Plugged]) -> None:
        """Read the devices that opened until one is gone or another set of them is plugged in."""
        looked = time.monotonic()
        try:
            while not self._stop.is_set():
                for each in plugged:
                    self._settle(each, each.read())
                if not plugged:
                    self._stop.wait(_LOOK_S)
                if time.monotonic() - looked >= _LOOK_S:
                    looked = time.monotonic()
                    if hid.found() != found:
                        return
        except OSError:
            self._stop.wait(_GONE_S)  # a device that is being pulled out is listed for a moment longer
        finally:
            for each in plugged:
                self._settle(each, frozenset())
                each.close()
                self.disconnected.emit(each.device.name)

    def _settle(self, plugged: _Plugged, held: frozenset[str] | None) -> None:
        if held is None:
            return
        before, plugged.held = plugged.held, held
        for button in sorted(before - held):
            self.released.emit(plugged.device.id, button)
        for button in sorted(held - before):
            self.pressed.emit(plugged.device.id, button)


@dataclass
class _Plugged:
    """A device that is plugged in, open unless the user has no right to it, and which of its buttons are down."""

    device: Device
    handle: Handle | None
    held: frozenset[str] = frozenset()

    def read(self) -> frozenset[str] | None:
        """The buttons that are down now, None where nothing new is told."""
        report = bytes(self.handle.read(_REPORT, _READ_MS)) if self.handle is not None else b""
        return self.device.held(report) if report else None

    def close(self) -> None:
        """Let go of it."""
        if self.handle is not None:
            self.handle.close()


def _opened(hid: Hid, path: bytes) -> Handle | None:
    try:
        return hid.open(path)
    except OSError:
        return None


def system_hid() -> Hid | None:
    """The system's devices; None where its HID library does not load."""
    try:
        return _SystemHid()
    except ImportError:
        return None


class _SystemHid:
    """Devices through hidapi: hidraw on Linux, the system's own interface elsewhere."""

    def __init__(self) -> None:
        if sys.platform == "linux":
            import hidraw as library
        else:
            import hid as library
        self._library = library

    def found(self) -> list[tuple[bytes, Device]]:
        """See Hid."""
        plugged = []
        for row in self._library.enumerate():
            device = device_of(row["vendor_id"], row["product_id"], row["usage_page"], row["usage"])
            if device is not None:
                plugged.append((row["path"], device))
        return plugged

    def open(self, path: bytes) -> Handle:
        """See Hid."""
        handle = self._library.device()
        handle.open_path(path)
        return _SystemHandle(handle)


class _SystemHandle:
    """An open device of hidapi, which says "gone" with an OSError or a ValueError."""

    def __init__(self, device: object) -> None:
        self._device = device

    def read(self, size: int, timeout_ms: int) -> list[int]:
        """See Handle."""
        try:
            report: list[int] = self._device.read(size, timeout_ms)  # type: ignore[attr-defined]
        except ValueError as error:
            raise OSError from error
        return report

    def close(self) -> None:
        """See Handle."""
        self._device.close()  # type: ignore[attr-defined]
