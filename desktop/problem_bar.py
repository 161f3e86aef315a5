"""The bar that says what went wrong: one sentence, the next step, the code. It waits until it is read.

Owns the queue of what is not read yet; nothing that is put here is lost, and nothing covers the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from desktop.messages import Message
from desktop.widgets import label


@dataclass(frozen=True, slots=True)
class Problem:
    """A message and what to call to try again, None where there is nothing to try."""

    message: Message
    again: Callable[[], None] | None = None


class ProblemBar(QFrame):
    """Shows the latest problem and how many wait behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problem")
        self._problems: list[Problem] = []
        self._text = label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._again = QPushButton(self.tr("&Try again"))
        self._again.clicked.connect(self._on_again)
        self._dismiss = QPushButton(self.tr("&Dismiss"))
        self._dismiss.clicked.connect(self._on_dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 7, 16, 7)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._again)
        row.addWidget(self._dismiss)
        self.hide()

    def show_problem(self, problem: Problem) -> None:
        """Put a problem on top; the same one again replaces itself."""
        code = problem.message.code
        self._problems = [each for each in self._problems if each.message.code != code]
        self._problems.append(problem)
        self._refresh()

    @property
    def shown(self) -> Message | None:
        """The message that is shown."""
        return self._problems[-1].message if self._problems else None

    def _refresh(self) -> None:
        self.setVisible(bool(self._problems))
        if not self._problems:
            return
        problem = self._problems[-1]
        message = problem.message
        more = len(self._problems) - 1
        text = f"{message.sentence} {message.next_step} ({message.code})"
        if message.place:
            text += f" {message.place}"
        self._text.setText(text)
        self._again.setVisible(problem.again is not None)
        self._dismiss.setText(self.tr("&Dismiss ({0} more)").format(more) if more else self.tr("&Dismiss"))
        self.setAccessibleName(text)

    def _on_again(self) -> None:
        again = self._problems.pop().again
        self._refresh()
        if again is not None:
            again()

    def _on_dismiss(self) -> None:
        self._problems.pop()
        self._refresh()
