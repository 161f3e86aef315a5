"""How often and when a medicine is taken: "twice a day", "q6-8h", "at bedtime", "Mondays and Fridays".

Owns the grammar of timing in speech and in written sigs, its normal wording and its FHIR R4 `Timing.repeat`. Knows
nothing of doses or of the note around it. Abbreviations and meal codes come from
`resources/extract/medications_sig.json`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ehr.extract import resources

_SIG = resources.load("medications_sig")

NUMBER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        word: str(value)
        for value, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
        )
    }
    | {"a": "1", "an": "1", "half": "0.5", "a half": "0.5", "one half": "0.5", "1/2": "0.5", "one and a half": "1.5"}
)
"""The number words that sigs keep when no dictation step has written them as digits."""

NUMBER = (
    r"(?:(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?!\d|\.\d|/\d)|"
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_TIMES_WORD = {1: "once", 2: "twice", 3: "three times", 4: "four times", 5: "five times", 6: "six times"}
_UNIT = r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?|h|d|w|nights?)"
_FHIR_UNIT = {"mi": "min", "h": "h", "d": "d", "n": "d", "w": "wk", "mo": "mo", "y": "a"}
_UNIT_WORD = {"min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_ADVERB = {"d": "daily", "wk": "weekly", "mo": "monthly", "a": "yearly", "h": "hourly"}
_ADVERB_UNIT = {
    "daily": "d",
    "nightly": "d",
    "weekly": "wk",
    "monthly": "mo",
    "yearly": "a",
    "annually": "a",
    "hourly": "h",
}
_COUNT_WORDS = {"once": 1, "twice": 2, "thrice": 3}
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:days?)?"
_WEEKDAYS = re.compile(rf"(?:every |each |on )?{_WEEKDAY}\b(?:(?:,|, and| and|/)? ?{_WEEKDAY}\b)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Timing:
    """When to take it: the normal wording and the fields of a FHIR R4 `Timing.repeat`."""

    label: str
    repeat: Mapping[str, Any]

    def merged(self, later: Timing) -> Timing:
        """This timing narrowed by another that was said of the same dose: "once daily" "at bedtime"."""
        repeat = dict(self.repeat)
        for key, value in later.repeat.items():
            if key in ("when", "timeOfDay", "dayOfWeek"):
                repeat[key] = [*repeat.get(key, []), *(code for code in value if code not in repeat.get(key, []))]
            else:
                repeat.setdefault(key, value)
        narrower = self.label == "once daily" and later.repeat.get("when") and "frequency" in later.repeat
        return Timing(later.label if narrower else self.label, repeat)


def timing_at(text: str, position: int) -> tuple[int, Timing] | None:
    """The timing that begins at `position` of `text` and where it ends; None where none begins."""
    for pattern, build in _GRAMMAR:
        match = pattern.match(text, position)
        if match is not None:
            return match.end(), build(match)
    return None


def number(words: str) -> str:
    """A number as digits: "1,000" → "1000", "two" → "2"."""
    plain = words.strip().lower().replace(",", "")
    return NUMBER_WORDS.get(plain, plain)


def fhir_unit(word: str) -> str:
    """The UCUM time unit that FHIR uses for a word of speech: "weeks" → "wk"."""
    lower = word.lower()
    return _FHIR_UNIT["mo" if lower.startswith("mo") else "mi" if lower.startswith("mi") else lower[0]]


def _value(digits: str) -> int | float:
    return float(digits) if "." in digits else int(digits)


def _count(said: str) -> int:
    """How often a count says: "twice" 2, "3 times" 3, "2x" 2."""
    word = said.lower().strip()
    return _COUNT_WORDS.get(word) or int(float(number(re.split(r"[\s*x]", word)[0])))


def _per(match: re.Match[str]) -> Timing:
    """The timing of "three times a week" and of "5 a day"."""
    return _times(_count(match["times"]), fhir_unit(match["unit"]))


def _times_adverb(match: re.Match[str]) -> Timing:
    return _times(_count(match["times"]), _ADVERB_UNIT[match["adverb"].lower()])


def _times(times: int, unit: str) -> Timing:
    word = _TIMES_WORD.get(times, f"{times} times")
    adverb = _ADVERB.get(unit, f"every {_UNIT_WORD[unit]}")
    label = adverb if times == 1 and unit != "d" else f"{word} {adverb}"
    return Timing(label, {"frequency": times, "period": 1, "periodUnit": unit})


def _every(match: re.Match[str]) -> Timing:
    """The timing of "every 6 to 8 hours", "q12h", "every week"."""
    unit = fhir_unit(match["unit"])
    low = number(match["low"]) if match["low"] else "1"
    high = number(match["high"]) if match["high"] else None
    repeat: dict[str, Any] = {"frequency": 1, "period": _value(low), "periodUnit": unit}
    if match["times"]:
        repeat["frequency"] = _count(match["times"])
    if high is not None:
        repeat["periodMax"] = _value(high)
    if low == "1" and high is None and (unit in ("wk", "mo", "a") or (unit == "d" and match["low"] is None)):
        return _times(repeat["frequency"], unit)
    word = _UNIT_WORD[unit]
    if low == "1" and high is None:
        return Timing(f"every {word}" if match["low"] is None else f"every 1 {word}", repeat)
    return Timing(f"every {low}{f' to {high}' if high else ''} {word}s", repeat)


def _every_other(match: re.Match[str]) -> Timing:
    unit = fhir_unit(match["unit"])
    return Timing(f"every other {_UNIT_WORD[unit]}", {"frequency": 1, "period": 2, "periodUnit": unit})


def _adverb(match: re.Match[str]) -> Timing:
    word = match["adverb"].lower()
    if word in ("biweekly", "fortnightly"):
        return Timing("every 2 weeks", {"frequency": 1, "period": 2, "periodUnit": "wk"})
    unit = _ADVERB_UNIT[word]
    return _times(1, unit) if unit != "h" else Timing("every hour", {"frequency": 1, "period": 1, "periodUnit": "h"})


def _abbreviation(match: re.Match[str]) -> Timing:
    label, repeat = _SIG["abbreviations"][match[0].lower().replace(".", "").replace(" ", "")]
    return Timing(label, repeat)


def _moment(match: re.Match[str]) -> Timing:
    label = _MOMENTS[" ".join(match[0].lower().split())]
    return Timing(label, {"frequency": 1, "period": 1, "periodUnit": "d", "when": [_SIG["moment_codes"][label]]})


def _meal(match: re.Match[str]) -> Timing:
    relation = (match["relation"] or "with").lower()
    relation = {"prior to": "before", "at": "with", "following": "after"}.get(relation, relation)
    meal = _MEALS[" ".join(match["meal"].lower().split())]
    return Timing(
        f"{relation} {meal}{'s' if meal == 'meal' else ''}", {"when": [_SIG["meal_codes"][f"{relation} {meal}"]]}
    )


def _weekdays(match: re.Match[str]) -> Timing:
    days = [day[:3].lower() for day in re.findall(_WEEKDAY, match[0], re.IGNORECASE)]
    said = match[0].strip()
    label = said if said.lower().startswith(("every", "on", "each")) else f"on {said}"
    return Timing(label.lower(), {"dayOfWeek": days})


def _clock(match: re.Match[str]) -> Timing:
    if match["half"]:
        hour = int(match["hour"]) % 12 + (12 if match["half"].lower().startswith("p") else 0)
    else:
        hour = int(match["hour24"])
    minute = match["minute"] or match["minute24"] or "00"
    said = re.sub(r"^(?:at|@)\s*", "", match[0], flags=re.IGNORECASE).strip(" .")
    return Timing(f"at {said.lower()}", {"timeOfDay": [f"{hour:02d}:{minute}:00"]})


def _once(_: re.Match[str]) -> Timing:
    return Timing("once", {"count": 1})


def _words(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words}


_MOMENTS = _words(_SIG["moments"])
_MEALS = _words(_SIG["meals"])


def _any(words: Mapping[str, Any]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_COUNT = rf"once|twice|thrice|(?:{NUMBER})\s*(?:times?|x)"
_GRAMMAR: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Timing]], ...] = (
    (_compile(r"(?:once\s+)?(?:every|each|q|per)\s*(?:other|alternate|second)\s+" + _UNIT + r"\b"), _every_other),
    (_compile(r"(?:on\s+)?alternate\s+(?P<unit>days?)\b"), _every_other),
    (_compile(rf"(?:{_any(_MOMENTS)})\b"), _moment),
    (
        _compile(
            rf"(?:(?P<times>{_COUNT})\s+)?(?:every|each|q\.?)\s*(?:(?P<low>{NUMBER})\s*"
            rf"(?:(?:-|–|to|or)\s*(?P<high>{NUMBER})\s*)?-?)?{_UNIT}\b\.?"
        ),
        _every,
    ),
    (_compile(rf"(?P<times>{_COUNT})\s+(?:a|an|per|/)\s*{_UNIT}\b"), _per),
    (_compile(rf"(?P<times>{_COUNT})\s+(?P<adverb>daily|weekly|monthly|yearly|nightly)\b"), _times_adverb),
    (_compile(rf"(?P<times>{NUMBER})(?:\s+(?:a|an|per)\s+|\s*(?:/|x/?)\s*)(?P<unit>days?|d|weeks?|wk)\b"), _per),
    (
        _compile(r"(?:on\s+a\s+)?(?P<adverb>daily|weekly|monthly|yearly|annually|hourly|biweekly|fortnightly)\b"),
        _adverb,
    ),
    (
        _compile(rf"(?:{'|'.join('[. ]?'.join(word) + '[.]?' for word in _SIG['abbreviations'])})(?![\w'])"),
        _abbreviation,
    ),
    (
        _compile(
            rf"(?:(?P<relation>before|after|with|prior to|at|following)\s+|"
            rf",\s*)(?P<meal>{_any(_MEALS)})\b"
        ),
        _meal,
    ),
    (
        _compile(
            r"(?:(?:at|@)\s*)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m)\b\.?"
            r"|(?:@|at)\s*(?P<hour24>\d{1,2}):(?P<minute24>\d{2})\b"
        ),
        _clock,
    ),
    (_WEEKDAYS, _weekdays),
    (_compile(r"(?:a|per)\s+(?P<adverb>day)\b"), lambda _: _times(1, "d")),
    (
        _compile(r"(?:once|(?:one|1|a single)\s+time|x\s*1|times\s+(?:1|one)|one-time)\b(?!\s*(?:day|week|month))"),
        _once,
    ),
)
