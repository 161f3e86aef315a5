"""The small things that every room uses: a label with a look, a pill, a key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

PILL_HEIGHT = 22
"""In pixels; the style sheet's radius for pills is half of it."""


def label(text: str, look: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A plain-text label; `look` names its style."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setProperty("look", look)
    return made


def pill(text: str, tone: str) -> QLabel:
    """A word on a tinted round ground; `tone` is danger, warn, ok, info, accent or plain."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("pill", tone)
    made.setFixedHeight(PILL_HEIGHT)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


def retone(target: QLabel, text: str, tone: str) -> None:
    """Change what a pill says and its tone."""
    target.setText(text)
    target.setAccessibleName(text)
    if target.property("pill") != tone:
        target.setProperty("pill", tone)
        target.style().unpolish(target)
        target.style().polish(target)
