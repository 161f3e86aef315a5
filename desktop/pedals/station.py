"""Pedals and keys of one window, put together.

Owns what lives as long as the window: the listener on devices, the keys taken everywhere, the choices and the hands.
Knows what a button does only by the id of its command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from desktop.dictation.rewinding import Deck
from desktop.errors import DesktopError
from desktop.hotkeys.keys import GlobalKeys
from desktop.messages import Message, explain
from desktop.pedals.hands import Hands
from desktop.pedals.listener import Listener
from desktop.pedals.mapping import EVERYWHERE, HELD, KEYBOARD, Choices
from desktop.pedals.talk import Talk
from desktop.remote import ALLOWED
from desktop.settings import PEDALS, Settings

if TYPE_CHECKING:
    from desktop.pedals.page import PedalsPage


@dataclass(frozen=True, slots=True)
class HeldDeeds:
    """What lasts while a button is held."""

    talking: Talk
    deck: Deck

    def talk(self, *, down: bool) -> None:
        """See Grip."""
        self.talking.hold(down=down)

    def hold_to_play(self, *, down: bool) -> None:
        """See Grip."""
        if down:
            self.deck.play()
        else:
            self.deck.pause()


class Station(QObject):
    """Everything of this room that a window has. `start` it once the chart is open, `close` it with the window.

    `failed` carries the error of a key that cannot be had, `used` says that somebody pressed something: a person is at
    work, though perhaps in another program. `window` comes forward where a key that was pressed in
    another program makes it ask something.
    """

    failed = Signal(object)
    used = Signal()

    def __init__(self, settings: Settings, actions: Mapping[str, QAction], deeds: HeldDeeds, window: QWidget) -> None:
        super().__init__(window)
        self._settings, self._actions, self._window = settings, actions, window
        self.hands = Hands(Choices(settings.text(PEDALS)), actions, deeds, self)
        self.listener = Listener(parent=self)
        self.listener.pressed.connect(self._on_pressed)
        self.listener.released.connect(self.hands.release)
        self.listener.connected.connect(self._on_connected)
        self.listener.disconnected.connect(self._on_disconnected)
        self.listener.refused.connect(self._on_refused)
        self.keys = GlobalKeys(parent=self)
        self.keys.pressed.connect(self._on_key)
        self.keys.released.connect(self._on_key_released)
        self.keys.taken.connect(self._on_key_taken)
        self.keys.refused.connect(self._on_key_refused)
        self._page: PedalsPage | None = None
        self._wanting: dict[str, Message] = {}
        self._triggers: dict[str, str] = {}
        self._plugged: list[str] = []
        self._refused: list[str] = []

    def start(self) -> None:
        """Begin to listen to devices and held keys."""
        self.listener.start()
        self._watch_keys()
        self._take_keys()

    def close(self) -> None:
        """Let go of every button and end the threads."""
        self.hands.let_go()
        self.listener.close()
        self.keys.close()

    def show_page(self, parent: QWidget) -> None:
        """Let a person say what each button does. While the page is open, a press shows its row and does nothing."""
        from desktop.pedals.page import PedalsPage, Plugged

        hurdle = explain(self.keys.hurdle) if self.keys.hurdle is not None else None
        plugged = Plugged(tuple(self._plugged), tuple(self._refused), hurdle, dict(self._wanting), dict(self._triggers))
        self._page = page = PedalsPage(self.hands.choices, plugged, parent)
        page.keys_changed.connect(self._take_keys)
        page.finished.connect(self._remember)
        page.finished.connect(page.deleteLater)
        self.hands.let_go()
        self._watch_keys()
        page.open()

    @Slot()
    def _remember(self) -> None:
        self._page = None
        self._settings.remember(PEDALS, self.hands.choices.to_text())
        self._watch_keys()

    @Slot()
    def _take_keys(self) -> None:
        """Take the keys that were given a deed everywhere, and no others."""
        self._wanting.clear()
        self._triggers.clear()
        choices = self.hands.choices
        self.keys.take({key: self._words(choices.command(EVERYWHERE, key)) for key in choices.buttons(EVERYWHERE)})

    def _words(self, command: str) -> str:
        """What a key does, for a desktop that asks the user."""
        if command in HELD:
            return QCoreApplication.translate("commands", HELD[command])
        return self._actions[command].text() if command in self._actions else command

    def _watch_keys(self) -> None:
        """See every key and mouse button of the program, only where one was given a deed: each event costs a call."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self.hands)
            if self.hands.choices.buttons(KEYBOARD) and self._page is None:
                application.installEventFilter(self.hands)

    @Slot(str, str)
    def _on_pressed(self, device: str, button: str) -> None:
        self.used.emit()
        if self._page is not None:
            self._page.show_press(device, button)
        else:
            self.hands.press(device, button)

    @Slot(str)
    def _on_key(self, name: str) -> None:
        """A key was pressed, perhaps in another program: what cannot be done is heard, what is asked comes forward."""
        self.used.emit()
        if self._page is not None:
            self._page.show_press(EVERYWHERE, name)
            return
        may_come = self.hands.choices.command(EVERYWHERE, name) in {*ALLOWED, *HELD}
        if not may_come or not self.hands.able(EVERYWHERE, name):
            QApplication.beep()
            return
        if QApplication.activeModalWidget() is None or self._actions["dictation.pause"].isEnabled():
            self.hands.press(EVERYWHERE, name)
        if QApplication.activeModalWidget() is not None:
            self._window.activateWindow()

    @Slot(str)
    def _on_key_released(self, name: str) -> None:
        self.hands.release(EVERYWHERE, name)

    @Slot(str, str)
    def _on_key_taken(self, name: str, trigger: str) -> None:
        self._wanting.pop(name, None)
        self._triggers[name] = trigger
        if self._page is not None:
            self._page.show_taken(name, trigger)

    @Slot(str, object)
    def _on_key_refused(self, name: str, error: DesktopError) -> None:
        self._wanting[name] = explain(error)
        if self._page is not None:
            self._page.show_refused(name, self._wanting[name])
        else:
            self.failed.emit(error)

    @Slot(str)
    def _on_connected(self, name: str) -> None:
        self._plugged.append(name)

    @Slot(str)
    def _on_disconnected(self, name: str) -> None:
        if name in self._plugged:
            self._plugged.remove(name)

    @Slot(str)
    def _on_refused(self, name: str) -> None:
        if name not in self._refused:
            self._refused.append(name)
