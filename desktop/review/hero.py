"""What stands in the middle while there is no note: what to do next, or what is being done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.widgets import ActionButton, label

_WIDTH = 440


class Hero(QWidget):
    """A title, a sentence, a progress bar where something is under way, and the actions that make sense now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("", "title")
        self._text = label("", "", wrap=True)
        self._text.setFixedWidth(_WIDTH)
        self._progress = QProgressBar()
        self._progress.setFixedWidth(320)
        self._progress.setTextVisible(False)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._shown: tuple[str, ...] = ()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 0, 26, 30)
        outer.setSpacing(12)
        outer.addStretch(3)
        for widget in (self._title, self._text, self._progress):
            outer.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addLayout(self._buttons)
        outer.addStretch(4)
        for words in (self._title, self._text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def show_case(self, title: str, text: str, actions: Sequence[QAction], *, progress: float | None = None) -> None:
        """Show a case; `progress` is 0 to 1, None where nothing is measured."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setMinimumHeight(self._text.heightForWidth(_WIDTH))
        self._progress.setVisible(progress is not None)
        if progress is not None:
            self._progress.setRange(0, 1000)
            self._progress.setValue(int(progress * 1000))
            self._progress.setAccessibleName(title)
        titles = tuple(action.text() for action in actions)
        if titles != self._shown:
            self._shown = titles
            self._put_buttons(actions)

    def _put_buttons(self, actions: Sequence[QAction]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons.addStretch(1)
        for number, action in enumerate(actions):
            self._buttons.addWidget(ActionButton(action, go=number == 0))
        self._buttons.addStretch(1)
