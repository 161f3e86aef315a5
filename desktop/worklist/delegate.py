"""Paints a row of the worklist."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.theme.fonts import SEMIBOLD, SMALL, TEXT, TINY, font
from desktop.theme.theme import colour
from desktop.worklist.model import Row

_Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_TONES = {"muted": "rail_muted", "warn": "rail_warn", "run": "rail_accent"}


class WorklistDelegate(QStyledItemDelegate):
    """Paints `Row`s on the dark rail."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """The height of a row; the width is the list's."""
        return QSize(0, 32 if _row(index).heading else 54)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(option.rect)
        state = option.state
        row = _row(index)
        if row.heading:
            inner = place.adjusted(8, 10, -8, 0)
            _text(painter, inner, row.heading, font(TINY, SEMIBOLD), "rail_muted")
            _text(painter, inner, str(row.count), font(TINY, SEMIBOLD), "rail_muted", right=True)
        else:
            if state & QStyle.StateFlag.State_Selected:
                painter.setBrush(colour("rail_active"))
                focused = state & QStyle.StateFlag.State_HasFocus
                painter.setPen(QPen(colour("rail_accent"), 2) if focused else Qt.PenStyle.NoPen)
                painter.drawRoundedRect(place.adjusted(1, 2, -1, -2), 8, 8)
            elif state & QStyle.StateFlag.State_MouseOver:
                painter.setBrush(colour("rail_active"))
                painter.setOpacity(0.5)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawRoundedRect(place.adjusted(1, 2, -1, -2), 8, 8)
                painter.setOpacity(1.0)
            _paint_dictation(painter, place.adjusted(8, 7, -8, -7), row)
        painter.restore()


def _row(index: _Index) -> Row:
    return cast("Row", index.data(Qt.ItemDataRole.UserRole))


def _paint_dictation(painter: QPainter, place: QRectF, row: Row) -> None:
    top = QRectF(place.left(), place.top(), place.width(), 20)
    below = QRectF(place.left(), place.top() + 20, place.width(), 20)
    _text(painter, top, row.name, font(TEXT, QFont.Weight.Medium), "rail_text")
    small = font(SMALL, tabular=True)
    taken = QFontMetricsF(small).horizontalAdvance(row.right) + 10
    _text(painter, below, row.right, small, _TONES[row.tone], right=True)
    _text(painter, below.adjusted(0, 0, -taken, 0), row.left, small, "rail_muted")


def _text(painter: QPainter, place: QRectF, text: str, face: QFont, ink: str, *, right: bool = False) -> None:
    painter.setFont(face)
    painter.setPen(colour(ink))
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, _LINE | Qt.AlignmentFlag.AlignRight if right else _LINE, shown)
