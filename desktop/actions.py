"""What each action of the user does. The table in `commands` names them; here they meet the session, the desk and the
player. Of the window they know what `Workbench` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from desktop.dictation.recorder import Input
from desktop.dictation.recovery import Recovery
from desktop.facts.panel import FactsPanel
from desktop.patient.guard import Guard
from desktop.people.rights import RIGHT_OF
from desktop.people.room import People
from desktop.phrases.keeper import PhraseKeeper
from desktop.player.player import SKIP_S, Player
from desktop.review.panels import NotePanel
from desktop.session import Session
from desktop.signing.history_view import HISTORY_TAB
from desktop.signing.signing import Signing
from desktop.worklist.rail import Rail
from ehr.chart.entry import ReviewState
from ehr.chart.fields import open_fields
from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.reverting import can_revert

LEAD_S, TAIL_S = 0.25, 0.35
"""Sound before and after the words of a fact, so that they can be understood."""

AUDIO_SUFFIXES = ("wav", "flac", "ogg", "oga", "opus", "mp3", "m4a", "aac", "mp4", "webm", "aiff", "aif", "wma", "amr")


class Workbench(Protocol):
    """What the actions need of the window: its parts, and the dialogs that open over it."""

    session: Session
    recovery: Recovery
    player: Player
    rail: Rail
    note: NotePanel
    facts: FactsPanel
    people: People
    phrases: PhraseKeeper
    guard: Guard
    signing: Signing

    def tr(self, text: str, /) -> str:
        """A text in the user's language."""

    def panes(self) -> Sequence[QWidget]:
        """The places between which the keyboard moves."""

    def refresh(self) -> None:
        """Enable the actions that make sense now."""

    def ask_patient(self, purpose: str, then: Callable[[Patient], None]) -> None:
        """Let a patient be chosen or added, and go on with them."""

    def ask_audio(self, then: Callable[[Path], None]) -> None:
        """Let an audio file be chosen, and go on with it."""

    def ask_microphone(self) -> None:
        """Let a microphone be chosen."""

    def ask_buttons(self) -> None:
        """Let what pedals, microphones and held keys do be chosen."""

    def input(self) -> Input:
        """The microphone and the channel that were chosen."""

    def ask_reason(self, patient: Patient, then: Callable[[str], None]) -> None:
        """Let somebody say why a dictation goes to this patient, and go on with it."""

    def show_record(self, patient: Patient) -> None:
        """Show a patient over time."""

    def show_palette(self) -> None:
        """Find a command by typing."""

    def show_keys(self) -> None:
        """Show every key."""

    def close(self) -> bool:
        """Close the window; whether it did."""


class Actions:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session
        self._desk = window.session.desk
        self._player = window.player
        self.signing = window.signing

    @property
    def people(self) -> People:
        """Who sits at the window."""
        return self._window.people

    def lacks(self, command: str) -> Right | None:
        """The right that the user lacks for a command; None where they have it or it needs none."""
        right = RIGHT_OF.get(command)
        return right if right is not None and not self._session.chart.may(right) else None

    def record(self) -> None:
        """Begin a dictation, or finish the one that runs."""
        if self._desk.recording is not None:
            self._desk.stop()
        elif not self._desk.starting:
            self._for_patient(self._window.tr("Who is this dictation about?"), self._begin)

    def can_go_on(self) -> bool:
        """Whether the page has a heard note that is not signed, and nothing is being recorded."""
        reading, encounter = self._session.reading, self._session.encounter
        heard = reading is not None and reading.draft.transcript is not None
        free = encounter is not None and encounter.id not in self._desk.jobs and self._desk.recording is None
        return heard and free and not self._session.standing.locked and not self._window.facts.editing

    def go_on(self) -> None:
        """Dictate into the note: over what is selected in the editor, at its cursor, or at the note's end."""
        encounter, editor = self._session.encounter, self._window.note.editor
        if encounter is None:
            return
        at = editor.selection if editor.active else None
        editor.leave()
        self._desk.go_on(encounter.id, self._window.input(), at)

    def can_pause(self) -> bool:
        """Whether something is being recorded."""
        return self._desk.recording is not None

    def pause(self) -> None:
        """Pause the recording, or go on where it paused."""
        self._desk.pause_or_resume()

    def has_recovery(self) -> bool:
        """Whether an interrupted recording is offered."""
        return self._window.recovery.offered is not None

    def can_recover(self) -> bool:
        """Whether the interrupted recording that is offered holds sound."""
        return self._window.recovery.sound() is not None

    def recover(self) -> None:
        """Let the words of the interrupted recording be found; where nobody knows whose it is, ask."""
        recovery = self._window.recovery
        if recovery.offered is not None and recovery.offered.encounter is None:
            self._window.ask_patient(self._window.tr("Who is this recording about?"), recovery.transcribe)
        else:
            recovery.transcribe()

    def hear_recovery(self) -> None:
        """Play the interrupted recording, or stop it."""
        if self._player.playing:
            self._player.pause()
        else:
            self._player.load(self._window.recovery.sound())
            self._player.play()

    def keep_recovery(self) -> None:
        """Put the interrupted recording into the worklist as it is."""
        self._window.recovery.keep()

    def import_file(self) -> None:
        """Choose an audio file and whose it is."""
        self._window.ask_audio(lambda file: self.bring_in([file]))

    def bring_in(self, files: list[Path]) -> None:
        """Import files for one patient."""

        def each(patient: Patient) -> None:
            for file in files:
                self._desk.bring_in(file, patient)

        self._for_patient(self._window.tr("Who is this recording about?"), each)

    def can_transcribe(self) -> bool:
        """Whether the dictation on the page has sound, no words that a person reviewed, and nothing under way."""
        encounter = self._session.encounter
        if encounter is None or encounter.recording_id is None or encounter.id in self._desk.jobs:
            return False
        if self._session.standing.locked:
            return False
        return all(entry.state is ReviewState.PROPOSED for entry in self._session.entries)

    def transcribe(self) -> None:
        """Transcribe the dictation on the page, again if it has words already."""
        if self._session.encounter is not None:
            self._desk.transcribe(self._session.encounter.id)

    def escape(self) -> None:
        """Leave what is open, innermost first: the form, the search, the sound, then the work under way."""
        encounter = self._session.encounter
        if self._window.facts.form is not None:
            self._window.facts.form.cancelled.emit()
        elif self._window.note.editor.active:
            self._leave_note()
        elif self._window.rail.search.text():
            self._window.rail.search.clear()
            self._window.facts.list.setFocus()
        elif self._player.playing:
            self._player.pause()
        elif encounter is not None:
            self._desk.cancel(encounter.id)

    def choose_patient(self) -> None:
        """Choose or add the patient of the next dictation."""
        self._window.ask_patient(self._window.tr("Choose or add a patient"), self._session.choose_patient)

    def choose_microphone(self) -> None:
        """Choose the microphone from those connected now."""
        self._window.ask_microphone()

    def choose_buttons(self) -> None:
        """Choose what pedals, microphones and held keys do."""
        self._window.ask_buttons()

    def can_review(self) -> bool:
        """Whether an entry is in focus and not being edited."""
        return self._session.focused is not None and self._may_change

    def can_file(self) -> bool:
        """Whether an entry is in focus and it is settled whose dictation it is."""
        return self.can_review() and not self.in_doubt()

    def in_doubt(self) -> bool:
        """Whether the dictation seems to speak of another patient."""
        return bool(self._window.guard.doubts)

    def hear_patient(self) -> None:
        """Play the words that speak of another patient."""
        reading = self._session.reading
        for doubt in self._window.guard.doubts if reading is not None else ():
            time = reading.time_of(doubt.span) if reading is not None else None
            if time is not None:
                self._player.play(time.start - LEAD_S, time.end + TAIL_S)
                return

    def confirm_patient(self) -> None:
        """Say that the patient is the right one."""
        self._window.guard.confirm()

    def can_move(self) -> bool:
        """Whether a dictation is on the page and nothing works on it."""
        encounter = self._session.encounter
        return encounter is not None and encounter.id not in self._desk.jobs and self._may_change

    def move_dictation(self) -> None:
        """Give the dictation to another patient, with a reason."""

        def chosen(patient: Patient) -> None:
            self._window.ask_reason(patient, lambda reason: self._window.guard.move(patient.id, reason))

        self._window.ask_patient(self._window.tr("Whose dictation is this?"), chosen)

    def has_patient(self) -> bool:
        """Whether a patient is on the page."""
        return self._session.patient is not None

    def show_record(self) -> None:
        """Show the patient over time."""
        if self._session.patient is not None:
            self._window.show_record(self._session.patient)

    def can_edit_note(self) -> bool:
        """Whether the page has a note and no form is open."""
        return self._session.reading is not None and self._may_change

    def edit_note(self) -> None:
        """Let the note be typed in, from the words in focus on; again, and the page is back."""
        session, panel = self._session, self._window.note
        if panel.editor.active:
            self._leave_note()
        elif session.reading is not None and session.encounter is not None:
            at = session.place.start if session.place is not None else 0
            panel.edit(session.encounter.id, session.reading.draft.note.written, at)

    def can_hear(self) -> bool:
        """Whether an entry or words are in focus and no form is open."""
        return self._session.place is not None and not self._window.facts.editing

    def can_choose(self, number: int) -> bool:
        """Whether the words in focus have a reading of this number."""
        question = self._session.question
        return question is not None and number < len(question.readings) and self._may_change

    def choose(self, number: int) -> None:
        """Take a reading of the words in focus and go to the next entry."""
        self._session.choose(number)

    def has_entries(self) -> bool:
        """Whether the page has facts."""
        return bool(self._session.entries) and not self._window.facts.editing

    def can_undo(self) -> bool:
        """Whether a decision can be taken back."""
        return self._session.can_undo and not self._window.facts.editing

    def accept(self) -> None:
        """Accept the entry in focus and go to the next one."""
        self._session.accept()

    def reject(self) -> None:
        """Reject the entry in focus and go to the next one."""
        self._session.reject()

    def edit(self) -> None:
        """Open the form for the entry in focus."""
        entry = self._session.focused
        if entry is not None:
            self._window.facts.edit(entry)
            self._window.refresh()

    def hear(self) -> None:
        """Play the words that the entry in focus rests on; again, and it stops."""
        if self._player.playing:
            self._player.pause()
            return
        place, reading = self._session.place, self._session.reading
        time = reading.time_of(place) if place is not None and reading is not None else None
        if time is not None:
            self._player.play(time.start - LEAD_S, time.end + TAIL_S)

    def next_entry(self) -> None:
        """Go to the next entry."""
        self._window.facts.list.step(1)

    def previous_entry(self) -> None:
        """Go to the previous entry."""
        self._window.facts.list.step(-1)

    def undo(self) -> None:
        """Take the last decision back."""
        self._session.undo()

    def has_sound(self) -> bool:
        """Whether there is something to hear."""
        return self._player.duration > 0

    def play_or_pause(self) -> None:
        """Play from here, or pause."""
        self._player.toggle()

    def skip_back(self) -> None:
        """Go back a little."""
        self._player.skip(-SKIP_S)

    def skip_forward(self) -> None:
        """Go forward a little."""
        self._player.skip(SKIP_S)

    def next_speed(self) -> None:
        """Listen at the next speed."""
        self._player.next_speed()

    def search(self) -> None:
        """Go to the search field."""
        self._window.rail.search.setFocus()
        self._window.rail.search.selectAll()

    def next_dictation(self) -> None:
        """Open the next dictation of the list."""
        self._open_beside(1)

    def previous_dictation(self) -> None:
        """Open the previous dictation of the list."""
        self._open_beside(-1)

    def show_note(self) -> None:
        """Show the note."""
        self._window.note.tabs.setCurrentIndex(0)

    def show_changes(self) -> None:
        """Show every change from said to written."""
        self._window.note.tabs.setCurrentIndex(1)

    def show_history(self) -> None:
        """Show every version and signature, and what changed between them."""
        self._window.note.tabs.setCurrentIndex(HISTORY_TAB)
        self._window.signing.show_history()
        self._window.note.history.list.setFocus()

    def next_pane(self) -> None:
        """Give the keyboard to the next pane."""
        panes = self._window.panes()
        at = next((number for number, pane in enumerate(panes) if pane.hasFocus()), -1)
        panes[(at + 1) % len(panes)].setFocus()

    def insert_autotext(self) -> None:
        """Choose an auto-text and insert it where the note is typed in."""
        editor = self._window.note.editor
        if not editor.active:
            self.edit_note()
        self._window.phrases.choose_autotext(editor.insert)

    def next_field(self) -> None:
        """Go to the next field of the note, which is typed in from then on."""
        if not self._window.note.editor.active:
            self.edit_note()
        self._window.note.editor.step_field(1)

    def has_fields(self) -> bool:
        """Whether the note has a field to go to."""
        reading = self._session.reading
        if self._window.note.editor.active:
            return self.can_edit_note()
        return self.can_edit_note() and reading is not None and bool(open_fields(reading.draft.note))

    def accept_defaults(self) -> None:
        """Take the first option of every choice in the note."""
        if not self._window.note.editor.active:
            self.edit_note()
        self._window.note.editor.accept_defaults()

    def can_revert(self) -> bool:
        """Whether a change is chosen that can be taken back alone."""
        change, reading = self._window.note.changes.chosen, self._session.reading
        at_list = self._window.note.tabs.currentIndex() == 1 and not self._session.standing.locked
        return at_list and change is not None and reading is not None and can_revert(change, reading.draft.note)

    def revert(self) -> None:
        """Take the chosen change back."""
        change = self._window.note.changes.chosen
        if self.can_revert() and change is not None:
            self._session.revert(change)

    def show_sayables(self) -> None:
        """Show what can be said."""
        self._window.phrases.show_sayables()

    def show_phrases(self) -> None:
        """Show the auto-texts and words."""
        self._window.phrases.show_book()

    def show_palette(self) -> None:
        """Find a command by typing."""
        self._window.show_palette()

    def show_keys(self) -> None:
        """Show every key."""
        self._window.show_keys()

    def keep_safe(self) -> None:
        """Show when the last backup was made, make one, and what retention would delete."""
        from desktop.upkeep.page import UpkeepPage

        parent = self._window if isinstance(self._window, QWidget) else None
        page = UpkeepPage(self._session, may_shred=self._session.chart.may(Right.SHRED), parent=parent)
        page.finished.connect(page.deleteLater)
        page.open()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    @property
    def _may_change(self) -> bool:
        """Whether nothing is open over the page, and it is not signed."""
        return not self._window.facts.editing and not self._session.standing.locked

    def _leave_note(self) -> None:
        self._window.note.editor.leave()
        self._window.facts.list.setFocus()

    def _begin(self, patient: Patient) -> None:
        if patient != self._session.patient or self._session.encounter is not None:
            self._session.choose_patient(patient)
        self._desk.record(patient, self._window.input())

    def _for_patient(self, purpose: str, then: Callable[[Patient], None]) -> None:
        """Do something for the patient who was chosen for the next dictation.

        Ask where nobody was chosen, or where the page shows a dictation: the next one may be another person's.
        """
        if self._session.patient is not None and self._session.encounter is None:
            then(self._session.patient)
        else:
            self._window.ask_patient(purpose, then)

    def _open_beside(self, by: int) -> None:
        rows = [row for row in self._window.rail.model.rows if row.encounter_id]
        if not rows:
            return
        current = self._session.encounter.id if self._session.encounter is not None else ""
        at = next((number for number, row in enumerate(rows) if row.encounter_id == current), -1 if by > 0 else 0)
        self._session.open(rows[(at + by) % len(rows)].encounter_id)
