"""The rows of the worklist: dictations grouped by what they wait for, or what a search found.

Owns the grouping and the words of a row. Painting is the delegate's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from desktop.dictation.job import STOPPED, Job, Step
from desktop.formats import clock, when
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.encounter import EncounterStatus, EncounterSummary
from ehr.chart.signing import Status

_Index = QModelIndex | QPersistentModelIndex
_ASKED = QT_TRANSLATE_NOOP("worklist", "Asked to sign")
_REVIEW = QT_TRANSLATE_NOOP("worklist", "Needs review")
_RUNNING = QT_TRANSLATE_NOOP("worklist", "In progress")
_RECORDED = QT_TRANSLATE_NOOP("worklist", "Recorded")
_TO_SIGN = QT_TRANSLATE_NOOP("worklist", "To sign")
_SIGNED = QT_TRANSLATE_NOOP("worklist", "Signed")
GROUPS = (_ASKED, _RUNNING, _REVIEW, _TO_SIGN, _RECORDED, _SIGNED)


@dataclass(frozen=True, slots=True)
class Find:
    """One find of a search, ready to be shown."""

    encounter_id: str
    entry_id: str | None
    name: str
    snippet: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A heading with a count, or a dictation. `tone` is muted, warn or run, and colours `right`."""

    heading: str = ""
    count: int = 0
    encounter_id: str = ""
    entry_id: str | None = None
    name: str = ""
    left: str = ""
    right: str = ""
    tone: str = "muted"


class WorklistModel(QAbstractListModel):
    """What the rail lists."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        """Replace the rows, or only their contents where the rows are the same ones."""
        if [(row.heading, row.encounter_id) for row in rows] == [(row.heading, row.encounter_id) for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def row_of(self, encounter_id: str) -> int | None:
        """The row of a dictation."""
        return next((at for at, row in enumerate(self.rows) if encounter_id and row.encounter_id == encounter_id), None)

    def rowCount(self, parent: _Index | None = None) -> int:
        """Headings and dictations."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself for the delegate, words for a screen reader."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.heading or f"{row.name}, {row.left}, {row.right}"
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if index.isValid() and self.rows[index.row()].heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def worklist_rows(encounters: Sequence[EncounterSummary], jobs: Mapping[str, Job], *, now: datetime) -> list[Row]:
    """The day's rows, newest first in each group."""
    groups: dict[str, list[Row]] = {name: [] for name in GROUPS}
    for encounter in encounters:
        job = jobs.get(encounter.id)
        groups[_group(encounter, job)].append(_row(encounter, job, now=now))
    rows: list[Row] = []
    for name, members in groups.items():
        if members:
            rows.append(Row(heading=_tr(name), count=len(members)))
            rows.extend(members)
    return rows


def found_rows(finds: Sequence[Find], *, now: datetime) -> list[Row]:
    """What a search found, newest first."""
    rows = [Row(heading=_tr(QT_TRANSLATE_NOOP("worklist", "Found")), count=len(finds))]
    for find in finds:
        moment = when(find.started_at, now=now)
        rows.append(
            Row(encounter_id=find.encounter_id, entry_id=find.entry_id, name=find.name, left=find.snippet, right=moment)
        )
    return rows


def _group(encounter: EncounterSummary, job: Job | None) -> str:
    if encounter.asked_by:
        return _ASKED
    if job is not None:
        return _RUNNING
    if encounter.status is not EncounterStatus.DRAFT:
        return _RECORDED
    if encounter.standing.locked:
        return _SIGNED
    waits = encounter.proposed or (encounter.to_check and encounter.standing.status is Status.PRELIMINARY)
    return _REVIEW if waits else _TO_SIGN


def _row(encounter: EncounterSummary, job: Job | None, *, now: datetime) -> Row:
    parts = [encounter.title or when(encounter.started_at, now=now)]
    if encounter.duration:
        parts.append(clock(encounter.duration))
    right, tone = _standing(encounter, job)
    if encounter.asked_by:
        parts = [_tr(QT_TRANSLATE_NOOP("worklist", "by {0}")).format(encounter.asked_by)]
        right, tone = _tr(QT_TRANSLATE_NOOP("worklist", "Sign beside")), "warn"
    name = encounter.patient.display_name
    return Row(encounter_id=encounter.id, name=name, left=" · ".join(parts), right=right, tone=tone)


def _standing(encounter: EncounterSummary, job: Job | None) -> tuple[str, str]:
    """What the dictation waits for, in a word or two."""
    if job is not None:
        return step_word(job), "run"
    if encounter.status is EncounterStatus.FAILED and encounter.failure != STOPPED:
        return _tr(QT_TRANSLATE_NOOP("worklist", "Failed")), "warn"
    if encounter.status is not EncounterStatus.DRAFT:
        return _tr(QT_TRANSLATE_NOOP("worklist", "To transcribe")), "muted"
    if encounter.standing.status is not Status.PRELIMINARY:
        return _tr(_STANDINGS[encounter.standing.status]), "muted"
    if encounter.to_check:
        return _tr(QT_TRANSLATE_NOOP("worklist", "{0} to check")).format(encounter.to_check), "warn"
    if encounter.proposed:
        return _tr(QT_TRANSLATE_NOOP("worklist", "{0} to review")).format(encounter.proposed), "muted"
    if encounter.standing.amendment is not None:
        return _tr(QT_TRANSLATE_NOOP("worklist", "Amendment")), "warn"
    return _tr(QT_TRANSLATE_NOOP("worklist", "Decided")), "muted"


_STANDINGS = {
    Status.REVIEWED: QT_TRANSLATE_NOOP("worklist", "Reviewed"),
    Status.FINAL: QT_TRANSLATE_NOOP("worklist", "Signed"),
    Status.AMENDED: QT_TRANSLATE_NOOP("worklist", "Amended"),
    Status.ENTERED_IN_ERROR: QT_TRANSLATE_NOOP("worklist", "In error"),
}


def step_word(job: Job) -> str:
    """What is being done with a dictation."""
    texts = {
        Step.RECORDING: QT_TRANSLATE_NOOP("worklist", "Recording"),
        Step.WAITING: QT_TRANSLATE_NOOP("worklist", "Waiting"),
        Step.TRANSCRIBING: QT_TRANSLATE_NOOP("worklist", "Transcribing {0}%"),
        Step.DRAFTING: QT_TRANSLATE_NOOP("worklist", "Finding facts"),
    }
    return _tr(texts[job.step]).format(int(job.fraction * 100))


def _tr(text: str) -> str:
    return QCoreApplication.translate("worklist", text)
