"""The middle of the window: the note and its changes above, the transcript below.

Owns their arrangement and what the transcript's head says about omissions.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop.formats import clock
from desktop.review.changes_view import ChangesView
from desktop.review.hero import Hero
from desktop.review.live_view import LiveView
from desktop.review.note_editor import NoteEditor
from desktop.review.note_view import NoteView
from desktop.review.reading import Reading
from desktop.review.transcript_view import TranscriptView
from desktop.signing.history_view import HISTORY_TAB, HistoryView
from desktop.widgets import label, pill, retone
from ehr.chart.fields import fields
from ehr.chart.note import Change

_WELL_COVERED = 0.98


class NotePanel(QWidget):
    """Tabs over the note and its changes, or the hero while there is no note."""

    change_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("note")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.note = NoteView()
        self.changes = ChangesView()
        self.history = HistoryView()
        self.hero = Hero()
        self.live = LiveView()
        self.editor = NoteEditor()
        self.editor.left.connect(self._on_left)
        self.changes.change_chosen.connect(self._on_change_chosen)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Views of the note"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Note"))
        self.tabs.addTab(self.tr("Said and written"))
        self.tabs.insertTab(HISTORY_TAB, self.tr("History"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self.note)
        self._pages.addWidget(self.changes)
        self._pages.addWidget(self.history)
        self._hint = label("", "muted")
        self.editor.textChanged.connect(self._show_hint)
        self._pages.addWidget(_under(self._hint, self.editor))
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        line = QWidget()
        line.setFixedHeight(1)
        line.setObjectName("line")
        written = QWidget()
        column = QVBoxLayout(written)
        column.setContentsMargins(26, 18, 26, 10)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(line)
        column.addSpacing(14)
        column.addWidget(self._pages, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.hero)
        self._stack.addWidget(written)
        self.live.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._stack, 2)
        outer.addWidget(self.live, 1)
        self.setMinimumHeight(120)

    def show_reading(self, reading: Reading | None) -> None:
        """Show a note, or the hero."""
        self.note.show_reading(reading)
        self.changes.show_reading(reading)
        self._stack.setCurrentIndex(0 if reading is None else 1)
        self._stack.setVisible(reading is not None or self.live.isHidden())

    def show_live(self, *, live: bool) -> None:
        """Show the words as they are spoken: under the note that they go on, or in the place of the hero."""
        self.live.setVisible(live)
        self._stack.setVisible(not live or self._stack.currentWidget() is not self.hero)

    def edit(self, encounter_id: str, written: str, at: int) -> None:
        """Let a dictation's note be typed in, with the cursor at a character of it."""
        self.tabs.setCurrentIndex(0)
        self._pages.setCurrentIndex(self._pages.count() - 1)
        self.editor.begin(encounter_id, written, at)

    def _show_hint(self) -> None:
        hint = self.tr("Kept whenever you pause. Esc goes back to the page.")
        if fields(self.editor.toPlainText()):
            hint = self.tr("Tab: next field  ·  Alt+Down: its choices  ·  Ctrl+F7: all defaults  ·  Del: takes it out")
        self._hint.setText(hint)

    def _on_left(self) -> None:
        self._pages.setCurrentIndex(self.tabs.currentIndex())

    def _on_change_chosen(self, change: Change) -> None:
        self.change_chosen.emit(change)


class TranscriptPanel(QWidget):
    """The transcript under its head: coverage, gaps."""

    gap_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = TranscriptView()
        self._coverage = pill("", "ok")
        self._gaps = QPushButton("")
        self._gaps.setProperty("look", "gap")
        self._gaps.clicked.connect(self._on_gaps)
        self._source = label("", "muted")
        self._first_gap = 0.0
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(label(self.tr("Transcript"), "heading"))
        head.addWidget(self._coverage)
        head.addWidget(self._gaps)
        head.addStretch(1)
        head.addWidget(self._source)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 10, 12, 6)
        outer.setSpacing(6)
        outer.addLayout(head)
        outer.addWidget(self.view, 1)
        self.setMinimumHeight(96)
        self.show_reading(None)

    def show_reading(self, reading: Reading | None) -> None:
        """Show a transcript, or nothing."""
        self.view.show_reading(reading)
        transcript = reading.draft.transcript if reading is not None else None
        for widget in (self._coverage, self._gaps, self._source):
            widget.setVisible(transcript is not None)
        if transcript is None:
            return
        coverage = transcript.coverage
        tone = "ok" if coverage.fraction >= _WELL_COVERED else "warn"
        retone(self._coverage, self.tr("{0:.1f}% of speech has words").format(coverage.fraction * 100), tone)
        self._gaps.setVisible(bool(coverage.gaps))
        if coverage.gaps:
            self._first_gap = coverage.gaps[0].start
            text = self.tr("1 gap at {1}") if len(coverage.gaps) == 1 else self.tr("{0} gaps, first at {1}")
            self._gaps.setText(text.format(len(coverage.gaps), clock(self._first_gap)))
        self._source.setText(f"{transcript.model} · {transcript.device} · {transcript.language}")

    def _on_gaps(self) -> None:
        self.gap_chosen.emit(self._first_gap)


def _under(hint: QWidget, editor: NoteEditor) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(hint)
    column.addWidget(editor, 1)
    return page


def middle(note: NotePanel, transcript: TranscriptPanel) -> QSplitter:
    """Note over transcript, with a line between them that can be dragged."""
    splitter = QSplitter(Qt.Orientation.Vertical)
    splitter.setChildrenCollapsible(False)
    splitter.addWidget(note)
    splitter.addWidget(transcript)
    splitter.setStretchFactor(0, 1)
    splitter.setSizes([520, 224])
    splitter.setHandleWidth(1)
    return splitter
