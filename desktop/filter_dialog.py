"""A field above a list: letters narrow the list, arrows move in it, Enter takes the line in focus.

Owns the keys between the two. What the lines are, and what taking one does, is for those who use it.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLineEdit, QListView, QWidget

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}


class ArrowKeys(QObject):
    """Moves the line in focus of a view while a field keeps the letters. `entered` says that Enter was pressed."""

    entered = Signal()

    def __init__(self, field: QLineEdit, view: QAbstractItemView) -> None:
        super().__init__(field)
        self._view = view
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the arrows and Enter out of what is typed."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        if key in _STEPS:
            model, row = self._view.model(), self._view.currentIndex().row() + _STEPS[key]
            self._view.setCurrentIndex(model.index(min(max(0, row), model.rowCount() - 1), 0))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        return super().eventFilter(watched, event)


class FilterDialog(QDialog):
    """The two, for a dialog to put where it wants them. `take` gets the line that Enter or a click takes."""

    def __init__(self, model: QAbstractItemModel, *, asks: str, names: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        model.setParent(self)
        self.field = QLineEdit()
        self.field.setPlaceholderText(asks)
        self.field.setAccessibleName(asks)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(model)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list = QListView()
        self.list.setObjectName("palette")
        self.list.setAccessibleName(names)
        self.list.setModel(self._filter)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.clicked.connect(self._take)
        ArrowKeys(self.field, self.list).entered.connect(self._take)
        self.field.textChanged.connect(self._on_typed)
        self._on_typed("")

    def take(self, index: QModelIndex | QPersistentModelIndex) -> None:
        """Do what a line stands for."""
        raise NotImplementedError

    def _on_typed(self, text: str) -> None:
        self._filter.setFilterFixedString(text.strip())
        self.list.setCurrentIndex(self._filter.index(0, 0))

    def _take(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            self.take(index)
