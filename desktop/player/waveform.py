"""The recording as a picture: loudness, gaps, facts to check and the playhead.

Owns painting and seeking by mouse or arrow keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.formats import clock
from desktop.player.sound import Waveform
from desktop.theme.theme import colour

_BAR, _STEP, _DOTS, _HEIGHT = 2.0, 3.0, 5.0, 52
_ARROW_S = 2.0


class WaveformView(QWidget):
    """Shows a recording, or the levels of the one that is being made."""

    sought = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Recording"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(120)
        self.setFixedHeight(_HEIGHT)
        self._waveform = Waveform(0.0, (), ())
        self._gaps: Sequence[tuple[float, float]] = ()
        self._marks: Sequence[float] = ()
        self._levels: list[float] = []
        self._position = 0.0

    def show_waveform(self, waveform: Waveform) -> None:
        """Replace the picture; its marks go with the old one."""
        self._waveform, self._levels = waveform, []
        self.update()

    def show_marks(self, gaps: Sequence[tuple[float, float]], marks: Sequence[float]) -> None:
        """Show speech without words and facts to check, in seconds."""
        self._gaps, self._marks = gaps, marks
        self.update()

    def add_level(self, peak: float) -> None:
        """One more level of a running recording, 0 to 1."""
        self._levels.append(peak)
        del self._levels[: max(0, len(self._levels) - 4000)]
        self.update()

    def set_position(self, seconds: float) -> None:
        """Move the playhead."""
        if round(seconds, 2) != self._position:
            self._position = round(seconds, 2)
            self.setAccessibleDescription(self.tr("{0} of {1}").format(clock(seconds), clock(self._waveform.duration)))
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(600, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek."""
        self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the playhead."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys seek."""
        steps = {Qt.Key.Key_Left: -_ARROW_S, Qt.Key.Key_Right: _ARROW_S}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.sought.emit(self._position + step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint bars, gaps, marks and the playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        if self._levels:
            self._paint_levels(painter)
        elif self._waveform.duration:
            self._paint_bars(painter)
            self._paint_gaps(painter)
            self._paint_marks(painter)
            painter.fillRect(QRectF(self._x(self._position) - 1, 0, 2, self.height() - _DOTS), colour("text"))

    def _seek(self, x: float) -> None:
        if self._waveform.duration and not self._levels:
            self.sought.emit(min(1.0, max(0.0, x / self.width())) * self._waveform.duration)

    def _x(self, seconds: float) -> float:
        return seconds / self._waveform.duration * self.width()

    def _paint_bars(self, painter: QPainter) -> None:
        count = max(1, int(self.width() / _STEP))
        peaks = self._waveform.peaks
        played = self._x(self._position)
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(count):
            part = peaks[
                number * len(peaks) // count : max(number * len(peaks) // count + 1, (number + 1) * len(peaks) // count)
            ]
            left = number * _STEP
            painter.setBrush(colour("accent" if left < played else "line"))
            self._paint_bar(painter, left, max(part, default=0.0))

    def _paint_levels(self, painter: QPainter) -> None:
        shown = self._levels[-int(self.width() / _STEP) :]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("danger"))
        for number, peak in enumerate(shown):
            self._paint_bar(painter, number * _STEP, min(1.0, peak) ** 0.6)

    def _paint_bar(self, painter: QPainter, left: float, peak: float) -> None:
        room = self.height() - 2 * _DOTS
        height = 2 + peak * (room - 2)
        painter.drawRoundedRect(QRectF(left, (self.height() - _DOTS - height) / 2, _BAR, height), 1, 1)

    def _paint_gaps(self, painter: QPainter) -> None:
        tint = colour("warn")
        tint.setAlphaF(0.35)
        duration = self._waveform.duration
        for start, stop in [*self._gaps, *((first * duration, last * duration) for first, last in self._waveform.lost)]:
            left = self._x(start)
            painter.fillRect(QRectF(left, 2, max(3.0, self._x(stop) - left), self.height() - _DOTS - 4), tint)

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("info"))
        for time in self._marks:
            painter.drawEllipse(QRectF(self._x(time) - 2, self.height() - 4, 4, 4))
