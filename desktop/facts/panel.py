"""The right column: how much is left to check, the facts, and the form while one is edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.facts.card import CardActions
from desktop.facts.list_view import FactsList
from desktop.facts.readings import open_words
from desktop.review.reading import Reading
from desktop.widgets import label
from ehr.chart.entry import Entry, ReviewState

if TYPE_CHECKING:
    from desktop.facts.edit_form import EditForm

_SECONDS_EACH = 4
"""What one check takes a practised reviewer; a rough promise, not a measurement."""


class FactsPanel(QWidget):
    """Heads the list and swaps it for the form."""

    edited = Signal(object)
    edit_ended = Signal()

    def __init__(self, card_actions: CardActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("facts")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list = FactsList(card_actions)
        self._title = label(self.tr("Facts"), "head")
        self._left = label("", "muted")
        self._empty = label("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(16, 4, 16, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        self._form: EditForm | None = None
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(16, 14, 16, 8)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._left)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._head)
        outer.addWidget(self._stack, 1)
        self.setMinimumWidth(280)
        self._outer = outer

    def put_above(self, card: QWidget) -> None:
        """Let a card stand above the facts."""
        self._outer.insertWidget(0, card)

    def show_entries(self, entries: Sequence[Entry], reading: Reading | None, *, focus: str | None) -> None:
        """Replace the facts."""
        if reading is None or self._form is not None:
            self._end_edit(quiet=True)
        words = open_words(reading.draft.note, entries) if reading is not None else ()
        self.list.show_entries(entries, words, reading, focus=focus)
        self._stack.setCurrentWidget(self.list if entries or words else self._empty)
        checks = len(words) + sum(1 for entry in entries if entry.flags and entry.state is ReviewState.PROPOSED)
        proposed = sum(1 for entry in entries if entry.state is ReviewState.PROPOSED)
        self._title.setText(self.tr("Check these first") if checks else self.tr("Facts"))
        self._left.setText(self._what_is_left(checks, proposed, len(entries)))
        if reading is not None and not entries:
            self._empty.setText(
                self.tr("No facts were found in this dictation. The note and the words are at the left.")
            )

    def explain_empty(self, text: str) -> None:
        """Say why there are no facts yet."""
        self._empty.setText(text)

    @property
    def editing(self) -> bool:
        """Whether the form is open."""
        return self._form is not None

    @property
    def form(self) -> EditForm | None:
        """The open form."""
        return self._form

    def edit(self, entry: Entry) -> None:
        """Open the form for an entry."""
        from desktop.facts.edit_form import EditForm

        self._form = EditForm(entry)
        self._form.saved.connect(self._on_saved)
        self._form.cancelled.connect(self._on_cancelled)
        self._stack.addWidget(self._form)
        self._head.hide()
        self._stack.setCurrentWidget(self._form)
        self._form.start()

    def _on_cancelled(self) -> None:
        self._end_edit()

    def _on_saved(self, entry: Entry) -> None:
        self._end_edit()
        self.edited.emit(entry)

    def _end_edit(self, *, quiet: bool = False) -> None:
        if self._form is None:
            return
        self._stack.removeWidget(self._form)
        self._form.deleteLater()
        self._form = None
        self._stack.setCurrentWidget(self.list)
        self._head.show()
        if not quiet:
            self.list.setFocus()
        self.edit_ended.emit()

    def _what_is_left(self, checks: int, proposed: int, total: int) -> str:
        if checks:
            return self.tr("{0} to check · about {1} s").format(checks, checks * _SECONDS_EACH)
        if proposed:
            return self.tr("{0} of {1} to review").format(proposed, total)
        return self.tr("all reviewed") if total else ""
