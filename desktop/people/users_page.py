"""The administrator's page: users, their roles and passphrases, the recovery key, and when the window locks.

Owns what is on the page. Each change is asked of the store by itself, and the list is read again after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.messages import explain
from desktop.people.forms import passphrase_problem, secret_field
from desktop.people.recovery_page import RecoveryPage
from desktop.widgets import label
from ehr.chart.people import Account, Role, User

if TYPE_CHECKING:
    from desktop.people.host import Host
    from ehr.store.store import Store

_LONGEST_MINUTES = 240


class UsersPage(QDialog):
    """Users on the left, the one who is chosen on the right; at the end of the list, somebody new."""

    def __init__(self, people: Host, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.people = people
        self.accounts: Sequence[Account] = ()
        self._keychains: frozenset[str] = frozenset()
        self.setModal(True)
        self.setWindowTitle(self.tr("Users"))
        self.resize(880, 540)
        self.list = QListWidget()
        self.list.setObjectName("palette")
        self.list.setAccessibleName(self.tr("Users"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._show_chosen)
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name"))
        self.roles = {role: QCheckBox(text) for role, text in self._role_names().items()}
        self.passphrase = secret_field("")
        self.again = secret_field(self.tr("The same again"))
        self._problem = label("", "error", wrap=True)
        self.save = self._button(self.tr("&Save"), self._on_save, look="go")
        self.disable = self._button(self.tr("&Disable"), self._on_disable)
        self.recovery = self._button(self.tr("New recovery &key …"), self._on_recovery)
        self.close_button = self._button(self.tr("&Close"), self.accept)
        self.minutes = QSpinBox()
        self._prepare_minutes()
        self._lay_out()
        self.reload()

    @property
    def problem(self) -> str:
        """What the page complains of."""
        return self._problem.text()

    @property
    def chosen(self) -> Account | None:
        """The user who is shown; None for somebody new."""
        row = self.list.currentRow()
        return self.accounts[row] if 0 <= row < len(self.accounts) else None

    def reload(self, chosen: str = "") -> None:
        """Read the users again and show one of them."""

        def take(state: tuple[Sequence[Account], frozenset[str]]) -> None:
            found, self._keychains = state
            self.accounts = found
            self.list.clear()
            for account in found:
                self.list.addItem(QListWidgetItem(self._line(account)))
            self.list.addItem(QListWidgetItem(self.tr("+ Add a user")))
            ids = [each.user.id for each in found]
            self.list.setCurrentRow(ids.index(chosen) if chosen in ids else 0)

        self.people.ask(lambda store: (store.users.all(), store.keychain.users()), take, self._refused)

    def _role_names(self) -> dict[Role, str]:
        return {
            Role.CLINICIAN: self.tr("Clinician: dictates, reviews, signs"),
            Role.SCRIBE: self.tr("Scribe: dictates, reviews"),
            Role.RECORDS_OFFICER: self.tr("Records officer: keeps, merges, exports, audits"),
            Role.ADMINISTRATOR: self.tr("Administrator: users and backups, no charts"),
        }

    def _line(self, account: Account) -> str:
        marks = [self.tr("may not unlock")] if account.disabled else []
        marks += [self.tr("one-time code")] if account.has_code else []
        marks += [self.tr("keychain")] if account.user.id in self._keychains else []
        return f"{account.user.name}   ({', '.join(marks)})" if marks else account.user.name

    def _button(self, text: str, then: Callable[[], object], look: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        if look:
            button.setProperty("look", look)
        button.clicked.connect(then)
        return button

    def _prepare_minutes(self) -> None:
        self.minutes.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.minutes.setMinimumWidth(110)
        self.minutes.setRange(0, _LONGEST_MINUTES)
        self.minutes.setSuffix(self.tr(" min"))
        self.minutes.setSpecialValueText(self.tr("never"))
        self.minutes.setValue(self.people.minutes)
        self.minutes.setAccessibleName(self.tr("Lock this computer's window after"))
        self.minutes.valueChanged.connect(self.people.lock_after)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(label(self.tr("Users"), "title"))
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(9)
        for widget in (self.name, *self.roles.values(), self.passphrase, self.again, self._problem):
            right.addWidget(widget)
        deeds = QHBoxLayout()
        deeds.addWidget(self.disable)
        deeds.addStretch(1)
        deeds.addWidget(self.save)
        right.addLayout(deeds)
        right.addStretch(1)
        lock = QHBoxLayout()
        lock.addWidget(label(self.tr("Lock this computer's window after")))
        lock.addWidget(self.minutes)
        lock.addStretch(1)
        right.addLayout(lock)
        foot = QHBoxLayout()
        foot.addWidget(self.recovery)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        columns = QHBoxLayout()
        columns.setSpacing(20)
        columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(14)
        outer.addLayout(columns, 1)
        outer.addLayout(foot)

    def _show_chosen(self) -> None:
        account = self.chosen
        self._problem.clear()
        self.name.setText(account.user.name if account else "")
        for role, box in self.roles.items():
            box.setChecked(account is not None and role in account.user.roles)
        new = self.tr("Passphrase") if account is None else self.tr("New passphrase (empty: as it is)")
        self.passphrase.setPlaceholderText(new)
        self.passphrase.setAccessibleName(new)
        self.passphrase.clear()
        self.again.clear()
        self.disable.setVisible(account is not None and not account.disabled)
        self.save.setText(self.tr("&Save") if account is not None else self.tr("&Add"))

    def _on_save(self) -> None:
        name, passphrase = self.name.text(), self.passphrase.text()
        roles = frozenset(role for role, box in self.roles.items() if box.isChecked())
        account = self.chosen
        problem = passphrase_problem(self, passphrase, self.again.text()) if passphrase or account is None else ""
        if not problem and not roles:
            problem = self.tr("Choose at least one role.")
        if problem:
            self._problem.setText(problem)
        elif account is None:
            self._do(lambda store: store.users.add(name, roles, passphrase).id)
        else:
            self._do(lambda store: _changed(store, account.user, User(account.user.id, name, roles), passphrase))

    def _on_disable(self) -> None:
        account = self.chosen
        if account is not None:
            self._do(lambda store: _disabled(store, account.user.id))

    def _on_recovery(self) -> None:
        self.people.ask(lambda store: store.users.make_recovery_key(), self._show_recovery, self._refused)

    def _show_recovery(self, key: str) -> None:
        dialog = QDialog(self)
        dialog.setWindowTitle(self.tr("Your recovery key"))
        dialog.setModal(True)
        page = RecoveryPage(key)
        page.done.connect(dialog.accept)
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(26, 24, 26, 22)
        outer.addWidget(page)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _do(self, work: Callable[[Store], str]) -> None:
        def done(user_id: str) -> None:
            self._problem.clear()
            self.reload(user_id)
            self.people.changed()

        self.people.ask(work, done, self._refused)

    def _refused(self, error: BaseException) -> None:
        message = explain(error)
        self._problem.setText(f"{message.sentence} {message.next_step} ({message.code})")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter saves, wherever it is typed."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_save()
            return
        super().keyPressEvent(event)


def _changed(store: Store, before: User, after: User, passphrase: str) -> str:
    """Change what differs of a user; each change is an act of its own in the audit log."""
    if after.name.strip() != before.name:
        store.users.rename(before.id, after.name)
    if after.roles != before.roles:
        store.users.set_roles(before.id, after.roles)
    if passphrase:
        store.users.reset_passphrase(before.id, passphrase)
    return before.id


def _disabled(store: Store, user_id: str) -> str:
    store.users.disable(user_id)
    return user_id
