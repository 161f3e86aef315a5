"""Paints a row of the facts list: chip, name, verdict, state, code.

Owns the look of rows. The row in focus is covered by its card; the list tells its height.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.facts.model import Row
from desktop.facts.readings import question
from desktop.facts.wording import Chip, chips, flag_word, state_word, title, tr, verdict
from desktop.theme.fonts import SEMIBOLD, SMALL, TEXT, TINY, font
from desktop.theme.theme import colour
from ehr.chart.entry import Assertion, Entry, ReviewState

_INDEX = QModelIndex | QPersistentModelIndex
_MARGIN, _GAP, _ENTRY, _CHECK, _HEADING = 16.0, 8.0, 29, 35, 30
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class FactsDelegate(QStyledItemDelegate):
    """Paints `Row`s. `card_row` and `card_height` are set by the list for the row that its card covers."""

    card_row = -1
    card_height = 0

    def sizeHint(self, _option: QStyleOptionViewItem, index: _INDEX) -> QSize:
        """The height of a row; the width is the list's."""
        if index.row() == self.card_row:
            return QSize(0, self.card_height)
        row = _row(index)
        return QSize(0, _CHECK if row.check else _ENTRY if row.id else _HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _INDEX) -> None:
        """One row."""
        if index.row() == self.card_row:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(option.rect)
        row = _row(index)
        if not row.id:
            _paint_heading(painter, place, row)
        else:
            if option.state & QStyle.StateFlag.State_MouseOver:
                painter.fillRect(place, colour("sunken"))
            if row.check:
                painter.fillRect(
                    QRectF(_MARGIN - 4, place.bottom() - 1, place.width() - 2 * _MARGIN + 8, 1), colour("line")
                )
            inner = place.adjusted(_MARGIN, 0, -_MARGIN, 0)
            if row.entry is not None:
                _paint_entry(painter, inner, row.entry, check=row.check)
            elif row.words is not None:
                _paint_words(painter, inner, question(row.words))
        painter.restore()


def _row(index: _INDEX) -> Row:
    return cast("Row", index.data(Qt.ItemDataRole.UserRole))


def _paint_heading(painter: QPainter, place: QRectF, row: Row) -> None:
    inner = place.adjusted(_MARGIN, 9, -_MARGIN, 0)
    painter.setFont(font(SMALL, SEMIBOLD))
    painter.setPen(colour("muted"))
    painter.drawText(inner, _LINE, row.heading)
    painter.drawText(inner, _LINE | Qt.AlignmentFlag.AlignRight, str(row.count))


def _paint_entry(painter: QPainter, place: QRectF, entry: Entry, *, check: bool) -> None:
    left, right = place.left(), place.right()
    for chip in chips(entry):
        left += paint_chip(painter, left, place, chip) + _GAP
    for text, ink in _marks(entry, check=check):
        right -= _paint_right(painter, place, right, text, ink, room=(right - left) * 0.5) + _GAP
    off = entry.assertion is Assertion.ABSENT or entry.state is ReviewState.REJECTED
    face = font(TEXT, struck=off)
    after = verdict(entry)
    reserved = _width(after.text, font(TINY, SEMIBOLD)) + 12 + _GAP if after else 0.0
    text = QFontMetricsF(face).elidedText(title(entry), Qt.TextElideMode.ElideRight, max(0.0, right - left - reserved))
    painter.setFont(face)
    painter.setPen(colour("muted" if off else "text"))
    painter.drawText(QRectF(left, place.top(), right - left, place.height()), _LINE, text)
    if after:
        paint_chip(painter, left + _width(text, face) + _GAP, place, after)


def _paint_words(painter: QPainter, place: QRectF, text: str) -> None:
    left = place.left() + paint_chip(painter, place.left(), place, Chip(tr("word"), "warn")) + _GAP
    face, room = font(TEXT), place.right() - left
    painter.setFont(face)
    painter.setPen(colour("text"))
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRectF(left, place.top(), room, place.height()), _LINE, shown)


def _marks(entry: Entry, *, check: bool) -> list[tuple[str, str]]:
    """Faint words at the right, outermost first: why to check it, or its code; then what a person did."""
    if check:
        return [(flag_word(entry.flags[0]), "muted")]
    marks = [(entry.code.code, "faint")] if entry.code else []
    done = state_word(entry)
    return [*marks, (done, "ok")] if done else marks


def _paint_right(painter: QPainter, place: QRectF, right: float, text: str, ink: str, *, room: float) -> float:
    face = font(SMALL, tabular=True)
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, room)
    width = _width(shown, face)
    painter.setFont(face)
    painter.setPen(colour(ink))
    painter.drawText(QRectF(right - width, place.top(), width + 1, place.height()), _LINE, shown)
    return width


def paint_chip(painter: QPainter, left: float, place: QRectF, chip: Chip) -> float:
    """Draw a chip at the left edge of a row and return its width."""
    face = font(TINY, SEMIBOLD)
    ground, ink = ("sunken", "muted") if chip.look == "plain" else (f"{chip.look}_soft", chip.look)
    width = _width(chip.text, face) + 12
    shape = QRectF(left, place.center().y() - 9, width, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ground))
    painter.drawRoundedRect(shape, 5, 5)
    painter.setFont(face)
    painter.setPen(colour(ink))
    painter.drawText(shape, Qt.AlignmentFlag.AlignCenter, chip.text)
    return width


def _width(text: str, face: QFont) -> float:
    return QFontMetricsF(face).horizontalAdvance(text)
