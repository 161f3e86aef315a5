"""A table to be read: rows of text, none of it edited. Owns its look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop.theme.fonts import SMALL, TEXT, font


class Sheet(QTableView):
    """Rows under titles. The last column takes the room that is left; `small` columns are set in small letters. Where
    it `wraps`, a row is as high as its longest cell needs.
    """

    def __init__(
        self, name: str, titles: Sequence[str], widths: Sequence[int], *, small: Sequence[int] = (), wraps: bool = False
    ) -> None:
        super().__init__()
        self._small, self._titles = small, titles
        self.rows = QStandardItemModel(self)
        self.setModel(self.rows)
        self.setAccessibleName(name)
        self.setObjectName("sheet")
        self.setShowGrid(False)
        self.setWordWrap(wraps)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        if wraps:
            self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._widths = widths
        self.show_rows([])

    def show_rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Replace the rows. What a cell cannot show whole is in its tip."""
        self.rows.clear()
        self.rows.setHorizontalHeaderLabels(list(self._titles))
        for row in rows:
            cells = [QStandardItem(" ".join(text.split())) for text in row]
            for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
                cell.setFont(font(SMALL if column in self._small else TEXT))
                cell.setToolTip(text)
            self.rows.appendRow(cells)
        for column, width in enumerate(self._widths):
            self.horizontalHeader().resizeSection(column, width)
        self.horizontalHeader().setSectionResizeMode(len(self._titles) - 1, QHeaderView.ResizeMode.Stretch)
