"""The card of the entry in focus: what it says, why to look, the words it rests on, and the keys that act on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.facts.readings import choices, question, sentence
from desktop.facts.wording import assertion_word, flag_word, kind_word, state_word, title, tr
from desktop.widgets import Flow, label, pill
from ehr.chart.entry import Assertion, Entry, ReviewState
from ehr.chart.note import Repair
from ehr.pipeline import MISHEARD

_PADDING, _SPACING = 12, 6
_QUOTE = 160
"""Longest quotation, in characters."""


@dataclass(frozen=True, slots=True)
class CardActions:
    """The review's actions that a card shows: on a fact, on words, and one for each reading, by its number."""

    fact: tuple[QAction, ...]
    words: tuple[QAction, ...]
    readings: tuple[QAction, ...]


class Card(QWidget):
    """A head and lines over the readings to choose from and the buttons.

    The buttons are the review's actions, so their keys and their state come from there.
    """

    def __init__(self, head: QHBoxLayout, lines: Sequence[QLabel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame = QFrame(self)
        self._frame.setObjectName("card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 3, 10, 6)
        outer.addWidget(self._frame)
        self._inside = QVBoxLayout(self._frame)
        self._inside.setContentsMargins(_PADDING, 9, _PADDING, 10)
        self._inside.setSpacing(3)
        self._inside.addLayout(head)
        for line in lines:
            self._inside.addWidget(line)
        self._buttons: list[KeyButton] = []
        self._rows = QGridLayout()
        self._rows.setContentsMargins(0, 5, 0, 0)
        self._rows.setSpacing(_SPACING)

    def add_readings(self, repair: Repair, actions: Sequence[QAction], *, beside: Sequence[QAction] = ()) -> None:
        """Offer the readings of misheard words, each with its number, and what else stands in their row."""
        self._inside.addWidget(label(sentence(repair), "muted", wrap=True))
        flow = Flow(_SPACING)
        flow.setContentsMargins(0, 4, 0, 0)
        for action in beside:
            flow.addWidget(KeyButton(action))
        for number, text in choices(repair):
            flow.addWidget(KeyButton(actions[number], text))
        self._inside.addLayout(flow)

    def add_actions(self, actions: Sequence[QAction]) -> None:
        """Offer what can be done; the first stands out."""
        for number, action in enumerate(actions):
            button = KeyButton(action)
            button.setProperty("look", "go" if number == 0 else "")
            self._buttons.append(button)
        self._inside.addLayout(self._rows)

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
        self._inside.activate()
        margins = self.contentsMargins() if (outer := self.layout()) is None else outer.contentsMargins()
        inner = self._inside.totalHeightForWidth(width - margins.left() - margins.right())
        return inner + margins.top() + margins.bottom()


def entry_card(entry: Entry, quote: str, repair: Repair | None, actions: CardActions) -> Card:
    """The card of a fact; `quote` is what was said, `repair` the words under it that may have been misheard."""
    said = label(f"“{_short(quote)}”" if quote else tr("No sound under this fact."), "quote", wrap=True)
    flags = [flag for flag in entry.flags if repair is None or flag.code != MISHEARD]
    card = Card(_head(title(entry), _pill(entry)), [said, *(label(flag.reason, "muted", wrap=True) for flag in flags)])
    if repair is not None:
        card.add_readings(repair, actions.readings)
    card.add_actions(actions.fact)
    return card


def words_card(repair: Repair, quote: str, actions: CardActions) -> Card:
    """The card of words without a fact that may have been misheard, in their surroundings."""
    card = Card(_head(question(repair), pill(tr("word"), "warn")), [label(f"“{quote}”", "quote", wrap=True)])
    card.add_readings(repair, actions.readings, beside=actions.words)
    return card


def _head(text: str, mark: QLabel) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(label(text, "strong", wrap=True), 1)
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    return row


def _pill(entry: Entry) -> QLabel:
    if entry.state is not ReviewState.PROPOSED:
        return pill(state_word(entry) or tr("rejected"), "ok" if entry.state is not ReviewState.REJECTED else "plain")
    if entry.flags:
        return pill(flag_word(entry.flags[0]), "warn")
    if entry.assertion is not Assertion.PRESENT:
        return pill(assertion_word(entry.assertion), "plain")
    return pill(kind_word(entry.kind), "plain")


class KeyButton(QPushButton):
    """A button that does an action and shows its key beside its word; it can be pressed when the action can be done."""

    def __init__(self, action: QAction, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(f"{text or action.text()}  {action.shortcuts()[-1].toString()}")
        self.setAccessibleName(text or action.text())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEnabled(action.isEnabled())
        action.enabledChanged.connect(self.setEnabled)
        self.clicked.connect(action.trigger)


def _short(quote: str) -> str:
    return quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1].rsplit(" ", 1)[0] + "…"
