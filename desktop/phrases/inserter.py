"""The dialog "Insert auto-text": type a part of its name, see its text, Enter inserts it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListView, QTextEdit, QVBoxLayout, QWidget

from desktop.theme.fonts import NOTE, font
from desktop.widgets import label
from ehr.chart.phrases import AutoText

_NUMBER = Qt.ItemDataRole.UserRole + 1


class Inserter(QDialog):
    """`chosen` carries the auto-text."""

    chosen = Signal(object)

    def __init__(self, autotexts: Sequence[AutoText], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Insert auto-text"))
        self.setModal(True)
        self.resize(760, 440)
        self._autotexts = autotexts
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Name of the auto-text"))
        self.field.setAccessibleName(self.tr("Name of the auto-text"))
        self.field.installEventFilter(self)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(_model(autotexts, self))
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list = QListView()
        self.list.setObjectName("palette")
        self.list.setAccessibleName(self.tr("Auto-texts"))
        self.list.setModel(self._filter)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.clicked.connect(self._take)
        self.preview = QTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFont(font(NOTE))
        self.preview.setTabChangesFocus(True)
        self.preview.setAccessibleName(self.tr("What will be inserted"))
        self.field.textChanged.connect(self._on_typed)
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
        self._on_typed("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows choose and Enter inserts while the field keeps the letters."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                row = min(max(0, self.list.currentIndex().row() + step), self._filter.rowCount() - 1)
                self.list.setCurrentIndex(self._filter.index(row, 0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return super().eventFilter(watched, event)

    def _on_typed(self, text: str) -> None:
        self._filter.setFilterFixedString(text.strip())
        self.list.setCurrentIndex(self._filter.index(0, 0))
        self._show()

    def _current(self) -> AutoText | None:
        index = self.list.currentIndex()
        return self._autotexts[index.data(_NUMBER)] if index.isValid() else None

    def _show(self, *_: object) -> None:
        current = self._current()
        self.preview.setPlainText(current.text if current else "")

    def _take(self, *_: object) -> None:
        current = self._current()
        if current is not None:
            self.accept()
            self.chosen.emit(current)


def _model(autotexts: Sequence[AutoText], parent: QObject) -> QStandardItemModel:
    model = QStandardItemModel(parent)
    for number, each in enumerate(autotexts):
        item = QStandardItem(", ".join(each.names))
        item.setData(number, _NUMBER)
        model.appendRow(item)
    return model
