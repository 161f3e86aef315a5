"""Pedals and dictation microphones that are known, and what their reports say.

Owns `resources/pedals/devices.json`: identifiers, layout of a report, names of the buttons. Knows neither the library
that reads a device nor what a button does in the window.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of device.

    `vendor`, `product`, `usage_page` and `usage` are its USB and HID numbers. A report of buttons holds a little-endian
    number of `size` bytes from byte `offset` on, one bit a button (`buttons`: name → bit); where `event` is given, all
    other reports have another first byte.
    """

    id: str
    name: str
    vendor: int
    product: int
    usage_page: int
    usage: int
    offset: int
    size: int
    event: int | None
    buttons: Mapping[str, int]

    def held(self, report: bytes) -> frozenset[str] | None:
        """The buttons that are down, None for a report that says nothing of buttons."""
        if len(report) < self.offset + self.size or (self.event is not None and report[0] != self.event):
            return None
        bits = int.from_bytes(report[self.offset : self.offset + self.size], "little")
        return frozenset(name for name, bit in self.buttons.items() if bits >> bit & 1)


@cache
def known_devices() -> tuple[Device, ...]:
    """Every device of the file."""
    return tuple(_device(row) for row in _file()["devices"])


@cache
def usual_commands() -> Mapping[str, str]:
    """What a button does until somebody chooses otherwise: its name → the id of a command."""
    usual: Mapping[str, str] = _file()["defaults"]
    return usual


def device_of(vendor: int, product: int, usage_page: int, usage: int) -> Device | None:
    """The device with these numbers, None for one that is not known."""
    numbers = (vendor, product, usage_page, usage)
    return next((each for each in known_devices() if _numbers(each) == numbers), None)


def _numbers(device: Device) -> tuple[int, int, int, int]:
    return device.vendor, device.product, device.usage_page, device.usage


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("resources") / "pedals" / "devices.json").read_text(encoding="utf-8"))
    return found


def _device(row: Mapping[str, Any]) -> Device:
    return Device(
        id=row["id"],
        name=row["name"],
        vendor=int(row["vendor"], 16),
        product=int(row["product"], 16),
        usage_page=row["usage_page"],
        usage=row["usage"],
        offset=row["offset"],
        size=row["bytes"],
        event=row.get("event"),
        buttons=row["buttons"],
    )
