"""What a person does with the program itself."""

from __future__ import annotations

from desktop.commands.command import PROGRAM, Command
from desktop.commands.workbench import Workbench
from desktop.translation import QT_TRANSLATE_NOOP


class Program:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window

    def show_palette(self) -> None:
        """Find a command by typing."""
        self._window.show_palette()

    def show_keys(self) -> None:
        """Show every key."""
        self._window.show_keys()

    def show_sayables(self) -> None:
        """Show what can be said."""
        self._window.phrases.show_sayables()

    def show_phrases(self) -> None:
        """Show the auto-texts and words."""
        self._window.phrases.show_book()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()


COMMANDS: tuple[Command[Program], ...] = (
    Command("help.palette", QT_TRANSLATE_NOOP("commands", "All commands"), ("Ctrl+K",), PROGRAM, Program.show_palette),
    Command("help.keys", QT_TRANSLATE_NOOP("commands", "What can I press?"), ("F1",), PROGRAM, Program.show_keys),
    Command(
        "help.say", QT_TRANSLATE_NOOP("commands", "What can I say?"), ("Shift+F1",), PROGRAM, Program.show_sayables
    ),
    Command(
        "program.phrases",
        QT_TRANSLATE_NOOP("commands", "Auto-texts and words …"),
        ("Ctrl+Shift+W",),
        PROGRAM,
        Program.show_phrases,
    ),
    Command("program.quit", QT_TRANSLATE_NOOP("commands", "Quit"), ("Ctrl+Q",), PROGRAM, Program.quit),
)
