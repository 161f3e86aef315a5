"""Clinical written forms: names, units, pressures, ratios, ages, heights, times.

Owns the conventions: "142 over 88" is 142/88, "500 milligrams" 500 mg, "a one c" A1c, "3 out of 6" 3/6. Each form
touches only the characters that must change, so the numbers beside it keep their own origins. Knows nothing of what is
measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ehr.dictation.mapped import Edit
from ehr.dictation.rules import any_of, rules

_Match = re.Match[str]
_Written = str | Callable[[_Match], str]
_RULES = rules("forms")
_DIGIT_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern and what its groups become, each by a text or by a function of the match, where `applies` agrees."""

    rule: str
    pattern: re.Pattern[str]
    replacements: dict[str, _Written]
    applies: Callable[[_Match], bool]

    def __call__(self, text: str) -> list[Edit]:
        """What the form changes in `text`."""
        edits = []
        for match in filter(self.applies, self.pattern.finditer(text)):
            for group, replacement in self.replacements.items():
                written = replacement if isinstance(replacement, str) else replacement(match)
                if match[group] is not None and match[group] != written:
                    edits.append(Edit(match.start(group), match.end(group), written, self.rule))
        return edits


def _always(_: _Match) -> bool:
    return True


def _form(rule: str, pattern: str, applies: Callable[[_Match], bool] = _always, **groups: _Written) -> Form:
    return Form(rule, re.compile(pattern, re.IGNORECASE), groups, applies)


def _written_by(table: dict[str, list[str]], *, keeps_capital: bool = False) -> Callable[[_Match], str]:
    """The table's written form of what the group `x` holds, with its first letter's capital where asked."""
    written = {said: form for form, phrases in table.items() for said in phrases}

    def form(match: _Match) -> str:
        said = match["x"]
        found = written[re.sub(r"[ \-]+", " ", said.strip().lower())]
        return found[0].upper() + found[1:] if said[0].isupper() and keeps_capital else found

    return form


def _phrases(table: dict[str, list[str]]) -> Iterable[str]:
    return [phrase for phrases in table.values() for phrase in phrases]


def _level(group: str) -> Callable[[_Match], str]:
    """A letter and its number: "l five" → L5."""

    def written(match: _Match) -> str:
        letter, number = match[group][0].upper(), match[group][1:].strip(" -").lower()
        return f"{letter}{_DIGIT_WORDS.index(number) + 1 if number in _DIGIT_WORDS else number}"

    return written


def _is_pressure(match: _Match) -> bool:
    systolic, diastolic = int(match["a"]), int(match["b"])
    return 50 <= systolic <= 300 and 20 <= diastolic < systolic


_NUMBER = rf"(?:{'|'.join(_DIGIT_WORDS)}|\d{{1,2}})"
_LEVEL = rf"[clst][ \-]?{_NUMBER}"
_TIME = r"(?:minute|hour|day|week|month|year)s?\b"
_NOT_TIME = rf"(?![.,]?\d)(?![ \-]{_TIME})"
_BARE = r"(?<![\d.,/])"
_NAME = any_of(_phrases(_RULES["names"]))
_UNIT = any_of(_phrases(_RULES["units"]))
_PER_UNIT = any_of(_phrases(_RULES["per_units"]))
_LINES = "15|20|25|30|40|50|60|70|80|100|150|200|400"

NAMES: tuple[Form, ...] = (
    _form("obstetric", rf"\b(?P<g>g[ ]?{_NUMBER})(?P<gap>[ ,]*)(?P<p>p[ ]?{_NUMBER})\b",
          g=_level("g"), gap="", p=_level("p")),
    _form("name", rf"\b(?P<x>{_NAME})(?![\w'])(?! (?:elevation|depression|segment|wave))",
          x=_written_by(_RULES["names"], keeps_capital=True)),
    _form("vertebra", rf"\b(?!s[ \-]?\w+[ \-]+s)(?P<a>{_LEVEL})(?P<to>[ \-]+(?:to[ \-]+)?)(?P<b>{_LEVEL})\b",
          a=_level("a"), to="-", b=_level("b")),
    _form("vertebra", rf"\b(?P<a>{_LEVEL})(?=[ \-](?:\w+ )?{any_of(_RULES['vertebra_context'])}\b)", a=_level("a")),
)  # fmt: skip
"""Forms that hold number words, so they come before the numbers are read."""

MEASURES: tuple[Form, ...] = (
    _form("leading zero", r"(?<![^\s(\[])(?P<x>)\.(?=\d)", x="0"),
    _form("number", r"\b[1-9](?P<x>00 and )(?=[1-9]\d ?(?:lbs?|pounds?)\b)", x=""),
    _form("number", r"\b[1-9](?P<x>00 and )(?=[1-9] ?(?:lbs?|pounds?)\b)", x="0"),
    _form("percent", r"(?<=\d)(?P<x> ?per ?cent)\b", x="%"),
    _form("unit", rf"(?<=\d)(?P<gap>[ \-]?)(?P<x>{_UNIT})\b(?![ \-](?:negative|positive|stain))",
          gap=" ", x=_written_by(_RULES["units"])),
    _form("unit", rf"\d {any_of(_RULES['per_bases'])}(?P<x> ?{_PER_UNIT})\b", x=_written_by(_RULES["per_units"])),
    _form("blood pressure", rf"{_BARE}(?P<a>\d{{2,3}})(?P<x>,? over | ?/ ?)(?P<b>\d{{2,3}})\b{_NOT_TIME}",
          _is_pressure, x="/"),
    _form("visual acuity", rf"{_BARE}20(?P<x> over )(?:{_LINES})\b{_NOT_TIME}", x="/"),
    _form("visual acuity", r"\b20(?P<x>)20(?= vision)", x="/"),
    _form("ratio", rf"{_BARE}[1-6](?P<x> over )6\b(?= (?:\w+ ){{0,3}}murmur)", x="/"),
    _form("ratio", rf"{_BARE}\d{{1,3}}(?:\.\d)?(?P<x> out of )\d{{1,3}}\b{_NOT_TIME}", x="/"),
    _form("age", r"\b\d{1,3}(?P<a>[ \-])(?:year|month|week|day)(?P<b>[ \-])old\b", a="-", b="-"),
    _form("height", r"\b[3-7](?P<feet>[ \-](?:foot|feet|ft)[ ,]+(?:and )?)(?:1[01]|\d)\b"
          rf"{_NOT_TIME}(?P<inches>(?: inch(?:es)?\b| in\b(?! the| a| his| her| clinic))?)", feet=" ft ", inches=" in"),
    _form("time of day", r"\b(?:1[0-2]|[1-9])(?P<x>)[0-5]\d(?= ?[ap]\.? ?m\b)", x=":"),
    _form("insulin mix", r"\b(?:insulin|humulin|novolog|humalog|mix) (?:[57]0|75)(?P<x> )(?:[35]0|25)\b", x="/"),
    _form("plus grade", r"(?<![\d.])[1-4](?P<x> plus)\b(?! \d)", x="+"),
)  # fmt: skip
"""Forms around numerals."""
