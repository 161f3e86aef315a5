"""The forms in which an auto-text or a word is written down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.theme.fonts import NOTE, font
from desktop.widgets import label
from ehr.chart.phrases import AutoText, ClinicTerm

MINE, CLINIC = "mine", "clinic"
"""Whose it is: the values of `ehr.store.phrases.Owner`."""


def offer_owners(box: QComboBox, may: Sequence[str]) -> None:
    """Fill a box with whose phrases they can be; those that the user `may` not change are shown and cannot be taken."""
    texts = {MINE: box.tr("Mine alone"), CLINIC: box.tr("The clinic's, for everyone")}
    model = QStandardItemModel(box)
    for owner, text in texts.items():
        item = QStandardItem(text)
        item.setData(owner, Qt.ItemDataRole.UserRole)
        item.setEnabled(owner in may)
        item.setToolTip("" if owner in may else box.tr("Your role in this clinic does not cover this."))
        model.appendRow(item)
    box.setModel(model)
    box.setCurrentIndex(max(0, box.findData(may[0] if may else MINE)))


class PhraseForm(QWidget):
    """A form with whose it is, a complaint, and Save. `saved` carries the owner and what was written down, `left`
    nothing.
    """

    saved = Signal(str, object)
    left = Signal()

    def __init__(self, may: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = QFormLayout()
        self.rows.setVerticalSpacing(9)
        self.owner = QComboBox()
        offer_owners(self.owner, may)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.save = QPushButton(self.tr("&Save"))
        self.save.setProperty("look", "go")
        self.save.clicked.connect(self._on_save)
        back = QPushButton(self.tr("&Back to the list"))
        back.setAutoDefault(False)
        back.clicked.connect(self.left)
        self.buttons = QHBoxLayout()
        self.buttons.addWidget(back)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.save)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(10)
        self._outer.addLayout(self.rows)
        self._outer.addWidget(self._problem)
        self._outer.addLayout(self.buttons)

    @property
    def problem(self) -> str:
        """What the form complains of."""
        return self._problem.text() if not self._problem.isHidden() else ""

    def put_below(self, widget: QWidget) -> None:
        """Add something under the buttons, which takes the room that is left."""
        self._outer.addWidget(widget, 1)

    def show_problem(self, text: str) -> None:
        """Say why it cannot be kept; nothing takes the complaint away."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def written(self) -> object:
        """What is written down. Raises ValueError with the reason why it cannot be used."""
        raise NotImplementedError

    def _on_save(self) -> None:
        try:
            written = self.written()
        except ValueError as unfit:
            self.show_problem(self.tr("This cannot be used: {0}.").format(unfit))
            return
        self.show_problem("")
        self.saved.emit(self.owner.currentData(), written)


class AutoTextForm(PhraseForm):
    """An auto-text."""

    def __init__(self, may: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(may, parent)
        self.names = QLineEdit()
        self.names.setPlaceholderText(self.tr("normal chest exam, normal lungs"))
        self.section = QComboBox()
        self.text = QTextEdit()
        self.text.setAcceptRichText(False)
        self.text.setTabChangesFocus(True)
        self.text.setFont(font(NOTE))
        self.text.setObjectName("field")
        self.text.setMinimumHeight(150)
        self.text.setPlaceholderText(self.tr("Lungs: [clear to auscultation|wheezes]. Rate [count] per minute."))
        self.rows.addRow(self.tr("Say “&insert …”"), self.names)
        self.rows.addRow(self.tr("&Under the heading"), self.section)
        self.rows.addRow(self.tr("&Text"), self.text)
        hint = self.tr("[size] is filled in; of [clear|wheezes] the first is the default.")
        self.rows.addRow("", label(hint, "muted", wrap=True))
        self.rows.addRow(self.tr("&Whose"), self.owner)

    def start(self, autotext: AutoText | None, owner: str, sections: dict[str, str]) -> None:
        """Begin with an auto-text, or a new one; `sections` are titles by key."""
        self.section.clear()
        self.section.addItem(self.tr("Wherever it is said"), "")
        for key, title in sections.items():
            self.section.addItem(title, key)
        self.names.setText(", ".join(autotext.names) if autotext else "")
        self.section.setCurrentIndex(max(0, self.section.findData(autotext.section if autotext else "")))
        self.text.setPlainText(autotext.text if autotext else "")
        self.owner.setCurrentIndex(max(0, self.owner.findData(owner)))
        self.show_problem("")
        self.names.setFocus()

    def written(self) -> AutoText:
        """The auto-text. Raises UnfitAutoText."""
        from ehr.dictation.autotexts import checked

        names = [name for name in self.names.text().split(",") if name.strip()]
        return checked(names, self.text.toPlainText(), self.section.currentData() or "")


class TermForm(PhraseForm):
    """A word. `tried` carries it, to be tried out before it is kept."""

    tried = Signal(object)

    def __init__(self, may: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(may, parent)
        self.word = QLineEdit()
        self.word.setPlaceholderText("HbA1c")
        self.sounds = QLineEdit()
        self.sounds.setPlaceholderText(self.tr("aye one see; hemoglobin aye one see"))
        self.rows.addRow(self.tr("Written &form"), self.word)
        self.rows.addRow(self.tr("Sounds &like"), self.sounds)
        hint = self.tr("Spell how it sounds in ordinary words or letters; several ways are parted by “;”.")
        self.rows.addRow("", label(hint, "muted", wrap=True))
        self.rows.addRow(self.tr("&Whose"), self.owner)
        attempt = QPushButton(self.tr("&Try on past dictations"))
        attempt.setAutoDefault(False)
        attempt.clicked.connect(self._on_try)
        self.buttons.insertWidget(2, attempt)

    def start(self, term: ClinicTerm | None, owner: str) -> None:
        """Begin with a word, or a new one."""
        self.word.setText(term.written if term else "")
        self.sounds.setText("; ".join(term.sounds_like) if term else "")
        self.owner.setCurrentIndex(max(0, self.owner.findData(owner)))
        self.show_problem("")
        self.word.setFocus()

    def written(self) -> ClinicTerm:
        """The word. Raises UnfitTerm."""
        from ehr.soundalike.vocabulary import checked

        return checked(self.word.text(), self.sounds.text().split(";"))

    def _on_try(self) -> None:
        try:
            written = self.written()
        except ValueError as unfit:
            self.show_problem(self.tr("This cannot be used: {0}.").format(unfit))
            return
        self.show_problem("")
        self.tried.emit((written,))
