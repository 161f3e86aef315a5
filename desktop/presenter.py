"""Shows the session in the window.

Owns the way from the session's, the desk's and the player's signals to the views, and from clicks in the views back
to them. Holds no state of its own but what is being painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QObject, QTimer, Slot

from desktop import state
from desktop.dictation.desk import now
from desktop.dictation.job import Step
from desktop.dictation.troubles import Troubles, replaces
from desktop.facts.readings import open_words, word_id
from desktop.formats import clock
from desktop.player.player import LEAD_S, TAIL_S
from desktop.player.sound import Sound, Waveform
from desktop.review.reading import NOWHERE
from desktop.session import Session
from desktop.signing.history_view import HISTORY_TAB
from desktop.window import MainWindow
from desktop.worklist.model import Find, found_rows, worklist_rows
from ehr.chart.encounter import EncounterStatus
from ehr.chart.entry import ReviewState
from ehr.chart.fields import open_fields
from ehr.chart.note import Change, Span
from transcriber.messages import Behind, Final, Level, Partial, Warned, Withdrawn


class Presenter(QObject):
    """Wires one window to its session."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._session: Session = window.session
        self._finds: Sequence[Find] | None = None
        self._spoken = ""
        self._elapsed = self._lost = 0.0
        self._troubles = Troubles()
        self._starting = False
        self._words_due = QTimer(self)
        self._words_due.setSingleShot(True)
        self._words_due.timeout.connect(self._on_words_due)
        self._listen_to_session()
        self._listen_to_views()
        self._on_encounter()
        self._on_state()

    def _listen_to_session(self) -> None:
        session, desk, player = self._session, self._session.desk, self._window.player
        session.worklist_changed.connect(self._on_worklist)
        session.worklist_changed.connect(self._on_state)
        session.found.connect(self._on_found)
        session.patient_changed.connect(self._on_patient)
        session.encounter_changed.connect(self._on_encounter)
        session.note_changed.connect(self._on_note)
        session.entries_changed.connect(self._on_entries)
        session.focus_changed.connect(self._on_focus)
        session.sound_changed.connect(self._on_sound)
        session.reviewed.connect(self._on_reviewed)
        session.standing_changed.connect(self._on_state)
        session.failed.connect(self._window.show_problem)
        self._window.guard.changed.connect(self._on_doubts)
        overview = self._window.overview
        overview.changed.connect(lambda: self._window.banner.show_glance(overview.shown))
        desk.level.connect(self._on_level)
        desk.live.connect(self._on_live)
        desk.warned.connect(self._on_warned)
        self._window.rewinding.changed.connect(self._on_rewound)
        self._window.recovery.changed.connect(self._on_recovery)
        self._window.recovery.decided.connect(self._on_recovered)
        self._window.recovery.finished.connect(desk.transcribe)
        self._window.recovery.failed.connect(self._window.show_problem)
        desk.microphone.connect(self._window.bar.microphone.setText)
        player.position_changed.connect(self._on_position)
        player.playing_changed.connect(lambda playing: self._window.bar.show_playing(playing=playing))
        player.speed_changed.connect(self._window.bar.show_speed)
        player.failed.connect(self._window.show_problem)
        self._window.bar.show_speed(player.speed)

    def _listen_to_views(self) -> None:
        window, player = self._window, self._window.player
        window.rail.opened.connect(self._on_opened)
        window.rail.search_changed.connect(self._session.search)
        window.facts.list.focused.connect(self._on_focused)
        window.facts.edited.connect(self._session.edit)
        window.facts.edit_ended.connect(window.refresh)
        window.transcript.view.word_clicked.connect(self._on_word_clicked)
        window.transcript.view.word_double_clicked.connect(self._on_word_double_clicked)
        window.transcript.view.gap_clicked.connect(self._on_gap)
        window.transcript.gap_chosen.connect(self._on_gap)
        window.note.note.position_clicked.connect(self._on_note_clicked)
        window.note.note.position_double_clicked.connect(self._on_note_double_clicked)
        window.note.editor.paused.connect(self._session.rewrite)
        window.note.change_chosen.connect(self._on_change)
        window.note.tabs.currentChanged.connect(self._on_tab)
        window.signing.history_read.connect(window.note.history.show_moments)
        window.signing.fields_wanted.connect(window.actions_by_id["note.field"].trigger)
        window.bar.waveform.sought.connect(player.seek)

    @Slot()
    def _on_worklist(self) -> None:
        if self._finds is not None:
            return
        rows = worklist_rows(self._session.encounters, self._session.desk.jobs, now=now())
        self._window.rail.show_rows(rows, current=self._current())

    @Slot(object)
    def _on_found(self, finds: Sequence[Find] | None) -> None:
        self._finds = finds
        if finds is None:
            self._on_worklist()
        else:
            self._window.rail.show_rows(found_rows(finds, now=now()), current=self._current())

    @Slot()
    def _on_patient(self) -> None:
        encounter = self._session.encounter
        on = encounter.started_at.astimezone().date() if encounter is not None else date.today()  # noqa: DTZ011
        self._window.banner.show_patient(self._session.patient, on=on)
        ready = self._session.patient is not None and encounter is None
        self._session.desk.arm(self._window.input_ahead() if ready else None)

    @Slot()
    def _on_encounter(self) -> None:
        reading = self._session.reading
        self._window.note.editor.leave()
        self._window.note.show_reading(reading)
        self._window.transcript.show_reading(None)
        self._window.transcript.setVisible(reading is not None and bool(reading.words))
        self._words_due.start()
        self._window.rail.select(self._current())
        self._on_tab(self._window.note.tabs.currentIndex())
        self._on_patient()
        self._on_state()

    @Slot(int)
    def _on_tab(self, tab: int) -> None:
        """The history is read when it is looked at."""
        if tab == HISTORY_TAB:
            self._window.signing.show_history()

    @Slot()
    def _on_words_due(self) -> None:
        """The transcript takes a turn of its own: with the note in one turn, two hours of words would be felt."""
        self._window.transcript.show_reading(self._session.reading)
        self._mark_focus()

    @Slot()
    def _on_doubts(self) -> None:
        self._window.guard_card.show_doubts(self._window.guard.doubts)
        self._window.refresh()

    @Slot()
    def _on_note(self) -> None:
        """The note alone changed: the words that were said stay as they are."""
        self._window.note.show_reading(self._session.reading)

    @Slot()
    def _on_entries(self) -> None:
        session, window = self._session, self._window
        window.facts.show_entries(session.entries, session.reading, focus=session.focus)
        self._mark_focus()
        self._mark_waveform()
        self._on_state()

    @Slot()
    def _on_focus(self) -> None:
        if self._session.focus is not None:
            self._window.facts.list.focus_on(self._session.focus)
        self._mark_focus()
        self._window.refresh()

    @Slot(object, object)
    def _on_sound(self, sound: Sound | None, waveform: Waveform | None) -> None:
        self._window.player.load(sound)
        self._window.bar.waveform.show_waveform(waveform or Waveform(0.0, (), ()))
        self._mark_waveform()
        self._window.refresh()

    @Slot()
    def _on_reviewed(self) -> None:
        self._window.facts.list.go_on()
        self._window.facts.list.setFocus()

    def _in_title(self) -> str:
        """What the task bar says while another program is in front."""
        desk = self._session.desk
        if desk.recording is None:
            return ""
        return self.tr("Paused") if desk.paused else self.tr("● Recording")

    @Slot()
    def _on_state(self) -> None:
        """The one place that decides what the program is doing, and what stands in the middle."""
        session, desk, window = self._session, self._session.desk, self._window
        job, place = desk.jobs.get(self._current()), window.rewinding.place
        if desk.recording is not None:
            shown = state.paused(self._elapsed) if desk.paused else state.recording(self._elapsed, self._lost)
            if place is not None:
                shown = state.rewound(place, desk.length)
        elif desk.starting:
            self._elapsed = self._lost = 0.0
            shown = state.arming()
        elif desk.importing is not None:
            shown = state.importing(desk.importing)
        elif job is not None:
            shown = state.working(job)
        else:
            fields = open_fields(session.reading.draft.note) if session.reading is not None else ()
            shown = state.resting(session.encounter, session.entries, session.standing, open_fields=len(fields))
        window.banner.show_state(shown)
        if desk.starting and not self._starting:
            self._troubles.begin()
            self._spoken = ""
            window.note.live.begin()
        elif desk.recording is None and not desk.starting:
            self._troubles.clear()
        self._starting = desk.starting
        window.sound.show_advice(self._troubles.worst or (replaces(place, desk.length) if place is not None else None))
        window.bar.show_recording(recording=desk.recording is not None, paused=desk.paused)
        stop, begin = self.tr("Stop recording"), self.tr("New dictation")
        window.actions_by_id["dictation.record"].setText(stop if desk.recording is not None else begin)
        window.show_in_title(self._in_title())
        pause, go_on = self.tr("Pause the recording"), self.tr("Go on recording")
        window.actions_by_id["dictation.pause"].setText(go_on if desk.paused else pause)
        window.refresh()
        if session.reading is None:
            self._show_hero()
        self._show_live()

    @Slot(object)
    def _on_live(self, message: Partial | Final | Withdrawn | Behind) -> None:
        """Words of the dictation that is being recorded, or of its end just after."""
        live = self._window.note.live
        was_empty = live.empty
        live.hear(message)
        if was_empty and not live.empty:
            self._show_live()

    def _show_live(self) -> None:
        """The words stand in the middle from the first one until the note is there."""
        desk, live = self._session.desk, self._window.note.live
        self._spoken = desk.recording or self._spoken
        here = bool(self._spoken) and self._spoken == self._current() and self._spoken in desk.jobs
        self._window.note.show_live(live=here and not live.empty)

    def _show_hero(self) -> None:
        session, desk, hero = self._session, self._session.desk, self._window.note.hero
        actions = self._window.actions_by_id
        job = desk.jobs.get(self._current())
        if desk.recording is not None or desk.starting:
            text = self.tr(
                "Speak as you would to a typist: “heading plan”, “full stop”, “new line”. Every second is on the disk."
            )
            title = clock(self._elapsed) if desk.recording is not None else self.tr("Opening the microphone …")
            if desk.paused:
                title, text = self.tr("Paused"), self.tr("Nothing is recorded until you go on.")
            pausing = [actions["dictation.pause"]] if desk.recording is not None else []
            hero.show_case(title, text, [actions["dictation.record"], *pausing])
        elif desk.importing is not None:
            hero.show_case(
                self.tr("Reading the file"), self.tr("It becomes an encrypted recording."), [], progress=desk.importing
            )
        elif job is not None:
            text = self.tr("The words are found on this computer. You can open another dictation meanwhile.")
            progress = job.fraction if job.step in (Step.TRANSCRIBING, Step.DRAFTING) else None
            hero.show_case(state.working(job).text, text, [actions["dictation.stop"]], progress=progress)
        elif session.encounter is not None:
            failed = session.encounter.status is EncounterStatus.FAILED
            title = self.tr("Not transcribed yet") if not failed else self.tr("Transcribing did not work")
            hero.show_case(
                title, self.tr("The recording is safe; you can listen to it below."), [actions["dictation.transcribe"]]
            )
        else:
            text = self.tr(
                "Dictate, or drop an audio file here. The words become a note and chart entries for you to check."
            )
            hero.show_case(
                self.tr("Ready for a dictation"), text, [actions["dictation.record"], actions["dictation.import"]]
            )
        self._window.facts.explain_empty(self.tr("Facts for the chart appear here once a dictation is transcribed."))

    @Slot(object)
    def _on_level(self, level: Level) -> None:
        bar = self._window.bar
        bar.meter.show_level(level.peak, level.noise, clipped=level.clipped)
        desk = self._session.desk
        if desk.recording is None or desk.paused:
            return
        bar.waveform.add_level(level.peak)
        if int(level.duration) != int(self._elapsed) or round(level.lost, 1) != round(self._lost, 1):
            self._elapsed, self._lost = level.duration, level.lost
            self._troubles.pass_time(level.duration)
            bar.show_times(level.duration, level.duration)
            self._on_state()

    @Slot(object)
    def _on_warned(self, warned: Warned) -> None:
        """Troubles of a microphone that is only held ready wait until something is recorded from it."""
        self._troubles.take(warned, at=self._elapsed)
        self._on_state()

    @Slot()
    def _on_rewound(self) -> None:
        if self._window.rewinding.place is None and self._session.desk.recording is not None:
            self._window.bar.show_times(self._elapsed, self._elapsed)
        self._on_state()

    @Slot()
    def _on_recovery(self) -> None:
        recovery = self._window.recovery
        more = max(0, len(recovery.found) - 1)
        self._window.recovery_card.show_unfinished(recovery.offered, more=more, now=now())
        self._window.refresh()
        self._session.refresh()

    @Slot(str)
    def _on_recovered(self, encounter_id: str) -> None:
        self._session.open(encounter_id)
        self._session.desk.transcribe(encounter_id)

    @Slot(float)
    def _on_position(self, seconds: float) -> None:
        window, reading = self._window, self._session.reading
        window.bar.waveform.set_position(seconds)
        window.bar.show_times(seconds, window.player.duration)
        playing = window.player.playing
        word = reading.word_at(seconds) if reading is not None and (playing or seconds > 0) else None
        window.transcript.view.mark_playing(word)
        span = reading.written_of_word[word] if reading is not None and word is not None else NOWHERE
        window.note.note.mark_playing(span if span != NOWHERE else None)

    @Slot(str, object)
    def _on_opened(self, encounter_id: str, entry_id: str | None) -> None:
        self._session.open(encounter_id, focus=entry_id)
        self._window.facts.list.setFocus()

    @Slot(str)
    def _on_focused(self, name: str) -> None:
        if name:
            self._session.set_focus(name)

    @Slot(int)
    def _on_word_clicked(self, word: int) -> None:
        if self._session.reading is not None:
            self._window.player.seek(self._session.reading.words[word].start)

    @Slot(int)
    def _on_word_double_clicked(self, word: int) -> None:
        if self._session.reading is not None:
            self._window.player.play(self._session.reading.words[word].start)

    @Slot(float)
    def _on_gap(self, start: float) -> None:
        """Let the speech be heard that has no words."""
        reading = self._session.reading
        if reading is None or reading.draft.transcript is None:
            return
        gap = next((gap for gap in reading.draft.transcript.coverage.gaps if gap.start == start), None)
        if gap is not None:
            self._window.player.play(gap.start - LEAD_S, gap.end + TAIL_S)

    @Slot(int)
    def _on_note_clicked(self, position: int) -> None:
        """A word of the note: its entry or its check comes into focus, and the ear goes there."""
        reading = self._session.reading
        here = Span(position, position + 1)
        entry = min(
            (entry for entry in self._session.entries if entry.evidence.overlaps(here)),
            key=lambda entry: entry.evidence.end - entry.evidence.start,
            default=None,
        )
        if entry is not None:
            self._session.set_focus(entry.id)
        elif reading is not None:
            note = reading.draft.note
            for repair in open_words(note, self._session.entries):
                if note.to_written(repair.said).overlaps(here):
                    self._session.set_focus(word_id(repair))
        self._seek_to(here)

    @Slot(int)
    def _on_note_double_clicked(self, position: int) -> None:
        self._seek_to(Span(position, position + 1))
        self._window.player.play(self._window.player.position)

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        reading = self._session.reading
        time = reading.time_of(change.written) if reading is not None else None
        if time is not None:
            self._window.player.play(time.start - LEAD_S, time.end + TAIL_S)

    def _seek_to(self, span: Span) -> None:
        time = self._session.reading.time_of(span) if self._session.reading is not None else None
        if time is not None:
            self._window.player.seek(time.start)

    def _mark_focus(self) -> None:
        place, reading = self._session.place, self._session.reading
        self._window.note.note.mark(focus=place, edited=self._session.entries)
        self._window.transcript.view.mark(
            reading.words_of(place) if place is not None and reading is not None else range(0)
        )

    def _mark_waveform(self) -> None:
        reading = self._session.reading
        if reading is None or reading.draft.transcript is None:
            self._window.bar.waveform.show_marks((), ())
            return
        gaps = [(gap.start, gap.end) for gap in reading.draft.transcript.coverage.gaps]
        times = [
            reading.time_of(entry.evidence)
            for entry in self._session.entries
            if entry.flags and entry.state is ReviewState.PROPOSED
        ]
        self._window.bar.waveform.show_marks(gaps, [time.start for time in times if time is not None])

    def _current(self) -> str:
        return self._session.encounter.id if self._session.encounter is not None else ""
