"""What a person does to hear."""

from __future__ import annotations

from desktop.commands.command import LISTEN, Command
from desktop.commands.workbench import Workbench
from desktop.translation import QT_TRANSLATE_NOOP


class Listening:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._player, self._deck = window.player, window.deck

    def has_sound(self) -> bool:
        """Whether there is something to hear."""
        return self._deck.has_sound

    def play_or_pause(self) -> None:
        """Play from here, or pause."""
        self._deck.toggle()

    def skip_back(self) -> None:
        """Go back a little; while something is recorded, it pauses, and goes on from there."""
        self._deck.step(-1)

    def skip_forward(self) -> None:
        """Go forward a little."""
        self._deck.step(1)

    def next_speed(self) -> None:
        """Listen at the next speed."""
        self._player.next_speed()


COMMANDS: tuple[Command[Listening], ...] = (
    Command(
        "player.toggle",
        QT_TRANSLATE_NOOP("commands", "Play or pause"),
        ("Ctrl+Space",),
        LISTEN,
        Listening.play_or_pause,
        Listening.has_sound,
    ),
    Command(
        "player.back",
        QT_TRANSLATE_NOOP("commands", "Back 3 seconds"),
        ("Alt+Left",),
        LISTEN,
        Listening.skip_back,
        Listening.has_sound,
    ),
    Command(
        "player.forward",
        QT_TRANSLATE_NOOP("commands", "Forward 3 seconds"),
        ("Alt+Right",),
        LISTEN,
        Listening.skip_forward,
        Listening.has_sound,
    ),
    Command("player.speed", QT_TRANSLATE_NOOP("commands", "Next speed"), ("Alt+S",), LISTEN, Listening.next_speed),
)
