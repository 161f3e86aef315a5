"""The few glyphs of the window, drawn from paths in the colour of their place.

Owns shapes on a 16 × 16 grid. No icon font and no image file is read, so the window opens without either.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QToolButton, QWidget

from desktop.theme.theme import colour

_TRIANGLES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "play": (((4, 2.5), (13.5, 8), (4, 13.5)),),
    "back": (((8, 3), (8, 13), (0.5, 8)), ((15.5, 3), (15.5, 13), (8, 8))),
    "forward": (((0.5, 3), (0.5, 13), (8, 8)), ((8, 3), (8, 13), (15.5, 8))),
}
_BARS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "pause": ((3.5, 2.5, 3.5, 11), (9, 2.5, 3.5, 11)),
    "record": ((3.5, 3.5, 9, 9),),
    "menu": ((2, 3.5, 12, 1.6), (2, 7.2, 12, 1.6), (2, 10.9, 12, 1.6)),
}
_GLYPH = 16


class GlyphButton(QToolButton):
    """A tool button that shows one of the glyphs: play, pause, back, forward, menu."""

    def __init__(self, shape: str, name: str, parent: QWidget | None = None, *, ink: str = "text") -> None:
        super().__init__(parent)
        self.shape = shape
        self._ink = ink
        self.setProperty("look", "flat")
        self.setFixedSize(32, 30)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button as the style draws it, with the glyph in its middle."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRectF(0, 0, _GLYPH, _GLYPH)
        place.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        paint_glyph(painter, self.shape, place, colour(self._ink if self.isEnabled() else "faint"))


def paint_glyph(painter: QPainter, shape: str, rect: QRectF, ink: QColor) -> None:
    """Draw a glyph into `rect`."""
    path = QPainterPath()
    for points in _TRIANGLES.get(shape, ()):
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
        path.closeSubpath()
    for bar in _BARS.get(shape, ()):
        path.addRoundedRect(QRectF(*bar), 0.7, 0.7)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / _GLYPH, rect.height() / _GLYPH)
    painter.fillPath(path, ink)
    painter.restore()
