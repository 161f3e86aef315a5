"""What a button does, when it goes down and when it comes up.

Owns the way from a button to the window's commands. A command that is not enabled now is left alone, as its key would
be; a deed that lasts while a button is held ends when the button comes up, whatever happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent

from desktop.pedals.mapping import GUARDS, HELD, KEYBOARD, Choices

HOLDABLE_MOUSE = {
    Qt.MouseButton.BackButton,
    Qt.MouseButton.ForwardButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.TaskButton,
}
"""The mouse buttons that do not point."""


class Grip(Protocol):
    """The deeds that last while a button is held."""

    def talk(self, *, down: bool) -> None:
        """Dictate while held: begin or go on, then pause."""

    def hold_to_play(self, *, down: bool) -> None:
        """Play while held."""


class Hands(QObject):
    """Turns presses into commands. Install it on the application to let chosen keys and mouse buttons be held."""

    def __init__(
        self, choices: Choices, actions: Mapping[str, QAction], grip: Grip, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.choices = choices
        self._actions = actions
        self._held: dict[tuple[str, str], str] = {}
        self._deeds: dict[str, Callable[..., None]] = {"dictation.talk": grip.talk, "player.hold": grip.hold_to_play}

    def able(self, device: str, button: str) -> bool:
        """Whether what a button does makes sense now, and is this user's to do."""
        command = self.choices.command(device, button)
        action = self._actions.get(GUARDS.get(command, command))
        return action is not None and action.isEnabled()

    @Slot(str, str)
    def press(self, device: str, button: str) -> bool:
        """A button went down; whether it does something."""
        command = self.choices.command(device, button)
        if command in HELD:
            if (device, button) not in self._held and self.able(device, button):
                self._held[device, button] = command
                self._deeds[command](down=True)
            return True
        if command in self._actions:
            self._actions[command].trigger()
            return True
        return False

    @Slot(str, str)
    def release(self, device: str, button: str) -> bool:
        """A button came up; whether something ended."""
        command = self._held.pop((device, button), None)
        if command is None:
            return False
        self._deeds[command](down=False)
        return True

    def let_go(self, device: str | None = None) -> None:
        """Release what is held on a device, or on all of them."""
        for of, button in list(self._held):
            if device in {of, None}:
                self.release(of, button)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys and mouse buttons that were given a deed; everything else passes."""
        if event.type() is QEvent.Type.ApplicationDeactivate:
            self.let_go(KEYBOARD)  # the window is left, and none of its keys would tell that it came up
        name = _name_of(event)
        if name is None:
            return super().eventFilter(watched, event)
        if isinstance(event, QKeyEvent) and event.isAutoRepeat():
            return (KEYBOARD, name) in self._held
        if event.type() in {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress}:
            return self.press(KEYBOARD, name)
        return self.release(KEYBOARD, name)


def _name_of(event: QEvent) -> str | None:
    """The name of the key or extra mouse button of an event, None for every other event."""
    if event.type() in {QEvent.Type.KeyPress, QEvent.Type.KeyRelease} and isinstance(event, QKeyEvent):
        return key_name(event)
    is_mouse = event.type() in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease}
    if is_mouse and isinstance(event, QMouseEvent) and event.button() in HOLDABLE_MOUSE:
        return str(event.button().name)
    return None


def key_name(event: QKeyEvent) -> str | None:
    """The name of a key that may be held: a function key, Pause, a media key; None for one that types or moves."""
    key = Qt.Key(event.key())
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    may_be_held = key.name.removeprefix("Key_")
    is_function = may_be_held[:1] == "F" and may_be_held[1:].isdigit()
    is_other = may_be_held in {"Pause", "ScrollLock", "Insert"} or may_be_held.startswith(("Media", "Launch"))
    return may_be_held if plain and (is_function or is_other) else None
