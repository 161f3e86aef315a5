"""The card that offers an interrupted recording: whose it is, when, how long, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.dictation.recovery import Unfinished
from desktop.formats import clock, when
from desktop.widgets import label


class RecoveryCard(QFrame):
    """Shows one interrupted recording. Its buttons are the commands': transcribe, hear, keep."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recovery")
        self._title, self._text = label("", "strong"), label("", "muted", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 9, 16, 9)
        row.setSpacing(8)
        row.addLayout(words, 1)
        captions = (self.tr("Transcribe"), self.tr("Hear"), self.tr("Keep for later"))
        for number, (action, caption) in enumerate(zip(actions, captions, strict=True)):
            row.addWidget(_button(action, caption, go=number == 0), 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, empty while nothing is."""
        return self.accessibleName() if not self.isHidden() else ""

    def show_unfinished(self, unfinished: Unfinished | None, *, more: int, now: datetime) -> None:
        """Offer a recording, and tell how many `more` wait; None hides the card."""
        self.setVisible(unfinished is not None)
        if unfinished is None:
            return
        encounter = unfinished.encounter
        name = encounter.patient.display_name if encounter is not None else self.tr("a patient who is not known")
        began = when(unfinished.recording.started_at, now=now)
        title = self.tr("Interrupted dictation: {0} · {1} · {2}").format(name, began, clock(unfinished.duration))
        self._title.setText(title + (self.tr("   ({0} more)").format(more) if more else ""))
        self._text.setText(self._explain(unfinished))
        self.setAccessibleName(f"{self._title.text()}. {self._text.text()}")

    def _explain(self, unfinished: Unfinished) -> str:
        if not unfinished.readable:
            return self.tr(
                "Its file is damaged. Nothing is changed; restore the recordings folder from a backup. (CW-T122)"
            )
        if not unfinished.samples:
            return self.tr("Nothing was recorded: no sound had come yet. “Keep” takes it off the list.")
        lost = self.tr(" {0:.1f} s of sound were lost on the way.").format(unfinished.lost) if unfinished.lost else ""
        if unfinished.recording.samples is not None:
            return self.tr("The recording is whole; finding its words was interrupted.") + lost
        return self.tr("The program ended while it was recorded. Every second up to then is here.") + lost


def _button(action: QAction, caption: str, *, go: bool) -> QPushButton:
    button = QPushButton(f"{caption}  {action.shortcut().toString()}")
    button.setProperty("look", "go" if go else "")
    button.setToolTip(f"{action.text()} ({action.shortcut().toString()})")
    button.setAccessibleName(action.text())
    button.clicked.connect(action.trigger)
    button.setEnabled(action.isEnabled())
    action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
    return button
