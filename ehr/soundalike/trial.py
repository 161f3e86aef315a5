"""A word list tried out on dictations of the past, before it goes live: "fixes 14, breaks 0".

Owns the comparison of each dictation's repairs with and without the new words, and what the reviewed note says of each
place where they differ. Asks no sound, so it shows what the words alone would do. Knows no store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehr.chart.note import MARKS, Note, Repair, Span
from ehr.chart.phrases import ClinicTerm
from ehr.soundalike.repair import repairs
from transcriber.transcript import Transcript


class Verdict(StrEnum):
    """What a person's own note says of a change."""

    FIXES = "fixes"
    BREAKS = "breaks"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Past:
    """A dictation that is on file: its words, the note as it stands, whether a person reviewed it."""

    id: str
    transcript: Transcript
    note: Note
    reviewed: bool
    medications: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """A place that would be written differently: the words heard, how it is written with the list as it is, and how
    with the new words. A change that is not `made` would only be suggested.
    """

    dictation: str
    heard: str
    before: str
    after: str
    made: bool
    verdict: Verdict


def try_terms(past: Sequence[Past], now: Sequence[ClinicTerm], new: Sequence[ClinicTerm]) -> tuple[Place, ...]:
    """Every place of the past dictations that the `new` words would change, beside those that hold `now`."""
    taught = {term.written.lower() for term in new}
    then = [*(term for term in now if term.written.lower() not in taught), *new]
    return tuple(place for dictation in past for place in _places(dictation, now, then))


def counts(places: Iterable[Place]) -> dict[Verdict, int]:
    """How many places of each verdict."""
    found = dict.fromkeys(Verdict, 0)
    for place in places:
        found[place.verdict] += 1
    return found


def _places(past: Past, now: Sequence[ClinicTerm], then: Sequence[ClinicTerm]) -> Iterator[Place]:
    before, after = ({each.said: each for each in _repairs(past, terms)} for terms in (now, then))
    for said in sorted(before.keys() | after.keys()):
        old, new = before.get(said), after.get(said)
        if _written(old) == _written(new) and (old is None) == (new is None):
            continue
        heard = said.of(past.transcript.text)
        old_text, new_text = (each.written if each else heard for each in (old, new))
        yield Place(past.id, _plain(heard), _plain(old_text if old and old.applied else heard), _plain(new_text),
                    new.applied if new else True, _verdict(past, said, old, new_text))  # fmt: skip


def _repairs(past: Past, terms: Sequence[ClinicTerm]) -> tuple[Repair, ...]:
    return repairs(
        past.transcript.words,
        scorer=None,
        medications=past.medications,
        vocabulary=terms,
        names=past.names,
        language=past.transcript.language,
    )


def _written(repair: Repair | None) -> tuple[str, bool] | None:
    return (repair.written, repair.applied) if repair else None


def _verdict(past: Past, said: Span, old: Repair | None, after: str) -> Verdict:
    final = _plain(past.note.to_written(said).of(past.note.written)).lower()
    before = _plain(old.written if old and old.applied else said.of(past.transcript.text)).lower()
    if not past.reviewed:
        return Verdict.OPEN
    if final == _plain(after).lower() != before:
        return Verdict.FIXES
    return Verdict.BREAKS if final == before else Verdict.OPEN


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(MARKS + " ")
