"""Birth dates as people type and say them.

Owns which days a text may mean. "03/04/1964" may be two days, and both are given: a search finds either, and a
comparison takes either as agreement. Knows nothing of patients.
"""

from __future__ import annotations

import re
from datetime import date

from ehr.chart.note import Span

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_FORMS = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<a>\d{1,2})[-/.](?P<b>\d{1,2})(?!\d)"),
    re.compile(r"(?P<y>(?:18|19|20)\d{2})(?P<a>\d{2})(?P<b>\d{2})(?!\d)"),
    re.compile(r"(?P<a>\d{1,2})(?P<mark>[-/. ])(?P<b>\d{1,2})(?P=mark)(?P<y>\d{4})(?!\d)"),
    re.compile(rf"(?i)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?[-. ]?(?P<m>{_NAME})\.?[-,. ]*(?P<y>\d{{4}})(?!\d)"),
    re.compile(rf"(?P<m>{_NAME})\.?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[,. ]*\s*(?P<y>\d{{4}})(?!\d)", re.IGNORECASE),
)


def read_dates(text: str, position: int = 0) -> tuple[Span, frozenset[date]] | None:
    """The date that begins at `position` of a text: its span and every day that it may mean. None for no date."""
    for form in _FORMS:
        match = form.match(text, position)
        if match is not None:
            days = frozenset(_days(match.groupdict()))
            if days:
                return Span(*match.span()), days
    return None


def typed_dates(typed: str) -> frozenset[date]:
    """Every day that the whole of a typed text may mean: "1964-03-14", "14.3.1964", "3/14/1964", "14 Mar 1964",
    "March 14, 1964", "19640314". Empty for anything else.
    """
    typed = typed.strip()
    found = read_dates(typed)
    return found[1] if found is not None and found[0].end == len(typed) else frozenset()


def _days(groups: dict[str, str | None]) -> list[date]:
    year = int(groups["y"] or 0)
    if groups.get("m"):
        pairs = [(_MONTHS[str(groups["m"]).lower()], int(groups["d"] or 0))]
    else:
        one, other = int(groups["a"] or 0), int(groups["b"] or 0)
        # Year first is ISO; a dot between is how those write who put the day first.
        pairs = (
            [(one, other)]
            if "mark" not in groups
            else [(other, one)]
            if groups["mark"] == "."
            else [(one, other), (other, one)]
        )
    return [day for month, number in pairs if (day := _day(year, month, number)) is not None]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
