"""The dialog that unlocks the chart, or makes it on the first start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDialog, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.people.forms import CreateForm, Form, RecoverForm, UnlockForm, fit
from ehr.store.holders import holders

DAMAGED = frozenset({"CW-E105", "CW-E106"})
"""The errors that lead to rebuilding the chart."""


def chart_exists(home: Path) -> bool:
    """Whether a chart was made in the data folder `home`: a look at the disk without the store's code."""
    return (home / "chart.db").exists() or (home / "keyslots.json").exists()


class UnlockDialog(QDialog):
    """Asks who it is and for the passphrase. `submitted` carries a Key, a RecoveryKey or a NewChart.

    Stays open until its owner closes it.
    """

    submitted = Signal(object)
    seen = Signal()

    def __init__(self, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painted = False
        self._home = home
        self.salvage: QPushButton | None = None
        self.setWindowTitle("Chartwright")
        self.setModal(True)
        self.setMinimumWidth(480)
        self._pages = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 24, 26, 22)
        outer.addWidget(self._pages)
        self.form: Form = self._unlocking(home) if chart_exists(home) else CreateForm()
        self._show(self.form)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the question can be seen: the rest is built while it is answered."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.seen.emit)

    def show_problem(self, text: str, code: str = "") -> None:
        """Say why it did not open, and let it be tried again."""
        self.form.show_problem(text, code)
        if code in DAMAGED:
            self._offer_salvage()
        fit(self.form)

    @property
    def problem(self) -> str:
        """What the dialog complains of."""
        return self.form.problem

    def show_recovery_key(self, key: str, then: Callable[[], None]) -> None:
        """Show the key that was made with the chart, and go on once it is kept."""
        from desktop.people.recovery_page import RecoveryPage

        page = RecoveryPage(key)
        page.done.connect(then)
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        fit(page)
        page.typed.setFocus()

    def _unlocking(self, home: Path) -> UnlockForm:
        form = UnlockForm()
        form.show_users(holders(home))
        form.lost.clicked.connect(lambda: self._recover(home, form))
        return form

    def _recover(self, home: Path, unlocking: UnlockForm) -> None:
        form = RecoverForm()
        form.show_users(holders(home), str(unlocking.user.currentData() or ""))
        form.back.clicked.connect(lambda: self._show(unlocking))
        self._show(form)

    def _offer_salvage(self) -> None:
        """Lead from a damaged chart to its rebuilding, by one key."""
        unlocking = self.form
        if self.salvage is None:
            self.salvage = unlocking.offer(self.tr("&Rebuild the chart …"))
            self.salvage.clicked.connect(lambda: self._salvage(unlocking))
        self.salvage.show()
        self.salvage.setFocus()

    def _salvage(self, unlocking: Form) -> None:
        from desktop.upkeep.salvage_form import SalvageForm

        form = SalvageForm(self._home)
        form.back.clicked.connect(lambda: self._show(unlocking))
        self._show(form)

    def _show(self, form: Form) -> None:
        if self._pages.indexOf(form) < 0:
            form.submitted.connect(self.submitted)
            self._pages.addWidget(form)
        self.form = form
        self._pages.setCurrentWidget(form)
        fit(form)
        form.start()
