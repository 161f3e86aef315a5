"""Spoken times resolved against the day of the dictation: "3 weeks ago", "in June", "since Monday", "in 2 weeks".

Owns which time belongs to a service or a result, and the arithmetic, with no more precision than was said: years stay
years ("2014") and months months ("2026-06"), as FHIR's partial dates allow. Knows nothing of what happened on the day.
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from datetime import date, timedelta

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import ATTRIBUTES, Assertion, Kind
from ehr.chart.note import Span
from ehr.extract.clauses import clause_at
from ehr.extract.mention import Mention, day_of, mentions, note_of

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
            "nine": 9, "ten": 10, "couple": 2, "couple of": 2, "a couple of": 2}  # fmt: skip
_DAYS = {"today": 0, "this morning": 0, "this afternoon": 0, "tonight": 0, "now": 0, "yesterday": -1, "last night": -1,
         "tomorrow": 1, "last week": -7, "next week": 7}  # fmt: skip
_COUNT = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_NAMED_DAY = re.compile(rf"\b({'|'.join(_DAYS)})\b")
_LAST_UNIT = re.compile(r"\b(last|this|next) (month|year)\b")
_AMOUNT = re.compile(rf"\b(\d{{1,3}}|{_COUNT}) (day|week|month|year)s?\b(?: (ago))?")
_MONTH = rf"({'|'.join(_MONTHS)})"
_MONTH_DAY = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? ((?:19|20)\d\d))?\b")
_MONTH_ONLY = re.compile(rf"\b{_MONTH}(?: (?:of )?((?:19|20)\d\d))?\b")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_WEEKDAY = re.compile(rf"\b(?:(next) )?({'|'.join(_WEEKDAYS)})\b")

_DAY_OF_MONTH = r"\d{1,2}(?:st|nd|rd|th)?\b"
_SPAN = rf"(?:\d{{1,3}}|{_COUNT}) (?:day|week|month|year)s?"
_TIME = re.compile(
    rf"\b(?:(?:(?:in|on|from) )?(?:{'|'.join(_MONTHS)})\b(?: {_DAY_OF_MONTH})?(?:,? (?:19|20)\d\d\b)?"
    rf"|(?:in|from|since) (?:19|20)\d\d\b|{_SPAN} ago\b|in {_SPAN}\b|(?:last|this|next) (?:week|month|year)\b"
    rf"|yesterday|today|tomorrow|(?:on |last |next )(?:{'|'.join(_WEEKDAYS)})\b)",
    re.IGNORECASE,
)
_RELATIVE_TO_EVENT = re.compile(r"\b(?:after|before|following|prior to)\b")
_FAR = 40

_LASTING = {Kind.PROBLEM: ("duration", "onset"), Kind.SYMPTOM: ("duration", "onset")}
_PLANNED = {Kind.ORDER: ("when", "occurrence"), Kind.FOLLOW_UP: ("when", "occurrence")}
_DATED = {
    kind: ("date", "occurrence") for kind, names in ATTRIBUTES.items() if "occurrence" in names and "date" in names
}
_SAID_TO_RESOLVED = {**_LASTING, **_PLANNED, **_DATED}


def resolve(said: str, on: date, *, ahead: bool = False) -> str | None:
    """The FHIR date that `said` names for a dictation on the day `on`, None where it names none.

    A bare amount ("3 weeks") counts back from `on`, or on from it where `ahead`.
    """
    text = said.lower().replace("-", " ")
    if _RELATIVE_TO_EVENT.search(text):
        return None
    for read in (_from_calendar, _from_relative):
        found = read(text, on, ahead)
        if found is not None:
            return found
    return None


@Language.component("dates")
def find_dates(doc: Doc) -> Doc:
    """Resolve the times that the mentions of `doc` carry; one that cannot be resolved stays as said."""
    starts = sorted(mention.name_span.start for mention in mentions(doc))
    for mention in mentions(doc):
        if mention.kind not in _SAID_TO_RESOLVED:
            continue
        spoken, resolved = _SAID_TO_RESOLVED[mention.kind]
        if (
            spoken not in mention.attributes
            and mention.kind not in _LASTING
            and (said := _time_of(doc, mention, starts))
        ):
            mention.attributes[spoken] = said
        said_so = mention.attributes.get(spoken)
        if not isinstance(said_so, str) or (mention.kind in _LASTING and _is_over(doc, mention, said_so)):
            continue
        found = resolve(said_so, day_of(doc), ahead=mention.kind in _PLANNED)
        if found is not None:
            mention.attributes[resolved] = found
    return doc


def _is_over(doc: Doc, mention: Mention, lasted: str) -> bool:
    """Whether the time tells how long something past lasted ("4 days of chest pain"), which is no onset."""
    clause = clause_at(doc, mention.name_span.start)
    return mention.assertion is not Assertion.PRESENT or f"{lasted} of " in clause.span.of(note_of(doc).written).lower()


def _time_of(doc: Doc, mention: Mention, starts: list[int]) -> str | None:
    """The time said with a service or a result: within its words or right after them, before the next fact."""
    clause = clause_at(doc, mention.name_span.start)
    following = starts[bisect_right(starts, mention.name_span.start) :]
    stop = min([max(clause.span.end, mention.span.end), mention.span.end + _FAR, *following[:1]])
    match = _TIME.search(note_of(doc).written, mention.name_span.start, stop)
    if match is None:
        return None
    mention.grow(Span(*match.span()))
    return match[0].lower()


def _from_calendar(text: str, on: date, ahead: bool) -> str | None:  # noqa: FBT001 - the readers share one shape
    """A month, a day of a month or a year; without a year the nearest one in the direction looked."""
    if match := _MONTH_DAY.search(text):
        month, day = _MONTHS[match[1]], int(match[2])
        year = int(match[3]) if match[3] else _nearest_year(on, (month, day), (on.month, on.day), ahead=ahead)
        return date(year, month, day).isoformat() if 0 < day <= calendar.monthrange(year, month)[1] else None
    match = _MONTH_ONLY.search(text)
    if match and (match[1] != "may" or re.search(r"\b(?:in|since|last|this|next|of) may\b|may \d{4}", text)):
        month = _MONTHS[match[1]]
        year = int(match[2]) if match[2] else _nearest_year(on, (month,), (on.month,), ahead=ahead)
        return f"{year:04d}-{month:02d}"
    year_said = _YEAR.search(text)
    return year_said[1] if year_said else None


def _nearest_year(on: date, said: tuple[int, ...], now: tuple[int, ...], *, ahead: bool) -> int:
    if ahead:
        return on.year + (said < now)
    return on.year - (said > now)


def _from_relative(text: str, on: date, ahead: bool) -> str | None:  # noqa: FBT001
    """A day, an amount of time or a weekday counted from `on`."""
    if match := _NAMED_DAY.search(text):
        return _shifted(on, _DAYS[match[1]])
    if match := _LAST_UNIT.search(text):
        steps = {"last": -1, "this": 0, "next": 1}[match[1]]
        return _months(on, steps) if match[2] == "month" else f"{on.year + steps:04d}"
    if match := _AMOUNT.search(text):
        amount = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
        return _counted(on, amount if ahead and not match[3] else -amount, match[2])
    if match := _WEEKDAY.search(text):
        behind = (on.weekday() - _WEEKDAYS[match[2]]) % 7
        return _shifted(on, 7 - behind if ahead or match[1] else -(behind or 7))
    return None


def _counted(on: date, amount: int, unit: str) -> str | None:
    if unit == "year":
        return f"{on.year + amount:04d}" if 0 < on.year + amount < 10_000 else None
    if unit == "month":
        return _months(on, amount)
    return _shifted(on, amount * (7 if unit == "week" else 1))


def _months(on: date, amount: int) -> str:
    month = on.year * 12 + on.month - 1 + amount
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _shifted(on: date, days: int) -> str:
    return (on + timedelta(days=days)).isoformat()
