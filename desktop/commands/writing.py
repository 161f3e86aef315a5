"""What a person does with the words of a note."""

from __future__ import annotations

from desktop.commands.command import REVIEW, Command, Scope
from desktop.commands.workbench import Workbench, leave_note, may_change
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.fields import open_fields
from ehr.reverting import can_revert


class Writing:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session

    def can_edit_note(self) -> bool:
        """Whether the page has a note and no form is open."""
        return self._session.reading is not None and may_change(self._window)

    def edit_note(self) -> None:
        """Let the note be typed in, from the words in focus on; again, and the page is back."""
        session, panel = self._session, self._window.note
        if panel.editor.active:
            leave_note(self._window)
        elif session.reading is not None and session.encounter is not None:
            at = session.place.start if session.place is not None else 0
            panel.edit(session.encounter.id, session.reading.draft.note.written, at)

    def insert_autotext(self) -> None:
        """Choose an auto-text and insert it where the note is typed in, at its end where it is only read."""
        editor = self._window.note.editor
        was_read = not editor.active
        if was_read:
            self.edit_note()

        def insert(text: str) -> None:
            if was_read:
                editor.go_to_end()
            editor.insert(text)

        self._window.phrases.choose_autotext(insert)

    def next_field(self) -> None:
        """Go to the next field of the note, which is typed in from then on."""
        if not self._window.note.editor.active:
            self.edit_note()
        self._window.note.editor.step_field(1)

    def has_fields(self) -> bool:
        """Whether the note has a field to go to."""
        reading = self._session.reading
        if self._window.note.editor.active:
            return self.can_edit_note()
        return self.can_edit_note() and reading is not None and bool(open_fields(reading.draft.note))

    def accept_defaults(self) -> None:
        """Take the first option of every choice in the note."""
        if not self._window.note.editor.active:
            self.edit_note()
        self._window.note.editor.accept_defaults()

    def can_revert(self) -> bool:
        """Whether a change is chosen that can be taken back alone."""
        change, reading = self._window.note.changes.chosen, self._session.reading
        at_list = self._window.note.tabs.currentIndex() == 1 and not self._session.standing.locked
        return at_list and change is not None and reading is not None and can_revert(change, reading.draft.note)

    def revert(self) -> None:
        """Take the chosen change back."""
        change = self._window.note.changes.chosen
        if self.can_revert() and change is not None:
            self._session.revert(change)


COMMANDS: tuple[Command[Writing], ...] = (
    Command(
        "note.edit",
        QT_TRANSLATE_NOOP("commands", "Edit the note"),
        ("F2", "Ctrl+E"),
        REVIEW,
        Writing.edit_note,
        Writing.can_edit_note,
    ),
    Command(
        "note.autotext",
        QT_TRANSLATE_NOOP("commands", "Insert auto-text …"),
        ("Ctrl+I",),
        REVIEW,
        Writing.insert_autotext,
        Writing.can_edit_note,
    ),
    Command(
        "note.field",
        QT_TRANSLATE_NOOP("commands", "Next field"),
        ("F7",),
        REVIEW,
        Writing.next_field,
        Writing.has_fields,
    ),
    Command(
        "note.defaults",
        QT_TRANSLATE_NOOP("commands", "Accept defaults"),
        ("Ctrl+F7",),
        REVIEW,
        Writing.accept_defaults,
        Writing.has_fields,
    ),
    Command(
        "change.revert",
        QT_TRANSLATE_NOOP("commands", "Write it as it was said"),
        ("Backspace", "Del"),
        REVIEW,
        Writing.revert,
        Writing.can_edit_note,
        Scope.REVIEW,
    ),
)
