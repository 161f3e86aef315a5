"""What a person does to get a dictation in: record, go on, import, transcribe, recover."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.commands.command import DICTATION, Command
from desktop.commands.workbench import Workbench, leave_note
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.entry import ReviewState
from ehr.chart.patient import Patient

RECOVERY = ("recovery.transcribe", "recovery.hear", "recovery.keep")
"""The commands of the card that offers an interrupted recording."""


class Dictating:
    """The handlers of one window."""

    def __init__(self, window: Workbench) -> None:
        self._window = window
        self._session = window.session
        self._desk = window.session.desk
        self._player = window.player

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
            leave_note(self._window)
        elif self._window.rail.search.text():
            self._window.rail.search.clear()
            self._window.facts.list.setFocus()
        elif self._player.playing:
            self._player.pause()
        elif encounter is not None:
            self._desk.cancel(encounter.id)

    def choose_microphone(self) -> None:
        """Choose the microphone from those connected now."""
        self._window.ask_microphone()

    def choose_buttons(self) -> None:
        """Choose what pedals, microphones and held keys do."""
        self._window.ask_buttons()

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


COMMANDS: tuple[Command[Dictating], ...] = (
    Command("dictation.record", QT_TRANSLATE_NOOP("commands", "New dictation"), ("F9",), DICTATION, Dictating.record),
    Command(
        "dictation.go_on",
        QT_TRANSLATE_NOOP("commands", "Dictate into this note"),
        ("Shift+F9",),
        DICTATION,
        Dictating.go_on,
        Dictating.can_go_on,
    ),
    Command(
        "dictation.pause",
        QT_TRANSLATE_NOOP("commands", "Pause the recording"),
        ("F8",),
        DICTATION,
        Dictating.pause,
        Dictating.can_pause,
    ),
    Command(
        "dictation.import",
        QT_TRANSLATE_NOOP("commands", "Import audio file …"),
        ("Ctrl+O",),
        DICTATION,
        Dictating.import_file,
    ),
    Command(
        "dictation.transcribe",
        QT_TRANSLATE_NOOP("commands", "Transcribe"),
        ("Ctrl+T",),
        DICTATION,
        Dictating.transcribe,
        Dictating.can_transcribe,
    ),
    Command("dictation.stop", QT_TRANSLATE_NOOP("commands", "Cancel"), ("Esc",), DICTATION, Dictating.escape),
    Command(
        "dictation.microphone",
        QT_TRANSLATE_NOOP("commands", "Choose the microphone …"),
        ("Ctrl+M",),
        DICTATION,
        Dictating.choose_microphone,
    ),
    Command(
        "dictation.buttons",
        QT_TRANSLATE_NOOP("commands", "Pedals, microphones, keys …"),
        ("Ctrl+B",),
        DICTATION,
        Dictating.choose_buttons,
    ),
    Command(
        "recovery.transcribe",
        QT_TRANSLATE_NOOP("commands", "Transcribe the interrupted dictation"),
        ("Ctrl+Shift+T",),
        DICTATION,
        Dictating.recover,
        Dictating.can_recover,
    ),
    Command(
        "recovery.hear",
        QT_TRANSLATE_NOOP("commands", "Hear the interrupted dictation"),
        ("Ctrl+Shift+H",),
        DICTATION,
        Dictating.hear_recovery,
        Dictating.can_recover,
    ),
    Command(
        "recovery.keep",
        QT_TRANSLATE_NOOP("commands", "Keep the interrupted dictation for later"),
        ("Ctrl+Shift+K",),
        DICTATION,
        Dictating.keep_recovery,
        Dictating.has_recovery,
    ),
)
