"""Words that may have been misheard, as the reviewer meets them: on a fact's card, or as a check of their own.

Owns which fact a repair belongs to, and how it reads. Knows nothing of Qt's widgets or of how a choice is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.facts.wording import tr
from ehr.chart.entry import Entry
from ehr.chart.note import Note, Repair, waiting
from ehr.choosing import is_named_by

_CHANCES = ((0.95, "almost certainly"), (0.75, "probably"), (0.4, "perhaps"), (0.0, "possibly"))


def word_id(repair: Repair) -> str:
    """The name by which a check of words is in focus; no entry has it."""
    return f"words:{repair.said.start}"


def repair_of(note: Note, entry: Entry) -> Repair | None:
    """The repair that an entry's card asks about: an open one before a settled one, then one that names the entry."""
    overlapping = [each for each in note.repairs if note.to_written(each.said).overlaps(entry.evidence)]
    return min(
        overlapping,
        key=lambda each: (each.settled, not any(is_named_by(entry, reading) for reading in each.readings)),
        default=None,
    )


def open_words(note: Note, entries: Iterable[Entry]) -> tuple[Repair, ...]:
    """The words that no person has settled and no entry's card shows."""
    return waiting(note.repairs, note.to_written, [entry.evidence for entry in entries])


def sentence(repair: Repair) -> str:
    """What was heard and how sure the likeliest reading is: "Heard “met for men”, probably “metformin”"."""
    heard, likeliest = repair.readings[:2]
    chance = next(words for least, words in _CHANCES if repair.score >= least)
    return tr("Heard “{0}”, {1} “{2}”").format(heard, tr(chance), likeliest)


def question(repair: Repair) -> str:
    """A check of words on one line."""
    heard, likeliest = repair.readings[:2]
    return tr("“{0}” became “{1}”" if repair.applied else "“{0}” may be “{1}”").format(heard, likeliest)


def choices(repair: Repair) -> list[tuple[int, str]]:
    """Each reading's number and words, the likeliest first and what was heard last."""
    readings = list(enumerate(repair.readings))
    return [*readings[1:], (0, tr("as heard"))]
