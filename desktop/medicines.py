"""The patient's own medicines, as a person has accepted them: what makes a misheard name most likely.

Owns the look through the chart. Shared by the window and the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ehr.chart.entry import Kind, ReviewState

if TYPE_CHECKING:
    from ehr.chart.patient import Patient
    from ehr.store.store import Store

_NEWEST = 20  # dictations
_ACCEPTED = {ReviewState.ACCEPTED, ReviewState.EDITED}


def medicines_of(store: Store, patient: Patient) -> tuple[str, ...]:
    """Names of the medicines in the patient's newest dictations that were accepted; none for a patient not on file."""
    found: dict[str, None] = {}
    for summary in store.encounters(patient_id=patient.id, limit=_NEWEST):
        draft = store.encounter(summary.id).draft
        for entry in draft.entries if draft else ():
            if entry.kind is Kind.MEDICATION and entry.state in _ACCEPTED:
                found[entry.name] = None
    return tuple(found)
