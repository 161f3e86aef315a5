"""How a dictation goes to a colleague's computer and comes from there; `desktop.handover` does it."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from desktop.commands.command import RECORD, Command
from desktop.commands.workbench import Workbench
from desktop.translation import QT_TRANSLATE_NOOP


class Handing:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session

    def hand_over(self) -> None:
        """Write the dictation on the page to a file."""
        from desktop.handover.dialogs import HandOverDialog

        encounter = self._session.encounter
        if encounter is not None:
            self._window.note.editor.hand_over()  # what is typed goes along
            self._open(HandOverDialog(self._window.people, encounter, self._parent()))

    def can_hand_over(self) -> bool:
        """Whether a dictation is on the page that nothing is being done with."""
        encounter = self._session.encounter
        return encounter is not None and encounter.id not in self._session.desk.jobs

    def take_in(self) -> None:
        """Take a dictation in from a file, and open it."""
        from desktop.handover.dialogs import TakeInDialog

        self._open(TakeInDialog(self._window.people, self._arrived, self._session.open, self._parent()))

    def _arrived(self, encounter_id: str) -> None:
        """Show it in the worklist, and on the page where that is its page."""
        self._session.refresh()
        if self._session.encounter is not None and self._session.encounter.id == encounter_id:
            self._session.open(encounter_id)

    def _parent(self) -> QWidget | None:
        return self._window if isinstance(self._window, QWidget) else None

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


COMMANDS: tuple[Command[Handing], ...] = (
    Command(
        "handover.send",
        QT_TRANSLATE_NOOP("commands", "Hand over to a colleague …"),
        ("Ctrl+Shift+F",),
        RECORD,
        Handing.hand_over,
        Handing.can_hand_over,
    ),
    Command(
        "handover.receive",
        QT_TRANSLATE_NOOP("commands", "Take a handed-over dictation in …"),
        ("Ctrl+Shift+L",),
        RECORD,
        Handing.take_in,
    ),
)
