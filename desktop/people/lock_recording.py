"""What goes on behind the lock: a recording, its level and its troubles, and the two keys that end or pause it.

Owns what the lock screen says of work under way. Names no patient, and asks nothing of the chart: a recording is
stopped by the recorder alone, and the chart hears of it once somebody unlocks.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.chart import Chart
from desktop.dictation.desk import Desk
from desktop.dictation.sound_bar import LevelMeter, SoundBar
from desktop.dictation.troubles import Advice
from desktop.formats import clock
from desktop.messages import explain
from desktop.people.rights import WHILE_RECORDING
from desktop.widgets import ActionButton, label, pill, retone
from transcriber.messages import Level


class RecordingPanel(QWidget):
    """Follows the desk from the first `show_desk` on, for which it has to have a place in a window.

    `sound` is the window's line of troubles, which is told here too.
    """

    def __init__(
        self, desk: Desk, chart: Chart, actions: Mapping[str, QAction], sound: SoundBar, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._chart = desk, chart
        self._elapsed: float | None = None
        self._recorded = False
        self._failure = ""
        self.state = pill("", "danger")
        self.meter = LevelMeter()
        self.why = label("", "muted", wrap=True)
        self.trouble = label("", "error", wrap=True)
        self.buttons = [ActionButton(actions[name]) for name in WHILE_RECORDING]
        self._lay_out()
        desk.level.connect(self._on_level)
        desk.changed.connect(self.show_desk)
        desk.failed.connect(self._on_failed)
        sound.advised.connect(self._show_advice)
        self._show_advice(sound.advice)

    @Slot()
    def show_desk(self) -> None:
        """Say what is under way: nothing is said of whom."""
        desk = self._desk
        runs = desk.recording is not None or desk.starting
        self._recorded = self._recorded or runs
        if runs:
            self._show_recording()
        elif self._failure:
            self._show(self.tr("The recording ended"), "danger", self._failure)
        elif self._recorded:
            self._show(
                self._at(self.tr("Recording finished")),
                "ok",
                self.tr("It is on the disk. Its words are found once you unlock."),
            )
        elif self._chart.waiting or desk.jobs or desk.importing is not None:
            self._show(self.tr("Work goes on"), "info", self.tr("It is kept in the chart once you unlock."))
        else:
            self.hide()
        self.meter.setVisible(runs)
        for button in self.buttons:
            button.setVisible(desk.recording is not None)

    @Slot(object)
    def _on_level(self, level: Level) -> None:
        self.meter.show_level(level.peak, level.noise, clipped=level.clipped)
        if self._elapsed is None or int(level.duration) != int(self._elapsed):
            self._elapsed = level.duration
            self.show_desk()

    @Slot(object, object)
    def _on_failed(self, error: BaseException, _again: object) -> None:
        """Said here of a recording; of everything else the page speaks once it is back."""
        if self._recorded and self._desk.recording is None:
            message = explain(error)
            self._failure = f"{message.sentence} {message.next_step}"
            self.show_desk()

    @Slot(object)
    def _show_advice(self, advice: Advice | None) -> None:
        self.trouble.setVisible(advice is not None)
        self.trouble.setText(f"{advice.text} {advice.step}" if advice is not None else "")

    def _show_recording(self) -> None:
        if self._desk.paused:
            self._show(self._at(self.tr("Paused")), "warn", self.tr("Nothing is recorded until you go on."))
        else:
            self._show(self._at(self.tr("● Recording goes on")), "danger", self.tr("Every second is on the disk."))

    def _at(self, said: str) -> str:
        return f"{said} {clock(self._elapsed)}" if self._elapsed is not None else said

    def _show(self, text: str, tone: str, why: str) -> None:
        retone(self.state, text, tone)
        self.why.setText(why)
        self.show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.state)
        head.addStretch(1)
        head.addWidget(self.meter)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.why)
        column.addWidget(self.trouble)
        column.addLayout(row)
        column.addWidget(line)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
