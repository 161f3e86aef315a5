"""Who sits at the window: locks it, unlocks it, and opens the dialogs about users.

Owns the way from an idle keyboard or a key to the lock screen and back to the same page. While it is locked the chart
is closed and its key dropped; a recording, and a transcription under way, go on and are kept after unlocking.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.chart import Key, RecoveryKey
from desktop.messages import explain
from desktop.people.lock import IdleWatch, LockScreen
from desktop.people.lock_recording import RecordingPanel
from desktop.people.rights import ALWAYS, WHILE_RECORDING
from desktop.settings import AUTO_LOCK, Settings
from ehr.chart.people import Right, User
from ehr.store.holders import holders

if TYPE_CHECKING:
    from desktop.dictation.sound_bar import SoundBar
    from desktop.player.player import Player
    from desktop.session import Session
    from desktop.worklist.rail import Rail
    from ehr.store.store import Store


class Frame(Protocol):
    """What this room needs of the window."""

    session: Session
    player: Player
    rail: Rail
    sound: SoundBar
    actions_by_id: Mapping[str, QAction]

    def cover(self, screen: QWidget | None) -> None:
        """Put something in the place of the page, or the page back."""

    def show_problem(self, error: BaseException, again: Callable[[], None] | None = None) -> None:
        """Say what went wrong."""

    def refresh(self) -> None:
        """Enable the actions that make sense now."""


class People(QObject):
    """Reached as `window.people`."""

    def __init__(self, frame: Frame, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._frame, self._window, self._settings = frame, window, settings
        self._session, self._chart = frame.session, frame.session.chart
        self._before: User | None = None
        self.screen: LockScreen | None = None
        self.watch = IdleWatch(frame.player, self)
        self.watch.idle.connect(self.lock)
        self._chart.changed.connect(frame.refresh)

    @property
    def locked(self) -> bool:
        """Whether the lock screen stands over the page."""
        return self.screen is not None

    @property
    def behind_lock(self) -> Collection[str]:
        """The commands that hold while it is locked: a recording that goes on can be stopped and paused."""
        return ALWAYS | set(WHILE_RECORDING if self._session.desk.recording is not None else ())

    @property
    def minutes(self) -> int:
        """After how many idle minutes it locks; 0 for never."""
        return self._settings.number(AUTO_LOCK)

    def lock_after(self, minutes: int) -> None:
        """Lock after so many idle minutes from now on; 0 for never."""
        self._settings.remember(AUTO_LOCK, str(minutes))
        self.watch.start(minutes)

    def welcome(self) -> None:
        """Begin to watch, and say what this user has to know."""
        self.watch.start(self.minutes)
        if not self._chart.may(Right.READ):
            self._tell_no_reading()
        elif self._chart.may(Right.READ_AUDIT):
            self._session.ask(lambda store: len(store.emergencies.all(unseen=True)), self._tell_emergencies)

    def close(self) -> None:
        """Watch no more."""
        self.watch.stop()

    @Slot()
    def lock(self) -> None:
        """Blank the window, keep what is typed, close the chart and forget its key."""
        if self.locked or not self._chart.opened:
            return
        self._before = self._chart.user
        for dialog in self._window.findChildren(QDialog):
            dialog.reject()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        frame, desk = self._frame, self._session.desk
        screen = LockScreen(RecordingPanel(desk, self._chart, frame.actions_by_id, frame.sound))
        screen.form.submitted.connect(self._unlock)
        screen.recovery.submitted.connect(self._unlock)
        self.screen = screen
        self._frame.cover(screen)
        self._session.sleep()
        self._session.desk.arm(None)  # a microphone that is only held ready is let go; one that records goes on
        self._chart.lock()
        self._offer_users()
        screen.recording.show_desk()
        screen.form.start()

    def users(self) -> None:
        """Show the users, for the administrator."""
        from desktop.people.users_page import UsersPage

        self._open(UsersPage(self, self._window))

    def passphrase(self) -> None:
        """Change one's own passphrase."""
        from desktop.people.own_account import PassphraseDialog

        self._open(PassphraseDialog(self, self._window))

    def code(self) -> None:
        """Begin or end one-time codes for oneself."""
        from desktop.people.own_account import CodeDialog

        self._open(CodeDialog(self, self._window))

    def keychain(self) -> None:
        """Let this computer's keychain unlock the chart for oneself, or no longer."""
        from desktop.people.own_account import KeychainDialog

        self._open(KeychainDialog(self, self._window))

    def emergency(self) -> None:
        """Read charts that one's role does not read, for a reason."""
        from desktop.people.emergency import EmergencyDialog

        self._open(EmergencyDialog(self, self._window))

    def emergencies(self) -> None:
        """Show every emergency access."""
        from desktop.people.emergency import EmergenciesPage

        self._open(EmergenciesPage(self, self._window))

    def can_begin_emergency(self) -> bool:
        """Whether there is something that this user may not read."""
        return not self._chart.may(Right.READ)

    def ask(
        self,
        work: Callable[[Store], object],
        success: Callable[..., None],
        failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Ask the store something for a dialog."""
        self._session.ask(work, success, failure)

    @property
    def user(self) -> User | None:
        """Who has unlocked."""
        return self._chart.user

    def changed(self) -> None:
        """Users were changed, the present one perhaps among them."""
        self._chart.changed.emit()

    def began_emergency(self) -> None:
        """Charts can be read now."""
        self._chart.changed.emit()
        self._session.refresh()

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _offer_users(self) -> None:
        if self.screen is not None:
            found = holders(self._chart.home)
            chosen = self._before.id if self._before is not None else ""
            self.screen.form.show_users(found, chosen)
            self.screen.recovery.show_users(found, chosen)

    @Slot(object)
    def _unlock(self, key: Key | RecoveryKey) -> None:
        self._chart.unlock_with(key, success=self._on_unlocked, failure=self._on_refused)

    def _on_unlocked(self) -> None:
        screen, self.screen = self.screen, None
        self._frame.cover(None)
        if screen is not None:
            screen.deleteLater()
        same = self._before is not None and self._chart.user is not None and self._before.id == self._chart.user.id
        if not same:
            self._frame.rail.search.clear()
        self._session.wake(same=same)
        self._frame.refresh()
        self.welcome()

    def _on_refused(self, error: BaseException) -> None:
        message = explain(error)
        if self.screen is not None:
            self.screen.show_problem(f"{message.sentence} {message.next_step} ({message.code})", message.code)

    def _tell_no_reading(self) -> None:
        from ehr.store.errors import NotAllowed

        self._frame.show_problem(
            NotAllowed(
                self.tr("Your role in this clinic does not read charts."),
                self.tr("Where a patient's care depends on it: “Emergency access …” (Ctrl+Shift+E)."),
            )
        )

    def _tell_emergencies(self, unseen: int) -> None:
        if unseen:
            self.emergencies()
