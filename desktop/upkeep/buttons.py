"""The buttons of the upkeep page: none of them is pressed by Enter in a field."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton


def button(text: str, then: Callable[[], object], look: str = "") -> QPushButton:
    """A button that does `then`."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if look:
        made.setProperty("look", look)
    made.clicked.connect(then)
    return made
