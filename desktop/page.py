"""What the chart is asked for a page of the window: a dictation ready to be shown, and what a change made of it.

Owns work that runs on the chart's lane; what is shown, and when, is the session's.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.player.sound import Sound, Waveform, measure
from desktop.review.reading import Reading, prepare
from desktop.worklist.model import Find
from ehr.chart.encounter import Draft, Encounter, EncounterSummary

if TYPE_CHECKING:
    from ehr.store.reader import Reader
    from ehr.store.reviewing import TakenBack
    from ehr.store.store import Store

_FOUND = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A dictation to be shown. `undo` names what was in focus for each step that can be taken back."""

    encounter: Encounter
    reading: Reading | None
    sound: Sound | None
    undo: tuple[str | None, ...]


def listed(store: Store, limit: int) -> list[EncounterSummary]:
    """The worklist: every dictation that the user is asked to sign, then the newest ones."""
    asked = store.signatures.asked()
    ids = {each.id for each in asked}
    return [*asked, *(each for each in store.encounters(limit=limit) if each.id not in ids)]


def opened(store: Store, encounter_id: str) -> Page:
    """The dictation `encounter_id` as its page shows it."""
    with uncollected():
        encounter = _reconciled(store, store.encounter(encounter_id))
        reading = prepare(encounter.draft) if encounter.draft is not None else None
    steps = store.undoable(encounter_id)
    undo = tuple(step.entry_ids[0] if len(step.entry_ids) == 1 else None for step in steps)
    if encounter.recording_id is None:
        return Page(encounter, reading, None, undo)
    recording = store.recording(encounter.recording_id)
    return Page(encounter, reading, Sound(recording.path, recording.key), undo)


def taken_back(store: Store, encounter_id: str) -> tuple[TakenBack | None, Reading | None]:
    """Take the last decision on a dictation back; what came back, and the note where it changed."""
    with uncollected():
        taken = store.take_back(encounter_id)
        return taken, prepare(taken.draft) if taken is not None and taken.draft is not None else None


def _reconciled(store: Store, encounter: Encounter) -> Encounter:
    """The encounter with what its open entries contradict in the patient's record as it is today."""
    from ehr.extract.drug_classes import related

    if encounter.draft is None:
        return encounter
    return replace(encounter, draft=store.records.reconciled(encounter, encounter.draft, related)[0])


def revised(store: Store, encounter_id: str, change: Callable[[Draft], Draft]) -> tuple[Draft, Reading]:
    """Change the note of a dictation and its entries."""
    with uncollected():
        draft = store.revise(encounter_id, change)
        return draft, prepare(draft)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector off what is made here, now and later.

    A long dictation is some hundred thousand small frozen objects without cycles; walking them would hold the window
    up for several frames each time.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def measuring(path: Path, key: bytes) -> Callable[[], Waveform]:
    """Work that reads the waveform of a journal at `path`."""
    return lambda: measure(path, key)


def finds(store: Reader, words: str) -> list[Find]:
    """The first hits of a search for `words`, newest first."""
    return [
        Find(hit.encounter_id, hit.entry_id, hit.patient.display_name, hit.snippet, hit.started_at)
        for hit in store.search(words, limit=_FOUND)
    ]
