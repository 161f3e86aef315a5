"""What stands in the way of a review or a signature. Owns what has to be settled first; knows nothing of storage."""

from __future__ import annotations

from dataclasses import dataclass

from ehr.chart.entry import Entry, ReviewState
from ehr.chart.fields import Field, open_fields
from ehr.chart.note import Note, Repair


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a signature would meet: the entries that nobody decided on, the misheard words that nobody settled, and the
    fields of inserted text that are not filled in.
    """

    undecided: tuple[Entry, ...]
    questions: tuple[Repair, ...]
    open_fields: tuple[Field, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be signed. Open questions are shown and do not stand in the way."""
        return not self.undecided and not self.open_fields


def readiness(note: Note, entries: tuple[Entry, ...]) -> Readiness:
    """What stands in the way of signing a note with these entries."""
    return Readiness(
        tuple(entry for entry in entries if entry.state is ReviewState.PROPOSED),
        tuple(repair for repair in note.repairs if not repair.settled),
        open_fields(note),
    )
