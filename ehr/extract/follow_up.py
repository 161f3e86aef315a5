"""Planned return visits: when, and with whom.

Owns what counts as a visit to come, against "here for follow-up" and "return for fever". Knows nothing of orders.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.extract import resources
from ehr.extract.clauses import clause_at
from ehr.extract.lexicon import services, specialties
from ehr.extract.mention import Mention, mentions
from ehr.extract.words import Phrases, Words, words

SOURCE = "follow_up"
_DATA = resources.load("plan")
_RETURNING = Phrases((phrase, phrase) for phrase in _DATA["returning"])
_STRONG = frozenset(_DATA["returning_strong"])
_VISITING = Phrases((phrase, phrase) for phrase in _DATA["visiting"])
_UNITS = frozenset(_DATA["units"])
_NUMBERS: dict[str, str] = _DATA["small_numbers"]
_COUNTING = frozenset({*_NUMBERS, "to", "or", "of"})
_WHENS = Phrases((phrase, phrase) for phrase in _DATA["whens"])
_EVENTS = frozenset({"surgery", "procedure", "discharge", "operation", "delivery"})
_REACH = 12
_PLANNING = frozenset(_DATA["planning_sections"])


@Language.component("follow_up")
def find_follow_up(doc: Doc) -> Doc:
    """Append the return visits of `doc`."""
    mentions(doc).extend(_visits(doc))
    return doc


def _visits(doc: Doc) -> Iterator[Mention]:
    these = words(doc)
    index = 0
    while index < len(these):
        hit = _RETURNING.longest(these.stem, index)
        visit = _visit(doc, these, index, hit[0], hit[1]) if hit else None
        if visit is not None:
            yield visit
        index = hit[0] if hit else index + 1


def _visit(doc: Doc, these: Words, first: int, last: int, phrase: str) -> Mention | None:
    """The visit that the words [first, last) announce; None where they tell of one under way or give no time."""
    if any(
        (hit := _VISITING.longest(these.stem, back, first)) and hit[0] == first
        for back in range(max(0, first - 3), first)
    ):
        return None
    if last < len(these) and (services().longest(these.stem, last) or these.text[last] in {"the", "a", "an", "of"}):
        return None
    stop = min(len(these), last + _REACH)
    for index in range(last, stop):
        if these.text[index] in {".", ";", "if", "?", "go", "call"}:
            stop = index
            break
    when, end = _when(these, last, stop)
    who, who_end = _with(these, last, stop)
    if who == "emergency department":
        return None
    planned = clause_at(doc, these.start[first]).section in _PLANNING
    if not when and not (phrase in _STRONG and (who or planned)):
        return None
    mention = Mention(
        Kind.FOLLOW_UP, "follow-up", these.span(first, max(end, min(who_end, end + 4), last)), SOURCE, settled=True
    )
    if when:
        mention.attributes["when"] = when
        if these.text[end : end + 1] == ["if"]:
            mention.assertion = Assertion.HYPOTHETICAL
    if who:
        mention.attributes["with"] = who
    return mention


def _when(these: Words, first: int, stop: int) -> tuple[str, int]:
    """The time from now, normalized ("2 weeks after surgery"), and where it ends; empty where none is said."""
    text = these.text
    for index in range(first, stop):
        if hit := _WHENS.longest(these.stem, index, stop):
            return hit[1], hit[0]
        if (
            these.stem[index] not in _UNITS
            or index == first
            or text[index + 1 : index + 2] in (["old"], ["ago"], ["history"])
        ):
            continue
        start = index - 1
        while start > first and (text[start - 1].isdigit() or text[start - 1] in _COUNTING):
            start -= 1
        number = _number(text[start:index])
        if number:
            after = text[index + 1 : index + 3]
            event = len(after) == 2 and after[0] in {"after", "following"} and after[1] in _EVENTS
            unit = these.stem[index] + ("" if number == "1" else "s")
            return f"{number} {unit}" + (f" after {after[1]}" if event else ""), index + (3 if event else 1)
    return "", first


def _number(said: list[str]) -> str:
    """A number of weeks or months: "a couple of" is 2, "3 to 4" is 3-4."""
    values = [
        _NUMBERS.get(word, word) for word in said if word.isdigit() or (word in _NUMBERS and word not in {"a", "an"})
    ]
    if not values:
        return "1" if any(word in {"a", "an"} for word in said) else ""
    return "-".join(values) if "to" in said or "or" in said else values[-1]


def _with(these: Words, first: int, stop: int) -> tuple[str, int]:
    """Whom the visit is with, where that is a specialty or a named doctor."""
    for index in range(first, stop):
        if these.text[index] not in {"with", "to", "in", "by"} or index + 1 >= stop:
            continue
        start = index + 1 + (these.text[index + 1] in {"the", "a", "an", "our", "his", "her"})
        hit = specialties().longest(these.stem, start, stop) if start < stop else None
        if hit:
            return hit[1].concept, hit[0]
        if these.text[start : start + 1] in (["dr"], ["dr."], ["doctor"]) and start + 1 < stop:
            return f"Dr. {these.text[start + 1].title()}", start + 2
    return "", first
