"""The clock of listening: where the ear is, whether it moves, and how fast.

Owns position, speed and the stretch that is played. Where there is no loudspeaker the clock runs all the same, so that
words can be followed with the eyes.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from desktop.player.audio_out import Playback
from desktop.player.sound import Sound
from desktop.tasks import Lane, Operation

SPEEDS = (0.75, 1.0, 1.25, 1.5, 2.0)
SKIP_S = 3.0
LEAD_S, TAIL_S = 0.25, 0.35
"""Sound before and after the words of a fact, so that they can be understood."""
_TICK_MS = 33


class Player(QObject):
    """Plays one recording. Times are seconds from its first sample."""

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = Lane.on_thread("loudspeaker", self)
        self._sound: Sound | None = None
        self._playback: Playback | None = None
        self._silent = False
        self._stop_at = 0.0
        self.position = 0.0
        self.speed = 1.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def sound(self) -> Sound | None:
        """What is played."""
        return self._sound

    @property
    def duration(self) -> float:
        """Length of the recording, 0 where there is none."""
        return self._sound.duration if self._sound else 0.0

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer.isActive()

    def load(self, sound: Sound | None) -> None:
        """Take another recording, or none."""
        self.pause()
        self._sound = sound
        self._move(0.0)

    def play(self, start: float | None = None, stop: float | None = None) -> None:
        """Play from `start` (here, or the beginning at the end) to `stop` (the end)."""
        if self._sound is None:
            return
        self._halt()
        at = self.position if start is None else start
        at = 0.0 if at >= self.duration - 0.05 else max(0.0, at)
        self._stop_at = min(self.duration, stop if stop is not None else self.duration)
        self._move(at)
        self._clock.start()
        if not self._silent:
            self._start_sound(at)
        was_playing = self.playing
        self._timer.start()
        if not was_playing:
            self.playing_changed.emit(True)  # noqa: FBT003 - Qt's signals carry positional values

    def pause(self) -> None:
        """Stop where the ear is."""
        self._halt()
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)  # noqa: FBT003

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self.playing else self.play()

    def seek(self, position: float) -> None:
        """Go to a place, still playing if it was."""
        if self.playing:
            self.play(position)
        else:
            self._move(position)

    def skip(self, seconds: float) -> None:
        """Go forward, or back."""
        self.seek(self.position + seconds)

    def set_speed(self, speed: float) -> None:
        """Play at one of `SPEEDS` from now on."""
        self.speed = speed
        self.speed_changed.emit(speed)
        if self.playing:
            self.play(self.position, self._stop_at)

    def next_speed(self) -> None:
        """The next faster speed, round to the slowest."""
        self.set_speed(SPEEDS[(SPEEDS.index(self.speed) + 1) % len(SPEEDS)])

    def close(self) -> None:
        """Stop and let the device go."""
        self.pause()
        self._lane.close()

    def _start_sound(self, at: float) -> None:
        if self._sound is None:
            return
        playback = Playback(self._sound, at, self._stop_at, self.speed)
        self._playback = playback
        self._lane.run(Operation(playback.play, lambda _: self._on_played(playback), self._on_sound_failed))

    def _halt(self) -> None:
        if self._playback is not None:
            self._playback.stopped.set()
            self._playback = None

    def _move(self, position: float) -> None:
        self.position = min(max(0.0, position), self.duration)
        self.position_changed.emit(self.position)

    @Slot()
    def _on_tick(self) -> None:
        elapsed = self._clock.restart() / 1000 * self.speed
        if self._playback is not None and self._playback.started.is_set():
            self._move(self._playback.position)
        elif self._playback is None:
            self._move(self.position + elapsed)
        if self.position >= self._stop_at:
            self.pause()

    def _on_played(self, playback: Playback) -> None:
        if playback is self._playback:
            self._move(self._stop_at)
            self.pause()

    def _on_sound_failed(self, error: BaseException) -> None:
        """Go on without sound, and say so once."""
        self._playback = None
        if not self._silent:
            self._silent = True
            self.failed.emit(error)
        self._clock.restart()
