"""What a word list would change in past dictations: the count, and every place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from desktop.theme.fonts import TEXT, font
from desktop.widgets import label

if TYPE_CHECKING:
    from ehr.soundalike.trial import Place


class TrialView(QWidget):
    """Empty until something was tried."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome = label("", "strong", wrap=True)
        self._model = QStandardItemModel(self)
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("What would change"))
        self.table.setModel(self._model)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 6, 0, 0)
        outer.addWidget(self.outcome)
        outer.addWidget(self.table, 1)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.outcome.setText("")
        self.table.hide()

    def wait(self) -> None:
        """Say that it is being tried."""
        self.clear()
        self.outcome.setText(self.tr("Trying it on your past dictations …"))

    def show_places(self, places: Sequence[Place], *, dictations: int) -> None:
        """Show what came of it."""
        from ehr.soundalike.trial import Verdict, counts

        found = counts(places)
        told = self.tr("Fixes {0}, breaks {1}, not decided by anyone yet {2}; dictations tried: {3}.")
        self.outcome.setText(told.format(found[Verdict.FIXES], found[Verdict.BREAKS], found[Verdict.OPEN], dictations))
        words = {Verdict.FIXES: self.tr("fixes"), Verdict.BREAKS: self.tr("breaks"), Verdict.OPEN: self.tr("open")}
        self._model.clear()
        self._model.setHorizontalHeaderLabels([self.tr("Verdict"), self.tr("Now"), self.tr("With the word")])
        for place in sorted(places, key=lambda each: list(words).index(each.verdict)):
            after = place.after if place.made else self.tr("{0} (only suggested)").format(place.after)
            cells = [QStandardItem(text) for text in (words[place.verdict], place.before, after)]
            for cell in cells:
                cell.setFont(font(TEXT))
            self._model.appendRow(cells)
        self.table.setVisible(bool(places))
