"""The page where a person says what each button does.

Owns the rows: one a button of each device that is plugged in, and one a key or mouse button that was given a deed. A
button that is pressed while the page is open shows which row is its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.commands.table import COMMANDS
from desktop.pedals.devices import known_devices
from desktop.pedals.hands import HOLDABLE_MOUSE, key_name
from desktop.pedals.mapping import HELD, KEYBOARD, NOTHING, Choices
from desktop.widgets import label


class PedalsPage(QDialog):
    """Buttons on the left, what they do on the right. `choices` is changed as the person chooses."""

    _waiting = False  # Qt sends events while the dialog is being made

    def __init__(
        self, choices: Choices, plugged: tuple[str, ...], refused: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Pedals, microphones, keys"))
        self.setModal(True)
        self.resize(620, 640)
        self._choices = choices
        self.rows: dict[tuple[str, str], QComboBox] = {}
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(6)
        self.add = QPushButton(self.tr("Add a key or mouse button …"))
        self.add.clicked.connect(self._listen)
        self._lay_out(plugged, refused)

    def show_press(self, device: str, button: str) -> None:
        """A button was pressed: put the keyboard on its row."""
        row = self.rows.get((device, button))
        if row is not None:
            row.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While a key is waited for, take it; Escape stops waiting."""
        if not self._waiting:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._heard(None)
        elif (name := key_name(event)) is not None:
            self._heard(name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """While a button is waited for, take one of those that do not point."""
        if self._waiting and event.button() in HOLDABLE_MOUSE:
            self._heard(str(event.button().name))
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab moves between rows, except while a key is waited for."""
        if self._waiting and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def _lay_out(self, plugged: tuple[str, ...], refused: tuple[str, ...]) -> None:
        inner = QWidget()
        inner.setLayout(self._grid)
        for device in known_devices():
            if device.name in plugged:
                self._add_rows(device.name, device.id, tuple(device.buttons))
        self._add_rows(self.tr("Keyboard and mouse"), KEYBOARD, self._choices.buttons(KEYBOARD))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 22)
        outer.setSpacing(10)
        outer.addWidget(label(self.windowTitle(), "title"))
        for line in self._lines(plugged, refused):
            outer.addWidget(label(line, "muted", wrap=True))
        outer.addWidget(area, 1)
        outer.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def _lines(self, plugged: tuple[str, ...], refused: tuple[str, ...]) -> Iterator[str]:
        if plugged:
            yield self.tr("Press a button to find its row.")
        elif not refused:
            yield self.tr("No known pedal or dictation microphone is plugged in. A key can be held instead.")
        for name in refused:
            yield self.tr("{0} is plugged in, but this user may not read it: see docs/pedals.md.").format(name)

    def _add_rows(self, title: str, device: str, buttons: tuple[str, ...]) -> None:
        self._grid.addWidget(label(title, "heading"), self._grid.rowCount(), 0, 1, 2)
        for button in buttons:
            self._add_row(device, button)

    def _add_row(self, device: str, button: str) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(button)
        for command, title in _deeds():
            choice.addItem(title, command)
        choice.setCurrentIndex(max(0, choice.findData(self._choices.command(device, button))))
        choice.currentIndexChanged.connect(lambda _: self._choices.choose(device, button, choice.currentData()))
        number = self._grid.rowCount()
        self._grid.addWidget(label(button), number, 0)
        self._grid.addWidget(choice, number, 1)
        self.rows[device, button] = choice
        return choice

    @Slot()
    def _listen(self) -> None:
        self._waiting = True
        self.add.setText(self.tr("Press a function key or a side button of the mouse; Esc stops"))
        self.setFocus()

    def _heard(self, name: str | None) -> None:
        self._waiting = False
        self.add.setText(self.tr("Add a key or mouse button …"))
        if name is None:
            self.add.setFocus()
            return
        row = self.rows.get((KEYBOARD, name)) or self._add_row(KEYBOARD, name)
        if not row.currentData():
            row.setCurrentIndex(row.findData("dictation.talk"))
        row.setFocus()


def _deeds() -> Iterator[tuple[str, str]]:
    """Everything that a button can do, nothing first: id and title."""
    yield NOTHING, QCoreApplication.translate("commands", "Nothing")
    for command, title in HELD.items():
        yield command, QCoreApplication.translate("commands", title)
    for each in COMMANDS:
        yield each.id, each.words
