"""The note as text to type in, kept at every pause.

Owns the text while it is being typed and when it is handed over. Does not know how it is kept.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QMenu, QTextEdit, QWidget

from desktop.review.note_view import MEASURE
from desktop.theme.fonts import NOTE, font
from ehr.chart.fields import Field, fields
from ehr.chart.note import Span

PAUSE_MS = 500
"""How long the keys rest before the text is handed over."""

LONGEST_MS = 700
"""How long typing without a rest goes on before the text is handed over: less than a second is ever unkept."""


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
        self._latest = QTimer(self)
        self._latest.setSingleShot(True)
        self._latest.setInterval(LONGEST_MS)
        self._latest.timeout.connect(self.hand_over)
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
        cursor.setPosition(_units(written[:at]))
        self.setTextCursor(cursor)
        self.setFocus()

    def leave(self) -> None:
        """Hand over what was typed and be done."""
        if self.active:
            self.hand_over()
            self._encounter_id = ""
            self.left.emit()

    @property
    def selection(self) -> Span:
        """The characters that are selected; empty at the cursor where none are."""
        text, cursor = self.toPlainText(), self.textCursor()
        return Span(_characters(text, cursor.selectionStart()), _characters(text, cursor.selectionEnd()))

    def step_field(self, by: int) -> bool:
        """Select the next field or the one before, from the end on to the beginning; whether there is one."""
        text, cursor = self.toPlainText(), self.textCursor()
        found = fields(text)
        if not found:
            return False
        at = _characters(text, cursor.selectionEnd() if by > 0 else cursor.selectionStart())
        if by > 0:
            field = next((each for each in found if each.span.start >= at), found[0])
        else:
            field = next((each for each in reversed(found) if each.span.end <= at), found[-1])
        self._select(text, field)
        return True

    def accept_defaults(self) -> None:
        """Put the first option of every choice in its place."""
        text = self.toPlainText()
        for field in reversed(fields(text)):
            if field.default is not None:
                self._select(text, field)
                self.textCursor().insertText(field.default)

    def insert(self, text: str) -> None:
        """Insert a text at the cursor, with a blank where it would touch a word, and go to its first field."""
        cursor = self.textCursor()
        around, at = self.toPlainText(), self.selection
        lead = " " if around[: at.start][-1:].strip(" \n([\"'") else ""
        trail = " " if around[at.end : at.end + 1].isalnum() else ""
        start = cursor.selectionStart() + len(lead)
        cursor.insertText(f"{lead}{text}{trail}")
        cursor.setPosition(start)
        self.setTextCursor(cursor)
        if not fields(text):
            cursor.setPosition(start + _units(text))
            self.setTextCursor(cursor)
        else:
            self.step_field(1)
        self.setFocus()

    def go_to_end(self) -> None:
        """Put the cursor on a line of its own at the end."""
        self.moveCursor(QTextCursor.MoveOperation.End)
        if self.textCursor().block().text():
            self.insertPlainText("\n")

    def focusNextPrevChild(self, next_: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Tab goes from field to field while the text has one."""
        return self.step_field(1 if next_ else -1) or super().focusNextPrevChild(next_)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Down on a choice offers its options."""
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier and self._offer():
            return
        super().keyPressEvent(event)

    def _offer(self) -> bool:
        cursor = self.textCursor()
        chosen = fields(cursor.selectedText())
        if len(chosen) != 1 or chosen[0].default is None:
            return False
        menu = QMenu(self)
        for option in chosen[0].options:
            menu.addAction(option.replace("&", "&&")).triggered.connect(lambda _=False, o=option: cursor.insertText(o))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))
        return True

    def _select(self, text: str, field: Field) -> None:
        cursor = self.textCursor()
        cursor.setPosition(_units(text[: field.span.start]))
        cursor.setPosition(_units(text[: field.span.end]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    @Slot()
    def hand_over(self) -> None:
        """Hand over the text if it is another one than before."""
        self._pause.stop()
        self._latest.stop()
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
            if not self._latest.isActive():
                self._latest.start()


def _units(text: str) -> int:
    """The length of a text as Qt counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _characters(text: str, units: int) -> int:
    """How many characters of a text stand before a place that Qt counted."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))
