"""Backup and retention; `desktop.upkeep` does it."""

from __future__ import annotations

from desktop.commands.command import PROGRAM, Command
from desktop.translation import QT_TRANSLATE_NOOP
from desktop.upkeep.room import Upkeep

BACK_UP = "upkeep.back_up"

COMMANDS: tuple[Command[Upkeep], ...] = (
    Command(
        "upkeep.page",
        QT_TRANSLATE_NOOP("commands", "Backup and retention …"),
        ("Ctrl+Shift+B",),
        PROGRAM,
        Upkeep.page,
    ),
    Command(BACK_UP, QT_TRANSLATE_NOOP("commands", "Back up now"), ("Shift+F12",), PROGRAM, Upkeep.back_up),
)
