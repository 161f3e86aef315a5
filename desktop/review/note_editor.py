"""The note as text to type in, kept at every pause.

Owns the text while it is being typed and when it is handed over. Does not know how it is kept.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop.review.note_view import MEASURE
from desktop.theme.fonts import NOTE, font

PAUSE_MS = 500
"""How long the keys rest before the text is handed over."""


class NoteEditor(QTextEdit):
    """Plain text of one dictation's note. `paused` carries the dictation's id and the text, `left` nothing."""

    paused = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Edit the note"))
        self.setObjectName("note_text")
        self.setFont(font(NOTE))
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.document().setDocumentMargin(0)
        self._encounter_id = ""
        self._kept = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.hand_over)
        self.textChanged.connect(self._on_text_changed)

    @property
    def active(self) -> bool:
        """Whether a note is being edited."""
        return bool(self._encounter_id)

    def begin(self, encounter_id: str, written: str, at: int) -> None:
        """Take a dictation's note, with the cursor at a character of it."""
        self.setPlainText(written)
        self._encounter_id, self._kept = encounter_id, self.toPlainText()
        cursor = QTextCursor(self.document())
        cursor.setPosition(len(written[:at].encode("utf-16-le")) // 2)  # Qt counts UTF-16 units
        self.setTextCursor(cursor)
        self.setFocus()

    def leave(self) -> None:
        """Hand over what was typed and be done."""
        if self.active:
            self.hand_over()
            self._encounter_id = ""
            self.left.emit()

    @Slot()
    def hand_over(self) -> None:
        """Hand over the text if it is another one than before."""
        self._pause.stop()
        text = self.toPlainText()
        if self.active and text != self._kept:
            self._kept = text
            self.paused.emit(self._encounter_id, text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Going elsewhere in the window leaves; another window or a menu over the text does not."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines as short as those of the page."""
        longest = int(self.fontMetrics().averageCharWidth() * MEASURE)
        self.setLineWrapColumnOrWidth(min(longest, self.viewport().width()))
        super().resizeEvent(event)

    @Slot()
    def _on_text_changed(self) -> None:
        if self.active:
            self._pause.start()
