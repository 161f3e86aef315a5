"""Said and written: every change that a rule made, with what was said, what was written and the rule's name.

Owns the list; the note view shows the same changes in place.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.formats import clock
from desktop.review.note_view import rule_title
from desktop.review.reading import Reading
from desktop.theme.fonts import SMALL, TEXT, font
from desktop.theme.theme import colour
from ehr.chart.note import Change
from ehr.chart.returning import BACK

_Index = QModelIndex | QPersistentModelIndex
_SAID, _WRITTEN, _RULE, _TIME = range(4)


class ChangesModel(QAbstractTableModel):
    """One row a change, in the order of the note."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        self._changes: tuple[Change, ...] = ()

    def show_reading(self, reading: Reading | None) -> None:
        """Replace the list."""
        self.beginResetModel()
        self._reading = reading
        self._changes = tuple(sorted(reading.draft.note.changes, key=lambda each: each.written)) if reading else ()
        self.endResetModel()

    def change(self, row: int) -> Change:
        """The change of a row."""
        return self._changes[row]

    def rowCount(self, parent: _Index | None = None) -> int:
        """One a change."""
        return 0 if parent is not None and parent.isValid() else len(self._changes)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Said, written, rule, time."""
        return 0 if parent is not None and parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' titles."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Said"), self.tr("Written"), self.tr("Rule"), self.tr("At"))[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell."""
        if not index.isValid() or self._reading is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self._changes[index.row()], index.column())
        if role == Qt.ItemDataRole.FontRole:
            return font(TEXT) if index.column() in (_SAID, _WRITTEN) else font(SMALL, tabular=True)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() != _WRITTEN:
            return colour("muted")
        return None

    def _text(self, change: Change, column: int) -> str:
        if self._reading is None:
            return ""
        note = self._reading.draft.note
        if column == _SAID:
            return change.said.of(note.said).strip() or self.tr("(nothing)")
        if column == _WRITTEN:
            written = change.written.of(note.written).replace("\n", "↵").strip() or self.tr("(nothing)")
            section = note.section_at(change.written.start - 1) if change.rule == BACK else None
            return f"→ {section.title}: {written}" if section is not None else written
        if column == _RULE:
            return rule_title(change.rule)
        time = self._reading.time_of(change.written)
        return clock(time.start) if time else ""


class ChangesView(QTableView):
    """The table; a double click asks to hear the words."""

    change_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Said and written"))
        self._model = ChangesModel(self)
        self.setModel(self._model)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, width in ((_RULE, 150), (_TIME, 60)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self.activated.connect(lambda index: self.change_chosen.emit(self._model.change(index.row())))

    @property
    def chosen(self) -> Change | None:
        """The change in the row with the cursor."""
        index = self.currentIndex()
        return self._model.change(index.row()) if index.isValid() else None

    def show_reading(self, reading: Reading | None) -> None:
        """Replace the list."""
        self._model.show_reading(reading)
