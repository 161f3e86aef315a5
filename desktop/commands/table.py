"""Every command of the window, once.

Menus, keys, the palette and the page of keys are made from this table, so an action that is not here cannot be
reached, and one that is here can be reached by keyboard.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.commands import (
    dictating,
    finding,
    handing,
    listening,
    patients,
    people,
    program,
    reviewing,
    signing,
    upkeep,
    writing,
)
from desktop.commands.command import GROUPS, Command, Scope
from desktop.commands.workbench import Workbench
from desktop.people.rights import RIGHT_OF, reason
from ehr.chart.people import Right

LACKING = "lacking"
"""The property of an action that says why it is not there for this user."""

COMMANDS: tuple[Command[Any], ...] = (
    *dictating.COMMANDS,
    *patients.COMMANDS,
    *reviewing.COMMANDS,
    *writing.COMMANDS,
    *signing.COMMANDS,
    *handing.COMMANDS,
    *listening.COMMANDS,
    *finding.COMMANDS,
    *program.COMMANDS,
    *people.COMMANDS,
    *upkeep.COMMANDS,
)


class Handlers:
    """The rooms of one window, which do what the commands say."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self.dictating = dictating.Dictating(window)
        rooms: tuple[tuple[object, tuple[Command[Any], ...]], ...] = (
            (self.dictating, dictating.COMMANDS),
            (patients.Patients(window), patients.COMMANDS),
            (reviewing.Reviewing(window), reviewing.COMMANDS),
            (writing.Writing(window), writing.COMMANDS),
            (window.signing, signing.COMMANDS),
            (handing.Handing(window), handing.COMMANDS),
            (listening.Listening(window), listening.COMMANDS),
            (finding.Finding(window), finding.COMMANDS),
            (program.Program(window), program.COMMANDS),
            (window.people, people.COMMANDS),
            (window.upkeep, upkeep.COMMANDS),
        )
        self._room_of = {command.id: room for room, commands in rooms for command in commands}

    @property
    def locked(self) -> bool:
        """Whether the window is locked."""
        return self._window.people.locked

    @property
    def behind_lock(self) -> Collection[str]:
        """The commands that hold while it is."""
        return self._window.people.behind_lock

    def lacks(self, command: Command[Any]) -> Right | None:
        """The right that the user lacks for a command; None where they have it or it needs none."""
        right = RIGHT_OF.get(command.id)
        return right if right is not None and not self._window.session.chart.may(right) else None

    def due(self, command: Command[Any]) -> bool:
        """Whether a command makes sense now."""
        return command.when(self._room_of[command.id])

    def run(self, command: Command[Any]) -> None:
        """Do what a command says."""
        command.run(self._room_of[command.id])


def make_actions(handlers: Handlers, owner: QWidget) -> dict[str, QAction]:
    """One QAction a command, by id; those with the window's scope already hold everywhere in `owner`."""
    made = {}
    for command in COMMANDS:
        action = QAction(command.words, owner)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.triggered.connect(lambda _=False, command=command: handlers.run(command))
        if command.scope is Scope.WINDOW:
            owner.addAction(action)
        else:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        made[command.id] = action
    return made


def hold_on(actions: Mapping[str, QAction], panes: Sequence[QWidget]) -> None:
    """Let the review's keys hold where the keyboard is in one of these panes."""
    for command in COMMANDS:
        if command.scope is Scope.REVIEW:
            for pane in panes:
                pane.addAction(actions[command.id])


def refresh(handlers: Handlers, actions: Mapping[str, QAction]) -> None:
    """Enable what makes sense now and is the user's to do; the tooltip says why something is not."""
    locked = handlers.locked
    for command in COMMANDS:
        action, lacking = actions[command.id], handlers.lacks(command)
        held = command.id in handlers.behind_lock if locked else lacking is None
        action.setEnabled(held and handlers.due(command))
        why = reason(lacking) if lacking is not None and not locked else ""
        action.setProperty(LACKING, why)
        action.setToolTip(why)


def make_menu(actions: Mapping[str, QAction], parent: QWidget) -> QMenu:
    """Every command, by group."""
    menu = QMenu(parent)
    for group in GROUPS:
        for command in COMMANDS:
            if command.group == group:
                menu.addAction(actions[command.id])
        menu.addSeparator()
    return menu
