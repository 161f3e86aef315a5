"""The forms of unlocking: a passphrase, a new chart, a recovery key. Each says what is typed and hears what is wrong.

Own the fields and what may be sent at all. Know nothing of the chart.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.chart import Key, NewChart, RecoveryKey
from desktop.widgets import label
from ehr.store.holders import Holder

SHORTEST = 8
"""A passphrase shorter than this is guessed too soon, whatever the key derivation costs."""

CODE_NEEDED = "CW-E116"
"""The error that says that the user has a one-time code as well."""


class Form(QWidget):
    """A title, an explanation, fields, what is wrong, and the buttons. `submitted` carries what was typed."""

    submitted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.explanation = label("", "title"), label("", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton()
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self.fields = QVBoxLayout()
        self.fields.setSpacing(10)
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(self.title)
        outer.addWidget(self.explanation)
        outer.addLayout(self.fields)
        outer.addWidget(self._problem)
        outer.addStretch(1)
        outer.addLayout(self.buttons)
        self.inputs: list[QWidget] = []

    def explain(self, title: str, explanation: str, go: str) -> None:
        """Say what the form is for and what its button does."""
        self.title.setText(title)
        self.explanation.setText(explanation)
        self.go.setText(go)

    def ask(self, *widgets: QWidget) -> None:
        """Put fields below each other; Enter in a line sends the form."""
        for widget in widgets:
            self.fields.addWidget(widget)
            self.inputs.append(widget)
            if isinstance(widget, QLineEdit):
                widget.returnPressed.connect(self._on_go)

    def offer(self, text: str) -> QPushButton:
        """A further button, left of the others."""
        button = QPushButton(text)
        button.setProperty("look", "flat")
        button.setAutoDefault(False)
        self.buttons.insertWidget(0, button)
        return button

    def show_problem(self, text: str, code: str = "") -> None:
        """Say why it did not go, and let it be tried again."""
        del code
        self.set_busy(busy=False)
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        fit(self)
        self.start()

    @property
    def problem(self) -> str:
        """What the form complains of."""
        return "" if self._problem.isHidden() else self._problem.text()

    def start(self) -> None:
        """Give the keyboard to the field where typing goes on."""

    def set_busy(self, *, busy: bool) -> None:
        """Hold the fields while it is tried."""
        for widget in (*self.inputs, self.go):
            widget.setEnabled(not busy)

    def typed(self) -> object | None:
        """What to send; None after saying what is missing."""
        raise NotImplementedError

    def _on_go(self) -> None:
        if self.go.isEnabled() and (found := self.typed()) is not None:
            self._problem.hide()
            self.set_busy(busy=True)
            self.submitted.emit(found)


class UnlockForm(Form):
    """Who it is, where there are several, and their passphrase; the one-time code once it is known to be needed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.explain(self.tr("Unlock the chart"), "", self.tr("Unlock"))
        self._users: Sequence[Holder] = ()
        self.user = QComboBox()
        self.user.setAccessibleName(self.tr("User"))
        self.user.currentIndexChanged.connect(self._show_way)
        self.passphrase = secret_field(self.tr("Passphrase"))
        self.totp = QLineEdit()
        self.totp.setPlaceholderText(self.tr("Six digits of your authenticator"))
        self.totp.setAccessibleName(self.tr("One-time code"))
        self.totp.hide()
        self.ask(self.user, self.passphrase, self.totp)
        self._show_way()
        self.lost = self.offer(self.tr("Use the recovery key …"))

    def show_users(self, users: Sequence[Holder], chosen: str = "") -> None:
        """Offer these, with one chosen; a single one is not asked for."""
        self._users = users
        self.user.clear()
        for user in users:
            self.user.addItem(user.name, user.id)
        at = self.user.findData(chosen)
        self.user.setCurrentIndex(max(at, 0))
        self._show_way()
        self.user.setVisible(len(users) > 1)
        self.passphrase.clear()
        self.totp.clear()
        self.totp.hide()
        self._problem.hide()
        self.set_busy(busy=False)

    def show_problem(self, text: str, code: str = "") -> None:
        """Say why it did not open; ask for the one-time code where that is why."""
        if code == CODE_NEEDED:
            self.totp.show()
            fit(self)
        super().show_problem(text)

    def start(self) -> None:
        """Type on in the code once it is asked for."""
        given = bool(self.passphrase.text()) or self.by_keychain
        field = self.totp if given and not self.totp.isHidden() else self.passphrase
        field.setFocus()
        field.selectAll()

    @property
    def by_keychain(self) -> bool:
        """Whether this computer's keychain may open the chart for the user who is chosen."""
        return any(user.keychain for user in self._users if user.id == self.user.currentData())

    def typed(self) -> Key | None:
        """The key, where a passphrase is typed or none is needed."""
        passphrase = self.passphrase.text()
        given = passphrase or self.by_keychain
        return Key(passphrase, str(self.user.currentData() or ""), self.totp.text()) if given else None

    def set_busy(self, *, busy: bool) -> None:
        """Hold the fields while it is tried; the keychain may be asking something itself meanwhile."""
        super().set_busy(busy=busy)
        if busy and self.by_keychain and not self.passphrase.text():
            said = self.tr("This computer's keychain is asked. It may be asking you, in a window of its own.")
            self.explanation.setText(said)
        else:
            self._show_way()

    def _show_way(self) -> None:
        """Say what opens the chart for the user who is chosen."""
        if self.by_keychain:
            said = self.tr(
                "Press Enter: the key in this computer's keychain opens the chart. Your passphrase does too."
            )
            field = self.tr("Passphrase, or Enter alone")
        else:
            said = self.tr("Patients, recordings and notes on this computer are encrypted with your passphrase.")
            field = self.tr("Passphrase")
        self.explanation.setText(said)
        self.passphrase.setPlaceholderText(field)
        self.passphrase.setAccessibleName(field)


class CreateForm(Form):
    """The first start: a name and a passphrase, twice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.explain(
            self.tr("Make your chart"),
            self.tr(
                "The passphrase encrypts every patient, recording and note on this computer. Nobody reads them "
                "without it, not even we. A recovery key follows, in case it is lost."
            ),
            self.tr("Create the chart"),
        )
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Your name, as it signs what you do"))
        self.name.setAccessibleName(self.tr("Your name"))
        self.passphrase = secret_field(self.tr("Passphrase"))
        self.again = secret_field(self.tr("The same again"))
        self.ask(self.name, self.passphrase, self.again)

    def start(self) -> None:
        """Begin with the name."""
        field = self.passphrase if self.name.text() else self.name
        field.setFocus()
        field.selectAll()

    def typed(self) -> NewChart | None:
        """The new chart, where all is there."""
        if not self.name.text().strip():
            self.show_problem(self.tr("Type your name: it stands beside everything you do in the chart."))
            return None
        problem = passphrase_problem(self, self.passphrase.text(), self.again.text())
        if problem:
            self.show_problem(problem)
            return None
        return NewChart(self.name.text().strip(), self.passphrase.text())


class RecoverForm(Form):
    """The clinic's recovery key, and a new passphrase for the user who is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.explain(
            self.tr("Use the recovery key"),
            self.tr("It gives you a new passphrase, and ends one-time codes. The audit log notes that it was used."),
            self.tr("Set the passphrase"),
        )
        self.user = QComboBox()
        self.user.setAccessibleName(self.tr("User"))
        self.key = QLineEdit()
        self.key.setPlaceholderText(self.tr("Recovery key, eight groups of five"))
        self.key.setAccessibleName(self.tr("Recovery key"))
        self.passphrase = secret_field(self.tr("New passphrase"))
        self.again = secret_field(self.tr("The same again"))
        self.ask(self.user, self.key, self.passphrase, self.again)
        self.back = self.offer(self.tr("Back"))

    def show_users(self, users: Sequence[Holder], chosen: str = "") -> None:
        """Offer these, with one chosen."""
        self.user.clear()
        for user in users:
            self.user.addItem(user.name, user.id)
        self.user.setCurrentIndex(max(self.user.findData(chosen), 0))
        self.user.setVisible(len(users) > 1)

    def start(self) -> None:
        """Begin with the key."""
        self.key.setFocus()

    def typed(self) -> RecoveryKey | None:
        """The key and the passphrase, where both are there."""
        problem = passphrase_problem(self, self.passphrase.text(), self.again.text())
        if problem:
            self.show_problem(problem)
            return None
        return RecoveryKey(self.key.text(), self.passphrase.text(), str(self.user.currentData() or ""))


def fit(page: QWidget) -> None:
    """Let the dialog around a page be as high as what is on it now."""
    dialog = page.window()
    layout = dialog.layout()
    if isinstance(dialog, QDialog) and layout is not None:
        layout.activate()
        width = max(dialog.width(), dialog.minimumWidth())
        dialog.resize(width, max(layout.totalHeightForWidth(width), layout.totalSizeHint().height()))


def passphrase_problem(form: QWidget, passphrase: str, again: str) -> str:
    """What is wrong with a passphrase that is chosen, "" for nothing."""
    if len(passphrase) < SHORTEST:
        return form.tr("Choose at least {0} characters; a few unrelated words are good.").format(SHORTEST)
    return form.tr("The two passphrases are not the same.") if passphrase != again else ""


def secret_field(name: str) -> QLineEdit:
    """A line whose letters are not shown."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field
