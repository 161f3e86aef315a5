"""Two ways to find a key: the palette, where a command is typed, and the page of all keys."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.commands.command import GROUPS
from desktop.commands.table import COMMANDS, LACKING
from desktop.filter_dialog import FilterDialog
from desktop.widgets import label

_ID = Qt.ItemDataRole.UserRole + 1


class Palette(FilterDialog):
    """Type a part of a command's name; Enter runs it."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        asks, names = self.tr("What do you want to do?"), self.tr("Commands")
        super().__init__(_model(actions), asks=asks, names=names, parent=parent)
        self.setWindowTitle(names)
        self.resize(460, 420)
        self._actions = actions
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 14, 14, 14)
        outer.addWidget(self.field)
        outer.addWidget(self.list)

    def take(self, index: QModelIndex | QPersistentModelIndex) -> None:
        """Run a command, where it makes sense now."""
        action = self._actions[index.data(_ID)]
        if action.isEnabled():
            self.accept()
            action.trigger()


class KeysPage(QDialog):
    """Every command with its keys, by group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What can I press?"))
        self.setModal(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 22)
        outer.addWidget(label(self.tr("What can I press?"), "title"))
        note = self.tr("Review keys hold while the note, the transcript or the facts have the keyboard (F6 moves it).")
        outer.addWidget(label(note, "muted", wrap=True))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(0, 0, 14, 0)
        columns.setSpacing(36)
        for groups in _columns():
            column = QVBoxLayout()
            for group in groups:
                column.addLayout(_group(group))
            column.addStretch(1)
            columns.addLayout(column)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        outer.addWidget(area)
        self.resize(920, 600)


def _columns() -> list[list[str]]:
    """The groups in two columns of about one height, in their order."""
    sizes = {group: sum(command.group == group for command in COMMANDS) + 2 for group in GROUPS}
    share, columns = sum(sizes.values()) / 2, list[list[str]]([[]])
    for group in GROUPS:
        if columns[-1] and sum(sizes[each] for each in columns[-1]) + sizes[group] / 2 > share and len(columns) < 2:
            columns.append([])
        columns[-1].append(group)
    return columns


def _group(group: str) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 12, 0, 0)
    grid.setVerticalSpacing(5)
    members = [command for command in COMMANDS if command.group == group]
    grid.addWidget(label(QCoreApplication.translate("commands", group), "heading"), 0, 0)
    for row, command in enumerate(members, start=1):
        grid.addWidget(label(command.words), row, 0)
        grid.addWidget(label(" / ".join(command.keys), "key"), row, 1, Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(0, 1)
    return grid


def _model(actions: Mapping[str, QAction]) -> QStandardItemModel:
    model = QStandardItemModel()
    for command in sorted(COMMANDS, key=lambda each: not actions[each.id].isEnabled()):
        action = actions[command.id]
        if command.id == "help.palette" or not (action.isEnabled() or action.property(LACKING)):
            continue
        item = QStandardItem(f"{action.text()}    {action.property(LACKING) or command.keys[0]}")
        item.setEnabled(action.isEnabled())
        item.setData(command.id, _ID)
        model.appendRow(item)
    return model
