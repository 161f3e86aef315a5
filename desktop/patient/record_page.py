"""The patient's page: problems, medicines, allergies, immunisations and values over time.

Owns how the record is laid out as lines. Each line opens the dictation and the fact that it rests on, and lets it be
heard; what it was before stands below it, and values are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from PySide6.QtCore import QCoreApplication, Qt, Signal, SignalInstance
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
from desktop.patient.trend_view import TrendView
from desktop.translation import QT_TRANSLATE_NOOP
from desktop.widgets import label
from ehr.chart.entry import Kind
from ehr.chart.history import Filed, Line, Reading, Record, Series, State
from ehr.chart.patient import Patient

_STATES = {
    State.ACTIVE: QT_TRANSLATE_NOOP("record", "active"),
    State.ON_HOLD: QT_TRANSLATE_NOOP("record", "on hold"),
    State.STOPPED: QT_TRANSLATE_NOOP("record", "stopped"),
    State.RESOLVED: QT_TRANSLATE_NOOP("record", "resolved"),
    State.PAST: QT_TRANSLATE_NOOP("record", "past"),
}
_EVIDENCE = Qt.ItemDataRole.UserRole + 1
_DRAWN = _EVIDENCE + 1
_VALUES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What is drawn while the keyboard is on a line, and which value of it is marked."""

    series: Series
    reading: Reading


class RecordPage(QDialog):
    """Lists a patient's record.

    `opened` names the dictation and the entry behind the line that was chosen, `heard` those that are to be heard.
    """

    opened = Signal(str, object)
    heard = Signal(str, object)

    def __init__(self, patient: Patient, record: Record, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Record over time"))
        self.setModal(True)
        self.resize(820, 760)
        self.tree = _Tree()
        self.tree.chosen.connect(lambda item: self._leave(item, self.opened))
        self.tree.wanted.connect(lambda item: self._leave(item, self.heard))
        self.tree.currentItemChanged.connect(self._on_line)
        self.trend = TrendView()
        self.trend.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 18)
        outer.setSpacing(8)
        outer.addWidget(label(patient.display_name, "title"))
        outer.addWidget(label(details(patient, on=date.today()), "muted"))  # noqa: DTZ011 - the user's calendar
        if record.allergies_conflict:
            text = self.tr("Allergies are listed, and “no known allergies” was dictated: settle which holds.")
            outer.addWidget(label(text, "error", wrap=True))
        outer.addWidget(self.tree, 1)
        outer.addWidget(self.trend)
        hint = self.tr(
            "Enter opens the dictation behind a line, Space lets it be heard, the right arrow shows what was before. "
            "Only facts that somebody accepted count."
        )
        outer.addWidget(label(hint, "muted"))
        self._fill(record)
        self.tree.setFocus()

    def _fill(self, record: Record) -> None:
        none = [_item(each, each.entry.name, "", "") for each in record.no_known_allergies[-1:]]
        allergies = [*map(_line_item, record.allergies), *none]
        self._section(self.tr("Allergies"), allergies or [_nothing(self.tr("not recorded"))])
        self._section(self.tr("Problems"), map(_line_item, record.problems))
        self._section(self.tr("Medicines"), map(_line_item, record.medications))
        for title, kind in ((self.tr("Vitals"), Kind.VITAL), (self.tr("Labs"), Kind.LAB)):
            self._section(title, [self._series_item(each) for each in record.values if each.kind is kind])
        self._section(self.tr("Immunisations"), map(_line_item, record.immunizations))
        lines = chain.from_iterable(
            (head.child(at) for at in range(head.childCount()))
            for head in (self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount()))
            if head is not None
        )
        first = next((line for line in lines if line is not None and line.data(0, _EVIDENCE) is not None), None)
        if first is not None:
            self.tree.setCurrentItem(first)
        else:
            self._section(self.tr("Nothing has been accepted for this patient yet."), [_nothing("")])

    def _series_item(self, series: Series) -> QTreeWidgetItem:
        """The newest value, those before it below and beside it."""
        newest, *before = reversed(series.readings)
        item = _item(newest.evidence, series.name, "", _run_of(series), _on(newest.on))
        item.setData(0, _DRAWN, _Drawn(series, newest))
        for each in before:
            child = _item(each.evidence, "", "", _said_value(each), _on(each.on))
            child.setData(0, _DRAWN, _Drawn(series, each))
            item.addChild(child)
        return item

    def _section(self, title: str, items: Iterable[QTreeWidgetItem]) -> None:
        members = list(items)
        if not members:
            return
        count = sum(1 for each in members if each.data(0, _EVIDENCE) is not None)
        head = QTreeWidgetItem([f"{title}  {count}" if count else title])
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        bold = head.font(0)
        bold.setBold(True)
        head.setFont(0, bold)
        self.tree.addTopLevelItem(head)
        head.setFirstColumnSpanned(True)
        head.addChildren(members)
        head.setExpanded(True)

    def _on_line(self, item: QTreeWidgetItem | None) -> None:
        """Draw the values of the line that the keyboard is on."""
        drawn = item.data(0, _DRAWN) if item is not None else None
        if isinstance(drawn, _Drawn):
            self.trend.show_series(drawn.series, drawn.reading)
        else:
            self.trend.show_series(None)
        layout = self.layout()
        if item is not None and layout is not None:
            layout.activate()  # the chart takes room from the list
            self.tree.scrollToItem(item)

    def _leave(self, item: QTreeWidgetItem, told: SignalInstance) -> None:
        filed = item.data(0, _EVIDENCE)
        if isinstance(filed, Filed):
            self.accept()
            told.emit(filed.encounter_id, filed.entry.id)


class _Tree(QTreeWidget):
    """Opens a line by Enter or a double click, and lets it be heard by Space."""

    chosen = Signal(object)
    wanted = Signal(object)

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
        """Enter opens, Space hears."""
        item, key = self.currentItem(), event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.chosen.emit(item)
        elif key == Qt.Key.Key_Space and item is not None:
            self.wanted.emit(item)
        else:
            super().keyPressEvent(event)


def _item(filed: Filed, name: str, standing: str, said: str, on: str = "") -> QTreeWidgetItem:
    item = QTreeWidgetItem([name, standing, said, on or day(filed.at.astimezone().date())])
    item.setData(0, _EVIDENCE, filed)
    item.setToolTip(2, said)
    return item


def _nothing(text: str) -> QTreeWidgetItem:
    """A line that rests on nothing."""
    item = QTreeWidgetItem([text])
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _line_item(line: Line) -> QTreeWidgetItem:
    """How it stands, and below it each dictation that spoke of it, newest first."""
    standing = _tr(_STATES[line.state]) if line.kind is not Kind.IMMUNIZATION else ""
    if line.changed:
        standing += _tr(QT_TRANSLATE_NOOP("record", ", changed"))
    item = _item(line.newest, line.name, standing, said_of(line.details))
    if len(line.evidence) > 1:
        for each in reversed(line.evidence):
            action = str(each.entry.attributes.get("action", ""))
            item.addChild(_item(each, "", action, said_of(each.entry.attributes)))
    return item


def _run_of(series: Series) -> str:
    """The newest values from left to right; a unit is said again where it is another one."""
    said, unit = [], None
    for reading in series.readings[: -_VALUES_SHOWN - 1 : -1]:
        said.append(_said_value(reading) if reading.unit != unit else reading.value)
        unit = reading.unit
    return "  ←  ".join(said)


def _said_value(reading: Reading) -> str:
    return " ".join(filter(None, (reading.value, reading.unit, reading.interpretation)))


def _on(fhir: str) -> str:
    """A FHIR date as the other dates stand; a month or a year as it is."""
    try:
        return day(date.fromisoformat(fhir[:10]))
    except ValueError:
        return fhir


def said_of(attributes: Mapping[str, str | bool]) -> str:
    """Attributes as one phrase: "500 mg, oral, twice daily, as needed"."""
    given = {name: value for name, value in attributes.items() if value not in ("", False) and name != "action"}
    amount = " ".join(str(given.pop(name)) for name in ("dose", "unit") if name in given)
    if given.pop("prn", False):
        given["prn"] = _tr(QT_TRANSLATE_NOOP("record", "as needed"))
    return ", ".join([*([amount] if amount else []), *(str(value) for value in given.values())])


def _tr(text: str) -> str:
    return QCoreApplication.translate("record", text)
