"""The dialog "Insert auto-text": type a part of its name, see its text, Enter inserts it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop.filter_dialog import FilterDialog
from desktop.theme.fonts import NOTE, font
from desktop.widgets import label
from ehr.chart.phrases import AutoText

_NUMBER = Qt.ItemDataRole.UserRole + 1


class Inserter(FilterDialog):
    """`chosen` carries the auto-text."""

    chosen = Signal(object)

    def __init__(self, autotexts: Sequence[AutoText], parent: QWidget | None = None) -> None:
        super().__init__(
            _model(autotexts), asks=self.tr("Name of the auto-text"), names=self.tr("Auto-texts"), parent=parent
        )
        self.setWindowTitle(self.tr("Insert auto-text"))
        self.resize(760, 440)
        self._autotexts = autotexts
        self.preview = QTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFont(font(NOTE))
        self.preview.setTabChangesFocus(True)
        self.preview.setAccessibleName(self.tr("What will be inserted"))
        self.list.selectionModel().currentChanged.connect(self._show)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 18)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Insert auto-text"), "title"))
        outer.addWidget(self.field)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.list, 2)
        row.addWidget(self.preview, 3)
        outer.addLayout(row, 1)
        hint = self.tr("Enter inserts it at the cursor. Tab then goes from [field] to [field].")
        outer.addWidget(label(hint, "muted"))
        self._show()
        self.field.setFocus()

    def take(self, index: QModelIndex | QPersistentModelIndex) -> None:
        """Choose an auto-text."""
        self.accept()
        self.chosen.emit(self._autotexts[index.data(_NUMBER)])

    def _show(self, *_: object) -> None:
        index = self.list.currentIndex()
        self.preview.setPlainText(self._autotexts[index.data(_NUMBER)].text if index.isValid() else "")


def _model(autotexts: Sequence[AutoText]) -> QStandardItemModel:
    model = QStandardItemModel()
    for number, each in enumerate(autotexts):
        item = QStandardItem(", ".join(each.names))
        item.setData(number, _NUMBER)
        model.appendRow(item)
    return model
