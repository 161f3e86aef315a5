"""The wrong-patient guard on the page: what was said of the patient against the chart, until a person decides.

Owns the open doubts of the dictation on the page and the card that shows them. What contradicts what, and that nothing
is accepted meanwhile, is the store's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.session import Session
from desktop.translation import QT_TRANSLATE_NOOP
from desktop.widgets import label
from ehr.chart.identity import Contradiction, Trait

_TRAITS = {
    Trait.NAME: QT_TRANSLATE_NOOP("patient", "Name"),
    Trait.AGE: QT_TRANSLATE_NOOP("patient", "Age"),
    Trait.SEX: QT_TRANSLATE_NOOP("patient", "Sex"),
    Trait.MRN: QT_TRANSLATE_NOOP("patient", "MRN"),
    Trait.BIRTH_DATE: QT_TRANSLATE_NOOP("patient", "Born"),
}


class Guard(QObject):
    """The doubts about whose dictation is on the page. `changed` says that they are others now."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.doubts: tuple[Contradiction, ...] = ()
        self._session = session
        session.encounter_changed.connect(self._on_page)
        session.note_changed.connect(self._on_page)

    def confirm(self) -> None:
        """Say that the patient is the right one."""
        encounter = self._session.encounter
        if encounter is not None and self.doubts:
            self._session.ask(lambda store: store.identity.confirm(encounter.id), lambda _: self._on_page())

    def move(self, patient_id: str, reason: str) -> None:
        """Give the dictation to another patient, and show it in their chart."""
        encounter = self._session.encounter
        if encounter is None:
            return
        session = self._session

        def moved(_: object) -> None:
            session.refresh()
            session.open(encounter.id)

        session.ask(lambda store: store.register.move(encounter.id, patient_id, reason=reason), moved)

    @Slot()
    def _on_page(self) -> None:
        encounter = self._session.encounter
        if encounter is None or self._session.reading is None:
            self._take(())
            return

        def take(doubts: tuple[Contradiction, ...]) -> None:
            if self._session.encounter is not None and self._session.encounter.id == encounter.id:
                self._take(doubts)

        self._session.ask(lambda store: store.identity.doubts(encounter.id), take)

    def _take(self, doubts: tuple[Contradiction, ...]) -> None:
        if doubts != self.doubts:
            self.doubts = doubts
            self.changed.emit()


class GuardCard(QFrame):
    """Both readings of each doubt, and what can be done: hear it, confirm the patient, move the dictation."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("guard")
        self._title = label(self.tr("Is this the right patient?"), "head")
        text = self.tr("Nothing is accepted until you decide.")
        self._readings = QGridLayout()
        self._readings.setHorizontalSpacing(12)
        self._readings.setVerticalSpacing(2)
        self._readings.setColumnStretch(1, 1)
        self._readings.setColumnStretch(2, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        texts = (self.tr("Hear"), self.tr("Right patient"), self.tr("Move …"))
        for action, words in zip(actions, texts, strict=True):
            buttons.addWidget(_button(action, words, go=words == texts[1]))
        buttons.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 10, 16, 12)
        outer.setSpacing(6)
        outer.addWidget(self._title)
        outer.addWidget(label(text, "muted"))
        outer.addLayout(self._readings)
        outer.addLayout(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_doubts(self, doubts: Sequence[Contradiction]) -> None:
        """Show them, or nothing where there is none."""
        while (item := self._readings.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if doubts:
            for column, text in enumerate((self.tr("said"), self.tr("in the chart")), start=1):
                self._readings.addWidget(label(text, "muted"), 0, column)
        for row, doubt in enumerate(doubts, start=1):
            self._readings.addWidget(label(_tr(_TRAITS[doubt.trait]), "muted"), row, 0)
            self._readings.addWidget(label(doubt.said, "strong"), row, 1)
            self._readings.addWidget(label(doubt.charted), row, 2)
        told = "; ".join(f"{_tr(_TRAITS[each.trait])}: {each.said}, {each.charted}" for each in doubts)
        self.setAccessibleName(f"{self._title.text()} {told}")
        self.setVisible(bool(doubts))


def _button(action: QAction, text: str, *, go: bool) -> QPushButton:
    button = QPushButton(f"{text}  {action.shortcut().toString()}")
    button.setProperty("look", "go" if go else "")
    button.setAccessibleName(action.text())
    button.clicked.connect(action.trigger)
    return button


def _tr(text: str) -> str:
    return QCoreApplication.translate("patient", text)
