"""The history page: every version and signature, and the words that were struck and added between any two.

Owns how differences are painted: struck words are crossed out, added ones underlined, so that colour is never alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QStringListModel
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QListView, QTextEdit, QVBoxLayout, QWidget

from desktop.signing.history import Moment, between, changed_words
from desktop.theme.fonts import NOTE, font
from desktop.theme.theme import colour
from desktop.widgets import label
from ehr.chart.diff import Fate, Piece


class HistoryView(QWidget):
    """A list of moments beside the text; Up and Down walk through them, Shift with them compares any two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moments: Sequence[Moment] = ()
        self._pieces: tuple[Piece, ...] = ()
        self._titles = QStringListModel(self)
        self.list = QListView()
        self.list.setObjectName("history")
        self.list.setAccessibleName(self.tr("Versions and signatures"))
        self.list.setModel(self._titles)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.list.setWordWrap(True)
        self.list.setFixedWidth(232)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show())
        self.summary = label("", "muted", wrap=True)
        self.about = label("", "", wrap=True)
        self.text = QTextEdit()
        self.text.setReadOnly(True)
        self.text.setObjectName("note_text")
        self.text.setAccessibleName(self.tr("What changed"))
        self.text.setFont(font(NOTE))
        self.text.document().setDocumentMargin(0)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.summary)
        column.addWidget(self.about)
        column.addWidget(self.text, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        row.addWidget(self.list)
        row.addLayout(column, 1)

    def show_moments(self, moments: Sequence[Moment]) -> None:
        """Replace the history; the newest moment is chosen."""
        self._moments = moments
        self._titles.setStringList([f"{each.title}\n{each.when}" for each in moments])
        if moments:
            self.list.setCurrentIndex(self._titles.index(len(moments) - 1))
        self._show()

    def struck_and_added(self) -> tuple[list[str], list[str]]:
        """The words that are crossed out and those that are underlined: what a screen reader or a test can see."""
        return (
            [piece.text for piece in self._pieces if piece.fate is Fate.STRUCK],
            [piece.text for piece in self._pieces if piece.fate is Fate.ADDED],
        )

    def changeEvent(self, event: QEvent) -> None:
        """A new theme recolours the words."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._show()

    def _show(self) -> None:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        rows = [row for row in rows if row < len(self._moments)]
        self._pieces = between(self._moments, rows[0], rows[-1]) if rows else ()
        self.summary.setText(self._summary(rows))
        about = self._moments[rows[0]].about if len(rows) == 1 else ""
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self._paint()

    def _summary(self, rows: list[int]) -> str:
        if not rows:
            return self.tr("There is no version yet.")
        struck, added = changed_words(self._pieces)
        if len(rows) > 1:
            first, last = self._moments[rows[0]], self._moments[rows[-1]]
            return self.tr("{0}, {1}, compared with {2}, {3}. Words struck: {4}, added: {5}.").format(
                first.title, first.when, last.title, last.when, struck, added
            )
        if not struck and not added:
            return self.tr("No words changed. Shift with Up or Down compares any two versions.")
        return self.tr("Words struck: {0}, added: {1}. Shift with Up or Down compares any two versions.").format(
            struck, added
        )

    def _paint(self) -> None:
        self.text.clear()
        cursor = QTextCursor(self.text.document())
        forms = {fate: _form(fate) for fate in Fate}
        cursor.beginEditBlock()
        for piece in self._pieces:
            cursor.insertText(piece.text, forms[piece.fate])
        cursor.endEditBlock()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)


def _form(fate: Fate) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(colour("text"))
    if fate is Fate.STRUCK:
        form.setFontStrikeOut(True)
        form.setForeground(colour("danger"))
        form.setBackground(colour("danger_soft"))
    elif fate is Fate.ADDED:
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        form.setForeground(colour("ok"))
        form.setBackground(colour("ok_soft"))
    return form


HISTORY_TAB = 2
"""The place of the history among the tabs of the note."""
