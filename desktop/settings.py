"""What the window remembers between starts. No patient data: sizes, speed, microphone, language, model.

Owns the keys and their defaults; the file is `settings.ini` in the data folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings


@dataclass(frozen=True, slots=True)
class Setting:
    """One remembered text: key, default and what it means."""

    key: str
    default: str
    meaning: str


LANGUAGE = Setting("speech/language", "en", "language that is dictated, as ISO 639-1; empty lets the engine find out")
MODEL = Setting("speech/model", "whisper-base", "installed speech model, or a model folder")
MICROPHONE = Setting("speech/microphone", "", "microphone to record from; empty takes the system's choice")
CHANNEL = Setting("speech/channel", "0", "channel of the microphone, counted from 1; 0 mixes all of them")
READY = Setting("speech/ready", "1", "1: open the microphone when a patient is chosen, so that no first word is lost")
PUNCTUATION = Setting("speech/punctuation", "auto", "“spoken”: you say every mark, and the model's own are dropped")
PEDALS = Setting("dictation/buttons", "", "what each button of a pedal, microphone, key or mouse does, as JSON")
SPEED = Setting("player/speed", "1.0", "speed of listening")
AUTO_LOCK = Setting("people/lock_after", "10", "idle minutes after which the window locks; 0 for never")
BACKUP_DAYS = Setting("upkeep/backup_days", "7", "days without a verified backup before a reminder; 0 for never")
ALL = (LANGUAGE, MODEL, MICROPHONE, CHANNEL, READY, PUNCTUATION, PEDALS, SPEED, AUTO_LOCK, BACKUP_DAYS)


class Settings:
    """The remembered values of one data folder."""

    def __init__(self, home: Path) -> None:
        self._stored = QSettings(str(home / "settings.ini"), QSettings.Format.IniFormat)

    def text(self, setting: Setting) -> str:
        """A value."""
        return str(self._stored.value(setting.key, setting.default))

    def number(self, setting: Setting) -> int:
        """A value that is a number from 0 on; the default where something else is written there."""
        typed = self.text(setting)
        return int(typed) if typed.isdecimal() else int(setting.default)

    def remember(self, setting: Setting, value: str) -> None:
        """Keep a value."""
        self._stored.setValue(setting.key, value)

    def layout(self, name: str) -> QByteArray | None:
        """The remembered state of a splitter or the window."""
        value = self._stored.value(f"window/{name}")
        return value if isinstance(value, QByteArray) else None

    def remember_layout(self, name: str, state: QByteArray) -> None:
        """Keep the state of a splitter or the window."""
        self._stored.setValue(f"window/{name}", state)

    def save(self) -> None:
        """Write what is not written yet."""
        self._stored.sync()
