"""The page "What can I say?": every spoken command and auto-text, found by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QLineEdit, QTableView, QVBoxLayout, QWidget

from desktop.filter_dialog import ArrowKeys
from desktop.theme.fonts import SMALL, TEXT, font
from desktop.widgets import label

if TYPE_CHECKING:
    from ehr.dictation.sayable import Sayable


class SayablePage(QDialog):
    """The list of `sayables`; letters typed in the field narrow it, arrows move in it."""

    def __init__(self, sayables: Sequence[Sayable], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What can I say?"))
        self.setModal(True)
        self.resize(820, 600)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Words, a section or an auto-text"))
        self.field.setAccessibleName(self.tr("Find what can be said"))
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self._model(sayables))
        self._filter.setFilterKeyColumn(-1)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.textChanged.connect(self._filter.setFilterFixedString)
        self.table = _table(self.tr("What can be said"))
        self.table.setModel(self._filter)
        ArrowKeys(self.field, self.table)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((0, 110), (1, 330)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 22)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("What can I say?"), "title"))
        note = self.tr(
            "Pause a little before and after a command. In the middle of a sentence the same words stay words. What "
            "was said and what came of it stand side by side under “Said and written”."
        )
        outer.addWidget(label(note, "muted", wrap=True))
        outer.addWidget(self.field)
        outer.addWidget(self.table, 1)
        self.field.setFocus()

    def _model(self, sayables: Sequence[Sayable]) -> QStandardItemModel:
        model = QStandardItemModel(self)
        model.setHorizontalHeaderLabels([self.tr("Group"), self.tr("Say"), self.tr("What it does")])
        for each in sayables:
            cells = [QStandardItem(text) for text in (each.group, f"“{each.say[0]}”", each.does)]
            others = ", ".join(f"“{say}”" for say in each.say[1:])
            cells[1].setToolTip(self.tr("also: {0}").format(others) if others else "")
            if others:
                cells[1].setText(f"“{each.say[0]}”, {others}")
            for cell, size in zip(cells, (SMALL, TEXT, SMALL), strict=True):
                cell.setFont(font(size))
            model.appendRow(cells)
        return model


def _table(name: str) -> QTableView:
    table = QTableView()
    table.setAccessibleName(name)
    table.setObjectName("sheet")
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    table.horizontalHeader().setHighlightSections(False)
    return table
