"""The lines of a list as rows: what each would do, whom it names, who is on file, and why.

Owns the words. Painting is Qt's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.patient.banner import details
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.patient import Patient
from ehr.importing.lines import Fate, Planned

_Index = QModelIndex | QPersistentModelIndex

FATES = {
    Fate.REFUSED: QT_TRANSLATE_NOOP("import", "refused"),
    Fate.REPEATED: QT_TRANSLATE_NOOP("import", "twice in the list"),
    Fate.ALIKE: QT_TRANSLATE_NOOP("import", "perhaps on file"),
    Fate.DIFFERS: QT_TRANSLATE_NOOP("import", "differs"),
    Fate.ADD: QT_TRANSLATE_NOOP("import", "new"),
    Fate.KNOWN: QT_TRANSLATE_NOOP("import", "on file already"),
}
"""What a line is called."""

_HEADS = (
    QT_TRANSLATE_NOOP("import", "Line"),
    QT_TRANSLATE_NOOP("import", "What"),
    QT_TRANSLATE_NOOP("import", "In the list"),
    QT_TRANSLATE_NOOP("import", "On file, or why"),
)


class ImportModel(QAbstractTableModel):
    """The rows of a plan."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Planned] = ()
        self._today = date.today()  # noqa: DTZ011 - the user's calendar

    def show_plan(self, planned: Sequence[Planned]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._rows = planned
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """One a line."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Line, what, the list's patient, the chart's."""
        return 0 if parent is not None and parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The titles of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _tr(_HEADS[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell's text, whole in its tooltip."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        each = self._rows[index.row()]
        return (
            str(each.line.number),
            _tr(FATES[each.fate]),
            self._who(each.line.patient) if each.line.patient is not None else "",
            self._who(each.known) if each.known is not None else each.reason,
        )[index.column()]

    def _who(self, patient: Patient) -> str:
        """The record number stands before what a narrow column may cut off."""
        return f"{patient.display_name} · {patient.mrn}" + "".join(
            f" · {each}" for each in details(patient, on=self._today).split(" · ")[:-1]
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("import", text)
