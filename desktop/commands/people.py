"""Who sits at the window, and what they may change about users; `desktop.people` does it."""

from __future__ import annotations

from desktop.commands.command import PROGRAM, Command
from desktop.people.room import People
from desktop.translation import QT_TRANSLATE_NOOP

COMMANDS: tuple[Command[People], ...] = (
    Command(
        "people.lock",
        QT_TRANSLATE_NOOP("commands", "Lock"),
        ("Ctrl+L",),
        PROGRAM,
        People.lock,
    ),
    Command(
        "people.passphrase",
        QT_TRANSLATE_NOOP("commands", "Change your passphrase …"),
        ("Ctrl+Shift+P",),
        PROGRAM,
        People.passphrase,
    ),
    Command(
        "people.code",
        QT_TRANSLATE_NOOP("commands", "One-time codes …"),
        ("Ctrl+Shift+O",),
        PROGRAM,
        People.code,
    ),
    Command(
        "people.keychain",
        QT_TRANSLATE_NOOP("commands", "This computer's keychain …"),
        ("Ctrl+Shift+Y",),
        PROGRAM,
        People.keychain,
    ),
    Command(
        "people.users",
        QT_TRANSLATE_NOOP("commands", "Users …"),
        ("Ctrl+Shift+U",),
        PROGRAM,
        People.users,
    ),
    Command(
        "people.emergency",
        QT_TRANSLATE_NOOP("commands", "Emergency access …"),
        ("Ctrl+Shift+E",),
        PROGRAM,
        People.emergency,
        People.can_begin_emergency,
    ),
    Command(
        "people.emergencies",
        QT_TRANSLATE_NOOP("commands", "Emergency accesses …"),
        ("Ctrl+Shift+A",),
        PROGRAM,
        People.emergencies,
    ),
)
