"""What is wrong with the sound, in one line under the banner, and how loud it is, in a meter beside the microphone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.dictation.troubles import Advice
from desktop.theme.theme import colour
from desktop.widgets import label

_METER = QSize(96, 8)
_HELD = 12  # levels for which a clipped one stays to be seen
_FLOOR_DB = -60.0


class SoundBar(QFrame):
    """Shows an advice, and goes when there is none. `advised` repeats each to whoever stands in front of it."""

    advised = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sound")
        self.advice: Advice | None = None
        self._text, self._step = label("", "strong"), label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 7, 16, 7)
        row.setSpacing(8)
        row.addWidget(self._text)
        row.addWidget(self._step, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, empty while nothing is."""
        return self.accessibleName() if not self.isHidden() else ""

    def show_advice(self, advice: Advice | None) -> None:
        """Show it, or nothing."""
        if advice is not None and self.text != f"{advice.text} {advice.step}":
            self._text.setText(advice.text)
            self._step.setText(advice.step)
            self.setAccessibleName(f"{advice.text} {advice.step}")
            self.setProperty("tone", advice.tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setVisible(advice is not None)
        if advice != self.advice:
            self.advice = advice
            self.advised.emit(advice)


class LevelMeter(QWidget):
    """How loud the microphone is: a bar, a tick for the noise between words, red where it is too loud."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(_METER)
        self.setAccessibleName(self.tr("Level"))
        self._peak = self._noise = 0.0
        self._clipped = 0

    def show_level(self, peak: float, noise: float, *, clipped: bool) -> None:
        """Show a level; `peak` and `noise` are 0 to 1."""
        self._peak, self._noise = peak, noise
        self._clipped = _HELD if clipped else max(0, self._clipped - 1)
        self.setAccessibleDescription(self.tr("too loud") if self._clipped else "")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, bar and tick."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setBrush(colour("danger" if self._clipped else "ok"))
        painter.drawRoundedRect(QRectF(0, 0, self.width() * _part(self._peak), self.height()), 4, 4)
        if self._noise > 0:
            painter.fillRect(QRectF(self.width() * _part(self._noise) - 1, 0, 2, self.height()), colour("text"))


def _part(level: float) -> float:
    """The part of the meter's width, in decibels from -60 to 0."""
    from math import log10

    return 0.0 if level <= 0 else min(1.0, max(0.0, 1 - 20 * log10(level) / _FLOOR_DB))
