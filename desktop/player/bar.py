"""The bar at the bottom: record, play, speed, the waveform, and the microphone's name."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.dictation.sound_bar import LevelMeter
from desktop.formats import clock
from desktop.player.waveform import WaveformView
from desktop.theme.fonts import SEMIBOLD, SMALL, TEXT, font
from desktop.theme.icons import GlyphButton
from desktop.theme.theme import colour
from desktop.widgets import label


class RecordButton(QAbstractButton):
    """A round button: a dot to record, a square to stop. Its words are the action's."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(46, 46)
        self.recording = False
        self.clicked.connect(action.trigger)
        action.changed.connect(lambda: self._take_from(action))
        self._take_from(action)

    def set_recording(self, *, recording: bool) -> None:
        """Show the dot or the square."""
        self.recording = recording
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the button."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(colour("danger" if self.isEnabled() else "line"))
        painter.setPen(QPen(colour("text"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawEllipse(place)
        inner = QRectF(0, 0, 16, 16)
        inner.moveCenter(place.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("surface"))
        if self.recording:
            painter.drawRoundedRect(inner, 3, 3)
        else:
            painter.drawEllipse(inner)

    def _take_from(self, action: QAction) -> None:
        self.setEnabled(action.isEnabled())
        self.setAccessibleName(action.text())
        self.setToolTip(f"{action.text()} ({action.shortcut().toString()})")


class PlayerBar(QWidget):
    """Shows where the ear is. What its buttons do are the commands'."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(76)
        self.record = RecordButton(actions["dictation.record"])
        self._buttons = {
            name: _glyph(shape, actions[name])
            for name, shape in (("player.back", "back"), ("player.toggle", "play"), ("player.forward", "forward"))
        }
        self._pause = _glyph("pause", actions["dictation.pause"])
        self._pause.hide()
        self.meter = LevelMeter()
        self.meter.hide()
        self._now = label("0:00")
        self._now.setFont(font(TEXT, SEMIBOLD, tabular=True))
        self._total = label("/ 0:00", "muted")
        self._total.setFont(font(SMALL, tabular=True))
        self._speed = QPushButton("1×")
        self._speed.setProperty("look", "pill")
        self._speed.setAccessibleName(actions["player.speed"].text())
        self._speed.clicked.connect(actions["player.speed"].trigger)
        self.waveform = WaveformView()
        self.microphone = QPushButton("")
        self.microphone.setProperty("look", "flat")
        self.microphone.setAccessibleName(actions["dictation.microphone"].text())
        self.microphone.clicked.connect(actions["dictation.microphone"].trigger)
        self._lay_out(actions["help.palette"])

    def show_times(self, position: float, duration: float) -> None:
        """Where the ear is, of how much."""
        now, total = clock(position), f"/ {clock(duration)}"
        if now != self._now.text():
            self._now.setText(now)
        if total != self._total.text():
            self._total.setText(total)

    def show_playing(self, *, playing: bool) -> None:
        """Turn the play button."""
        button = self._buttons["player.toggle"]
        button.shape = "pause" if playing else "play"
        button.update()

    def show_speed(self, speed: float) -> None:
        """Show the speed."""
        self._speed.setText(f"{speed:g}×")

    def show_recording(self, *, recording: bool, paused: bool = False) -> None:
        """Turn the record button, and show the level while the microphone is listened to."""
        self.record.set_recording(recording=recording)
        self._pause.setVisible(recording)
        self._pause.shape = "record" if paused else "pause"
        self.meter.setVisible(recording)

    def _lay_out(self, palette: QAction) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 16, 0)
        row.setSpacing(6)
        row.addWidget(self.record)
        row.addWidget(self._pause)
        row.addSpacing(8)
        for glyph in self._buttons.values():
            row.addWidget(glyph)
        row.addWidget(self._now)
        row.addWidget(self._total)
        row.addSpacing(4)
        row.addWidget(self._speed)
        row.addSpacing(10)
        row.addWidget(self.waveform, 1)
        row.addSpacing(10)
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addStretch(1)
        right.addWidget(self.meter, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self.microphone, 0, Qt.AlignmentFlag.AlignRight)
        commands = QPushButton(f"{palette.shortcut().toString()}   {self.tr('commands')}")
        commands.setProperty("look", "flat")
        commands.setAccessibleName(palette.text())
        commands.clicked.connect(palette.trigger)
        right.addWidget(commands, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        row.addLayout(right)
        for button in (self.microphone, commands):
            button.setFont(font(SMALL))


def _glyph(shape: str, action: QAction) -> GlyphButton:
    button = GlyphButton(shape, action.text())
    button.clicked.connect(action.trigger)
    button.setToolTip(f"{action.text()} ({action.shortcut().toString()})")
    button.setEnabled(action.isEnabled())
    action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
    return button
