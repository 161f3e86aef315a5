"""What each button does: the user's choices over the usual ones, and how they are remembered.

Owns the form in which the choices are kept (one JSON text in the settings) and the two pairs of deeds that last as
long as a button is held. Knows neither devices nor the window.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from desktop.pedals.devices import usual_commands
from desktop.translation import QT_TRANSLATE_NOOP

NOTHING = ""
"""The choice of a button that does nothing."""

HELD: Mapping[str, str] = {
    "dictation.talk": QT_TRANSLATE_NOOP("commands", "Dictate while held"),
    "player.hold": QT_TRANSLATE_NOOP("commands", "Play while held"),
}
"""Deeds that begin when a button goes down and end when it comes up: id → title."""

GUARDS: Mapping[str, str] = {"dictation.talk": "dictation.record", "player.hold": "player.toggle"}
"""The command that must make sense now, and be this user's to give, for a held deed to begin."""

KEYBOARD = "keyboard"
"""The device of the window's own keys and mouse buttons; their names are those of Qt ("F8", "BackButton")."""

EVERYWHERE = "everywhere"
"""The device of keys that work while another program is in front; their names are those of `desktop.hotkeys.chord`."""

_CHOSEN_ALONE = (KEYBOARD, EVERYWHERE)


class Choices:
    """Which command each button of each device runs."""

    def __init__(self, remembered: str = "") -> None:
        self._chosen = _parsed(remembered)

    def command(self, device: str, button: str) -> str:
        """The id of the command, NOTHING for a button without one."""
        usual = NOTHING if device in _CHOSEN_ALONE else usual_commands().get(button, NOTHING)
        return self._chosen.get(device, {}).get(button, usual)

    def choose(self, device: str, button: str, command: str) -> None:
        """Let a button run another command, or NOTHING; a key that does nothing is forgotten."""
        buttons = self._chosen.setdefault(device, {})
        buttons[button] = command
        if command == NOTHING and device in _CHOSEN_ALONE:
            del buttons[button]

    def buttons(self, device: str) -> tuple[str, ...]:
        """The buttons of a device for which somebody chose."""
        return tuple(self._chosen.get(device, {}))

    def to_text(self) -> str:
        """The choices as they are remembered."""
        return json.dumps(self._chosen, sort_keys=True)


def _parsed(text: str) -> dict[str, dict[str, str]]:
    """What was remembered; a text that is not ours chooses nothing."""
    try:
        found = json.loads(text or "{}")
        return {
            str(device): {str(button): str(command) for button, command in buttons.items()}
            for device, buttons in found.items()
        }
    except (ValueError, AttributeError):
        return {}
