"""How a person gets about: to another dictation, another page, another pane."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.commands.command import FIND, Command
from desktop.commands.workbench import Workbench
from desktop.signing.history_view import HISTORY_TAB
from desktop.translation import QT_TRANSLATE_NOOP


class Finding:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session

    def search(self) -> None:
        """Go to the search field."""
        self._window.rail.search.setFocus()
        self._window.rail.search.selectAll()

    def next_dictation(self) -> None:
        """Open the next dictation of the list."""
        self._open_beside(1)

    def previous_dictation(self) -> None:
        """Open the previous dictation of the list."""
        self._open_beside(-1)

    def show_note(self) -> None:
        """Show the note."""
        self._window.note.tabs.setCurrentIndex(0)

    def show_changes(self) -> None:
        """Show every change from said to written."""
        self._window.note.tabs.setCurrentIndex(1)

    def show_history(self) -> None:
        """Show every version and signature, and what changed between them."""
        self._window.note.tabs.setCurrentIndex(HISTORY_TAB)
        self._window.signing.show_history()
        self._window.note.history.list.setFocus()

    def next_pane(self) -> None:
        """Give the keyboard to the next pane."""
        panes = self._window.panes()
        at = next((number for number, pane in enumerate(panes) if pane.hasFocus()), -1)
        panes[(at + 1) % len(panes)].setFocus()

    def next_asked(self) -> None:
        """Open the next dictation that the user is asked to sign beside."""
        self._go_on([each.id for each in self._session.encounters if each.asked_by], 1)

    def is_asked(self) -> bool:
        """Whether somebody asks the user to sign beside them."""
        return any(each.asked_by for each in self._session.encounters)

    def _open_beside(self, by: int) -> None:
        self._go_on([row.encounter_id for row in self._window.rail.model.rows if row.encounter_id], by)

    def _go_on(self, ids: Sequence[str], by: int) -> None:
        """From the open dictation to the one beside it among these, round the ends."""
        if not ids:
            return
        current = self._session.encounter.id if self._session.encounter is not None else ""
        at = ids.index(current) if current in ids else -1 if by > 0 else 0
        self._session.open(ids[(at + by) % len(ids)])


COMMANDS: tuple[Command[Finding], ...] = (
    Command(
        "worklist.search", QT_TRANSLATE_NOOP("commands", "Search notes and facts"), ("Ctrl+F",), FIND, Finding.search
    ),
    Command(
        "worklist.next", QT_TRANSLATE_NOOP("commands", "Next dictation"), ("Alt+Down",), FIND, Finding.next_dictation
    ),
    Command(
        "worklist.previous",
        QT_TRANSLATE_NOOP("commands", "Previous dictation"),
        ("Alt+Up",),
        FIND,
        Finding.previous_dictation,
    ),
    Command(
        "worklist.asked",
        QT_TRANSLATE_NOOP("commands", "Next dictation you are asked to sign"),
        ("Alt+A",),
        FIND,
        Finding.next_asked,
        Finding.is_asked,
    ),
    Command("view.note", QT_TRANSLATE_NOOP("commands", "Show the note"), ("Ctrl+1",), FIND, Finding.show_note),
    Command(
        "view.changes",
        QT_TRANSLATE_NOOP("commands", "Show what was said and written"),
        ("Ctrl+2",),
        FIND,
        Finding.show_changes,
    ),
    Command(
        "view.history",
        QT_TRANSLATE_NOOP("commands", "Show the history"),
        ("Ctrl+3",),
        FIND,
        Finding.show_history,
    ),
    Command("view.pane", QT_TRANSLATE_NOOP("commands", "Go to the next pane"), ("F6",), FIND, Finding.next_pane),
)
