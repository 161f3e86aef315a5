"""What is on the page: the worklist, the open dictation, its facts, the one in focus, and what can be undone.

Owns the window's state and every change of it. Views show it and hear of changes by signal; they change nothing
themselves. Each decision on a fact is in the store before the next one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.chart import Chart
from desktop.dictation.desk import Desk
from desktop.facts.readings import repair_of, word_id
from desktop.page import Page, finds, listed, measuring, opened, revised, taken_back
from desktop.player.sound import Sound, Waveform
from desktop.review.reading import Reading
from desktop.tasks import Lane, Operation
from desktop.worklist.model import Find
from ehr.chart.encounter import Draft, Encounter, EncounterSummary
from ehr.chart.entry import Entry, ReviewState
from ehr.chart.note import Change, Repair, Span
from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.chart.revision import revise
from ehr.chart.signing import UNSIGNED, Status
from ehr.choosing import choose
from ehr.reverting import as_said

if TYPE_CHECKING:
    from ehr.store.reviewing import TakenBack
    from ehr.store.store import Store

_LISTED = 200


class Session(QObject):
    """The state behind the window. All its methods are called on the GUI thread."""

    worklist_changed = Signal()
    found = Signal(object)
    patient_changed = Signal()
    encounter_changed = Signal()
    note_changed = Signal()
    entries_changed = Signal()
    focus_changed = Signal()
    sound_changed = Signal(object, object)
    reviewed = Signal()
    standing_changed = Signal()
    failed = Signal(object, object)

    def __init__(self, chart: Chart, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self.desk = desk
        self.encounters: list[EncounterSummary] = []
        self.patient: Patient | None = None
        self.encounter: Encounter | None = None
        self.reading: Reading | None = None
        self.entries: tuple[Entry, ...] = ()
        self.focus: str | None = None
        self.standing = UNSIGNED
        self._undo: list[str | None] = []
        self._revising = False
        self._next: list[Callable[[], None]] = []
        self._wanted = ""
        self._searched = ""
        self._finding = False
        self._measuring = Lane.on_thread("waveform", self)
        desk.began.connect(self._on_began)
        desk.drafted.connect(self._on_drafted)
        desk.changed.connect(self.worklist_changed)
        desk.failed.connect(self._on_desk_failed)

    @property
    def focused(self) -> Entry | None:
        """The entry in focus."""
        return next((entry for entry in self.entries if entry.id == self.focus), None)

    @property
    def question(self) -> Repair | None:
        """The words that may have been misheard in what is in focus."""
        if self.reading is None:
            return None
        note, entry = self.reading.draft.note, self.focused
        if entry is not None:
            return repair_of(note, entry)
        return next((each for each in note.repairs if word_id(each) == self.focus), None)

    @property
    def place(self) -> Span | None:
        """Where in the note the entry or the words in focus stand."""
        if (entry := self.focused) is not None:
            return entry.evidence
        repair = self.question
        return self.reading.draft.note.to_written(repair.said) if repair is not None and self.reading else None

    @property
    def can_undo(self) -> bool:
        """Whether a decision on this page can be taken back, made now or before a restart."""
        return bool(self._undo) and not self.standing.locked

    def records_here(self) -> bool:
        """Whether the dictation on the page is being recorded, and may be heard."""
        recording = self.desk.recording
        return (
            recording is not None
            and self.encounter is not None
            and self.encounter.id == recording
            and (not self.chart.locked)
        )

    def refresh(self) -> None:
        """Read the worklist anew, where the user may read."""
        if self.chart.may(Right.READ):
            self.ask(lambda store: listed(store, _LISTED), self._take_worklist)

    def search(self, words: str) -> None:
        """Search notes and facts; nothing typed shows the worklist again."""
        self._searched = words
        if not words:
            self.found.emit(None)
        elif not self._finding:
            self._find(words)

    def _find(self, words: str) -> None:
        """One search at a time: what was typed meanwhile is looked for next, and what lies between is left out."""
        self._finding = True

        def take(hits: list[Find]) -> None:
            self._finding = False
            if words == self._searched:
                self.found.emit(hits)
            elif self._searched:
                self._find(self._searched)

        def failed(error: BaseException) -> None:
            self._finding = False
            self.failed.emit(error, None)

        self.chart.find(lambda reader: finds(reader, words), success=take, failure=failed)

    def choose_patient(self, patient: Patient) -> None:
        """Clear the page for a patient: the next dictation is theirs."""
        self._show(None, None)
        self.patient = patient
        self.patient_changed.emit()

    def open(self, encounter_id: str, *, focus: str | None = None) -> None:
        """Show a dictation, with an entry in focus."""
        another = self.encounter is None or self.encounter.id != encounter_id
        self._wanted = encounter_id

        def take(found: Page) -> None:
            if found.encounter.id == self._wanted:
                self._show(found.encounter, found.reading, found.undo)
                self.set_focus(focus or _first(self.entries))
                self._measure(found.sound)

        self.ask(lambda store: opened(store, encounter_id), take)
        if another:  # a row of the audit log, written while the page is already being shown
            self.ask(lambda store: store.trail.opened(encounter_id), _none)

    def sleep(self) -> None:
        """Let go of what needs the chart: the window is locked, and the page waits behind it."""
        self._do_the_rest()
        self.sound_changed.emit(None, None)

    def wake(self, *, same: bool) -> None:
        """Go on with the page as it was, or with an empty one for another user."""
        if not same:
            self.encounters = []
            self.search("")
            self.worklist_changed.emit()
            self.patient = None
            self._show(None, None)
        self.refresh()
        if self.encounter is None or not self.chart.may(Right.READ):
            return
        encounter_id, focus = self.encounter.id, self.focus

        def take(found: Page) -> None:
            if found.encounter.id != self._wanted:
                return
            if found.reading is not None and not self._shows(found.reading.draft):
                self._show(found.encounter, found.reading, found.undo)
                self.set_focus(focus if any(each.id == focus for each in self.entries) else _first(self.entries))
            self._measure(found.sound)

        self.ask(lambda store: opened(store, encounter_id), take)

    def _shows(self, draft: Draft) -> bool:
        """Whether the page is as the chart has it; another program may have had the chart meanwhile."""
        return self.reading is not None and self.reading.draft.note == draft.note and self.entries == draft.entries

    def set_focus(self, entry_id: str | None) -> None:
        """Put an entry in focus."""
        if entry_id != self.focus:
            self.focus = entry_id
            self.focus_changed.emit()

    def accept(self) -> None:
        """Accept the entry in focus as it stands."""
        self._in_turn(self._accept)

    def reject(self) -> None:
        """Reject the entry in focus: kept, not filed."""
        self._in_turn(self._reject)

    def edit(self, edited: Entry) -> None:
        """Put a person's version in the place of an entry."""
        self._in_turn(lambda: self._edit(edited))

    def choose(self, number: int) -> None:
        """Take a reading of the words in focus: 0 what was heard, 1 the likeliest, and so on."""
        self._in_turn(lambda: self._choose(number))

    def rewrite(self, encounter_id: str, written: str) -> None:
        """Put a person's wording in the place of a dictation's note."""
        if self.encounter is None or self.encounter.id != encounter_id:
            self.ask(lambda store: store.edit_note(encounter_id, written), lambda _: self.refresh())
        else:
            self._in_turn(lambda: self._revise(lambda draft: revise(draft, written), _nothing))

    def revert(self, change: Change) -> None:
        """Let the words stand as they were said, in the place of what a rule wrote."""
        self._in_turn(lambda: self._revise(lambda draft: as_said(draft, change), _nothing))

    def undo(self) -> None:
        """Take the last decision on this page back."""
        self._in_turn(self._take_back)

    def _accept(self) -> None:
        entry = self.focused
        if entry is None:
            return
        if entry.waits:
            from ehr.store.faults import EntryWaits

            self.failed.emit(EntryWaits(), None)
            return
        edited = entry.state is ReviewState.EDITED
        state = ReviewState.EDITED if edited else ReviewState.ACCEPTED
        self._decide(entry, replace(entry, state=state), lambda store: store.accept(entry.id))

    def _reject(self) -> None:
        entry = self.focused
        if entry is not None:
            self._decide(entry, replace(entry, state=ReviewState.REJECTED), lambda store: store.reject(entry.id))

    def _edit(self, edited: Entry) -> None:
        before = next((entry for entry in self.entries if entry.id == edited.id), None)
        if before is not None:
            after = replace(edited, state=ReviewState.EDITED)
            self._decide(before, after, lambda store: store.edit(edited))

    def _choose(self, number: int) -> None:
        repair = self.question
        if repair is not None and number < len(repair.readings):
            self._revise(lambda draft: choose(draft, repair, number), self.reviewed.emit)

    def _take_back(self) -> None:
        if self.encounter is None or not self.can_undo:
            return
        focus, encounter_id, self._revising = self._undo.pop(), self.encounter.id, True

        def take(found: tuple[TakenBack | None, Reading | None]) -> None:
            if self.encounter is None or encounter_id != self.encounter.id:
                return
            taken, reading = found
            if reading is not None:
                self.reading, self.entries = reading, reading.draft.entries
                self.note_changed.emit()
                self.entries_changed.emit()
            for entry in taken.entries if taken is not None else ():
                self._put(entry)
            self.set_focus(focus)
            self._touched()
            self.refresh()
            self._go_on()

        def failed(error: BaseException) -> None:
            self.failed.emit(error, None)
            self.open(encounter_id, focus=focus)

        self.ask(lambda store: taken_back(store, encounter_id), take, failed)

    def ask(
        self,
        work: Callable[[Store], object],
        success: Callable[..., None],
        failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Ask the store; a failure is shown unless the caller takes it. Nothing is asked for a locked page."""
        if self.chart.locked:
            return
        self.chart.run(work, success=success, failure=failure or (lambda error: self.failed.emit(error, None)))

    def close(self) -> None:
        """End the lanes; what was decided is kept first."""
        self._do_the_rest()
        self._measuring.close()
        self.desk.close()
        self.chart.close()

    def _decide(self, before: Entry, after: Entry, work: Callable[[Store], None]) -> None:
        if after == before:
            self.reviewed.emit()
            return
        self._undo.append(before.id)
        self._put(after)
        self._touched()
        self._keep(work)
        self.reviewed.emit()

    def _in_turn(self, act: Callable[[], None]) -> None:
        """Do something now, or once the note is as the change under way leaves it."""
        if self._revising:
            self._next.append(act)
        else:
            act()

    def _revise(self, change: Callable[[Draft], Draft], then: Callable[[], None]) -> None:
        """Change the note and its entries in the store, show what came of it, and go on."""
        if self.reading is None or self.encounter is None:
            return
        encounter_id, self._revising = self.encounter.id, True
        self._undo.append(self.focus)

        def take(found: tuple[Draft, Reading]) -> None:
            if self.encounter is None or encounter_id != self.encounter.id:
                return
            draft, self.reading = found
            self.entries = draft.entries
            self.note_changed.emit()
            self.entries_changed.emit()
            self._touched()
            then()
            self.refresh()
            self._go_on()

        def failed(error: BaseException) -> None:
            self.failed.emit(error, lambda: self._revise(change, then))
            if self.encounter is not None and encounter_id == self.encounter.id and self._undo:
                self._undo.pop()
            self._go_on()

        self.ask(lambda store: revised(store, encounter_id, change), take, failed)

    def _touched(self) -> None:
        """What was marked as reviewed is preliminary again once it is changed."""
        if self.standing.status is Status.REVIEWED:
            self.standing = replace(self.standing, status=Status.PRELIMINARY)
        self.standing_changed.emit()

    def _go_on(self) -> None:
        """Do what was asked for while the note was being changed."""
        self._revising = False
        while self._next and not self._revising:
            self._next.pop(0)()

    def _do_the_rest(self) -> None:
        """Ask the store for all that waits its turn: the page it was meant for goes away."""
        while self._next:
            self._next.pop(0)()

    def _put(self, entry: Entry) -> None:
        self.entries = tuple(entry if each.id == entry.id else each for each in self.entries)
        self.entries_changed.emit()

    def _keep(self, work: Callable[[Store], None]) -> None:
        """Store a decision. Where that fails, the page shows again what the store holds."""
        encounter_id, focus = self._wanted, self.focus

        def failed(error: BaseException) -> None:
            self.failed.emit(error, None)
            self.open(encounter_id, focus=focus)

        self.ask(work, lambda _: self.refresh(), failed)

    def _show(self, encounter: Encounter | None, reading: Reading | None, undo: Sequence[str | None] = ()) -> None:
        self._do_the_rest()
        self._wanted = encounter.id if encounter is not None else ""
        self.encounter, self.reading, self._undo, self.focus = encounter, reading, list(undo), None
        self.standing = encounter.standing if encounter is not None else UNSIGNED
        self._revising = False
        self.entries = encounter.draft.entries if encounter is not None and encounter.draft is not None else ()
        if encounter is not None:
            self.patient = encounter.patient
        self.encounter_changed.emit()
        self.entries_changed.emit()
        self.focus_changed.emit()
        self.sound_changed.emit(None, None)
        self.patient_changed.emit()

    def _measure(self, sound: Sound | None) -> None:
        """Read the waveform; the page does not wait for it."""
        if sound is None:
            return
        encounter_id = self._wanted

        def take(waveform: Waveform) -> None:
            if encounter_id == self._wanted:
                self.sound_changed.emit(replace(sound, duration=waveform.duration), waveform)

        work = measuring(sound.path, sound.key)
        self._measuring.run(Operation(work, take, lambda error: self.failed.emit(error, None)))

    def _take_worklist(self, encounters: list[EncounterSummary]) -> None:
        self.encounters = encounters
        self.worklist_changed.emit()

    @Slot(str)
    def _on_began(self, encounter_id: str) -> None:
        self.open(encounter_id)
        self.refresh()

    @Slot(str)
    def _on_drafted(self, encounter_id: str) -> None:
        self.refresh()
        if encounter_id == self._wanted:
            self.open(encounter_id)

    @Slot(object, object)
    def _on_desk_failed(self, error: object, again: object) -> None:
        self.failed.emit(error, again)
        self.refresh()
        if self.encounter is not None and self.encounter.draft is None:
            self.open(self.encounter.id)


def _none(_: object) -> None:
    """What follows an answer that changes nothing on the page."""


def _nothing() -> None:
    """What follows a change after which the page stays where it is."""


def _first(entries: tuple[Entry, ...]) -> str | None:
    """The entry to look at first."""
    waiting = [entry for entry in entries if entry.state is ReviewState.PROPOSED]
    flagged = [entry for entry in waiting if entry.flags]
    return next((entry.id for entry in (*flagged, *waiting, *entries)), None)
