"""Past dictations for trying a word list out on them.

Owns the look through the chart. Shared by the window and the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.medicines import medicines_of
from ehr.chart.entry import ReviewState
from ehr.chart.revision import TYPED

if TYPE_CHECKING:
    from ehr.chart.encounter import Draft
    from ehr.soundalike.trial import Past
    from ehr.store.store import Store

NEWEST = 200
"""So many dictations a list is tried on, the newest first."""


def past_dictations(store: Store, limit: int = NEWEST) -> tuple[Past, ...]:
    """The newest dictations on file that have words."""
    from ehr.soundalike.trial import Past

    found = []
    medicines: dict[str, tuple[str, ...]] = {}
    for summary in store.encounters(limit=limit):
        encounter = store.encounter(summary.id)
        draft, patient = encounter.draft, encounter.patient
        if draft is None or draft.transcript is None:
            continue
        if patient.id not in medicines:
            medicines[patient.id] = medicines_of(store, patient)
        names = frozenset(f"{patient.given_name} {patient.family_name}".lower().split())
        found.append(
            Past(encounter.id, draft.transcript, draft.note, _is_reviewed(draft), medicines[patient.id], names)
        )
    return tuple(found)


def _is_reviewed(draft: Draft) -> bool:
    """Whether a person has decided on a fact, chosen a reading or typed in the note."""
    return (
        any(entry.state is not ReviewState.PROPOSED for entry in draft.entries)
        or any(change.rule == TYPED for change in draft.note.changes)
        or any(repair.settled for repair in draft.note.repairs)
    )
