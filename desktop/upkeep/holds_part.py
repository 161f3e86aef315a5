"""The tab of legal holds on the upkeep page: who is under one, since when and why; setting and lifting one.

Owns the list and the reason that either act needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QVBoxLayout, QWidget

from desktop.messages import explain
from desktop.upkeep.buttons import button
from desktop.widgets import label
from ehr.chart.patient import Patient
from ehr.chart.retention import Hold

if TYPE_CHECKING:
    from desktop.chart import Asking
    from ehr.store.store import Store

AskPatient = Callable[[str, Callable[[Patient], None]], None]
Held = tuple[Patient, Hold]


class HoldsPart(QWidget):
    """For who may shred. `say` shows what is wrong, `changed` is called when a hold was set or lifted."""

    def __init__(
        self, asking: Asking, ask_patient: AskPatient, say: Callable[[str], None], changed: Callable[[], None]
    ) -> None:
        super().__init__()
        self._asking, self._ask_patient, self._say, self._changed = asking, ask_patient, say, changed
        self._held: Sequence[Held] = ()
        self.holds = QListWidget()
        self.holds.setObjectName("palette")
        self.holds.setAccessibleName(self.tr("Patients under a legal hold"))
        self.holds.currentRowChanged.connect(self._offer)
        self.none = label(self.tr("No patient is under a legal hold."), "muted")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Reason, such as the letter and its date"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.place = button(self.tr("&Hold a patient …"), self._on_place)
        self.lift = button(self.tr("Lift the selected hol&d"), self._on_lift)
        self._lay_out()
        self.reload()

    def reload(self) -> None:
        """Read the holds again."""
        self._asking.ask(_held, self._show, self._refused)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 12, 0, 0)
        outer.setSpacing(10)
        why = self.tr("Nothing of a patient under a hold is deleted, whatever the rules say. Both reasons stay known.")
        outer.addWidget(label(why, "muted", wrap=True))
        outer.addWidget(self.none)
        outer.addWidget(self.holds, 1)
        outer.addWidget(self.reason)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.lift)
        row.addWidget(self.place)
        outer.addLayout(row)
        outer.addStretch(0)

    def _show(self, held: Sequence[Held]) -> None:
        self._held = held
        self.holds.clear()
        self.holds.addItems([self._line(*each) for each in held])
        self.holds.setVisible(bool(held))
        self.none.setVisible(not held)
        if held:
            self.holds.setCurrentRow(0)
        self._offer()

    def _line(self, patient: Patient, hold: Hold) -> str:
        since = f"{hold.placed_at.astimezone():%d %b %Y}"
        said = self.tr("{0}, {1}: since {2}, by {3}").format(patient.display_name, patient.mrn, since, hold.placed_by)
        return f"{said}\n{hold.reason}"

    def _offer(self) -> None:
        self.lift.setEnabled(0 <= self.holds.currentRow() < len(self._held))

    def _on_place(self) -> None:
        if reason := self._reason():
            self._ask_patient(
                self.tr("Hold everything of a patient"),
                lambda patient: self._do(lambda store: store.retention.hold(patient.id, reason)),
            )

    def _on_lift(self) -> None:
        if reason := self._reason():
            patient, _ = self._held[self.holds.currentRow()]
            self._do(lambda store: store.retention.release(patient.id, reason))

    def _reason(self) -> str:
        """What is typed; "" after saying that it is missing."""
        typed = self.reason.text().strip()
        self._say("" if typed else self.tr("Type the reason first; it is kept with the hold."))
        if not typed:
            self.reason.setFocus()
        return typed

    def _do(self, act: Callable[[Store], object]) -> None:
        def done(_: object) -> None:
            self.reason.clear()
            self.reload()
            self._changed()

        self._asking.ask(act, done, self._refused)

    def _refused(self, error: BaseException) -> None:
        message = explain(error)
        self._say(f"{message.sentence} {message.next_step} ({message.code})")


def _held(store: Store) -> list[Held]:
    return [(store.patient(hold.patient_id), hold) for hold in store.retention.holds()]
