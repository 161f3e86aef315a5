"""The list of facts, with the card of the entry in focus opened in its place.

Owns which row is in focus and keeps the focus on an entry through changes of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop.facts.card import Card, CardActions, entry_card, words_card
from desktop.facts.delegate import FactsDelegate
from desktop.facts.model import FactsModel, Row
from desktop.facts.readings import repair_of
from desktop.review.reading import Reading
from ehr.chart.entry import Entry
from ehr.chart.note import Repair

_Index = QModelIndex | QPersistentModelIndex


class FactsList(QListView):
    """Shows entries and names the one in focus."""

    focused = Signal(str)

    def __init__(self, actions: CardActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("facts_list")
        self.setAccessibleName(self.tr("Facts found"))
        self.facts = FactsModel(self)
        self._delegate = FactsDelegate(self)
        self._actions = actions
        self._reading: Reading | None = None
        self._card: Card | None = None
        self._card_index = QPersistentModelIndex()
        self.setModel(self.facts)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)

    def show_entries(
        self, entries: Sequence[Entry], words: Sequence[Repair], reading: Reading | None, *, focus: str | None
    ) -> None:
        """Replace the rows and keep `focus` in focus, near the row where it was."""
        self._close_card()
        near = self.currentIndex().row()
        self._reading = reading
        self.facts.show_entries(entries, words)
        row = self.facts.row_of(focus, near=max(0, near))
        self._focus(row)

    @property
    def focused_row(self) -> int:
        """The row in focus, -1 where there is none."""
        return self.currentIndex().row()

    @property
    def focus(self) -> str:
        """The name of the entry or the words in focus, empty where there are none."""
        row = self.focused_row
        return self.facts.rows[row].id if 0 <= row < len(self.facts.rows) else ""

    def focus_on(self, name: str) -> None:
        """Move the focus to an entry or to words."""
        row = self.facts.row_of(name, near=max(0, self.focused_row))
        if row is not None and row != self.focused_row:
            self._focus(row)

    def step(self, by: int) -> None:
        """Move the focus to the next (1) or previous (-1) entry."""
        row = self.facts.step(self.focused_row, by)
        if row is not None:
            self._focus(row)

    def go_on(self) -> None:
        """Move the focus to the next entry that waits for a person."""
        row = self.facts.next_to_review(max(0, self.focused_row))
        if row is not None:
            self._focus(row)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Open the card where the focus went."""
        super().currentChanged(current, previous)
        self._open_card(self.currentIndex())
        self.focused.emit(self.focus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The card's text breaks anew."""
        super().resizeEvent(event)
        self._fit_card()

    def _focus(self, row: int | None) -> None:
        index = self.facts.index(row) if row is not None else QModelIndex()
        if index.isValid() and index == self.currentIndex():
            self._open_card(index)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if index.isValid():
            self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def _open_card(self, index: QModelIndex) -> None:
        self._close_card()
        self._card = self._make_card(self.facts.rows[index.row()]) if index.isValid() else None
        if self._card is None:
            return
        self._card_index = QPersistentModelIndex(index)
        self._delegate.card_row = index.row()
        self.setIndexWidget(index, self._card)
        self._fit_card()

    def _make_card(self, row: Row) -> Card | None:
        reading = self._reading
        if row.words is not None:
            return words_card(row.words, reading.around(row.words) if reading is not None else "", self._actions)
        if row.entry is not None:
            quote = reading.quote(row.entry) if reading is not None else ""
            repair = repair_of(reading.draft.note, row.entry) if reading is not None else None
            return entry_card(row.entry, quote, repair, self._actions)
        return None

    def _close_card(self) -> None:
        if self._card is None:
            return
        had_focus = self._card.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._card.hide()
        if self._card_index.isValid():
            self.setIndexWidget(self._card_index, None)  # type: ignore[arg-type]  # Qt takes none, its stub does not
        self._card = None
        self._delegate.card_row = -1
        self.scheduleDelayedItemsLayout()
        if had_focus:
            self.setFocus()

    def _fit_card(self) -> None:
        if self._card is None:
            return
        width = self.viewport().width()
        self._delegate.card_height = self._card.fit(width)
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
