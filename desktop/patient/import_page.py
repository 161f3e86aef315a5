"""The page that imports a list of patients: what each line would do, what is to be taken, and how far it is.

Owns what is on the page and what was chosen. The list is read and compared by `list_reader`; what is taken is one act
of the store, whole or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.chart import Asking
from desktop.messages import explain
from desktop.patient.import_model import ImportModel
from desktop.patient.list_reader import GivenUp, Plan, planned
from desktop.tasks import Operation, run_alone
from desktop.widgets import label
from ehr.importing.lines import Fate, Planned

if TYPE_CHECKING:
    from ehr.store.reader import Reader
    from ehr.store.store import Store

_STEPS = 1000


class ImportPage(QDialog):
    """Reads the file at once, then waits for what is to be taken. `imported` says that the chart has changed."""

    imported = Signal()
    _advanced = Signal(float)

    def __init__(self, file: Path, asking: Asking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file, self._asking = file, asking
        self._given_up = threading.Event()
        self._plan: Plan | None = None
        self._told = 0
        self.setWindowTitle(self.tr("Import patients"))
        self.setModal(True)
        self.resize(900, 620)
        self.summary = label("", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self._advanced.connect(self._show_progress)
        self.take = {fate: QCheckBox() for fate in (Fate.ADD, Fate.DIFFERS, Fate.ALIKE)}
        for box in self.take.values():
            box.toggled.connect(self._offer)
            box.hide()
        self.model = ImportModel(self)
        self.table = self._table()
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self.go = QPushButton(self.tr("&Import"))
        self.go.setProperty("look", "go")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self.stop = QPushButton(self.tr("Cancel"))
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.reject)
        self.finished.connect(lambda _: self._given_up.set())
        self._lay_out()
        self._begin(self.tr("Reading the list …"))
        asking.ask(lambda store: store.reader(), self._read, self._refused)

    @property
    def problem(self) -> str:
        """What the page complains of."""
        return self._problem.text()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("lines")
        table.setAccessibleName(self.tr("Lines of the list"))
        table.setModel(self.model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column, width in ((0, 56), (1, 130)):
            table.setColumnWidth(column, width)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.stop)
        foot.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(10)
        outer.addWidget(label(self.tr("Import patients"), "title"))
        outer.addWidget(label(self._file.name, "muted"))
        outer.addWidget(self.summary)
        outer.addWidget(self.progress)
        for box in self.take.values():
            outer.addWidget(box)
        outer.addWidget(self.table, 1)
        outer.addWidget(self._problem)
        outer.addLayout(foot)

    def _begin(self, doing: str) -> None:
        self.summary.setText(doing)
        self._problem.hide()
        self._told = 0
        self.progress.setRange(0, 0)
        self.progress.show()
        for widget in (self.go, *self.take.values()):
            widget.setEnabled(False)

    def _tell(self, done: float) -> None:
        """Called on another thread, between two lines; raises GivenUp once nobody wants it any more."""
        if self._given_up.is_set():
            raise GivenUp
        if int(done * _STEPS) != self._told:
            self._told = int(done * _STEPS)
            with suppress(RuntimeError):  # the page is gone
                self._advanced.emit(done)

    def _show_progress(self, done: float) -> None:
        self.progress.setRange(0, _STEPS)
        self.progress.setValue(int(done * _STEPS))

    def _read(self, reader: Reader) -> None:
        if self._given_up.is_set():
            reader.close()
            return
        work = partial(planned, self._file, reader, self._tell, self._given_up)
        run_alone(self, "import patients", Operation(work, self._show_plan, self._refused))

    def _show_plan(self, found: Plan) -> None:
        self._plan, counts = found, found.counts
        self.model.show_plan(found.lines)
        self.progress.hide()
        texts = {
            Fate.ADD: self.tr("&Add new patients: {0}"),
            Fate.DIFFERS: self.tr("&Change patients on file whose details differ (an empty cell erases nothing): {0}"),
            Fate.ALIKE: self.tr("Add patients who &may be on file under another number: {0}"),
        }
        for fate, box in self.take.items():
            box.setText(texts[fate].format(counts[fate]))
            box.setVisible(bool(counts[fate]))
            box.setEnabled(True)
            box.setChecked(fate is Fate.ADD and bool(counts[fate]))
        left = counts[Fate.REFUSED] + counts[Fate.REPEATED]
        text = self.tr("Lines: {0}. On file as they are: {1}. Cannot be taken: {2}.")
        self.summary.setText(text.format(len(found.lines), counts[Fate.KNOWN], left))
        self._offer()
        first = next((box for box in self.take.values() if not box.isHidden()), None)
        (first or self.stop).setFocus()

    def _offer(self) -> None:
        self.go.setEnabled(any(box.isEnabled() and box.isChecked() for box in self.take.values()))

    def _on_go(self) -> None:
        if self._plan is not None:
            lines, wanted = self._plan.lines, frozenset(fate for fate, box in self.take.items() if box.isChecked())
            self._begin(self.tr("Importing …"))
            self._asking.ask(
                lambda store: _taken(store, lines, wanted, self._tell), lambda done: self._on_done(*done), self._refused
            )

    def _on_done(self, added: int, changed: int) -> None:
        self.imported.emit()
        with suppress(RuntimeError):  # the page is gone
            self.progress.hide()
            self.summary.setText(self.tr("Patients added: {0}. Changed: {1}.").format(added, changed))
            self.go.hide()
            for box in self.take.values():
                box.hide()
            self.stop.setText(self.tr("Close"))
            self.stop.setFocus()

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, GivenUp):
            return
        message = explain(error)
        with suppress(RuntimeError):  # the page is gone
            self.progress.hide()
            self.summary.setText("")
            for box in self.take.values():
                box.setEnabled(True)
            self._offer()
            self._problem.setText(f"{message.sentence} {message.next_step} ({message.code})")
            self._problem.show()
            self.stop.setFocus()


def _taken(
    store: Store, lines: Iterable[Planned], wanted: Collection[Fate], tell: Callable[[float], None]
) -> tuple[int, int]:
    """Take the lines of these fates into the chart: how many patients were added and changed."""
    newcomers, changed = [], []
    for each in lines:
        if each.fate not in wanted:
            continue
        if each.changed is not None:
            changed.append(each.changed)
        elif each.line.patient is not None:
            newcomers.append(each.line.patient)
    store.register.take_in(newcomers, changed, tell)
    return len(newcomers), len(changed)
