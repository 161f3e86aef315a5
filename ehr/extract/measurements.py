"""The vitals and laboratory results of a note.

Owns which names of tests are results (a value or a verdict is said of them) and which value belongs to which name.
A test without either is an order or a mention, and is left alone. The reading of values lies in
`measurement_values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import AttributeValue, Kind
from ehr.chart.note import Note, Span
from ehr.extract import resources
from ehr.extract.measurement_safety import implausible
from ehr.extract.measurement_values import INTERPRETATION, Reading, Shape, interpretation_of, more_values, read
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.words import Phrases, Words, words

SOURCE = "measurements"
_WORDS = resources.load("measurements_words")
_ORDERS = frozenset(_WORDS["orders"])
_CONDITIONS = frozenset(_WORDS["conditions"])  # "low iron" and "high cholesterol" name a condition rather than a result
_PAIN = frozenset(_WORDS["pain"])
_URINE_VERDICTS = {"positive": "positive", "negative": "negative", "trace": "positive", "no": "negative"}
_URINE_FILLERS = frozenset(
    {
        "is",
        "was",
        "for",
        "and",
        "or",
        ",",
        "the",
        "came",
        "back",
        "showed",
        "shows",
        "large",
        "small",
        "moderate",
        "today",
        "again",
        "also",
    }
)
_URINE_REACH_WORDS = 30
_SECOND_READING = 40  # characters after a blood pressure in which another may stand without its name
_PAIN_REACH_WORDS = 14
_ORDER_REACH_WORDS = 6
_TARGETS = frozenset(_WORDS["targets"])
_TARGET_REACH_WORDS = 3
_WARNINGS = frozenset(_WORDS["warnings"])
_WARNING_REACH_WORDS = 12


@dataclass(frozen=True, slots=True)
class Test:
    """A measurement by the name it is filed under, what its value looks like, and the units it may have."""

    name: str
    kind: Kind
    shape: Shape
    units: str


def _tests() -> Iterator[tuple[str, Test]]:
    for name, kind, shape, units, phrases in resources.table("measurements"):
        test = Test(name, Kind(kind), Shape(shape), units)
        for phrase in phrases.split("|"):
            yield phrase, test


_TESTS: Phrases[Test] = Phrases(_tests())
_URINE: Phrases[str] = Phrases((phrase, phrase) for phrase in _WORDS["urine"])
_SWABBED: Phrases[str] = Phrases((word, name) for name, said in _WORDS["swab analytes"].items() for word in said)
_ANALYTES: Phrases[str] = Phrases((word, name) for name, said in _WORDS["urine analytes"].items() for word in said)
_PAIN_SCORE = re.compile(r"(?<![\d./])(?P<value>\d{1,2}(?:\.5)?(?:\s*(?:-|to)\s*\d{1,2})?)\s*/\s*10(?![\d/%]|\.\d)")
_NAMELESS_PRESSURE = re.compile(r"(?<![\d./])\d{2,3}/\d{2,3}(?![\d/%]|\.\d)")
_NAMELESS_HEIGHT = re.compile(
    r"(?P<value>\d ft(?: \d{1,2}(?:\.\d)? in)?)(?=\s+tall\b)|(?<=is )\d ft \d{1,2}(?:\.\d)? in\b"
)
_NOT_A_RESULT = re.compile(
    r"[\s-]*(?:diet|food|intake|restriction|supplement|replacement|dose|for\b|disorder)", re.IGNORECASE
)
_UNBORN = frozenset({"fetal", "fundal", "baby", "estimated"})
_NOT_A_MEASURE = {
    "weight": re.compile(r"\s*(?:loss|gain|bearing|lifting|management|reduction|change)", re.IGNORECASE),
    "pulse": re.compile(r"s?\s*(?:deficit|steroid)", re.IGNORECASE),
}


@dataclass(slots=True)
class _Named:
    """A test named at words [first, last) with the reading that was found for it."""

    test: Test
    first: int
    last: int
    span: Span
    reading: Reading | None = None


@Language.component("measurements")
def find_measurements(doc: Doc) -> Doc:
    """Add the vitals and results of `doc` to its mentions."""
    note, these = note_of(doc), words(doc)
    taken = [mention.span for mention in mentions(doc)]
    found = [*_named_results(note, these), *_urine_findings(these), *_tested_for(these), *_pain_scores(note.written)]
    found += _nameless(note, found)
    mentions(doc).extend(_once(mention for mention in found if not any(span.contains(mention.span) for span in taken)))
    return doc


def _named_results(note: Note, these: Words) -> list[Mention]:
    text = note.written
    named = [_Named(test, first, last, these.span(first, last)) for first, last, test in _TESTS.scan(these.stem)]
    named = [one for one in named if not _is_other(text, these, one)]
    for index, one in enumerate(named):
        stop = named[index + 1].span.start if index + 1 < len(named) else len(text)
        if one.reading is None:
            one.reading = read(text, one.span.end, stop, one.test.shape, one.test.units)
        if one.reading is not None:
            _share(text, these, named, index)
    for one in named:
        _judge_before(text, these, one)
    return [_mention(one, one.reading) for one in named if one.reading is not None and _is_result(these, one)]


def _is_other(text: str, these: Words, one: _Named) -> bool:
    word = these.text[one.last - 1]
    if one.test.name == "heart rate" and word == "pulses":
        return True
    if one.test.kind is Kind.VITAL and not _UNBORN.isdisjoint(these.text[max(0, one.first - 1) : one.first]):
        return True
    other = _NOT_A_MEASURE.get(one.test.name)
    return other is not None and other.match(text, one.span.end) is not None


def _share(text: str, these: Words, named: list[_Named], index: int) -> None:
    """Give a verdict or a row of values to the names that stand joined before it: "CBC and CRP are normal"."""
    group = [named[index]]
    while index > 0 and named[index - 1].reading is None and _joined(text, named[index - 1], group[0]):
        index -= 1
        group.insert(0, named[index])
    if len(group) == 1 or _ordered(these, group[0]):
        return
    reading = group[-1].reading
    if reading is None:
        return
    values = more_values(text, reading, len(group))
    for one, value in zip(group, values, strict=False):
        one.reading = value


def _joined(text: str, earlier: _Named, later: _Named) -> bool:
    return (
        re.fullmatch(r"\s*(?:,|,?\s*and|,?\s*or|/|&)\s*(?:the\s+)?", text[earlier.span.end : later.span.start])
        is not None
    )


def _ordered(these: Words, one: _Named) -> bool:
    return not _ORDERS.isdisjoint(these.text[max(0, one.first - _ORDER_REACH_WORDS) : one.first])


def _is_result(these: Words, one: _Named) -> bool:
    """Whether it is said of the patient: a value that is no target and no condition, or a verdict on no order."""
    reading = one.reading
    if reading is None or not _TARGETS.isdisjoint(these.text[max(0, one.first - _TARGET_REACH_WORDS) : one.first]):
        return False
    if reading.comparator and not _WARNINGS.isdisjoint(
        these.text[max(0, one.first - _WARNING_REACH_WORDS) : one.first]
    ):
        return False
    return bool(reading.value) or (one.test.kind is not Kind.VITAL and not _ordered(these, one))


def _judge_before(text: str, these: Words, one: _Named) -> None:
    """Take in the verdict right before the name: "elevated creatinine", "negative troponin"."""
    if one.first == 0 or one.test.kind is Kind.VITAL:
        return
    match = INTERPRETATION.fullmatch(these.text[one.first - 1])
    if match is None:
        return
    judged = interpretation_of(match[0])
    start = these.start[one.first - 1]
    if one.reading is None:
        condition = one.test.name in _CONDITIONS and judged not in ("normal", "negative", "positive")
        if judged and not condition and _NOT_A_RESULT.match(text, one.span.end) is None:
            one.reading = Reading(Span(start, one.span.end), interpretation=judged)
    elif not one.reading.interpretation:
        one.reading.interpretation = judged
        one.reading.span = Span(start, one.reading.span.end)


def _mention(one: _Named, reading: Reading) -> Mention:
    span = Span(min(one.span.start, reading.span.start), max(one.span.end, reading.span.end))
    mention = _filed(one.test.kind, one.test.name, span, reading)
    mention.name_span = one.span
    return mention


def _filed(kind: Kind, name: str, span: Span, reading: Reading) -> Mention:
    attributes: dict[str, AttributeValue] = {
        key: value
        for key, value in (
            ("value", reading.value),
            ("unit", reading.unit),
            ("comparator", reading.comparator),
            ("interpretation", reading.interpretation),
        )
        if value
    }
    flags = implausible(name, reading.value, reading.unit)
    return Mention(kind, name, span, SOURCE, settled=True, attributes=attributes, flags=flags)


def _urine_findings(these: Words) -> Iterator[Mention]:
    """The findings in "urine is positive for blood, negative for nitrites"."""
    for _, last, _ in _URINE.scan(these.stem):
        index, verdict = last, ""
        while index < min(len(these), last + _URINE_REACH_WORDS):
            judged = _URINE_VERDICTS.get(these.text[index])
            hit = _ANALYTES.longest(these.stem, index) if verdict else None
            if judged is not None:
                verdict = judged
            elif hit is not None:
                yield _verdict(these, hit[1], index, hit[0], verdict)
                index = hit[0]
                continue
            elif these.text[index] not in _URINE_FILLERS:
                break
            index += 1


def _tested_for(these: Words) -> Iterator[Mention]:
    """The tests in "negative for flu and COVID"."""
    for index, word in enumerate(these.text):
        if word not in ("positive", "negative") or these.text[index + 1 : index + 2] != ["for"]:
            continue
        at = index + 2
        while at < len(these) and (hit := _SWABBED.longest(these.stem, at)) is not None:
            yield _verdict(these, hit[1], index, hit[0], word)
            at = hit[0]
            while at < len(these) and these.text[at] in {"and", "or", ","}:
                at += 1


def _verdict(these: Words, name: str, first: int, last: int, verdict: str) -> Mention:
    span = these.span(first, last)
    return Mention(Kind.LAB, name, span, SOURCE, settled=True, attributes={"interpretation": verdict})


def _pain_scores(text: str) -> Iterator[Mention]:
    """Any "7/10" that the words around show to be a pain."""
    for match in _PAIN_SCORE.finditer(text):
        before = text[: match.start()].lower()
        near = re.findall(r"[a-z]+", before[-120:])[-_PAIN_REACH_WORDS:]
        after = re.findall(r"[a-z]+", text[match.end() : match.end() + 30].lower())[:3]
        if _PAIN.isdisjoint([*near, *after]):
            continue
        value = re.sub(r"\s*(?:-|to)\s*", "-", match["value"]) + "/10"
        start = before.rfind("pain")
        begin = start if start >= 0 and match.start() - start < 40 and "." not in before[start:] else match.start()
        reading = Reading(Span(begin, match.end()), value=value)
        yield _filed(Kind.VITAL, "pain score", reading.span, reading)


def _nameless(note: Note, found: list[Mention]) -> list[Mention]:
    """A bare 142/88 in the vitals, and "he is 5 ft 11 in tall"."""
    text = note.written
    matches = [("height", match) for match in _NAMELESS_HEIGHT.finditer(text)]
    places = [section.body for section in note.sections if section.name == "vital_signs"]
    places += [
        Span(mention.span.end, mention.span.end + _SECOND_READING)
        for mention in found
        if mention.name == "blood pressure"
    ]
    for place in places:
        bare = _NAMELESS_PRESSURE.finditer(text, place.start, min(place.end, len(text)))
        matches += [("blood pressure", match) for match in bare if _is_pressure(match[0])]
    return [
        _filed(Kind.VITAL, name, Span(*match.span()), Reading(Span(*match.span()), value=match[0]))
        for name, match in matches
        if not any(mention.span.overlaps(Span(*match.span())) for mention in found)
    ]


def _is_pressure(value: str) -> bool:
    high, low = (int(part) for part in value.split("/"))
    return high > low >= 20 and high >= 60


def _once(found: Iterator[Mention]) -> Iterator[Mention]:
    """Each fact once: the same name and value said twice, or a verdict beside a value, is one."""
    kept: dict[str, list[Mention]] = {}
    for mention in sorted(found, key=lambda one: "value" not in one.attributes):
        same = kept.setdefault(mention.name, [])
        value = mention.attributes.get("value")
        twin = next((one for one in same if one.attributes.get("value") == value or value is None), None)
        if twin is not None:
            twin.attributes = mention.attributes | twin.attributes
            continue
        same.append(mention)
    for same in kept.values():
        yield from same
