"""One said → written change taken back: the words stand in the note as they were said.

Owns what is taken back together: an auto-text with the commands about its fields. Knows nothing of storage.
"""

from __future__ import annotations

from collections.abc import Sequence

from ehr.chart.encounter import Draft
from ehr.chart.fields import AUTO_TEXT, INSERTING
from ehr.chart.note import Change, Note
from ehr.chart.returning import BACK, sent_back
from ehr.chart.revision import TYPED, revise


def can_revert(change: Change, note: Note) -> bool:
    """Whether there is something to take back: a rule's change that wrote other words than were said."""
    return change.rule != TYPED and change.said.of(note.said) != change.written.of(note.written)


def as_said(draft: Draft, change: Change) -> Draft:
    """The draft with what was said in the place of what `change` wrote; entries follow as in any edit."""
    if change.rule == BACK:
        return sent_back(draft, change)
    note = draft.note
    written = note.written
    for each in reversed(_with_its_own(change, note)):
        written = written[: each.written.start] + _spaced(each, note) + written[each.written.end :]
    return revise(draft, written)


def _with_its_own(change: Change, note: Note) -> Sequence[Change]:
    """The change and, of an auto-text, what later commands wrote of it; in order, none within another."""
    if change.rule != AUTO_TEXT:
        return (change,)
    later = sorted((each for each in note.changes if each.rule in INSERTING), key=lambda each: each.said)
    following = later[later.index(change) + 1 :]
    others = (at for at, each in enumerate(following) if each.rule == AUTO_TEXT and _words(each, note))
    return (change, *following[: next(others, len(following))])


def _words(change: Change, note: Note) -> str:
    return change.said.of(note.said).strip(" .,;:!?\n")


def _spaced(change: Change, note: Note) -> str:
    """The said words with a blank where they would touch their neighbours."""
    said, before, after = change.said.of(note.said), note.written[: change.written.start], change.written.end
    left = " " if before[-1:].isalnum() and said[:1].isalnum() else ""
    right = " " if said[-1:].isalnum() and note.written[after : after + 1].isalnum() else ""
    return f"{left}{said}{right}"
