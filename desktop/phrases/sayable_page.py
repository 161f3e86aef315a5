"""The page "What can I say?": every spoken command and auto-text, found by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.filter_dialog import ArrowKeys
from desktop.phrases.sheet import Sheet
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
        titles = (self.tr("Group"), self.tr("Say"), self.tr("What it does"))
        self.table = Sheet(self.tr("What can be said"), titles, (110, 330), small=(0, 2), wraps=True)
        self.table.show_rows([(each.group, ", ".join(f"“{say}”" for say in each.say), each.does) for each in sayables])
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self.table.rows)
        self._filter.setFilterKeyColumn(-1)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table.setModel(self._filter)
        self.field.textChanged.connect(self._filter.setFilterFixedString)
        ArrowKeys(self.field, self.table)
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
