"""The main window: where everything stands, and the dialogs that open over it.

Owns the layout. What the parts show is the presenter's business, what they do is the commands'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop.commands import table
from desktop.commands.dictating import RECOVERY
from desktop.commands.patients import IDENTITY
from desktop.commands.reviewing import READINGS
from desktop.commands.upkeep import BACK_UP
from desktop.dictation.importer import AUDIO_SUFFIXES
from desktop.dictation.recorder import Input
from desktop.dictation.recovery import Recovery
from desktop.dictation.recovery_card import RecoveryCard
from desktop.dictation.rewinding import Deck, Rewinding
from desktop.dictation.sound_bar import SoundBar
from desktop.facts.card import CardActions
from desktop.facts.panel import FactsPanel
from desktop.messages import explain
from desktop.patient.banner import Banner
from desktop.patient.guard import Guard, GuardCard
from desktop.patient.keeper import PatientKeeper
from desktop.patient.overview import Overview
from desktop.pedals.station import HeldDeeds, Station
from desktop.pedals.talk import Talk
from desktop.people.room import People
from desktop.phrases.keeper import PhraseKeeper
from desktop.player.bar import PlayerBar
from desktop.player.player import SPEEDS, Player
from desktop.problem_bar import Problem, ProblemBar
from desktop.review.panels import NotePanel, TranscriptPanel, middle
from desktop.session import Session
from desktop.settings import CHANNEL, MICROPHONE, READY, SPEED, Settings
from desktop.signing.signing import Signing
from desktop.tasks import Lane, Operation
from desktop.upkeep.room import Upkeep
from desktop.worklist.rail import Rail
from ehr.chart.patient import Patient

if TYPE_CHECKING:
    from desktop.remote import Remote

TITLE = "Chartwright"
"""The title never names a patient: it stands in task bars and screenshots."""


class MainWindow(QMainWindow):
    """Rail, banner, note over transcript, facts, bar."""

    rail: Rail
    note: NotePanel
    transcript: TranscriptPanel
    facts: FactsPanel

    def __init__(self, session: Session, player: Player, settings: Settings) -> None:
        super().__init__()
        self.session, self.player, self._settings = session, player, settings
        self.setWindowTitle(TITLE)
        self.setMinimumSize(1024, 640)
        self.resize(1440, 900)
        self.setAcceptDrops(True)
        self.recovery = Recovery(session.chart, self)
        self._had_focus: QWidget | None = None
        self._asking = Lane.on_thread("devices", self)
        self.phrases = PhraseKeeper(self, session, settings)
        self.patients = PatientKeeper(self, session, self._hear_fact)
        self.guard = Guard(session, self)
        self.overview = Overview(session, self)
        self.signing = Signing(self, session)
        self.people = People(self, self, settings)
        self.upkeep = Upkeep(self, self, settings)
        self.rewinding = Rewinding(session.desk, player, self)
        self.deck = Deck(self.rewinding, player, session.records_here)
        self.handlers = table.Handlers(self)
        self.actions_by_id = table.make_actions(self.handlers, self)
        deeds = HeldDeeds(Talk(session.desk, self.actions_by_id["dictation.record"].trigger, self), self.deck)
        self.station = Station(settings, self.actions_by_id, deeds, self)
        self.station.failed.connect(self.show_problem)
        self.station.used.connect(self.people.watch.touch)
        self._remote: Remote | None = None
        self._build()
        table.hold_on(self.actions_by_id, [self.facts.list, self.note.note, self.note.changes, self.transcript.view])
        self._restore()

    def _hear_fact(self) -> None:
        self.actions_by_id["entry.hear"].trigger()

    def panes(self) -> Sequence[QWidget]:
        """The places between which F6 moves the keyboard."""
        return (self.facts.list, self.rail.list, self.note.note, self.transcript.view)

    def show_in_title(self, doing: str) -> None:
        """Say in the title what is being done, which never names a patient."""
        self.setWindowTitle(f"{doing} – {TITLE}" if doing else TITLE)

    def refresh(self) -> None:
        """Enable the actions that make sense now."""
        table.refresh(self.handlers, self.actions_by_id)

    def cover(self, screen: QWidget | None) -> None:
        """Put something in the place of the page, or the page back with the keyboard where it was."""
        if screen is not None:
            self._had_focus = self.focusWidget()
            self.note.editor.leave()
            self._stack.addWidget(screen)
            self._stack.setCurrentWidget(screen)
            return
        cover = self._stack.currentWidget()
        self._stack.setCurrentIndex(0)
        if cover is not None:
            self._stack.removeWidget(cover)
        if self._had_focus is not None and isValid(self._had_focus):
            self._had_focus.setFocus()

    def show_problem(self, error: BaseException, again: Callable[[], None] | None = None) -> None:
        """Say what went wrong."""
        self.problems.show_problem(Problem(explain(error), again))

    def ask_patient(self, purpose: str, then: Callable[[Patient], None]) -> None:
        """Let a patient be chosen or added, and go on with them."""
        self.patients.choose(purpose, then)

    def ask_audio(self, then: Callable[[Path], None]) -> None:
        """Let an audio file be chosen, and go on with it."""
        pattern = " ".join(f"*.{suffix}" for suffix in AUDIO_SUFFIXES)
        filters = f"{self.tr('Audio')} ({pattern});;{self.tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("Import audio"), "", filters)
        if chosen:
            then(Path(chosen))

    def input(self) -> Input:
        """The microphone and the channel that were chosen."""
        channel = self._settings.text(CHANNEL)
        return Input(self._settings.text(MICROPHONE) or None, int(channel) if channel.isdecimal() else 0)

    def input_ahead(self) -> Input | None:
        """The microphone to hold ready for a patient, None where it is to be opened by Record alone."""
        return self.input() if self._settings.text(READY) == "1" else None

    def ask_buttons(self) -> None:
        """Let what pedals, microphones and held keys do be chosen."""
        self.station.show_page(self)

    def listen_outside(self) -> None:
        """Begin to hear pedals, held keys and commands of other programs, on the chart that is open."""
        from desktop.remote import Remote

        self.station.start()
        self._remote = self._remote or Remote(self.session.chart.home, self.actions_by_id, self)

    def ask_microphone(self) -> None:
        """List the microphones that are connected now and let one be chosen."""
        self._asking.run(Operation(_microphones, self._show_microphones, self.show_problem))

    def show_palette(self) -> None:
        """Find a command by typing."""
        from desktop.palette import Palette

        palette = Palette(self.actions_by_id, self)
        palette.finished.connect(palette.deleteLater)
        palette.open()

    def show_keys(self) -> None:
        """Show every key."""
        from desktop.palette import KeysPage

        page = KeysPage(self)
        page.finished.connect(page.deleteLater)
        page.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Audio files may be dropped anywhere."""
        if _audio_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        self.handlers.dictating.bring_in(_audio_files(event))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is kept, end what runs."""
        self._settings.remember_layout("geometry", self.saveGeometry())
        self._settings.remember_layout("middle", self.middle.saveState())
        self._settings.remember_layout("columns", self.columns.saveState())
        self._settings.remember(SPEED, str(self.player.speed))
        self._settings.save()
        self.note.editor.leave()
        self.hide()
        self.people.close()
        self.rail.stop()
        self.player.close()
        self._asking.close()
        self.phrases.close()
        self.station.close()
        if self._remote is not None:
            self._remote.close()
        self.session.close()
        super().closeEvent(event)

    def _build(self) -> None:
        by_id = self.actions_by_id
        self.rail = Rail(by_id, table.make_menu(by_id, self))
        self.banner = Banner(by_id["patient.choose"])
        self.problems, self.sound = ProblemBar(), SoundBar()
        self.recovery_card = RecoveryCard([by_id[name] for name in RECOVERY])
        self.note, self.transcript = NotePanel(), TranscriptPanel()
        self.middle = middle(self.note, self.transcript)
        self.facts = FactsPanel(
            CardActions(
                tuple(by_id[name] for name in ("entry.accept", "entry.hear", "entry.edit", "entry.reject")),
                (by_id["entry.hear"],),
                tuple(by_id[name] for name in READINGS),
            )
        )
        self.guard_card = GuardCard([by_id[name] for name in IDENTITY])
        self.facts.put_above(self.guard_card)
        self.bar = PlayerBar(by_id)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setChildrenCollapsible(False)
        self.columns.setHandleWidth(1)
        for part in (self.middle, self.facts):
            self.columns.addWidget(part)
        self.columns.setStretchFactor(0, 1)
        self.columns.setSizes([832, 372])
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banner)
        for bar in (self.recovery_card, self.sound, self.problems, self.upkeep.make_bar(by_id[BACK_UP])):
            right.addWidget(bar)
        right.addWidget(self.columns, 1)
        right.addWidget(self.bar)
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(centre)
        self.setCentralWidget(self._stack)

    def _restore(self) -> None:
        for name, restore in (
            ("geometry", self.restoreGeometry),
            ("middle", self.middle.restoreState),
            ("columns", self.columns.restoreState),
        ):
            state = self._settings.layout(name)
            if state is not None:
                restore(state)
        remembered = self._settings.text(SPEED)
        self.player.set_speed(next((speed for speed in SPEEDS if str(speed) == remembered), 1.0))
        self.bar.microphone.setText(self.input().device or self.tr("System's microphone"))

    def _show_microphones(self, names: Sequence[str]) -> None:
        menu = QMenu(self)
        chosen = self.input().device or ""
        for title, name in ((self.tr("System's choice"), ""), *((name, name) for name in names)):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _=False, name=name: self._take_microphone(name))
        self._add_channels(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.bar.microphone.mapToGlobal(self.bar.microphone.rect().topLeft()))

    def _add_channels(self, menu: QMenu) -> None:
        """Microphones with several channels: all of them, or one, as where two people have one each."""
        channels = menu.addMenu(self.tr("Channel"))
        for number, title in enumerate((self.tr("All, mixed"), self.tr("First (left)"), self.tr("Second (right)"))):
            action = channels.addAction(title)
            action.setCheckable(True)
            action.setChecked(number == self.input().channel)
            action.triggered.connect(lambda _=False, number=number: self._settings.remember(CHANNEL, str(number)))

    def _take_microphone(self, name: str) -> None:
        self._settings.remember(MICROPHONE, name)
        self.bar.microphone.setText(name or self.tr("System's microphone"))


def _microphones() -> list[str]:
    from transcriber.devices import input_devices

    return [device.name for device in input_devices()]


def _audio_files(event: QDropEvent) -> list[Path]:
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [file for file in files if file.suffix.lower().lstrip(".") in AUDIO_SUFFIXES]
