"""Emergency access: the dialog that asks for the reason, and the page where it is looked at afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.people.own_account import Question
from desktop.widgets import label, pill
from ehr.chart.people import Emergency

if TYPE_CHECKING:
    from desktop.people.host import Host


class EmergencyDialog(Question):
    """Asks why charts have to be read now."""

    def __init__(self, people: Host, parent: QWidget | None = None) -> None:
        super().__init__(people, parent)
        text = self.tr(
            "You will be able to read every chart until the window is locked or closed, and to change nothing. Your "
            "name, the time and your reason are kept, and the records officer is shown them."
        )
        self.explain(self.tr("Emergency access"), text, self.tr("Read charts"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Why do you have to read charts now?"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.body.addWidget(self.reason)

    def on_go(self) -> None:
        """Begin it."""
        reason = self.reason.text()
        self.go.setEnabled(False)

        def begun(_: object) -> None:
            self.people.began_emergency()
            self.accept()

        self.people.ask(lambda store: store.emergencies.begin(reason), begun, self.refused)


class EmergenciesPage(Question):
    """Every emergency access, newest first; its button notes that the present user has looked at them."""

    def __init__(self, people: Host, parent: QWidget | None = None) -> None:
        super().__init__(people, parent)
        text = self.tr("Somebody read charts that their role does not read. Ask them where the reason does not do.")
        self.explain(self.tr("Emergency accesses"), text, self.tr("I have looked at these"))
        self.resize(560, 460)
        self.shown: Sequence[Emergency] = ()
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        inner = QWidget()
        inner.setObjectName("note")
        inner.setLayout(self._list)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        self.body.addWidget(area, 1)
        self.go.setEnabled(False)
        people.ask(lambda store: store.emergencies.all(), self._show, self.refused)

    def on_go(self) -> None:
        """Note that they were looked at."""
        ids = [each.id for each in self.shown if not each.seen_by]
        self.people.ask(lambda store: store.emergencies.mark_seen(*ids), lambda _: self.accept(), self.refused)

    def _show(self, found: Sequence[Emergency]) -> None:
        self.shown = found
        self.go.setEnabled(any(not each.seen_by for each in found))
        for each in found:
            self._list.addWidget(self._card(each))
        if not found:
            self._list.addWidget(label(self.tr("There was none."), "muted"))
        self._list.addStretch(1)

    def _card(self, access: Emergency) -> QFrame:
        card = QFrame()
        card.setObjectName("sheet")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(14, 10, 14, 10)
        when = access.begun_at.astimezone().strftime("%Y-%m-%d %H:%M")
        inner.addWidget(label(f"{access.user} · {when}", "strong"))
        inner.addWidget(label(access.reason, wrap=True))
        seen = self.tr("Looked at by {0}").format(access.seen_by)
        inner.addWidget(label(seen, "muted") if access.seen_by else pill(self.tr("Not looked at yet"), "warn"))
        return card
