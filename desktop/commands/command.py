"""What an action of the user is: its name, its keys, where they hold, what it does and when.

Owns the type and the groups under which the menu and the page of keys show the actions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from PySide6.QtCore import QCoreApplication

from desktop.translation import QT_TRANSLATE_NOOP

DICTATION = QT_TRANSLATE_NOOP("commands", "Dictation")
PATIENTS = QT_TRANSLATE_NOOP("commands", "Patients")
REVIEW = QT_TRANSLATE_NOOP("commands", "Review")
RECORD = QT_TRANSLATE_NOOP("commands", "Record")
LISTEN = QT_TRANSLATE_NOOP("commands", "Listen")
FIND = QT_TRANSLATE_NOOP("commands", "Find your way")
PROGRAM = QT_TRANSLATE_NOOP("commands", "Program")
GROUPS = (DICTATION, PATIENTS, REVIEW, RECORD, LISTEN, FIND, PROGRAM)

Room = TypeVar("Room")


class Scope(Enum):
    """Where an action's keys hold: everywhere in the window, or on the text and the facts, where letters are not
    typed.
    """

    WINDOW = auto()
    REVIEW = auto()


@dataclass(frozen=True, slots=True)
class Command(Generic[Room]):
    """One action of a room. `when` tells whether it makes sense now."""

    id: str
    title: str
    keys: tuple[str, ...]
    group: str
    run: Callable[[Room], None]
    when: Callable[[Room], bool] = lambda _: True
    scope: Scope = Scope.WINDOW

    @property
    def words(self) -> str:
        """The title in the user's language."""
        return QCoreApplication.translate("commands", self.title)
