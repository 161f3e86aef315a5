"""Pedals and held keys of one window, put together.

Owns what lives as long as the window: the listener on devices, the choices and the hands. Knows what a
button does only by the id of its command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.pedals.hands import Hands
from desktop.pedals.listener import Listener
from desktop.pedals.mapping import KEYBOARD, Choices
from desktop.pedals.talk import Talk
from desktop.player.player import Player
from desktop.settings import PEDALS, Settings


@dataclass(frozen=True, slots=True)
class HeldDeeds:
    """What lasts while a button is held."""

    talking: Talk
    player: Player

    def talk(self, *, down: bool) -> None:
        """See Grip."""
        self.talking.hold(down=down)

    def hold_to_play(self, *, down: bool) -> None:
        """See Grip."""
        if down:
            self.player.play()
        else:
            self.player.pause()


class Station(QObject):
    """Everything of this room that a window has. `start` it once the chart is open, `close` it with the window."""

    def __init__(self, settings: Settings, actions: Mapping[str, QAction], deeds: HeldDeeds, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self.hands = Hands(Choices(settings.text(PEDALS)), actions, deeds, self)
        self.listener = Listener(parent=self)
        self.listener.pressed.connect(self.hands.press)
        self.listener.released.connect(self.hands.release)
        self.listener.connected.connect(self._on_connected)
        self.listener.disconnected.connect(self._on_disconnected)
        self.listener.refused.connect(self._on_refused)
        self._plugged: list[str] = []
        self._refused: list[str] = []

    def start(self) -> None:
        """Begin to listen to devices and held keys."""
        self.listener.start()
        self._watch_keys()

    def close(self) -> None:
        """Let go of every button and end the thread."""
        self.hands.let_go()
        self.listener.close()

    def show_page(self, parent: QWidget) -> None:
        """Let a person say what each button does."""
        from desktop.pedals.page import PedalsPage

        page = PedalsPage(self.hands.choices, tuple(self._plugged), tuple(self._refused), parent)
        self.listener.pressed.connect(page.show_press)
        page.finished.connect(self._remember)
        page.finished.connect(page.deleteLater)
        page.open()

    @Slot()
    def _remember(self) -> None:
        self._settings.remember(PEDALS, self.hands.choices.to_text())
        self._watch_keys()

    def _watch_keys(self) -> None:
        """See every key and mouse button of the program, only where one was given a deed: each event costs a call."""
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self.hands)
            if self.hands.choices.buttons(KEYBOARD):
                application.installEventFilter(self.hands)

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
