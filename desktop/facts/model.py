"""The rows of the facts list: checks first, then groups by kind.

Owns the order of rows and the way from a row to its entry. Painting is the delegate's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.facts.readings import question, word_id
from desktop.facts.wording import GROUPS, spoken, tr
from ehr.chart.entry import Entry, ReviewState
from ehr.chart.note import Repair

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """A heading with a count, an entry, or words that may have been misheard; `check` tells that it stands among those
    to look at first.
    """

    heading: str = ""
    count: int = 0
    entry: Entry | None = None
    words: Repair | None = None
    check: bool = False

    @property
    def id(self) -> str:
        """The name of what may come into focus; empty for a heading."""
        if self.entry is not None:
            return self.entry.id
        return word_id(self.words) if self.words is not None else ""

    @property
    def waits(self) -> bool:
        """Whether a person has yet to decide."""
        return self.words is not None or (self.entry is not None and self.entry.state is ReviewState.PROPOSED)


class FactsModel(QAbstractListModel):
    """All entries of a draft. An entry with a flag has two rows until it is reviewed: a check, and its place in its
    group.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show_entries(self, entries: Sequence[Entry], words: Sequence[Repair] = ()) -> None:
        """Replace the rows, or only their contents where the rows are the same ones."""
        rows = _rows(entries, words)
        if [_identity(row) for row in rows] == [_identity(row) for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    @property
    def rows(self) -> list[Row]:
        """The rows as shown."""
        return self._rows

    def row_of(self, focus: str | None, *, near: int = 0) -> int | None:
        """The row of what has this name that is nearest to `near`."""
        found = [at for at, row in enumerate(self._rows) if row.id and row.id == focus]
        return min(found, key=lambda at: abs(at - near), default=None)

    def step(self, row: int, by: int) -> int | None:
        """The next row that can come into focus, `by` being 1 or -1; None at the end."""
        at = row + by
        while 0 <= at < len(self._rows):
            if self._rows[at].id:
                return at
            at += by
        return None

    def next_to_review(self, row: int) -> int | None:
        """The row to go to after a decision: the next check, else the next proposed entry, from the top if need be."""
        order: list[int] = [*range(row, len(self._rows)), *range(row)]
        for checks_only in (True, False):
            for at in order:
                found = self._rows[at]
                if found.waits and (found.check or not checks_only):
                    return at
        return None

    def rowCount(self, parent: _Index | None = None) -> int:
        """Headings and entries."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself for the delegate, words for a screen reader."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if row.words is not None:
                return question(row.words)
            return spoken(row.entry) if row.entry is not None else row.heading
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if index.isValid() and not self._rows[index.row()].id:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _identity(row: Row) -> tuple[str, str, bool]:
    return row.heading, row.id, row.check


def _rows(entries: Sequence[Entry], words: Sequence[Repair]) -> list[Row]:
    rows = [Row(entry=entry, check=True) for entry in entries if entry.flags and entry.state is ReviewState.PROPOSED]
    rows += [Row(words=each, check=True) for each in words]
    for heading, kinds in GROUPS:
        members = sorted((entry for entry in entries if entry.kind in kinds), key=lambda entry: entry.evidence)
        if members:
            rows.append(Row(heading=tr(heading), count=len(members)))
            rows.extend(Row(entry=entry) for entry in members)
    return rows
