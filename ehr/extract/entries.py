"""From mentions to entries: each fact once, under its most specific name.

Owns which of several overlapping or repeated mentions becomes an entry, and how much of the text its evidence is. Knows
nothing of how they were found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Entry, Kind
from ehr.chart.note import Span
from ehr.extract.anatomy import GRAMMAR
from ehr.extract.lexicon import concept_of, is_event
from ehr.extract.mention import Mention, mentions
from ehr.extract.words import split, words
from ehr.terminology.coder import code_entry

_CONDITIONS = frozenset({Kind.PROBLEM, Kind.SYMPTOM})
_SWALLOWING = frozenset({Kind.ALLERGY, Kind.MEDICATION, Kind.IMMUNIZATION})
_MEASURED = frozenset({Kind.VITAL, Kind.LAB})
_SERVICES = frozenset({Kind.ORDER, Kind.PROCEDURE})
_MERGED = _CONDITIONS | _SERVICES | {Kind.FAMILY_HISTORY, Kind.FOLLOW_UP}
_RANK = {Assertion.PRESENT: 0, Assertion.POSSIBLE: 1, Assertion.HISTORICAL: 2}
_SYNONYMOUS = frozenset(GRAMMAR["same"])
_ADJECTIVE_OF: dict[str, str] = GRAMMAR["adjective_of"]
_LONGEST_EVIDENCE = 12


def settle(doc: Doc) -> tuple[Entry, ...]:
    """The entries that the mentions of `doc` amount to, in the order of their evidence."""
    kept = list(_merge(_apart(mentions(doc))))
    for mention in kept:
        _evidence(doc, mention)
    return tuple(_entry(mention) for mention in sorted(kept, key=lambda found: (found.span, found.kind, found.name)))


def _apart(found: list[Mention]) -> list[Mention]:
    """The mentions without those whose words belong to another fact."""
    ordered = sorted(found, key=lambda mention: mention.span.start)
    starts = [mention.span.start for mention in ordered]
    longest = max((mention.span.end - mention.span.start for mention in ordered), default=0)
    return [
        mention
        for mention in found
        if not any(
            _yields(mention, other)
            for other in ordered[
                bisect_left(starts, mention.name_span.start - longest) : bisect_left(starts, mention.name_span.end)
            ]
            if other is not mention
        )
    ]


def _yields(mention: Mention, other: Mention) -> bool:
    """Whether `mention` gives way to `other`, which says more of the same words."""
    if other.kind in _SWALLOWING and mention.kind not in _SWALLOWING | {Kind.SOCIAL_HISTORY, Kind.FOLLOW_UP}:
        return other.span.contains(mention.name_span) and (
            mention.kind not in _SERVICES or not _longer(mention.name_span, other.name_span)
        )
    if other.kind is Kind.ALLERGY and mention.kind in {Kind.MEDICATION, Kind.SOCIAL_HISTORY}:
        return other.span.contains(mention.name_span)
    if other.kind in _MEASURED and mention.kind in _CONDITIONS | _SERVICES:
        return (other.name != "pain score" or mention.name == "pain") and other.span.overlaps(mention.name_span)
    if not other.name_span.overlaps(mention.name_span) or other.kind == mention.kind:
        return False
    if other.kind in _SERVICES and mention.kind in _CONDITIONS | {Kind.MEDICATION, Kind.FAMILY_HISTORY}:
        longer = _longer(other.name_span, mention.name_span)
        return longer if mention.kind is Kind.MEDICATION else longer or not _longer(mention.name_span, other.name_span)
    return other.kind in _CONDITIONS and mention.kind in _SERVICES | _SWALLOWING and _longer(
        other.name_span, mention.name_span)  # fmt: skip


def _longer(one: Span, other: Span) -> bool:
    return one.end - one.start > other.end - other.start


def _merge(found: Iterable[Mention]) -> Iterator[Mention]:
    """One mention a fact; kinds whose components see to that themselves pass."""
    groups: list[_Group] = []
    for mention in found:
        if mention.kind not in _MERGED:
            yield mention
            continue
        fitting = [group for group in groups if all(_same(mention, other) for other in group.unlike.values())]
        group = max(fitting, key=lambda group: group.names(mention), default=None)
        if group is None:
            groups.append(group := _Group())
        group.add(mention)
    for group in groups:
        yield _joined(group.mentions)


@dataclass(slots=True)
class _Group:
    """Mentions of one fact; `unlike` has one each of those that `_same` cannot tell apart, for facts are repeated."""

    mentions: list[Mention] = field(default_factory=list)
    unlike: dict[tuple[object, ...], Mention] = field(default_factory=dict)

    def add(self, mention: Mention) -> None:
        """Take one more mention of the fact."""
        sided, related = mention.attributes.get("laterality"), mention.attributes.get("relation")
        seen = (mention.kind, mention.assertion, mention.name, mention.concept, sided, related)
        self.unlike.setdefault(seen, mention)
        self.mentions.append(mention)

    def names(self, mention: Mention) -> bool:
        """Whether one of the group has the words of the mention's name."""
        return any(split(other.name) == split(mention.name) for other in self.unlike.values())


def _same(one: Mention, other: Mention) -> bool:
    """Whether two mentions are of one fact: compatible assertions, and names that say the same or one of them more."""
    if _family(one.kind) != _family(other.kind) or not _compatible(one, other) or _opposed(one, other):
        return False
    if one.kind is Kind.FAMILY_HISTORY and one.attributes.get("relation") != other.attributes.get("relation"):
        return False
    if one.kind is Kind.FOLLOW_UP:
        return True
    first, second = _said(one.name), _said(other.name)
    short, long = sorted((set(first), set(second)), key=len)
    alike = first[-1] == second[-1] or _concept(one) == _concept(other)
    if short == long or (short < long and alike and one.kind in _CONDITIONS):
        return True
    if Assertion.HYPOTHETICAL in {one.assertion, other.assertion} and one.assertion is not other.assertion:
        return False
    if one.kind in _SERVICES:
        return _abbreviates(one.name, other.name) or _abbreviates(other.name, one.name)
    if one.assertion is Assertion.ABSENT or _concept(one) != _concept(other):
        return False
    return one.kind is other.kind is Kind.PROBLEM or (not short & long and _concept(one) in _SYNONYMOUS)


def _said(name: str) -> tuple[str, ...]:
    """The words of a name, with the noun for an adjective of place: "ureteral" is "ureter"."""
    return tuple(_ADJECTIVE_OF.get(word, word) for word in split(name))


def _abbreviates(short: str, long: str) -> bool:
    """Whether `short` is made of the first letters of `long` ("cbc") or is its beginning ("echo")."""
    initials = "".join(word[0] for word in split(long))
    return short == initials or (len(short) > 3 and long.startswith(short) and " " not in long)


def _family(kind: Kind) -> Kind:
    return Kind.PROBLEM if kind is Kind.SYMPTOM else kind


def _concept(mention: Mention) -> str:
    return mention.concept or concept_of(mention.name)


def _opposed(one: Mention, other: Mention) -> bool:
    """Whether the two are of different sides."""
    sides = {one.attributes.get("laterality"), other.attributes.get("laterality")} - {None, "bilateral"}
    return len(sides) > 1


def _compatible(one: Mention, other: Mention) -> bool:
    affirmed = {one.assertion, other.assertion} <= set(_RANK)
    if {one.assertion, other.assertion} == {Assertion.PRESENT, Assertion.HISTORICAL} and is_event(one.name):
        return False
    if one.kind is Kind.PROCEDURE:
        return one.assertion is other.assertion
    if {one.assertion, other.assertion} == {Assertion.PRESENT, Assertion.HYPOTHETICAL}:
        return True
    return one.assertion is other.assertion or affirmed


def _joined(group: list[Mention]) -> Mention:
    """The mention that stands for its group, with the most specific name and all attributes."""
    lead = min(group, key=lambda found: (_RANK.get(found.assertion, 9), -len(found.attributes), -found.span.start))
    named = max(group, key=lambda mention: (len(split(mention.name)), mention.kind is lead.kind))
    if set(split(lead.name)) < set(split(named.name)):
        lead.name, lead.concept = named.name, named.concept
    for mention in group:
        for key, value in mention.attributes.items():
            lead.attributes.setdefault(key, value)
    return lead


def _evidence(doc: Doc, mention: Mention) -> None:
    """Widen the evidence to the cue where that stays within a dozen words, and narrow it where it is longer."""
    these = words(doc)
    if mention.cue is not None and mention.assertion is not Assertion.PRESENT:
        wide = Span(min(mention.span.start, mention.cue.start), max(mention.span.end, mention.cue.end))
        first, last = these.range(wide)
        if last - first <= _LONGEST_EVIDENCE:
            mention.span = wide
    first, last = these.range(mention.span)
    if last - first > _LONGEST_EVIDENCE:
        start, stop = these.range(mention.name_span)
        begin = max(first, min(start, last - _LONGEST_EVIDENCE))
        mention.span = these.span(begin, max(min(begin + _LONGEST_EVIDENCE, last), min(stop, last)))


def _entry(mention: Mention) -> Entry:
    code = mention.code or code_entry(mention.kind, mention.name, mention.attributes, assertion=mention.assertion)
    return Entry(
        kind=mention.kind,
        name=mention.name,
        assertion=mention.assertion,
        evidence=mention.span,
        cue=mention.cue,
        attributes=dict(mention.attributes),
        code=code,
        flags=tuple(mention.flags),
    )
