"""The words as they were heard, line by line with their times.

Owns the painting of words, doubts, gaps and the word that sounds, and where a click lands. Lines have one height and
only the visible ones are painted, so a two-hour transcript costs what one screen costs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from desktop.formats import clock
from desktop.review.reading import Line, Reading
from desktop.theme.fonts import SMALL, TEXT, font
from desktop.theme.theme import colour

DOUBTFUL = 0.6
"""Words below this probability are underlined; the engine's own figure, not a calibrated one."""

_ROW, _TIME_COLUMN, _SPACE = 26, 62, 4


@dataclass(frozen=True, slots=True)
class _Row:
    """One painted row: a line or the part of it that fits."""

    line: Line
    first: int
    last: int
    continued: bool


class TranscriptView(QAbstractScrollArea):
    """Shows `Reading.lines`. Words are named by their number in the transcript."""

    word_clicked = Signal(int)
    word_double_clicked = Signal(int)
    gap_clicked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Transcript"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._metrics = QFontMetricsF(font(TEXT))
        self._widths: dict[str, float] = {}
        self._reading: Reading | None = None
        self._rows: list[_Row] = []
        self._row_starts: list[int] = []
        self._focus = range(0)
        self._playing: int | None = None

    def show_reading(self, reading: Reading | None) -> None:
        """Replace the transcript."""
        self._reading, self._focus, self._playing = reading, range(0), None
        self._wrap()
        self.verticalScrollBar().setValue(0)

    def mark(self, words: range) -> None:
        """Show the words that the entry in focus rests on."""
        self._focus = words
        if words:
            self.reveal(words[0])
        self.viewport().update()

    def mark_playing(self, word: int | None) -> None:
        """Show the word that sounds, and follow it."""
        if word == self._playing:
            return
        self._playing = word
        if word is not None:
            self.reveal(word)
        self.viewport().update()
        self._describe()

    @property
    def marked(self) -> range:
        """The words in focus."""
        return self._focus

    @property
    def playing(self) -> int | None:
        """The word that sounds."""
        return self._playing

    def reveal(self, word: int) -> None:
        """Scroll the least that brings a word into view."""
        row = bisect_right(self._row_starts, word) - 1
        if row < 0:
            return
        bar, page = self.verticalScrollBar(), max(1, self.viewport().height() // _ROW)
        if not bar.value() <= row < bar.value() + page:
            bar.setValue(max(0, row - page // 3))

    def sizeHint(self) -> QSize:
        """Room for some seven lines."""
        return QSize(400, 7 * _ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width breaks lines anew, keeping the first visible word in place."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            top = self.verticalScrollBar().value()
            word = self._rows[top].first if top < len(self._rows) else 0
            self._wrap()
            self.verticalScrollBar().setValue(max(0, bisect_right(self._row_starts, word) - 1) if word else 0)
        else:
            self._set_range()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible rows."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value()
        for number in range(top, min(len(self._rows), top + self.viewport().height() // _ROW + 2)):
            self._paint_row(painter, self._rows[number], (number - top) * _ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click seeks."""
        row = self._row_at(event.position())
        if row is not None and row.line.gap is not None:
            self.gap_clicked.emit(row.line.gap.start)
        elif (word := self.word_at(event.position())) is not None:
            self.word_clicked.emit(word)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click plays from the word."""
        if (word := self.word_at(event.position())) is not None:
            self.word_double_clicked.emit(word)

    def viewportEvent(self, event) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
        """Tell on hover how sure the engine was of a doubtful word."""
        if isinstance(event, QHelpEvent) and self._reading is not None:
            word = self.word_at(QPointF(event.pos()))
            if word is not None and self._reading.words[word].probability < DOUBTFUL:
                sure = self._reading.words[word].probability
                QToolTip.showText(
                    event.globalPos(), self.tr("The engine was {0:.0%} sure of this word").format(sure), self
                )
            return True
        return bool(super().viewportEvent(event))

    def word_at(self, point: QPointF) -> int | None:
        """The word under a point of the viewport."""
        row = self._row_at(point)
        if row is None or row.line.gap is not None:
            return None
        for number, left, width in self._placed(row):
            if left - _SPACE / 2 <= point.x() < left + width + _SPACE / 2:
                return number
        return None

    def place_of(self, word: int) -> QPointF:
        """The middle of a word in the viewport; the word must be in view."""
        number = bisect_right(self._row_starts, word) - 1
        left, width = next((left, width) for at, left, width in self._placed(self._rows[number]) if at == word)
        return QPointF(left + width / 2, (number - self.verticalScrollBar().value() + 0.5) * _ROW)

    def _row_at(self, point: QPointF) -> _Row | None:
        number = self.verticalScrollBar().value() + int(point.y() // _ROW)
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def _wrap(self) -> None:
        """Break lines to the width."""
        room = max(120.0, self.viewport().width() - _TIME_COLUMN - 8)
        self._rows = list(self._broken(room)) if self._reading else []
        starts, last = [], 0
        for row in self._rows:
            last = row.first if row.line.gap is None else last
            starts.append(last)
        self._row_starts = starts
        self._set_range()
        self.viewport().update()
        self._describe()

    def _broken(self, room: float) -> Iterator[_Row]:
        reading = self._reading
        if reading is None:
            return
        words, widths = reading.words, self._widths
        for line in reading.lines:
            first, used = line.first, 0.0
            for number in range(line.first, line.last):
                text = words[number].text
                width = widths.get(text)
                if width is None:
                    width = widths[text] = self._metrics.horizontalAdvance(text)
                if used and used + width > room:
                    yield _Row(line, first, number, continued=first != line.first)
                    first, used = number, 0.0
                used += width + (_SPACE if words[number].spaced else 0)
            yield _Row(line, first, line.last, continued=first != line.first)

    def _set_range(self) -> None:
        page = max(1, self.viewport().height() // _ROW)
        self.verticalScrollBar().setRange(0, max(0, len(self._rows) - page))
        self.verticalScrollBar().setPageStep(page)

    def _placed(self, row: _Row) -> Iterator[tuple[int, float, float]]:
        """Number, left edge and width of each word of a row."""
        left = float(_TIME_COLUMN)
        words = self._reading.words if self._reading else ()
        for number in range(row.first, row.last):
            width = self._widths[words[number].text]
            yield number, left, width
            following = number + 1
            left += width + (_SPACE if following < len(words) and words[following].spaced else 0)

    def _paint_row(self, painter: QPainter, row: _Row, top: float) -> None:
        if not row.continued:
            painter.setFont(font(SMALL, tabular=True))
            painter.setPen(colour("faint"))
            painter.drawText(QRectF(0, top, _TIME_COLUMN, _ROW), Qt.AlignmentFlag.AlignVCenter, clock(row.line.at))
        if row.line.gap is not None:
            self._paint_gap(painter, row.line, top)
            return
        painter.setFont(font(TEXT))
        for number, left, width in self._placed(row):
            self._paint_word(painter, number, QRectF(left, top, width, _ROW))

    def _paint_gap(self, painter: QPainter, line: Line, top: float) -> None:
        if line.gap is None:
            return
        painter.setFont(font(SMALL))
        painter.setPen(colour("warn"))
        text = self.tr("▮ {0:.1f} s of speech without words. Click to listen.").format(line.gap.duration)
        place = QRectF(_TIME_COLUMN, top, self.viewport().width() - _TIME_COLUMN, _ROW)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_word(self, painter: QPainter, number: int, place: QRectF) -> None:
        if self._reading is None:
            return
        word = self._reading.words[number]
        ground = self._ground_of(number)
        if ground is not None:
            gap_left = _SPACE if number - 1 in self._focus and number in self._focus else 1.5
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(place.adjusted(-gap_left, 3, 1.5, -3), 3, 3)
        painter.setPen(colour("text"))
        painter.drawText(place.adjusted(0, 0, 4, 0), Qt.AlignmentFlag.AlignVCenter, word.text)
        if word.probability < DOUBTFUL:
            painter.setPen(QPen(colour("warn"), 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(place.left(), place.bottom() - 4), QPointF(place.right(), place.bottom() - 4))

    def _ground_of(self, number: int) -> QColor | None:
        if number == self._playing:
            return colour("play")
        return colour("accent_soft") if number in self._focus else None

    def _describe(self) -> None:
        """Give a screen reader the line that sounds, or the first ones."""
        if self._reading is None or not self._rows:
            self.setAccessibleDescription("")
            return
        row = self._rows[max(0, bisect_right(self._row_starts, self._playing or 0) - 1)]
        self.setAccessibleDescription(" ".join(word.text for word in self._reading.words[row.first : row.last]))
