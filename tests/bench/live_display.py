"""How long a final word takes from the pipe to the screen: the real view, offscreen, amid the guesses around it."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from desktop.review.live_view import LiveView
from transcriber.messages import Final, Message, Partial, from_line, to_line
from transcriber.transcript import Segment, Word

BEFORE = 100  # utterances on the page already, a dictation of a quarter of an hour
SEED = 20_261_124


class _Painted(QObject):
    """Counts how often a widget is painted."""

    times = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """See QObject."""
        self.times += event.type() is QEvent.Type.Paint
        return False


def display_seconds(finals: int) -> list[float]:
    """Seconds from a final's line, as it comes out of the pipe, to the words painted; guesses come in between."""
    app = QApplication.instance() or QApplication([])
    chance = random.Random(SEED)  # noqa: S311  (repeatable moments, no secrets)
    view, painted = LiveView(), _Painted()
    view.resize(900, 600)
    view.show()
    view._text.viewport().installEventFilter(painted)
    for number in range(BEFORE):
        view.hear(_final(f"before {number}"))
    _until(app, lambda: f"before {BEFORE - 1}" in view.text)
    took = []
    for number in range(finals):
        for guess in range(chance.randint(0, 4)):
            view.hear(Partial(_said(f"guess {guess}")))
            _until(app, _passed(chance.uniform(0.0, 0.4)))
        line, seen = to_line(_final(f"spoken {number}")), painted.times
        begun = time.perf_counter()
        view.hear(from_line(line))
        _until(app, lambda seen=seen, text=f"spoken {number}": painted.times > seen and text in view.text)
        took.append(time.perf_counter() - begun)
    view.close()
    view.deleteLater()
    app.processEvents()
    return took


def _until(app: QApplication, happened: Callable[[], bool]) -> None:
    while not happened():
        app.processEvents()


def _passed(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


def _final(text: str) -> Message:
    return Final((Segment(_said(f"There are crackles at both bases and no murmur, {text}.")),), 1.0, "en")


def _said(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, float(at), at + 1.0, 0.9) for at, word in enumerate(text.split()))
