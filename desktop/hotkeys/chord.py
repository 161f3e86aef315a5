"""The combinations that may be taken from all programs: a key with its modifiers, or a side button of the mouse.

Owns which combinations those are, their names and the names of their keys in the X Window System, which Wayland's
portal uses too. Refuses what a person types with: a key taken everywhere is lost to every other program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_SHIFT, _META = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.MetaModifier

MODIFIERS: Mapping[Qt.KeyboardModifier, str] = {_CTRL: "CTRL", _ALT: "ALT", _SHIFT: "SHIFT", _META: "LOGO"}
"""The modifiers that count, with their names in the shortcuts specification of freedesktop.org."""

SIDE_BUTTONS: Mapping[Qt.MouseButton, int] = {
    Qt.MouseButton.BackButton: 8,
    Qt.MouseButton.ForwardButton: 9,
    Qt.MouseButton.TaskButton: 10,
}
"""The mouse buttons that neither point, paste nor scroll, with their numbers in the X Window System."""

_TYPING: Mapping[Qt.Key, str] = {
    Qt.Key.Key_Space: "space",
    **{Qt.Key(code): chr(code).lower() for code in (*range(ord("0"), ord("9") + 1), *range(ord("A"), ord("Z") + 1))},
    Qt.Key.Key_Return: "Return",
    Qt.Key.Key_Enter: "KP_Enter",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backspace: "BackSpace",
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "Page_Up",
    Qt.Key.Key_PageDown: "Page_Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
}
"""Keys that type or move, which take two modifiers: one alone is copy, paste or a menu somewhere."""

_OTHER: Mapping[Qt.Key, str] = {
    **{Qt.Key(Qt.Key.Key_F1 + number): f"F{number + 1}" for number in range(35)},
    Qt.Key.Key_Insert: "Insert",
    Qt.Key.Key_Pause: "Pause",
    Qt.Key.Key_Print: "Print",
    Qt.Key.Key_ScrollLock: "Scroll_Lock",
    Qt.Key.Key_Menu: "Menu",
    Qt.Key.Key_MediaPlay: "XF86AudioPlay",
    Qt.Key.Key_MediaStop: "XF86AudioStop",
    Qt.Key.Key_MediaPause: "XF86AudioPause",
    Qt.Key.Key_MediaPrevious: "XF86AudioPrev",
    Qt.Key.Key_MediaNext: "XF86AudioNext",
    Qt.Key.Key_MediaRecord: "XF86AudioRecord",
    Qt.Key.Key_AudioRewind: "XF86AudioRewind",
    Qt.Key.Key_AudioForward: "XF86AudioForward",
    Qt.Key.Key_MicMute: "XF86AudioMicMute",
}
"""Keys that do neither, which may be taken alone."""

KEYSYMS: Mapping[Qt.Key, str] = {**_TYPING, **_OTHER}
"""Every key that may be in a combination, with its name in the X Window System."""


@dataclass(frozen=True, slots=True)
class Chord:
    """One combination. `trigger` is the key or the mouse button that makes it fire, while `modifiers` are down."""

    trigger: Qt.Key | Qt.MouseButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def name(self) -> str:
        """How it is remembered: "Ctrl+Alt+Space", or Qt's name of the mouse button."""
        if isinstance(self.trigger, Qt.MouseButton):
            return str(self.trigger.name)
        keys = QKeySequence(QKeyCombination(self.modifiers, self.trigger))
        return keys.toString(QKeySequence.SequenceFormat.PortableText)

    @property
    def may_be_taken(self) -> bool:
        """Whether other programs can do without it."""
        if isinstance(self.trigger, Qt.MouseButton):
            return self.trigger in SIDE_BUTTONS and not self.modifiers
        if self.trigger in _OTHER:
            return True
        held = [modifier for modifier in MODIFIERS if modifier & self.modifiers]
        return self.trigger in _TYPING and len(held) >= 2


def chord_named(name: str) -> Chord | None:
    """The combination of that name; None for a name that is none, or of one that may not be taken."""
    buttons = [Chord(button) for button in SIDE_BUTTONS if button.name == name]
    keys = QKeySequence.fromString(name, QKeySequence.SequenceFormat.PortableText)
    if not buttons and keys.count() != 1:
        return None
    if buttons:
        return buttons[0]
    pressed: QKeyCombination = keys[0]  # type: ignore[index]  # which the stubs leave out
    chord = Chord(pressed.key(), pressed.keyboardModifiers())
    return chord if chord.may_be_taken else None


def chord_of(event: QKeyEvent) -> Chord | None:
    """The combination that was pressed; None for one that may not be taken, as for a modifier alone."""
    held = event.modifiers()
    modifiers = Qt.KeyboardModifier.NoModifier
    for modifier in MODIFIERS:
        modifiers |= modifier & held
    chord = Chord(Qt.Key(event.key()), modifiers)
    return chord if chord.may_be_taken else None
