"""The vaccines of a note: given, due or declined.

Owns which words name a vaccine ("flu shot", "vaccinated against hepatitis B", "Tdap") and what is said of it. A
disease without a word for its vaccine is none. Codes belong to `ehr.terminology`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, AttributeValue, Kind
from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.words import Phrases, Words, words

SOURCE = "immunizations"
_WORDS = resources.load("vaccines_words")
_REACH_WORDS = 7
_BEFORE_DISCOUNT = 20  # characters: what follows a vaccine's name says more of it than what stands before
_DATE = re.compile(
    r"\b(?:today|yesterday|last (?:week|month|year|fall|winter|spring|summer)|"
    r"(?:\d+|a|one|two|three) (?:days?|weeks?|months?|years?) ago|in (?:january|february|march|april|may|june|july|"
    r"august|september|october|november|december)(?: (?:of )?\d{4})?|in \d{4})\b",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"\s*,?\s*((?:was|were)?\s*(?:offered|recommended|discussed|due),?\s+(?:but|and)\s+(?:\w+\s+){0,3}(?:declined|"
    r"declines|refused|refuses|deferred))\b",
    re.IGNORECASE,
)
_AFTER_END = re.compile(r"[.;\n]|\b(?:he|she|they|we|i|patient|also)\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"[.;\n]")


def _phrases() -> Iterator[tuple[str, str]]:
    for name, diseases, alone in (((*row, "", ""))[:3] for row in resources.table("vaccines")):
        for disease in filter(None, diseases.split("|")):
            yield from ((f"{disease} {noun}", name) for noun in _WORDS["nouns"])
            yield from ((f"{verb} {disease}", name) for verb in _WORDS["against"])
        yield from ((phrase, name) for phrase in filter(None, alone.split("|")))


_VACCINES: Phrases[str] = Phrases(_phrases())


_DISEASES: Phrases[str] = Phrases(
    (disease, row[0]) for row in resources.table("vaccines") for disease in row[1].split("|") if disease
)
_NOUNS = frozenset({"vaccine", "vaccination", "immunization", "shot"})
_JOINTS = frozenset({"and", "or", ",", "the"})


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, ordered))})(?![\w'])", re.IGNORECASE)


_BEFORE = {status: _pattern(_WORDS[f"{status} before"]) for status in ("declined", "due", "given")}
_AFTER = {status: _pattern(_WORDS[f"{status} after"]) for status in ("declined", "due", "given")}


@Language.component("immunizations")
def find_immunizations(doc: Doc) -> Doc:
    """Add the vaccines of `doc` to its mentions."""
    text, these = note_of(doc).written, words(doc)
    taken = [mention.span for mention in mentions(doc) if mention.kind is Kind.ALLERGY]
    kept: dict[str, Mention] = {}
    for mention in _read(text, these):
        if not any(span.overlaps(mention.span) for span in taken):
            kept.setdefault(mention.name, mention)
    mentions(doc).extend(kept.values())
    return doc


def _read(text: str, these: Words) -> Iterator[Mention]:
    hits = _hits(these)
    previous: tuple[str, Span | None] = ("", None)
    for number, (first, last, name) in enumerate(hits):
        floor = these.end[hits[number - 1][1] - 1] if number else 0
        stop = these.start[hits[number + 1][0]] if number + 1 < len(hits) else len(text)
        span = these.span(first, last)
        status, cue = _status(text, floor, span, stop)
        listed = re.fullmatch(r"\s*(?:,|,?\s*and|,?\s*or)\s*(?:the |a |her |his )?", text[floor : span.start])
        if not status and number and listed:
            following = _status(text, span.end, these.span(*hits[number][:2]), stop)
            status, cue = previous if previous[0] else following
        previous = (status, cue)
        yield _mention(text, name, span, status, cue)


def _hits(these: Words) -> list[tuple[int, int, str]]:
    """The vaccines named, those included that share one noun ("flu and pneumonia vaccines", "Vaccines: flu,
    tetanus").
    """
    named = list(_VACCINES.scan(these.stem))
    found = list(named)
    for first, _, _ in named:
        found += _before(these, first)
    for index, stem in enumerate(these.stem):
        if stem in _NOUNS and these.text[index + 1 : index + 2] == [":"]:
            found += _after_heading(these, index + 2)
    kept = {hit[0]: hit for hit in sorted(found, key=lambda one: one[1] - one[0])}
    return sorted(kept.values())


def _before(these: Words, first: int) -> Iterator[tuple[int, int, str]]:
    """Diseases joined on to the vaccine that begins at word `first`, right to left."""
    while first > 1 and these.text[first - 1] in _JOINTS:
        end = first - 1
        while end > 0 and these.text[end - 1] in _JOINTS:
            end -= 1
        diseases = (_disease(these, start) for start in range(max(0, end - 3), end))
        hit = next((disease for disease in diseases if disease is not None and disease[1] == end), None)
        if hit is None:
            return
        yield hit
        first = hit[0]


def _after_heading(these: Words, index: int) -> Iterator[tuple[int, int, str]]:
    while index < len(these) and (hit := _disease(these, index)) is not None:
        yield hit
        index = hit[1]
        while index < len(these) and these.text[index] in _JOINTS:
            index += 1


def _disease(these: Words, index: int) -> tuple[int, int, str] | None:
    hit = _DISEASES.longest(these.stem, index)
    return (index, hit[0], hit[1]) if hit is not None else None


def _status(text: str, floor: int, vaccine: Span, stop: int) -> tuple[str, Span | None]:
    """What is said of the vaccine: a refusal wherever it stands, else the words right after it, else the nearest
    before it.
    """
    said = [*_said_after(text, vaccine.end, stop), *_said_before(text, floor, vaccine.start)]
    if not said:
        return "", None
    return min(said, key=lambda one: (one[1] != "declined", one[0]))[1:]


def _said_after(text: str, start: int, stop: int) -> Iterator[tuple[int, str, Span]]:
    """Each status that the next words give, with its distance and its cue."""
    if refused := _OFFERED.match(text, start, stop):
        yield 0, "declined", Span(refused.start(1), refused.end())
    broken = _AFTER_END.search(text, start, stop)
    region = re.compile(r"(?:\W*\w+){0,4}").match(text, start, broken.start() if broken else stop)
    for status, pattern in _AFTER.items():
        match = pattern.search(text, start, region.end() if region else start)
        if match is not None:
            yield match.start() - start, status, Span(*match.span())


def _said_before(text: str, floor: int, vaccine: int) -> Iterator[tuple[int, str, Span]]:
    """Each status that the words before give, the longest cue where two end together, with its distance."""
    breaks = [match.end() for match in _SEPARATOR.finditer(text, floor, vaccine)]
    start = max([floor, vaccine - 80, *breaks])
    found = [
        (vaccine - match.end(), -len(match[0]), status, Span(*match.span()))
        for status, pattern in _BEFORE.items()
        for match in pattern.finditer(text, start, vaccine)
        if len(text[match.end() : vaccine].split()) <= _REACH_WORDS
    ]
    if found:
        distance, _, status, cue = min(found)
        yield distance + _BEFORE_DISCOUNT, status, cue


def _mention(text: str, name: str, span: Span, status: str, cue: Span | None) -> Mention:
    attributes: dict[str, AttributeValue] = {}
    whole = span
    if status:
        attributes["status"] = status
    if cue is not None:
        whole = Span(min(span.start, cue.start), max(span.end, cue.end))
    broken = _SEPARATOR.search(text, span.end)
    date = _DATE.search(text, span.end, min(broken.start() if broken else len(text), span.end + 40))
    if date is not None:
        attributes["date"] = date[0].lower()
    declined = status == "declined"
    return Mention(
        Kind.IMMUNIZATION,
        name,
        whole,
        SOURCE,
        assertion=Assertion.ABSENT if declined else Assertion.PRESENT,
        settled=True,
        cue=cue if declined else None,
        attributes=attributes,
        name_span=span,
    )
