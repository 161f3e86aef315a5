"""The dialog before a file of auto-texts or words is taken: what is new, what is replaced, what is refused and why.

Owns the choice of whose they become. Nothing is kept before `accepted_for`; words can be tried out first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.phrases.files import Brought
from desktop.phrases.form import offer_owners
from desktop.phrases.sheet import Sheet
from desktop.phrases.trial_view import TrialView
from desktop.widgets import label
from ehr.chart.phrases import AutoText, Fate, Phrase, arrivals, title


class ImportDialog(QDialog):
    """`accepted_for` carries the owner and what is to be kept; `tried` words that are to be tried out first."""

    accepted_for = Signal(str, object)
    tried = Signal(object)

    def __init__(self, brought: Brought, *, may: Sequence[str], words: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brought = brought
        self.setWindowTitle(self.tr("Import"))
        self.setModal(True)
        self.resize(820, 600 if words else 520)
        self.owner = QComboBox()
        self.owner.setAccessibleName(self.tr("Whose they become"))
        offer_owners(self.owner, may)
        self.owner.currentIndexChanged.connect(self._show)
        self.summary = label("", "strong", wrap=True)
        self.sheet = Sheet(
            self.tr("What the file brings"),
            (self.tr("What it does"), self.tr("Name") if not words else self.tr("Written"), self.tr("With")),
            (150, 210),
            small=(0,),
            wraps=True,
        )
        self.trial = TrialView()
        self.trial.setVisible(words)
        self.go = QPushButton(self.tr("&Import"))
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self.attempt = QPushButton(self.tr("&Try on past dictations"))
        self.attempt.setAutoDefault(False)
        self.attempt.setVisible(words)
        self.attempt.clicked.connect(lambda: self.tried.emit(tuple(self._brought.found)))
        self._lay_out()
        self._show()
        self.go.setFocus()

    def _lay_out(self) -> None:
        cancel = QPushButton(self.tr("&Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        whose = QHBoxLayout()
        caption = label(self.tr("&Whose they become"))
        caption.setBuddy(self.owner)
        whose.addWidget(caption)
        whose.addWidget(self.owner)
        whose.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.attempt)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Import from {0}").format(self._brought.name), "title", wrap=True))
        outer.addLayout(whose)
        outer.addWidget(self.summary)
        outer.addWidget(self.sheet, 2)
        outer.addWidget(self.trial, 1)
        outer.addLayout(row)

    def show_problem(self, text: str) -> None:
        """Say why nothing was taken."""
        self.summary.setText(text)

    def _show(self) -> None:
        brought = self._brought
        found = arrivals(brought.found, brought.now[self.owner.currentData()])
        counts = {fate: sum(each.fate is fate for each in found) for fate in Fate}
        told = self.tr("New: {0}, replaced: {1}, as they are now: {2}, left out: {3}.")
        refused = len(brought.refused)
        self.summary.setText(told.format(counts[Fate.NEW], counts[Fate.REPLACES], counts[Fate.SAME], refused))
        does = {Fate.NEW: self.tr("new"), Fate.REPLACES: self.tr("replaces"), Fate.SAME: self.tr("as it is now")}
        rows = [(does[each.fate], title(each.phrase), _content(each.phrase)) for each in found]
        self.sheet.show_rows([*self._refused(), *rows])
        self.go.setEnabled(counts[Fate.NEW] + counts[Fate.REPLACES] > 0)
        self.attempt.setEnabled(bool(brought.found))

    def _refused(self) -> Iterator[tuple[str, str, str]]:
        for number, reason in self._brought.refused:
            yield self.tr("left out"), self.tr("line {0}").format(number), reason

    def _on_go(self) -> None:
        owner = self.owner.currentData()
        changed = [
            each.phrase
            for each in arrivals(self._brought.found, self._brought.now[owner])
            if each.fate is not Fate.SAME
        ]
        self.accepted_for.emit(owner, changed)


def _content(phrase: Phrase) -> str:
    return phrase.text if isinstance(phrase, AutoText) else "; ".join(phrase.sounds_like)
