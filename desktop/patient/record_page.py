"""The patient's page: problems, medicines, allergies, immunisations and values over time.

Owns how the record is laid out as lines. Each line opens the dictation and the fact that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.formats import day
from desktop.patient.banner import details
from desktop.translation import QT_TRANSLATE_NOOP
from desktop.widgets import label
from ehr.chart.history import Filed, Line, Record, Series, State
from ehr.chart.patient import Patient

_STATES = {
    State.ACTIVE: QT_TRANSLATE_NOOP("record", "active"),
    State.ON_HOLD: QT_TRANSLATE_NOOP("record", "on hold"),
    State.STOPPED: QT_TRANSLATE_NOOP("record", "stopped"),
    State.RESOLVED: QT_TRANSLATE_NOOP("record", "resolved"),
    State.PAST: QT_TRANSLATE_NOOP("record", "past"),
}
_EVIDENCE = Qt.ItemDataRole.UserRole + 1


class RecordPage(QDialog):
    """Lists a patient's record. `opened` names the dictation and the entry behind the line that was chosen."""

    opened = Signal(str, object)

    def __init__(self, patient: Patient, record: Record, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Record over time"))
        self.setModal(True)
        self.resize(760, 640)
        self.tree = _Tree()
        self.tree.chosen.connect(self._on_chosen)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 18)
        outer.setSpacing(8)
        outer.addWidget(label(patient.display_name, "title"))
        outer.addWidget(label(details(patient, on=date.today()), "muted"))  # noqa: DTZ011 - the user's calendar
        if record.allergies_conflict:
            text = self.tr("Allergies are listed, and “no known allergies” was dictated: settle which holds.")
            outer.addWidget(label(text, "error", wrap=True))
        outer.addWidget(self.tree, 1)
        hint = self.tr("Enter opens the dictation behind a line. Only facts that somebody accepted count.")
        outer.addWidget(label(hint, "muted"))
        self._fill(record)
        self.tree.setFocus()

    def _fill(self, record: Record) -> None:
        if record.no_known_allergies and not record.allergies:
            newest = record.no_known_allergies[-1]
            self._section(self.tr("Allergies"), [_item(newest, newest.entry.name, "", "")])
        self._section(self.tr("Allergies"), map(_line_item, record.allergies))
        self._section(self.tr("Problems"), map(_line_item, record.problems))
        self._section(self.tr("Medicines"), map(_line_item, record.medications))
        self._section(self.tr("Values"), map(_series_item, record.values))
        self._section(self.tr("Immunisations"), map(_line_item, record.immunizations))
        if not self.tree.topLevelItemCount():
            empty = QTreeWidgetItem([self.tr("Nothing has been accepted for this patient yet.")])
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self.tree.addTopLevelItem(empty)
            empty.setFirstColumnSpanned(True)
            return
        first = self.tree.topLevelItem(0)
        line = first.child(0) if first is not None else None
        if line is not None:
            self.tree.setCurrentItem(line)

    def _section(self, title: str, items: Iterable[QTreeWidgetItem]) -> None:
        members = list(items)
        if not members:
            return
        head = QTreeWidgetItem([f"{title}  {len(members)}"])
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        bold = head.font(0)
        bold.setBold(True)
        head.setFont(0, bold)
        self.tree.addTopLevelItem(head)
        head.setFirstColumnSpanned(True)
        head.addChildren(members)
        head.setExpanded(True)

    def _on_chosen(self, item: QTreeWidgetItem) -> None:
        filed = item.data(0, _EVIDENCE)
        if isinstance(filed, Filed):
            self.accept()
            self.opened.emit(filed.encounter_id, filed.entry.id)


class _Tree(QTreeWidget):
    """Opens a line by Enter or a double click."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("record")
        self.setAccessibleName(self.tr("Record over time"))
        self.setHeaderLabels([self.tr("What"), self.tr("Standing"), self.tr("Details"), self.tr("Last dictated")])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setRootIsDecorated(False)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.itemDoubleClicked.connect(lambda item, _: self.chosen.emit(item))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.chosen.emit(self.currentItem())
        else:
            super().keyPressEvent(event)


def _item(filed: Filed, name: str, standing: str, said: str, on: str = "") -> QTreeWidgetItem:
    item = QTreeWidgetItem([name, standing, said, on or day(filed.at.astimezone().date())])
    item.setData(0, _EVIDENCE, filed)
    item.setToolTip(2, said)
    return item


def _line_item(line: Line) -> QTreeWidgetItem:
    standing = _tr(_STATES[line.state])
    if line.changed:
        standing += _tr(QT_TRANSLATE_NOOP("record", ", changed"))
    return _item(line.newest, line.name, standing, said_of(line.details))


def _series_item(series: Series) -> QTreeWidgetItem:
    """The newest value, those before it below and beside it."""
    newest, *before = reversed(series.readings)
    shown = [" ".join(filter(None, (each.value, each.unit, each.interpretation))) for each in (newest, *before)]
    text = shown[0] if not before else f"{shown[0]}  ←  {'  ←  '.join(each.value for each in before[:4])}"
    item = _item(newest.evidence, series.name, "", text, newest.on)
    for each, value in zip(before, shown[1:], strict=True):
        item.addChild(_item(each.evidence, "", "", value, each.on))
    item.setExpanded(False)
    return item


def said_of(attributes: Mapping[str, str | bool]) -> str:
    """Attributes as one phrase: "500 mg, oral, twice daily, as needed"."""
    given = {name: value for name, value in attributes.items() if value not in ("", False) and name != "action"}
    amount = " ".join(str(given.pop(name)) for name in ("dose", "unit") if name in given)
    if given.pop("prn", False):
        given["prn"] = _tr(QT_TRANSLATE_NOOP("record", "as needed"))
    return ", ".join([*([amount] if amount else []), *(str(value) for value in given.values())])


def _tr(text: str) -> str:
    return QCoreApplication.translate("record", text)
