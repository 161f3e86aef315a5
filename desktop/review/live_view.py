"""The words while they are being spoken, in the middle of the window.

Owns how they are shown: final words plain, words that may still change muted, the end in sight unless the reader went
back. Final words are shown at once, guesses a few times a second at most. Knows neither the engine nor the recording.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QTimer, Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop.review.note_view import MEASURE
from desktop.theme.fonts import NOTE, font
from desktop.theme.theme import colour
from desktop.widgets import label, pill, retone
from transcriber.messages import Behind, Final, Partial, Withdrawn

REPAINT_MS = 250
"""Time between a change of what is shown and the next guess that is shown, at least."""

_PARAGRAPH = 400  # characters after which a pause begins a new paragraph, so that none grows without end


class LiveView(QWidget):
    """Text that grows. `begin` empties it, `hear` takes what the engine says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QTextEdit()
        self._text.setObjectName("note_text")
        self._text.setReadOnly(True)
        self._text.setUndoRedoEnabled(False)
        self._text.setFont(font(NOTE))
        self._text.setMaximumWidth(int(self._text.fontMetrics().averageCharWidth() * MEASURE))
        self._text.document().setDocumentMargin(0)
        self._text.setAccessibleName(self.tr("Words as they are spoken"))
        self._hint = label(self.tr("Grey words may still change."), "muted")
        self._behind = pill("", "warn")
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._show)
        self._shown = QElapsedTimer()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(label(self.tr("Being dictated"), "heading"))
        head.addWidget(self._hint)
        head.addStretch(1)
        head.addWidget(self._behind)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 22, 26, 10)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._text, 1)
        self._final_end = 0
        self._said: list[str] = []
        self._waiting: list[str] = []
        self._partial = ""
        self._seconds = 0.0
        self._behind.hide()

    @property
    def empty(self) -> bool:
        """Whether nothing was said yet."""
        return not (self._final_end or self._waiting or self._partial)

    @property
    def text(self) -> str:
        """What is shown, final and not."""
        return self._text.toPlainText()

    def begin(self) -> None:
        """Start anew."""
        self._due.stop()
        self._text.clear()
        self._said, self._final_end, self._waiting, self._partial, self._seconds = [], 0, [], "", 0.0
        self._behind.hide()

    @Slot(object)
    def hear(self, message: Partial | Final | Withdrawn | Behind) -> None:
        """Take a piece of text, take some back, or hear how far the engine is behind."""
        if isinstance(message, Behind):
            self._seconds = message.seconds
        elif isinstance(message, Final):
            texts = [segment.text for segment in message.segments]
            self._said += texts
            self._waiting += texts
            self._partial = ""
        elif isinstance(message, Withdrawn):
            self._said = self._said[: message.kept]
            self._final_end, self._waiting, self._partial = 0, list(self._said), ""
        else:
            self._partial = "".join((" " if word.spaced else "") + word.text for word in message.words).strip()
        rest = REPAINT_MS - self._shown.elapsed() if self._shown.isValid() else 0
        if isinstance(message, Final):
            self._due.start(0)
        elif not self._due.isActive():
            self._due.start(max(0, rest))

    def changeEvent(self, event: QEvent) -> None:
        """Paint in the colours of the new theme."""
        if event.type() is QEvent.Type.PaletteChange and not self.empty:
            self._recolour()
        super().changeEvent(event)

    @Slot()
    def _show(self) -> None:
        self._shown.start()
        bar = self._text.verticalScrollBar()
        follows = bar.value() >= bar.maximum()
        cursor = QTextCursor(self._text.document())
        cursor.beginEditBlock()
        cursor.setPosition(self._final_end)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        for text in self._waiting:
            if cursor.positionInBlock() > _PARAGRAPH:
                cursor.insertBlock()
            cursor.insertText(_after(cursor, text), _in(colour("text")))
        self._waiting = []
        self._final_end = cursor.position()
        if self._partial:
            cursor.insertText(_after(cursor, self._partial), _in(colour("muted")))
        cursor.endEditBlock()
        if follows:
            bar.setValue(bar.maximum())
        retone(self._behind, self.tr("{0} s behind").format(round(self._seconds)), "warn")
        self._behind.setVisible(self._seconds > 0)

    def _recolour(self) -> None:
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(self._final_end, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(_in(colour("text")))
        cursor.setPosition(self._final_end)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(_in(colour("muted")))


def _after(cursor: QTextCursor, text: str) -> str:
    return text if cursor.atBlockStart() else f" {text}"


def _in(ink: QColor) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(ink)
    return style
