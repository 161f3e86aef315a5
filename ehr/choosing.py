"""A person's choice among the readings of words that may have been misheard.

Owns what the choice does to the draft: the note's words, the name and code of the entries that are called by them, what
a number, a verb or a negation says of them, and that the question is settled. Knows nothing of storage or of how
readings are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ehr.chart.encounter import Draft
from ehr.chart.entry import Assertion, Entry, Kind, ReviewState
from ehr.chart.note import MARKS, Note, Repair, Span
from ehr.chart.revision import splice

HEARD = 0
"""The number of the reading that keeps what was heard."""

_ACTIONS = {
    "start": "start", "started": "start", "stop": "stop", "stopped": "stop", "increase": "increase",
    "increased": "increase", "decrease": "decrease", "decreased": "decrease",
}  # fmt: skip


_NEGATIONS = {"no", "now"}
_STOP = re.compile(r"[.;?!\n]")


def choose(draft: Draft, repair: Repair, number: int) -> Draft:
    """The draft with a reading of `repair.readings` in the note.

    An entry called by the words that stood there takes the chosen ones for its name and, unless they are those that
    were heard, the code of that name; a number, a verb or a negation changes what the entries say that rest on it. They
    and every other proposed entry that rests on the words count as edited, or as accepted where the words stay. A
    rejected entry stays as it is, and one that waits for a field stays proposed.
    """
    place = draft.note.to_written(repair.said)
    before = place.of(draft.note.written).rstrip(MARKS)
    chosen = _written(repair, number)
    words = Span(place.start, place.start + len(before))
    changed = before != chosen
    revised = splice(draft, words, chosen) if changed else draft
    note = replace(revised.note, repairs=tuple(_settled(revised.note, repair, applied=chosen == _written(repair, 1))))
    entries = tuple(
        _decided(new, before, chosen, heard=number == HEARD, changed=changed)
        if _rests_on(old, words, draft.note.written)
        else new
        for old, new in zip(draft.entries, revised.entries, strict=True)
    )
    return replace(revised, note=note, entries=entries)


def is_named_by(entry: Entry, words: str) -> bool:
    """Whether the entry's name holds these words."""
    return bool(words) and _words(words).search(entry.name) is not None


def _written(repair: Repair, number: int) -> str:
    """A reading as it stands in its place: with the capital letter of the repair, or just as it was heard."""
    text = repair.readings[number]
    return text[:1].upper() + text[1:] if number != HEARD and repair.written[:1].isupper() else text


def _settled(note: Note, repair: Repair, *, applied: bool) -> Iterator[Repair]:
    for each in note.repairs:
        yield replace(each, applied=applied, settled=True) if each.said == repair.said else each


def _decided(entry: Entry, before: str, chosen: str, *, heard: bool, changed: bool) -> Entry:
    if entry.state is ReviewState.REJECTED:
        return entry
    if changed and is_named_by(entry, before):
        from ehr.terminology.coder import code_entry  # noqa: PLC0415 - the window imports this module and must open fast

        name = _words(before).sub(lambda _: chosen.lower(), entry.name)
        code = None if heard else code_entry(entry.kind, name, entry.attributes, assertion=entry.assertion)
        return replace(entry, name=name, code=code, state=entry.state if entry.waits else ReviewState.EDITED)
    if entry.state is not ReviewState.PROPOSED:
        return entry
    told = _told(entry, before.lower(), chosen.lower()) if changed else entry
    if told.waits:
        return told
    return replace(told, state=ReviewState.EDITED if changed else ReviewState.ACCEPTED)


def _rests_on(entry: Entry, words: Span, text: str) -> bool:
    """Whether the words are under an entry, or are a "no" or "now" before it in its sentence."""
    if entry.evidence.overlaps(words):
        return True
    between = Span(words.end, entry.evidence.start)
    return words.of(text).lower() in _NEGATIONS and between.start < between.end and not _STOP.search(between.of(text))


def _told(entry: Entry, before: str, chosen: str) -> Entry:
    """The entry as it is once a number, a verb or a negation under it is another."""
    if {before, chosen} == _NEGATIONS:
        return replace(entry, assertion=Assertion.ABSENT if chosen == "no" else Assertion.PRESENT)
    if chosen in _ACTIONS and entry.kind is Kind.MEDICATION:
        return replace(entry, assertion=Assertion.PRESENT, attributes={**entry.attributes, "action": _ACTIONS[chosen]})
    numbers = before.replace(",", " ").split()
    changed = {name: chosen if value in numbers else value for name, value in entry.attributes.items()}
    return replace(entry, attributes=changed)


def _words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words.lower())}(?!\w)")
