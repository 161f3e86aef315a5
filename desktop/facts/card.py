"""The card of the entry in focus: what it says, why to look, the words it rests on, and the keys that act on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.facts.wording import assertion_word, flag_word, kind_word, state_word, title, tr
from desktop.widgets import label, pill
from ehr.chart.entry import Assertion, Entry, ReviewState

_PADDING, _SPACING = 12, 6
_QUOTE = 160
"""Longest quotation, in characters."""


class EntryCard(QWidget):
    """Shows one entry. Its buttons are the review's actions, so their keys and their state come from there."""

    def __init__(self, entry: Entry, quote: str, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        frame = QFrame(self)
        frame.setObjectName("card")
        self._frame = frame
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 3, 10, 6)
        outer.addWidget(frame)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(_PADDING, 9, _PADDING, 10)
        inside.setSpacing(3)
        inside.addLayout(_head(entry))
        if quote:
            inside.addWidget(label(f"“{_short(quote)}”", "quote", wrap=True))
        else:
            inside.addWidget(label(self.tr("No sound under this fact."), "quote"))
        for flag in entry.flags:
            inside.addWidget(label(flag.reason, "muted", wrap=True))
        self._buttons = [_button(action, go=number == 0) for number, action in enumerate(actions)]
        self._rows = QGridLayout()
        self._rows.setContentsMargins(0, 5, 0, 0)
        self._rows.setSpacing(_SPACING)
        inside.addLayout(self._rows)

    def fit(self, width: int) -> int:
        """Take a width and return the height for it; the buttons stand in one row where they fit, else in two."""
        self.setFixedWidth(width)
        self.ensurePolished()
        for button in self._buttons:
            button.ensurePolished()
        needed = sum(button.sizeHint().width() + _SPACING for button in self._buttons)
        a_row = len(self._buttons) if needed <= width - 2 * _PADDING - 24 else (len(self._buttons) + 1) // 2
        for number, button in enumerate(self._buttons):
            self._rows.addWidget(button, number // a_row, number % a_row)
            button.show()
        inside, outer = self._frame.layout(), self.layout()
        if inside is None or outer is None:
            return 0
        inside.activate()
        margins = outer.contentsMargins()
        inner = inside.totalHeightForWidth(width - margins.left() - margins.right())
        return inner + margins.top() + margins.bottom()


def _head(entry: Entry) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    name = label(title(entry), "strong", wrap=True)
    row.addWidget(name, 1)
    row.addWidget(_pill(entry), 0, Qt.AlignmentFlag.AlignTop)
    return row


def _pill(entry: Entry) -> QLabel:
    if entry.state is not ReviewState.PROPOSED:
        return pill(state_word(entry) or tr("rejected"), "ok" if entry.state is not ReviewState.REJECTED else "plain")
    if entry.flags:
        return pill(flag_word(entry.flags[0]), "warn")
    if entry.assertion is not Assertion.PRESENT:
        return pill(assertion_word(entry.assertion), "plain")
    return pill(kind_word(entry.kind), "plain")


def _button(action: QAction, *, go: bool) -> QPushButton:
    keys = action.shortcuts()[-1].toString()
    button = KeyButton(action.text(), keys, action.trigger)
    button.setProperty("look", "go" if go else "")
    button.setEnabled(action.isEnabled())
    return button


class KeyButton(QPushButton):
    """A button that shows its key beside its word."""

    def __init__(self, text: str, keys: str, pressed: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(f"{text}  {keys}" if keys else text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda _=False: pressed())  # Qt passes `checked`


def _short(quote: str) -> str:
    return quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1].rsplit(" ", 1)[0] + "…"
