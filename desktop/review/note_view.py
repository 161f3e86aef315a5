"""The note as one page: headings, 15 px text, rule-made changes dotted, the evidence in focus underlined.

Owns how the note is shown and where a click in it lands. Read-only: `note_editor` is where it is typed in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QMouseEvent, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop.facts.readings import sentence
from desktop.review.reading import Paragraph, Reading
from desktop.tasks import Slices
from desktop.theme.fonts import NOTE, SEMIBOLD, SMALL, font
from desktop.theme.theme import colour
from ehr.chart.entry import Entry, ReviewState
from ehr.chart.note import Change, Note, Repair, Span
from ehr.chart.revision import TYPED

MEASURE = 74
"""Longest line, in characters of average width."""


class NoteView(QTextEdit):
    """Shows `Reading.paragraphs`. Positions that it emits count characters of `Note.written`."""

    position_clicked = Signal(int)
    position_double_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName(self.tr("Note"))
        self.setObjectName("note_text")
        self.setFont(font(NOTE))
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.document().setDocumentMargin(0)
        self._building = Slices(self)
        self._reading: Reading | None = None
        self._shown: list[Paragraph] = []
        self._starts: list[int] = []
        self._focus: Span | None = None
        self._edited: list[Span] = []
        self._playing: Span | None = None

    def show_reading(self, reading: Reading | None) -> None:
        """Replace the page."""
        self._reading = reading
        self._shown, self._starts, self._edited, self._focus, self._playing = [], [], [], None, None
        self.setExtraSelections([])
        self.clear()
        self._building.start(self._build(reading) if reading else iter(()))

    def mark(self, *, focus: Span | None, edited: Sequence[Entry] = ()) -> None:
        """Underline the evidence in focus and tint what a person changed."""
        self._focus = focus
        self._edited = [entry.evidence for entry in edited if entry.state is ReviewState.EDITED]
        self._paint_marks()
        self._reveal_focus()

    def mark_playing(self, span: Span | None) -> None:
        """Tint the word that sounds."""
        if span != self._playing:
            self._playing = span
            self._paint_marks()

    def marked_texts(self) -> list[str]:
        """The texts under a mark, in the order they are laid on; what a test or a screen reader can see."""
        return [selection.cursor.selectedText() for selection in self.extraSelections()]

    def changeEvent(self, event: QEvent) -> None:
        """A new theme recolours the page."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._reading is not None:
            focus, edited = self._focus, self._edited
            self.show_reading(self._reading)
            self._focus, self._edited = focus, edited
            self._paint_marks()
            self._reveal_focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short enough to read, and the words in focus in sight."""
        longest = int(self.fontMetrics().averageCharWidth() * MEASURE)
        self.setLineWrapColumnOrWidth(min(longest, self.viewport().width()))
        super().resizeEvent(event)
        self._reveal_focus()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that selects nothing points at a word."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self._emit(self.position_clicked, event.position().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click plays from a word."""
        super().mouseDoubleClickEvent(event)
        self._emit(self.position_double_clicked, event.position().toPoint())

    def _emit(self, signal: SignalInstance, point: QPoint) -> None:
        written = self._to_written(self.cursorForPosition(point).position())
        if written is not None:
            signal.emit(written)

    def _build(self, reading: Reading) -> Iterator[None]:
        cursor = QTextCursor(self.document())
        marks = sorted(_marks(reading), key=lambda mark: mark[0])
        for paragraph in reading.paragraphs:
            if self._shown:
                cursor.insertBlock()
            cursor.setBlockFormat(_block_format(paragraph, first=not self._shown))
            self._starts.append(cursor.position())
            self._shown.append(paragraph)
            if paragraph.heading:
                cursor.insertText(_flat(paragraph.text), _heading_format())
            else:
                _insert_body(cursor, paragraph, marks)
            yield
        self._paint_marks()
        self._reveal_focus()

    def _to_written(self, position: int) -> int | None:
        number = bisect_right(self._starts, position) - 1
        if number < 0:
            return None
        paragraph = self._shown[number]
        if paragraph.heading:
            return paragraph.written.start
        return min(paragraph.written.start + position - self._starts[number], paragraph.written.end - 1)

    def _to_document(self, span: Span) -> list[tuple[int, int]]:
        """Ranges of the document that show a written span."""
        found = []
        for start, paragraph in zip(self._starts, self._shown, strict=True):
            if not paragraph.written.overlaps(span):
                continue
            if paragraph.heading:
                found.append((start, start + len(paragraph.text)))
            else:
                first = max(span.start, paragraph.written.start) - paragraph.written.start
                last = min(span.end, paragraph.written.end) - paragraph.written.start
                found.append((start + first, start + last))
        return found

    def _paint_marks(self) -> None:
        marks = [(span, _ground("info_soft")) for span in self._edited]
        if self._focus is not None:
            marks.append((self._focus, _focus_format()))
        if self._playing is not None:
            marks.append((self._playing, _ground("play")))
        self.setExtraSelections(
            [self._selection(start, end, look) for span, look in marks for start, end in self._to_document(span)]
        )

    def _selection(self, start: int, end: int, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor, selection.format = cursor, look
        return selection

    def _reveal_focus(self) -> None:
        """Scroll to the words in focus, unless a person holds a selection."""
        if self._focus is None or self.textCursor().hasSelection():
            return
        for start, _ in self._to_document(self._focus)[:1]:
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            self.setTextCursor(cursor)
            self.ensureCursorVisible()


def _marks(reading: Reading) -> Iterator[tuple[Span, QTextCharFormat]]:
    """The words of the note with a history, and their look."""
    note = reading.draft.note
    for change in reading.marked_changes:
        yield change.written, _rule_format(change, note)
    for repair in note.repairs:
        if not (repair.applied or repair.settled):
            yield note.to_written(repair.said), _doubt_format(repair)


def _insert_body(cursor: QTextCursor, paragraph: Paragraph, marks: Sequence[tuple[Span, QTextCharFormat]]) -> None:
    text, at, base = _flat(paragraph.text), 0, paragraph.written.start
    for span, look in marks:
        if not paragraph.written.contains(span) or span.start - base < at:
            continue
        cursor.insertText(text[at : span.start - base], _body_format())
        at = span.end - base
        cursor.insertText(text[span.start - base : at], look)
    cursor.insertText(text[at:], _body_format())


def _flat(text: str) -> str:
    """Text with one UTF-16 unit a character, so that positions here and in Qt are the same."""
    return text if text.isascii() else "".join(c if ord(c) <= 0xFFFF else "\N{REPLACEMENT CHARACTER}" for c in text)


def _block_format(paragraph: Paragraph, *, first: bool) -> QTextBlockFormat:
    made = QTextBlockFormat()
    made.setTopMargin(13 if paragraph.heading and not first else 0)
    made.setBottomMargin(3)
    if paragraph.heading:
        made.setHeadingLevel(2)
    else:
        made.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    return made


def _heading_format() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(font(SMALL, SEMIBOLD))
    made.setForeground(colour("muted"))
    return made


def _body_format() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(font(NOTE))
    made.setForeground(colour("text"))
    return made


def _rule_format(change: Change, note: Note) -> QTextCharFormat:
    made = _body_format()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
    made.setUnderlineColor(colour("faint"))
    if change.rule == TYPED:
        made.setBackground(colour("info_soft"))
    repair = next((each for each in note.repairs if each.applied and each.said.overlaps(change.said)), None)
    made.setToolTip(_tip(change, note) if repair is None else f"{sentence(repair)} · {rule_title(change.rule)}")
    return made


def _doubt_format(repair: Repair) -> QTextCharFormat:
    made = _body_format()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
    made.setUnderlineColor(colour("warn"))
    made.setToolTip(sentence(repair))
    return made


def _tip(change: Change, note: Note) -> str:
    said = change.said.of(note.said).strip()
    return f"“{said}” · {rule_title(change.rule)}" if said else rule_title(change.rule)


def _ground(name: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setBackground(colour(name))
    return made


def _focus_format() -> QTextCharFormat:
    made = _ground("accent_soft")
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    made.setUnderlineColor(colour("accent"))
    return made


def rule_title(rule: str) -> str:
    """A rule's name for people: "number_words" is "number words"."""
    return rule.replace("_", " ").replace(".", ": ")
