"""Draws how a vital sign or test went: one small chart a unit, the value in focus marked.

Owns painting. What may share an axis is `ehr.chart.trend`'s to say.
"""

from __future__ import annotations

from datetime import date
from itertools import chain

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.formats import day
from desktop.theme.fonts import SEMIBOLD, SMALL, font
from desktop.theme.theme import colour
from ehr.chart.history import Reading, Series
from ehr.chart.trend import Point, Trend, trends

_HEIGHT, _GAP, _DOT = 168, 28, 3.5
_TOP, _BOTTOM, _LEFT, _RIGHT = 26.0, 22.0, 46.0, 52.0
"""Pixels around a chart for its title, its dates, its scale and its newest values."""


class TrendView(QWidget):
    """Shows one series. A chart needs two values of one unit; a single one stands in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name = ""
        self._trends: tuple[Trend, ...] = ()
        self._focus: Reading | None = None
        self._left_out = 0

    @property
    def charts(self) -> tuple[Trend, ...]:
        """What is drawn, each on an axis of its own."""
        return self._trends

    def show_series(self, series: Series | None, focus: Reading | None = None) -> None:
        """Draw a series with one reading marked; None, or nothing to draw, hides the view."""
        found = trends(series) if series is not None else ()
        self._trends = tuple(trend for trend in found if max(map(len, trend.lines)) > 1)
        self._name, self._focus = series.name if series is not None else "", focus
        drawn = sum(len(trend.lines[0]) for trend in self._trends)
        self._left_out = len(series.readings) - drawn if series is not None else 0
        self.setVisible(bool(self._trends))
        self.setAccessibleName(self._told())
        self.update()

    def sizeHint(self) -> QSize:
        """As high as a chart that can be read."""
        return QSize(300, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The charts beside each other."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (self.width() - _GAP * (len(self._trends) - 1)) / max(1, len(self._trends))
        for number, trend in enumerate(self._trends):
            place = QRectF(number * (width + _GAP), 0, width, self.height())
            self._paint_title(painter, place, trend, left_out=0 if number else self._left_out)
            inner = place.adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
            _Chart(trend, inner).paint(painter, self._focus)
        painter.end()

    def _paint_title(self, painter: QPainter, place: QRectF, trend: Trend, left_out: int) -> None:
        painter.setFont(font(SMALL, SEMIBOLD))
        painter.setPen(colour("muted"))
        text = f"{self._name}, {trend.unit or self.tr('unit not dictated')}"
        if left_out:
            text += self.tr(" · not drawn, in words or another unit: {0}").format(left_out)
        top = QRectF(place.left(), place.top(), place.width(), _TOP - 8)
        shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, top.width())
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _told(self) -> str:
        """The same in words."""
        said = []
        for trend in self._trends:
            values = ", ".join(f"{each.reading.value} ({each.reading.on})" for each in trend.lines[0])
            said.append(f"{self._name}, {trend.unit or self.tr('unit not dictated')}: {values}")
        return "; ".join(said)


class _Chart:
    """One trend in its place: days from left to right, values from the bottom up."""

    def __init__(self, trend: Trend, place: QRectF) -> None:
        points = list(chain(*trend.lines))
        self._trend, self._place = trend, place
        self._days = min(each.day for each in points), max(each.day for each in points)
        low, high = min(each.value for each in points), max(each.value for each in points)
        room = (high - low or abs(high) or 1.0) * 0.1
        self._scale = low - room, high + room
        self._ends = low, high

    def paint(self, painter: QPainter, focus: Reading | None) -> None:
        """The scale, then each line with its newest value."""
        self._paint_scale(painter)
        for number, line in enumerate(self._trend.lines):
            ink = colour("accent" if number == 0 else "info")
            painter.setPen(QPen(ink, 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([self._at(each) for each in line]))
            for point in line:
                marked = point.reading is focus
                painter.setPen(QPen(colour("text") if marked else ink, 2 if marked else 1.4))
                painter.setBrush(ink if point.exact else colour("bg"))
                size = _DOT + 2 if marked else _DOT
                painter.drawEllipse(self._at(point), size, size)
            painter.setFont(font(SMALL, SEMIBOLD, tabular=True))
            painter.setPen(ink)
            beside = QRectF(self._place.right() + 9, self._at(line[-1]).y() - 9, _RIGHT - 9, 18)
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, f"{line[-1].value:g}")

    def _paint_scale(self, painter: QPainter) -> None:
        """The least and the greatest value as lines, the first and the last day below."""
        place = self._place
        painter.setFont(font(SMALL, tabular=True))
        for value in dict.fromkeys(self._ends):
            y = self._y(value)
            painter.setPen(QPen(colour("line"), 1))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            painter.setPen(colour("faint"))
            beside = QRectF(place.left() - _LEFT, y - 9, _LEFT - 8, 18)
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
        painter.setPen(colour("faint"))
        below = QRectF(place.left() - 20, place.bottom() + 5, place.width() + 20 + _RIGHT - 4, _BOTTOM - 5)
        first, last = self._days
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, day(first))
        if first != last:
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, day(last))

    def _at(self, point: Point) -> QPointF:
        return QPointF(self._x(point.day), self._y(point.value))

    def _x(self, on: date) -> float:
        first, last = self._days
        share = (on - first).days / ((last - first).days or 1) if first != last else 0.5
        return self._place.left() + share * self._place.width()

    def _y(self, value: float) -> float:
        low, high = self._scale
        return self._place.bottom() - (value - low) / (high - low) * self._place.height()
