"""The page where a person says what each button does.

Owns the rows: one a button of each device that is plugged in, and one a key or mouse button that was given a deed, in
this window or everywhere. A button that is pressed while the page is open shows which row is its own. Knows of keys
everywhere only whether this desktop has them, and which ones it refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.commands.table import COMMANDS
from desktop.hotkeys.chord import SIDE_BUTTONS, Chord, chord_of
from desktop.messages import Message
from desktop.pedals.devices import known_devices
from desktop.pedals.hands import HOLDABLE_MOUSE, key_name
from desktop.pedals.mapping import EVERYWHERE, HELD, KEYBOARD, NOTHING, Choices
from desktop.remote import ALLOWED
from desktop.translation import QT_TRANSLATE_NOOP
from desktop.widgets import label

_MOUSE = {
    "BackButton": QT_TRANSLATE_NOOP("buttons", "Mouse: back"),
    "ForwardButton": QT_TRANSLATE_NOOP("buttons", "Mouse: forward"),
    "MiddleButton": QT_TRANSLATE_NOOP("buttons", "Mouse: middle"),
    "TaskButton": QT_TRANSLATE_NOOP("buttons", "Mouse: third side button"),
}


_BOTH_WAYS = {
    "dictation.record": QT_TRANSLATE_NOOP("commands", "Begin or finish a dictation"),
    "dictation.pause": QT_TRANSLATE_NOOP("commands", "Pause the recording or go on"),
}
"""What a button does whose command is called by what it would do next."""

_MODIFIER_KEYS = {Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Shift, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}


@dataclass(frozen=True, slots=True)
class Plugged:
    """What there is to press: names of devices that are plugged in and of those that may not be read; why no key works
    everywhere on this desktop (None where one does), the keys that were refused, and what the desktop calls the others.
    """

    devices: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    hurdle: Message | None = None
    wanting: Mapping[str, Message] = field(default_factory=dict)
    triggers: Mapping[str, str] = field(default_factory=dict)


class PedalsPage(QDialog):
    """Buttons on the left, what they do on the right. `choices` is changed as the person chooses; `keys_changed` tells
    that the keys everywhere are others now.
    """

    keys_changed = Signal()

    _waiting = NOTHING  # Qt sends events while the dialog is being made

    def __init__(self, choices: Choices, plugged: Plugged, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Pedals, microphones, keys"))
        self.setModal(True)
        self.resize(660, 680)
        self._choices = choices
        self.rows: dict[tuple[str, str], QComboBox] = {}
        self._hints: dict[str, QLabel] = {}
        self._grids: dict[str, QGridLayout] = {}
        self._adders: dict[str, QPushButton] = {}
        self._lay_out(plugged)
        for name, message in plugged.wanting.items():
            self.show_refused(name, message)
        for name, trigger in plugged.triggers.items():
            self.show_taken(name, trigger)

    def show_press(self, device: str, button: str) -> None:
        """A button was pressed: put the keyboard on its row. A key that is taken already is heard only here."""
        if device == self._waiting:
            self._heard(button)
        row = self.rows.get((device, button))
        if row is not None:
            row.setFocus()

    def show_taken(self, name: str, trigger: str = "") -> None:
        """A key was handed over; say under its row what the desktop calls it, where that is something else."""
        other = trigger not in {"", name}
        self._hint(name, self.tr("The desktop gave it as: {0}").format(trigger) if other else "", "muted")

    def show_refused(self, name: str, message: Message) -> None:
        """A key cannot be had everywhere: say under its row why, and what to do."""
        self._hint(name, f"{message.sentence} {message.next_step} ({message.code})", "error")

    def add(self, device: str) -> None:
        """Wait for a key or mouse button of KEYBOARD or EVERYWHERE, and give it a row."""
        self._waiting = device
        self._adders[device].setText(
            self.tr("Press a function key or a side button of the mouse; Esc stops")
            if device == KEYBOARD
            else self.tr("Press the keys, such as Ctrl+Alt+Space or F8, or a side button; Esc stops")
        )
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While a key is waited for, take it; Escape stops waiting."""
        if not self._waiting:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._heard(None)
        elif self._waiting == EVERYWHERE:
            if (chord := chord_of(event)) is not None:
                self._heard(chord.name)
            elif event.key() not in _MODIFIER_KEYS:
                self._adders[EVERYWHERE].setText(
                    self.tr("Other programs need that one: hold two of Ctrl, Alt and Shift")
                )
        elif (name := key_name(event)) is not None:
            self._heard(name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """While a button is waited for, take one of those that do not point."""
        if event.button() in {KEYBOARD: HOLDABLE_MOUSE, EVERYWHERE: set(SIDE_BUTTONS)}.get(self._waiting, set()):
            self._heard(Chord(event.button()).name)
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab moves between rows, except while a key is waited for."""
        if self._waiting and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def _hint(self, name: str, text: str, look: str) -> None:
        hint = self._hints.get(name)
        if hint is not None:
            hint.setText(text)
            hint.setProperty("look", look)
            hint.style().unpolish(hint)
            hint.style().polish(hint)
            hint.setVisible(bool(text))

    def _lay_out(self, plugged: Plugged) -> None:
        inner = QWidget()
        sections = QVBoxLayout(inner)
        sections.setContentsMargins(0, 0, 8, 0)
        sections.setSpacing(22)
        for device in known_devices():
            if device.name in plugged.devices:
                sections.addLayout(self._section(device.name, device.id, tuple(device.buttons)))
        for device_id, title, says in self._keys(plugged.hurdle):
            section = self._section(title, device_id, self._choices.buttons(device_id))
            section.insertWidget(1, label(says, "muted", wrap=True))
            section.addWidget(self._adder(device_id, plugged.hurdle), 0, Qt.AlignmentFlag.AlignLeft)
            sections.addLayout(section)
        sections.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 22)
        outer.setSpacing(10)
        outer.addWidget(label(self.windowTitle(), "title"))
        for line in self._lines(plugged):
            outer.addWidget(label(line, "muted", wrap=True))
        outer.addWidget(area, 1)

    def _keys(self, hurdle: Message | None) -> Iterator[tuple[str, str, str]]:
        """The two kinds of keys: device, title, what is to be known of them."""
        yield KEYBOARD, self.tr("Keys and mouse, in this window"), self.tr("Heard while Chartwright is in front.")
        works = self.tr(
            "Heard while another program is in front. Other programs no longer get these keys; "
            "Chartwright gets no others."
        )
        says = works if hurdle is None else f"{hurdle.sentence} {hurdle.next_step} ({hurdle.code})"
        yield EVERYWHERE, self.tr("Keys and mouse, everywhere"), says

    def _lines(self, plugged: Plugged) -> Iterator[str]:
        if plugged.devices:
            yield self.tr("Press a button to find its row.")
        elif not plugged.refused:
            yield self.tr("No known pedal or dictation microphone is plugged in. A key can be held instead.")
        for name in plugged.refused:
            yield self.tr("{0} is plugged in, but this user may not read it: see docs/pedals.md.").format(name)

    def _section(self, title: str, device: str, buttons: tuple[str, ...]) -> QVBoxLayout:
        section = QVBoxLayout()
        section.setSpacing(8)
        section.addWidget(label(title, "strong"))
        grid = self._grids[device] = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 180)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        section.addLayout(grid)
        for button in buttons:
            self._add_row(device, button)
        return section

    def _adder(self, device: str, hurdle: Message | None) -> QPushButton:
        button = self._adders[device] = QPushButton(self.tr("Add a key or mouse button …"))
        button.clicked.connect(lambda: self.add(device))
        if device == EVERYWHERE and hurdle is not None:
            button.hide()
        return button

    def _add_row(self, device: str, button: str) -> QComboBox:
        grid, name = self._grids[device], title_of(button)
        choice = QComboBox()
        choice.setAccessibleName(name)
        for command, title in _deeds(device):
            choice.addItem(title, command)
        choice.setCurrentIndex(max(0, choice.findData(self._choices.command(device, button))))
        choice.currentIndexChanged.connect(lambda _: self._choose(device, button, choice.currentData()))
        number = grid.rowCount()
        grid.addWidget(label(name), number, 0)
        grid.addWidget(choice, number, 1)
        self.rows[device, button] = choice
        if device == EVERYWHERE:
            hint = self._hints[button] = label("", "error", wrap=True)
            grid.addWidget(hint, number + 1, 1)
            hint.hide()
        return choice

    def _choose(self, device: str, button: str, command: str) -> None:
        self._choices.choose(device, button, command)
        if device == EVERYWHERE:
            self.show_taken(button)
            self.keys_changed.emit()

    @Slot()
    def _heard(self, name: str | None) -> None:
        device, self._waiting = self._waiting, NOTHING
        self._adders[device].setText(self.tr("Add a key or mouse button …"))
        if name is None:
            self._adders[device].setFocus()
            return
        row = self.rows.get((device, name)) or self._add_row(device, name)
        if not row.currentData():
            row.setCurrentIndex(row.findData("dictation.talk"))
        row.setFocus()


def title_of(button: str) -> str:
    """What a key or button is called on the page."""
    return QCoreApplication.translate("buttons", _MOUSE[button]) if button in _MOUSE else button


def _deeds(device: str) -> Iterator[tuple[str, str]]:
    """Everything that a button of a device can do, nothing first: id and title."""
    yield NOTHING, QCoreApplication.translate("commands", "Nothing")
    for command, title in HELD.items():
        yield command, QCoreApplication.translate("commands", title)
    for each in COMMANDS:
        if device != EVERYWHERE or each.id in ALLOWED:
            both = _BOTH_WAYS.get(each.id)
            yield each.id, QCoreApplication.translate("commands", both) if both else each.words
