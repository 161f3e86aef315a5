"""What a person does with the facts of a dictation."""

from __future__ import annotations

from functools import partial

from desktop.commands.command import REVIEW, Command, Scope
from desktop.commands.workbench import Workbench, may_change
from desktop.player.player import LEAD_S, TAIL_S
from desktop.translation import QT_TRANSLATE_NOOP

_READINGS = (
    QT_TRANSLATE_NOOP("commands", "Keep the words as heard"),
    QT_TRANSLATE_NOOP("commands", "Take the first reading"),
    QT_TRANSLATE_NOOP("commands", "Take the second reading"),
    QT_TRANSLATE_NOOP("commands", "Take the third reading"),
    QT_TRANSLATE_NOOP("commands", "Take the fourth reading"),
)
READINGS = tuple(f"reading.{number}" for number in range(len(_READINGS)))
"""The commands that choose among the readings of misheard words, by number."""


class Reviewing:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session
        self._player = window.player

    def can_review(self) -> bool:
        """Whether an entry is in focus and not being edited."""
        return self._session.focused is not None and may_change(self._window)

    def can_file(self) -> bool:
        """Whether an entry is in focus and it is settled whose dictation it is."""
        return self.can_review() and not bool(self._window.guard.doubts)

    def can_hear(self) -> bool:
        """Whether an entry or words are in focus and no form is open."""
        return self._session.place is not None and not self._window.facts.editing

    def can_choose(self, number: int) -> bool:
        """Whether the words in focus have a reading of this number."""
        question = self._session.question
        return question is not None and number < len(question.readings) and may_change(self._window)

    def choose(self, number: int) -> None:
        """Take a reading of the words in focus and go to the next entry."""
        self._session.choose(number)

    def has_entries(self) -> bool:
        """Whether the page has facts."""
        return bool(self._session.entries) and not self._window.facts.editing

    def can_undo(self) -> bool:
        """Whether a decision can be taken back."""
        return self._session.can_undo and not self._window.facts.editing

    def accept(self) -> None:
        """Accept the entry in focus and go to the next one."""
        self._session.accept()

    def reject(self) -> None:
        """Reject the entry in focus and go to the next one."""
        self._session.reject()

    def edit(self) -> None:
        """Open the form for the entry in focus."""
        entry = self._session.focused
        if entry is not None:
            self._window.facts.edit(entry)
            self._window.refresh()

    def hear(self) -> None:
        """Play the words that the entry in focus rests on; again, and it stops."""
        if self._player.playing:
            self._player.pause()
            return
        place, reading = self._session.place, self._session.reading
        time = reading.time_of(place) if place is not None and reading is not None else None
        if time is not None:
            self._player.play(time.start - LEAD_S, time.end + TAIL_S)

    def next_entry(self) -> None:
        """Go to the next entry."""
        self._window.facts.list.step(1)

    def previous_entry(self) -> None:
        """Go to the previous entry."""
        self._window.facts.list.step(-1)

    def undo(self) -> None:
        """Take the last decision back."""
        self._session.undo()


COMMANDS: tuple[Command[Reviewing], ...] = (
    Command(
        "entry.accept",
        QT_TRANSLATE_NOOP("commands", "Accept"),
        ("Return", "Enter"),
        REVIEW,
        Reviewing.accept,
        Reviewing.can_file,
        Scope.REVIEW,
    ),
    Command(
        "entry.hear",
        QT_TRANSLATE_NOOP("commands", "Hear"),
        ("Space",),
        REVIEW,
        Reviewing.hear,
        Reviewing.can_hear,
        Scope.REVIEW,
    ),
    Command(
        "entry.edit",
        QT_TRANSLATE_NOOP("commands", "Edit"),
        ("E",),
        REVIEW,
        Reviewing.edit,
        Reviewing.can_file,
        Scope.REVIEW,
    ),
    Command(
        "entry.reject",
        QT_TRANSLATE_NOOP("commands", "Reject"),
        ("X",),
        REVIEW,
        Reviewing.reject,
        Reviewing.can_review,
        Scope.REVIEW,
    ),
    *(
        Command(
            f"reading.{number}",
            title,
            (str(number),),
            REVIEW,
            partial(Reviewing.choose, number=number),
            partial(Reviewing.can_choose, number=number),
            Scope.REVIEW,
        )
        for number, title in enumerate(_READINGS)
    ),
    Command(
        "entry.next",
        QT_TRANSLATE_NOOP("commands", "Next fact"),
        ("J",),
        REVIEW,
        Reviewing.next_entry,
        Reviewing.has_entries,
        Scope.REVIEW,
    ),
    Command(
        "entry.previous",
        QT_TRANSLATE_NOOP("commands", "Previous fact"),
        ("K",),
        REVIEW,
        Reviewing.previous_entry,
        Reviewing.has_entries,
        Scope.REVIEW,
    ),
    Command(
        "entry.undo",
        QT_TRANSLATE_NOOP("commands", "Undo the last decision"),
        ("Ctrl+Z",),
        REVIEW,
        Reviewing.undo,
        Reviewing.can_undo,
    ),
)
