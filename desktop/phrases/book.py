"""The dialog of auto-texts and words: list, add, edit, remove, import, export, try.

Owns how they are shown and written down. What is kept, and where, is its owner's business (`keeper`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop.phrases.form import CLINIC, MINE, AutoTextForm, PhraseForm, TermForm
from desktop.phrases.trial_view import TrialView
from desktop.widgets import label
from ehr.chart.phrases import AutoText, ClinicTerm, Phrase

SHIPPED = "shipped"
"""The owner of what comes with the program: shown, and copied where it is edited."""

_NUMBER = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Owned:
    """An auto-text or a word with whose it is."""

    owner: str
    phrase: Phrase


class Shelf(QWidget):
    """One tab: the list and its form. The signals carry an owner and, but for `exported`, an auto-text or a word;
    `saved` also what it replaces.
    """

    saved = Signal(str, object, object)
    removed = Signal(str, object)
    imported = Signal()
    exported = Signal(str)

    def __init__(self, form: PhraseForm, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self._owned: Sequence[Owned] = ()
        self._edited: Owned | None = None
        self._empty = label(empty, "muted", wrap=True)
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setObjectName("palette")
        self.list.setModel(self._model)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.activated.connect(lambda _: self.edit())
        self.told = label("", "muted", wrap=True)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._listing())
        self.stack.addWidget(form)
        form.left.connect(self.back)
        form.saved.connect(self._on_saved)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 12, 0, 0)
        outer.addWidget(self.stack)

    def show_owned(self, owned: Sequence[Owned]) -> None:
        """Replace the list."""
        self._owned = owned
        self._model.clear()
        whose = {MINE: self.tr("mine"), SHIPPED: self.tr("comes with Chartwright")}
        for number, each in enumerate(owned):
            item = QStandardItem(_line(each.phrase, whose.get(each.owner, self.tr("clinic"))))
            item.setData(number, _NUMBER)
            self._model.appendRow(item)
        self._empty.setVisible(not owned)
        if owned:
            self.list.setCurrentIndex(self._model.index(0, 0))

    def add(self) -> None:
        """Open the form for a new one."""
        self._begin(None, MINE)

    def edit(self) -> None:
        """Open the form for the one in focus; what comes with the program is copied."""
        current = self.current()
        if current is not None:
            self._begin(current, MINE if current.owner == SHIPPED else current.owner)

    def remove(self) -> None:
        """Remove the one in focus."""
        current = self.current()
        if current is not None and current.owner != SHIPPED:
            self.removed.emit(current.owner, current.phrase)

    def back(self) -> None:
        """Show the list again."""
        self.stack.setCurrentIndex(0)
        self.list.setFocus()

    def current(self) -> Owned | None:
        """The one in focus."""
        index = self.list.currentIndex()
        return self._owned[index.data(_NUMBER)] if index.isValid() else None

    def _begin(self, edited: Owned | None, owner: str) -> None:
        self._edited = edited
        self.start(edited.phrase if edited else None, owner)
        self.stack.setCurrentIndex(1)

    def start(self, phrase: Phrase | None, owner: str) -> None:
        """Fill the form."""
        raise NotImplementedError

    def _on_saved(self, owner: str, phrase: Phrase) -> None:
        edited = self._edited
        self.saved.emit(owner, phrase, edited if edited is not None and edited.owner != SHIPPED else None)

    def _listing(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout()
        for text, run in (
            (self.tr("&Add …"), self.add),
            (self.tr("&Edit …"), self.edit),
            (self.tr("&Remove"), self.remove),
            (self.tr("&Import …"), self.imported.emit),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, run=run: run())
            row.addWidget(button)
        row.addWidget(self._exporting())
        row.addStretch(1)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        outer.addWidget(self._empty)
        outer.addWidget(self.list, 1)
        outer.addWidget(self.told)
        outer.addLayout(row)
        return page

    def _exporting(self) -> QPushButton:
        button = QPushButton(self.tr("E&xport"))
        button.setAutoDefault(False)
        menu = QMenu(button)
        for text, owner in ((self.tr("&Mine …"), MINE), (self.tr("The &clinic's …"), CLINIC)):
            menu.addAction(text).triggered.connect(lambda _=False, owner=owner: self.exported.emit(owner))
        button.setMenu(menu)
        return button


class AutoTextShelf(Shelf):
    """The auto-texts."""

    def __init__(self, sections: dict[str, str], may: Sequence[str], parent: QWidget | None = None) -> None:
        self._form = AutoTextForm(may)
        super().__init__(self._form, self.tr("No auto-text yet."), parent)
        self.list.setAccessibleName(self.tr("Auto-texts"))
        self._sections = sections

    def start(self, phrase: Phrase | None, owner: str) -> None:
        """Fill the form."""
        self._form.start(phrase if isinstance(phrase, AutoText) else None, owner, self._sections)


class TermShelf(Shelf):
    """The words, with what trying one out would change."""

    def __init__(self, may: Sequence[str], parent: QWidget | None = None) -> None:
        self.terms_form = TermForm(may)
        super().__init__(self.terms_form, self.tr("No word yet. Add one that is misheard again and again."), parent)
        self.list.setAccessibleName(self.tr("Words"))
        self.trial = TrialView()
        self.terms_form.put_below(self.trial)

    def start(self, phrase: Phrase | None, owner: str) -> None:
        """Fill the form."""
        self.trial.clear()
        self.terms_form.start(phrase if isinstance(phrase, ClinicTerm) else None, owner)


class PhraseBookDialog(QDialog):
    """Both shelves, and how the user dictates marks. `may` names the owners whose phrases the user may change."""

    says_marks_changed = Signal(bool)

    def __init__(
        self, sections: dict[str, str], *, may: Sequence[str], says_marks: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Auto-texts and words"))
        self.setModal(True)
        self.resize(760, 600)
        self.autotexts, self.terms = AutoTextShelf(sections, may), TermShelf(may)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Auto-texts or words"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self._pages = QStackedWidget()
        for shelf, title in ((self.autotexts, self.tr("Auto-texts")), (self.terms, self.tr("Words"))):
            self.tabs.addTab(title)
            self._pages.addWidget(shelf)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.marks = QCheckBox(self.tr("I say every punctuation &mark: drop those that the model puts"))
        self.marks.setChecked(says_marks)
        self.marks.toggled.connect(self.says_marks_changed)
        close = QPushButton(self.tr("&Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.marks)
        foot.addStretch(1)
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Auto-texts and words"), "title"))
        outer.addWidget(self.tabs)
        outer.addWidget(self._pages, 1)
        outer.addLayout(foot)


def _line(phrase: Phrase, whose: str) -> str:
    if isinstance(phrase, AutoText):
        title, rest = phrase.name, " ".join(phrase.text.split())
    else:
        title, rest = phrase.written, "; ".join(phrase.sounds_like)
    return f"{title}  ·  {whose}" + (f"   —   {rest}" if rest else "")
