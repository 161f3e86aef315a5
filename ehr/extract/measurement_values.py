"""The value, unit and verdict that follow the name of a measurement.

Owns the grammar between a name and its value ("last month was normal at 5.8", "runs about 120"). Knows no test by
name. Words come from `resources/extract/measurements_words.json` and `measurements_units.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ehr.chart.note import Span
from ehr.extract import resources

_WORDS = resources.load("measurements_words")


class Shape(StrEnum):
    """What the value of a measurement looks like."""

    PRESSURE = "pressure"
    NUMBER = "number"
    PERCENT = "percent"
    HEIGHT = "height"
    RESULT = "result"
    VERDICT = "verdict"


@dataclass(slots=True)
class Reading:
    """What is said of a measurement: value, unit and comparator as dictated, and the verdict in the entry's words.

    `start` is where the words after the name begin.
    """

    span: Span
    value: str = ""
    unit: str = ""
    comparator: str = ""
    interpretation: str = ""
    start: int = 0


def _any(phrases: list[str]) -> str:
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in sorted(phrases, key=len, reverse=True))


_INTERPRETATIONS = {phrase: name for name, said in _WORDS["interpretations"].items() for phrase in said}
INTERPRETATION = re.compile(rf"(?:{_any(list(_INTERPRETATIONS))})(?![\w-])", re.IGNORECASE)
_FILLER = re.compile(
    r"[:=,]|-(?=\s)|(?:\d+|a|an|one|two|three)\s+(?:days?|weeks?|months?|years?|hours?)\s+ago\b|"
    r"(?:last|this|earlier this|earlier)\s+(?:month|week|year|visit|night|time|fall|spring|summer|winter|monday|"
    r"tuesday|"
    r"wednesday|thursday|friday|saturday|sunday)\b|"
    r"(?:in|on|from)\s+(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"(?:\s+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?(?!\.\d|/))?(?:,?\s+\d{4})?\b|"
    rf"(?:{_any(_WORDS['fillers'])})(?![\w'/-])",
    re.IGNORECASE,
)
_CHANGES = frozenset(_WORDS["changes"])
_BY = re.compile(r"(?:up|down|increased|decreased)\s+(?:by\s+)?(?:about\s+)?\d(?!\d*\.?\d*\s+from\b)", re.IGNORECASE)
_COMPARATOR = re.compile(rf"(?:{_any(list(_WORDS['comparators']))})(?=\s*\d)", re.IGNORECASE)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_TO = r"\s*(?:-|–|to|and)\s*"
_PRESSURE = re.compile(r"(?P<value>\d{2,3}s?\s*(?:/|over)\s*(?:the\s+)?\d{2,3}s?)(?![\w/%]|\.\d)")
_HEIGHT = re.compile(
    r"(?P<value>\d\s*(?:ft|feet|foot|')\s*(?:\d{1,2}(?:\.\d)?\s*(?:in(?:ches)?\b|\"|'')?)?)", re.IGNORECASE
)
_RANGE = re.compile(rf"(?P<low>{_NUMBER})\s*(?:-|–|to)\s*(?P<high>{_NUMBER})(?![\d/]|\.\d)")
_ELIDED = re.compile(r"(?P<whole>9\d|10[0-6]) (?P<tenth>\d)(?![\d/%.]| (?:lb|kg|out|over)\b)")  # "ninety eight six"
_SINGLE = re.compile(
    rf"(?P<minus>minus\s+|-)?(?P<value>{_NUMBER})(?P<decade>'?s\b)?(?![\d/+]|\.\d|-\w|\s*/\s*\d|\s*(?:st|nd|rd|th)\b)"
)
_NOT_THE_VALUE = re.compile(
    r"\s*(?:days?|weeks?|months?|years?|hours?|times|mg|mcg|tablets?|puffs?|units?|out of|L\b|liters?)(?!\w|/| per)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"\s*(?:,?\s*(?:which|that)\s+(?:is|was)\s+|,\s*(?:and\s+)?|\s*\(\s*|\s+(?:and|is|was)\s+|"
    rf"\s+)(?:slightly\s+|mildly\s+|quite\s+|still\s+|borderline\s+)?"
    rf"(?P<verdict>{_any(list(_INTERPRETATIONS))})(?![\w-])(?P<next>\s*(?:[.,;)\n]|$|and\b|with\b))?",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"\s*,?\s*(?:which|that)\s+(?:is|was)\s+", re.IGNORECASE)


def _units() -> dict[str, re.Pattern[str]]:
    groups: dict[str, list[str]] = {}
    for group, said, _ in resources.table("measurements_units"):
        groups.setdefault(group, []).append(said)
    return {group: re.compile(rf"\s*(?P<unit>{_any(said)})(?![\w])", re.IGNORECASE) for group, said in groups.items()}


_UNITS = _units()
_SYMBOLS = {(group, said): symbol for group, said, symbol in resources.table("measurements_units")}


def interpretation_of(words: str) -> str:
    """The verdict in the entry's words: "elevated" → "high"; empty for other words."""
    return str(_INTERPRETATIONS.get(" ".join(words.lower().split()), ""))


def read(text: str, position: int, stop: int, shape: Shape, units: str) -> Reading | None:
    """What the words of `text` from `position` to `stop` say of a measurement; None where they give neither value
    nor verdict.
    """
    reading = Reading(Span(position, position), start=position)
    at = position
    while at < stop:
        if text[at] in " \t":
            at += 1
            continue
        if _BY.match(text, at):
            return None
        step = _step(text, at, stop, shape, units, reading)
        if step is None:
            break
        at = step
        if reading.value:
            break
    if reading.value:
        _trailing(text, stop, reading)
    if not reading.value and not reading.interpretation:
        return None
    return reading


def _step(text: str, at: int, stop: int, shape: Shape, units: str, reading: Reading) -> int | None:
    """Take in the next word, value or verdict; None where it belongs to something else."""
    verdict = INTERPRETATION.match(text, at, stop)
    if verdict is not None and shape in (Shape.RESULT, Shape.VERDICT, Shape.PRESSURE, Shape.NUMBER, Shape.PERCENT):
        judged = interpretation_of(verdict[0])
        if reading.interpretation and judged != reading.interpretation:
            return None
        if shape is Shape.RESULT and text.startswith(" for ", verdict.end()) and judged in ("positive", "negative"):
            return None
        reading.interpretation = judged
        reading.span = Span(reading.span.start, verdict.end())
        return verdict.end()
    if text[at] == "," and reading.interpretation:
        return None
    comparator = _COMPARATOR.match(text, at, stop)
    if comparator is not None:
        reading.comparator = _WORDS["comparators"][" ".join(comparator[0].lower().split())]
        return comparator.end()
    if shape is not Shape.VERDICT:
        end = _value(text, at, stop, shape, units, reading)
        if end is not None:
            return end
    filler = _FILLER.match(text, at, stop)
    return filler.end() if filler is not None else None


def _value(text: str, at: int, stop: int, shape: Shape, units: str, reading: Reading) -> int | None:
    """Take in the value that begins at `at`, with its unit, and tell where it ends."""
    for pattern, shaped in ((_PRESSURE, Shape.PRESSURE), (_HEIGHT, Shape.HEIGHT)):
        match = pattern.match(text, at) if shape is shaped else None
        if match is not None:
            reading.value = _pressure(match["value"]) if shape is Shape.PRESSURE else match["value"].strip()
            return _unit(text, at + len(match["value"].rstrip()), units, reading)
    if shape is Shape.PRESSURE:
        return None
    elided = _ELIDED.match(text, at) if units == "temperature" else None
    if elided is not None:
        reading.value = f"{elided['whole']}.{elided['tenth']}"
        return _unit(text, elided.end(), units, reading)
    match = _RANGE.match(text, at) or _SINGLE.match(text, at)
    if match is None or match.end() > stop or _NOT_THE_VALUE.match(text, match.end()):
        return None
    reading.value = _number(match, text[reading.start : at])
    return _unit(text, match.end(), units, reading)


def _pressure(said: str) -> str:
    return re.sub(r"\s*(?:/|over)\s*(?:the\s+)?", "/", said)


def _number(match: re.Match[str], before: str) -> str:
    """A single number or a range; of a change ("dropped from 12 to 9.5") the number that holds now."""
    fields = match.groupdict()
    if fields.get("low") is None:
        return f"{'-' if fields['minus'] else ''}{fields['value']}{fields['decade'] or ''}"
    changed = not _CHANGES.isdisjoint(re.findall(r"\w+", before.lower()))
    return fields["high"] if changed else f"{fields['low']}-{fields['high']}"


def _unit(text: str, at: int, units: str, reading: Reading) -> int:
    match = _UNITS[units].match(text, at)
    if match is not None:
        reading.unit = _SYMBOLS[units, " ".join(match["unit"].lower().split())]
        at = match.end()
    reading.span = Span(reading.span.start, at)
    return at


def _trailing(text: str, stop: int, reading: Reading) -> None:
    """The verdict after the value: "3.1, which is low", "0.9, normal". One that leads on to the next name is that
    name's.
    """
    match = _TRAILING.match(text, reading.span.end)
    if match is None or reading.interpretation or match.end("verdict") > stop:
        return
    if match["next"] is None and not _SHOWN.match(text, reading.span.end):
        return
    reading.interpretation = interpretation_of(match["verdict"])
    reading.span = Span(reading.span.start, match.end("verdict"))


def more_values(text: str, reading: Reading, count: int) -> list[Reading]:
    """The readings of `count` names joined before one statement: the same verdict for each, or as many values as
    names.
    """
    if not reading.value:
        return [Reading(reading.span, interpretation=reading.interpretation) for _ in range(count)]
    readings = [reading]
    end = reading.span.end
    while len(readings) < count:
        joined = re.compile(rf"\s*(?:,|and|,\s*and)\s+(?={_NUMBER})").match(text, end)
        if joined is None:
            return []
        following = Reading(reading.span)
        read_end = _value(text, joined.end(), len(text), Shape.RESULT, "lab", following)
        if read_end is None:
            return []
        following.span = Span(joined.end(), read_end)
        readings.append(following)
        end = read_end
    return readings
