"""The lock: what stands over the page while the chart is closed, and when it comes by itself.

Owns the lock screen and the watch for an idle keyboard. What locking does to the chart is `room`'s business.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.people.forms import RecoverForm, UnlockForm
from desktop.people.lock_recording import RecordingPanel

LOOK_EVERY_MS = 5_000
"""How often it is looked whether the keyboard has been idle for too long."""

_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)

Clock = Callable[[], float]


class Busy(Protocol):
    """Something that counts as a person at work though no key is pressed."""

    @property
    def playing(self) -> bool:
        """Whether they are at it."""


class IdleWatch(QObject):
    """Says when nobody has touched keyboard or pointer for some minutes; 0 minutes never says so.

    It listens to the window that has the keyboard, not to every event of the program. The clock counts through the
    computer's sleep, so that a lid that is opened later shows the lock.
    """

    idle = Signal()

    def __init__(self, at_work: Busy, parent: QObject, *, clock: Clock = time.time) -> None:
        super().__init__(parent)
        self.minutes = 0
        self._at_work = at_work
        self._clock = clock
        self._touched = clock()
        self._heard: list[QWindow] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self, minutes: int) -> None:
        """Watch from now on."""
        self.minutes = minutes
        self._touched = self._clock()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._listen_to, Qt.ConnectionType.UniqueConnection)
        self._listen_to(QGuiApplication.focusWindow())
        if minutes:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def touch(self) -> None:
        """Somebody is there: a pedal, or a key in front of another program."""
        self._touched = self._clock()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that somebody is there; every event goes on its way."""
        del watched
        if event.type() in _INPUT:
            self.touch()
        return False

    @Slot()
    def look(self) -> None:
        """Say so where it was too long. Listening to a dictation is work; a clock set back begins anew."""
        now = self._clock()
        if self._at_work.playing or now < self._touched:
            self._touched = now
        if self.minutes and now - self._touched >= self.minutes * 60:
            self._touched = now
            self.idle.emit()

    @Slot(QWindow)
    def _listen_to(self, window: QWindow | None) -> None:
        if window is not None:
            self._touched = self._clock()
            window.removeEventFilter(self)
            window.installEventFilter(self)


class LockScreen(QWidget):
    """Stands in the place of the page: who, the passphrase, and `recording`, which says what goes on meanwhile."""

    def __init__(self, recording: RecordingPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lock")
        self.recording = recording
        self.form = UnlockForm()
        self.recovery = RecoverForm()
        self.recovery.hide()
        self.form.lost.clicked.connect(lambda: self._show_recovery(shown=True))
        self.recovery.back.clicked.connect(lambda: self._show_recovery(shown=False))
        card = QFrame()
        card.setObjectName("sheet")
        card.setFixedWidth(480)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(28, 26, 28, 24)
        inner.setSpacing(12)
        inner.addWidget(recording)
        inner.addWidget(self.form)
        inner.addWidget(self.recovery)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)

    def show_problem(self, text: str, code: str) -> None:
        """Say why it did not open."""
        form = self.recovery if self.recovery.isVisible() else self.form
        form.show_problem(text, code)

    def _show_recovery(self, *, shown: bool) -> None:
        form = self.recovery if shown else self.form
        self.recovery.setVisible(shown)
        self.form.setVisible(not shown)
        form.start()
