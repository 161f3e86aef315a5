"""The rail: name, menu, New dictation, search, the list, and whether anything has left this computer."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.theme.icons import GlyphButton
from desktop.theme.theme import tokens
from desktop.widgets import label
from desktop.worklist.delegate import WorklistDelegate
from desktop.worklist.model import Row, WorklistModel
from ehr.store.query import FILTERS, parse

_TYPING_PAUSE_MS = 10
"""After a key that is searched for at once, those of a burst wait for one search; a person types no two within it."""


class Rail(QWidget):
    """Lists dictations and asks to open one."""

    opened = Signal(str, object)
    search_changed = Signal(str)

    def __init__(self, actions: dict[str, QAction], menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(236)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search notes and facts"))
        self.search.setAccessibleName(self.tr("Search notes and facts"))
        self.search.setToolTip(
            f"{actions['worklist.search'].text()} ({actions['worklist.search'].shortcut().toString()})"
        )
        self.hint = label("", "muted", wrap=True)
        self.hint.setContentsMargins(8, 0, 8, 2)
        self.hint.hide()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self._on_pause)
        self._burst = False
        self.search.textChanged.connect(self._on_typing)
        self.search.returnPressed.connect(self._on_return)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._on_return)
        self.model = WorklistModel(self)
        self.list = _WorklistView(self.model)
        self.list.chosen.connect(self._on_chosen)
        self._lay_out(actions["dictation.record"], menu)

    def show_rows(self, rows: list[Row], *, current: str) -> None:
        """Replace the list; `current` is the open dictation."""
        self.model.show_rows(rows)
        self.select(current)

    def select(self, encounter_id: str) -> None:
        """Mark the open dictation."""
        at = self.model.row_of(encounter_id)
        index = self.model.index(at) if at is not None else QModelIndex()
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def stop(self) -> None:
        """Forget what is half typed: the window closes."""
        self._burst = False
        self._typing.stop()

    def _on_pause(self) -> None:
        if self._burst:
            self._search()

    def _search(self) -> None:
        self._burst = False
        self._typing.start()
        self.search_changed.emit(self.search.text().strip())

    def _on_typing(self, text: str) -> None:
        if self._typing.isActive():
            self._burst = True
        else:
            self._search()
        unknown = parse(text).unknown
        filters = " ".join(f"{name}:" for name in FILTERS)
        told = self.tr("Not a filter: {0}").format(", ".join(unknown))
        self.hint.setText(told if unknown else self.tr("Filters: {0}").format(filters))
        self.hint.setVisible(bool(text))

    def _on_chosen(self, index: QModelIndex) -> None:
        row = self.model.rows[index.row()]
        if row.encounter_id:
            self.opened.emit(row.encounter_id, row.entry_id)

    def _on_return(self) -> None:
        """From the search field to the first find."""
        first = next((at for at, row in enumerate(self.model.rows) if not row.heading), None)
        if first is not None:
            self.list.setFocus()
            self.list.setCurrentIndex(self.model.index(first))

    def _lay_out(self, record: QAction, menu: QMenu) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 12, 10, 12)
        outer.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 2)
        brand = QLabel()
        brand.setObjectName("brand")
        brand.setText(f'Chart<span style="color:{tokens().rail_accent}">wright</span>')
        head.addWidget(brand)
        head.addStretch(1)
        button = GlyphButton("menu", self.tr("Menu"), ink="rail_muted")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        head.addWidget(button)
        outer.addLayout(head)
        outer.addWidget(_record_button(record))
        outer.addWidget(self.search)
        outer.addWidget(self.hint)
        outer.addWidget(self.list, 1)
        foot = label(self.tr("Nothing has left this computer"), wrap=True)
        foot.setContentsMargins(8, 4, 8, 2)
        outer.addWidget(foot)


class _WorklistView(QListView):
    """Opens a dictation by a click or Enter."""

    chosen = Signal(QModelIndex)

    def __init__(self, model: WorklistModel) -> None:
        super().__init__()
        self.setObjectName("worklist")
        self.setAccessibleName(self.tr("Dictations"))
        self.setModel(model)
        self.setItemDelegate(WorklistDelegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


def _record_button(action: QAction) -> QPushButton:
    button = QPushButton()
    row = QHBoxLayout(button)
    row.setContentsMargins(10, 0, 10, 0)
    row.addStretch(1)
    key = label(action.shortcut().toString())
    key.setFixedHeight(19)
    row.addWidget(key)
    button.clicked.connect(action.trigger)

    def take() -> None:
        button.setText(action.text())
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(take)
    take()
    return button
