"""The dialogs about one's own account: another passphrase, one-time codes, and this computer's keychain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.messages import explain
from desktop.people.forms import fit, passphrase_problem, secret_field
from desktop.widgets import label

if TYPE_CHECKING:
    from desktop.people.host import Host
    from ehr.store.store import Store

_TEXT_WIDTH = 408
"""In pixels: the dialog's least width without its margins."""


class Question(QDialog):
    """A title, an explanation, fields, what is wrong, and two buttons."""

    def __init__(self, people: Host, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.people = people
        self.setModal(True)
        self.setMinimumWidth(460)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton()
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self.on_go)
        self.leave = QPushButton(self.tr("Cancel"))
        self.leave.setAutoDefault(False)
        self.leave.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.leave)
        row.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 24, 26, 22)
        outer.setSpacing(12)
        outer.addLayout(self.body)
        outer.addWidget(self._problem)
        outer.addLayout(row)

    def explain(self, title: str, text: str, go: str) -> None:
        """Say what it is for and what its button does."""
        self.setWindowTitle(title)
        self.body.addWidget(label(title, "title"))
        self._put(label(text, wrap=True))
        self.go.setText(go)

    def _put(self, text: QLabel) -> None:
        """Add a text that is as high as its lines, however late it comes."""
        self.body.addWidget(text)
        text.ensurePolished()
        text.setMinimumHeight(text.heightForWidth(_TEXT_WIDTH))

    def say(self, text: str) -> None:
        """Say what is wrong."""
        self.go.setEnabled(True)
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        fit(self)

    @property
    def problem(self) -> str:
        """What the dialog complains of."""
        return "" if self._problem.isHidden() else self._problem.text()

    def refused(self, error: BaseException) -> None:
        """Say why the chart refused."""
        message = explain(error)
        self.say(f"{message.sentence} {message.next_step} ({message.code})")

    def on_go(self) -> None:
        """Do what the dialog is for."""
        raise NotImplementedError


class PassphraseDialog(Question):
    """The passphrase now, and another one twice."""

    def __init__(self, people: Host, parent: QWidget | None = None) -> None:
        super().__init__(people, parent)
        self.explain(
            self.tr("Change your passphrase"),
            self.tr("The chart is not encrypted anew: a stolen older copy of the data folder opens as it did then."),
            self.tr("Change it"),
        )
        self.old = secret_field(self.tr("Your passphrase now"))
        self.new = secret_field(self.tr("New passphrase"))
        self.again = secret_field(self.tr("The same again"))
        for field in (self.old, self.new, self.again):
            self.body.addWidget(field)

    def on_go(self) -> None:
        """Change it."""
        old, new = self.old.text(), self.new.text()
        problem = passphrase_problem(self, new, self.again.text())
        if problem:
            self.say(problem)
            return
        self.go.setEnabled(False)
        self.people.ask(lambda store: store.users.change_passphrase(old, new), lambda _: self.accept(), self.refused)


class CodeDialog(Question):
    """Begin one-time codes with an authenticator, or end them with the passphrase."""

    def __init__(self, people: Host, parent: QWidget | None = None) -> None:
        super().__init__(people, parent)
        self.has_code = False
        self.secret = b""
        self.field = QLineEdit()
        self.go.setEnabled(False)
        user = people.user
        user_id = user.id if user is not None else ""
        people.ask(
            lambda store: next(each.has_code for each in store.users.all() if each.user.id == user_id),
            self._show_state,
            self.refused,
        )

    def on_go(self) -> None:
        """Begin or end."""
        typed, secret = self.field.text(), self.secret
        self.go.setEnabled(False)
        if self.has_code:
            self.people.ask(lambda store: store.users.drop_code(typed), lambda _: self.accept(), self.refused)
        else:
            self.people.ask(lambda store: store.users.set_up_code(secret, typed), lambda _: self.accept(), self.refused)

    def _show_state(self, has_code: bool) -> None:  # noqa: FBT001  what the chart answers
        self.has_code = has_code
        self.go.setEnabled(True)
        if has_code:
            self._offer_ending()
        else:
            self._offer_beginning()
        self.body.addWidget(self.field)
        self.field.show()  # a field that its layout has not shown yet does not take the keyboard
        fit(self)
        self.field.setFocus()

    def _offer_ending(self) -> None:
        text = self.tr("You are asked for a one-time code at each unlock. Your passphrase ends that.")
        self.explain(self.tr("One-time codes"), text, self.tr("End one-time codes"))
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(self.tr("Your passphrase"))
        self.field.setAccessibleName(self.tr("Your passphrase"))

    def _offer_beginning(self) -> None:
        from ehr.store.onetime import new_secret, secret_text

        self.secret = new_secret()
        text = self.tr(
            "Type this secret into an authenticator (six digits, 30 seconds), then the code it shows. It keeps out a "
            "colleague who saw your passphrase; it does not keep out who copies the data folder."
        )
        self.explain(self.tr("One-time codes"), text, self.tr("Begin one-time codes"))
        shown = label(secret_text(self.secret), "recovery", wrap=True)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._put(shown)
        self.field.setPlaceholderText(self.tr("Six digits"))
        self.field.setAccessibleName(self.tr("Six digits"))


class KeychainDialog(Question):
    """Let this computer's keychain unlock the chart, which takes the passphrase once more, or no longer."""

    def __init__(self, people: Host, parent: QWidget | None = None) -> None:
        super().__init__(people, parent)
        self.chosen = False
        self.passphrase = secret_field(self.tr("Your passphrase"))
        self.totp = QLineEdit()
        self.totp.setPlaceholderText(self.tr("Six digits of your authenticator"))
        self.totp.setAccessibleName(self.tr("One-time code"))
        self.go.setEnabled(False)
        people.ask(_keychain_state, self._show_state, self.refused)

    def on_go(self) -> None:
        """Choose it, or end it."""
        passphrase, totp = self.passphrase.text(), self.totp.text()
        self.go.setEnabled(False)
        if self.chosen:
            self.people.ask(lambda store: store.keychain.drop(), self._done, self.refused)
        else:
            self.people.ask(lambda store: store.keychain.choose(passphrase, totp), self._done, self.refused)

    def refused(self, error: BaseException) -> None:
        """Say why, and let the passphrase be typed again."""
        super().refused(error)
        self.passphrase.setFocus()
        self.passphrase.selectAll()

    def _done(self, _: object) -> None:
        self.people.changed()
        self.accept()

    def _show_state(self, state: tuple[bool, bool]) -> None:
        self.chosen, has_code = state
        self.go.setEnabled(True)
        if self.chosen:
            text = self.tr(
                "Enter alone unlocks the chart for you at this computer, or at another one where you chose this last. "
                "Signing asks for your passphrase."
            )
            self.explain(self.tr("This computer's keychain"), text, self.tr("No longer unlock with it"))
            fit(self)
            self.go.setFocus()
            return
        text = self.tr(
            "A key in the keychain of your account of this computer then unlocks the chart, without the passphrase. "
            "Whoever can use this account opens the chart in your name. Signing still asks for the passphrase."
        )
        self.explain(self.tr("This computer's keychain"), text, self.tr("Unlock with it from now on"))
        self.body.addWidget(self.passphrase)
        if has_code:
            self.body.addWidget(self.totp)
        self.passphrase.show()  # a field that its layout has not shown yet does not take the keyboard
        fit(self)
        self.passphrase.setFocus()


def _keychain_state(store: Store) -> tuple[bool, bool]:
    """Whether the present user chose the keychain, and whether they have one-time codes."""
    me = store.users.current.id
    return store.keychain.chosen, any(each.has_code for each in store.users.all() if each.user.id == me)
