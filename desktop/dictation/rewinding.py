"""Going back in the dictation that is being recorded, hearing its end, and speaking over it from there.

Owns the place from which the recording would go on. It moves only by what is done here: as soon as the player has
another sound, or the recording goes on, it is the end again, where nothing is said over.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from desktop.dictation.desk import SAMPLES_PER_SECOND, Desk
from desktop.player.player import SKIP_S, Player
from desktop.player.sound import Sound
from transcriber.spans import Spans, back, joined, standing

_END_S = 0.1
"""So near the end is the end."""


class Rewinding(QObject):
    """Plays and moves about in the recording under way. `changed` says that the place is another second."""

    changed = Signal()

    def __init__(self, desk: Desk, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._player = desk, player
        self._sound: Sound | None = None
        self._place: float | None = None
        self._steps = 0
        self._rest: Spans = ()
        self._until = 0.0
        desk.rewound = self.release
        desk.changed.connect(self._follow)
        player.position_changed.connect(self._on_position)
        player.playing_changed.connect(self._on_playing)

    @property
    def place(self) -> float | None:
        """Where the recording would go on, in seconds; None at its end."""
        return self._place

    def step(self, steps: int) -> None:
        """Go so many steps of `SKIP_S` forward, or back where negative, and play from there; pauses the recording."""
        if self._desk.recording is None:
            return
        self._steps += steps
        if self._desk.paused:
            self._follow()
        elif steps < 0 and self._steps == steps:
            self._desk.pause_or_resume()

    def play(self) -> None:
        """Play from the place; at the end, the last step before it."""
        if self._place is None:
            self.step(-1)
        elif not self._player.playing:
            self._play_from(self._place)

    def pause(self) -> None:
        """Stop playing; the place stays where the ear is."""
        self._rest = ()
        if self._sound is not None:
            self._player.pause()

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self._player.playing else self.play()

    def release(self) -> float | None:
        """The recording goes on: be silent, and say from where."""
        place = self._place
        self._forget()
        return place

    def _forget(self) -> None:
        self.pause()
        self._steps, self._place = 0, None
        if self._sound is not None:
            self._sound = None
            self._player.load(None)
            self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        """Do the steps that were asked for once the recording is paused."""
        if not self._desk.paused:
            if self._sound is not None:
                self._forget()
            return
        if not self._steps:
            return
        end, steps, self._steps = self._desk.length, self._steps, 0
        at = end if self._place is None else self._place
        if steps < 0:
            by, over = round(-steps * SKIP_S * SAMPLES_PER_SECOND), joined(self._desk.overs)
            at = back(round(at * SAMPLES_PER_SECOND), by, over) / SAMPLES_PER_SECOND
        else:
            at += steps * SKIP_S
        self._play_from(max(at, self._desk.floor))

    def _play_from(self, at: float) -> None:
        """Play what stands from there to the end; at the end there is nothing to play."""
        under_way, end = self._desk.under_way, self._desk.length
        if under_way is None:
            return
        self.pause()
        if at >= end - _END_S:
            self._forget()
            return
        if self._sound is None:
            self._sound = Sound(*under_way, end)
            self._player.load(self._sound)
        first, last = (round(seconds * SAMPLES_PER_SECOND) for seconds in (at, end))
        self._rest = standing(first, last, joined(self._desk.overs))
        self._play_next()

    def _play_next(self) -> None:
        if self._rest:
            (first, last), self._rest = self._rest[0], self._rest[1:]
            self._until = last / SAMPLES_PER_SECOND
            self._player.play(first / SAMPLES_PER_SECOND, self._until)

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:  # noqa: FBT001  (Qt's signals carry positional values)
        """One stretch was heard to its end: the next one."""
        if not playing and self._sound is not None and self._player.position >= self._until:
            self._play_next()

    @Slot(float)
    def _on_position(self, seconds: float) -> None:
        if self._sound is None:
            return
        if self._player.sound is not self._sound:  # another page, or the lock
            self._sound, self._rest, self._place = None, (), None
            self.changed.emit()
            return
        before = self._place
        self._place = max(seconds, self._desk.floor) if seconds < self._sound.duration - _END_S else None
        if self._place is None or before is None or int(before) != int(self._place):
            self.changed.emit()


class Deck:
    """What the keys of listening move: the recording under way where it is on the page, else the sound of the page."""

    def __init__(self, rewinding: Rewinding, player: Player, under_way: Callable[[], bool]) -> None:
        self._rewinding, self._player, self._under_way = rewinding, player, under_way

    @property
    def has_sound(self) -> bool:
        """Whether there is something to hear."""
        return self._under_way() or self._player.duration > 0

    def toggle(self) -> None:
        """Play or pause."""
        self._at_hand.toggle()

    def play(self) -> None:
        """Play from here."""
        self._at_hand.play()

    def pause(self) -> None:
        """Stop where the ear is."""
        self._at_hand.pause()

    def step(self, steps: int) -> None:
        """Go so many steps of `SKIP_S` forward, or back where negative."""
        if self._under_way():
            self._rewinding.step(steps)
        else:
            self._player.skip(steps * SKIP_S)

    @property
    def _at_hand(self) -> Rewinding | Player:
        return self._rewinding if self._under_way() else self._player
