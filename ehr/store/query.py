"""What a person types in the search field: words, and filters such as "kind:medication from:2026-01-01 code:E11.9".

Owns the filters' names and how their values are read. A filter that is not known is looked for as words and named, so
that half-typed text always searches for something. Knows nothing of the index.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ehr.chart.birth_dates import typed_dates
from ehr.chart.encounter import EncounterStatus
from ehr.chart.entry import Kind, ReviewState
from ehr.chart.signing import Status

FILTERS: Mapping[str, str] = {
    "patient": "a name or record number",
    "from": "the first day, as 2026-01-31, 2026-01 or 2026",
    "to": "the last day, likewise",
    "kind": "medication, allergy, lab … or note",
    "code": "a code; E11 finds E11.9",
    "author": "who wrote in the note",
    "state": "accepted, edited, proposed; or a dictation's: draft, final …",
}
"""Each filter with what it takes."""

KINDS = (*(kind.value for kind in Kind), "note")
STATES = tuple(
    dict.fromkeys(
        [state.value for state in ReviewState if state is not ReviewState.REJECTED]
        + [status.value for status in (*EncounterStatus, *Status)]
    )
)

_PIECE = re.compile(r'([A-Za-z_]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+)')
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Query:
    """A search. Values of one filter are alternatives, different filters all hold. `since` and `until` are the first
    and the last day. `unknown` holds the pieces that look like filters and are none, as they were typed.
    """

    words: str = ""
    patients: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    unknown: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is looked for."""
        return self == replace(Query(), unknown=self.unknown)


def parse(typed: str) -> Query:
    """Read what was typed. Never raises."""
    query = Query()
    words: list[str] = []
    for match in _PIECE.finditer(typed):
        name, quoted, bare, phrase, word = match.groups()
        if name is None:
            words.append(phrase if phrase is not None else word)
            continue
        value = (quoted if quoted is not None else bare).strip()
        narrowed = _narrowed(query, name.lower(), value)
        if narrowed is None:
            words += [name, value]
            narrowed = replace(query, unknown=(*query.unknown, match[0]))
        query = narrowed
    return replace(query, words=" ".join(word for word in words if word))


def _narrowed(query: Query, name: str, value: str) -> Query | None:
    """The query with one more filter; None where there is no such filter or value. A filter without a value yet is as
    good as none.
    """
    if name not in FILTERS:
        return None
    if not value:
        return query
    if name == "patient":
        return replace(query, patients=(*query.patients, value))
    if name == "author":
        return replace(query, authors=(*query.authors, value))
    if name == "code":
        return replace(query, codes=(*query.codes, value)) if any(map(str.isalnum, value)) else None
    if name in ("from", "to"):
        return _dated(query, name, _days(value))
    chosen = _chosen(value, KINDS if name == "kind" else STATES)
    if not chosen:
        return None
    if name == "kind":
        return replace(query, kinds=(*query.kinds, *chosen))
    return replace(query, states=(*query.states, *chosen))


def _dated(query: Query, name: str, days: tuple[date, date] | None) -> Query | None:
    if days is None:
        return None
    return replace(query, since=days[0]) if name == "from" else replace(query, until=days[1])


def _chosen(value: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The known words that the value begins, a plural included: "med", "labs"."""
    wanted = _joined(value)
    if any(_joined(word) == wanted for word in known):
        return tuple(word for word in known if _joined(word) == wanted)
    found = tuple(word for word in known if _joined(word).startswith(wanted))
    return found or tuple(word for word in known if wanted in (f"{_joined(word)}s", f"{_joined(word)[:-1]}ies"))


def _joined(value: str) -> str:
    return re.sub(r"[-_ ]", "", value.lower())


def _days(value: str) -> tuple[date, date] | None:
    """First and last day of a day, month or year; None for what may be two days."""
    whole = _MONTH.fullmatch(value)
    try:
        if whole is None:
            days = typed_dates(value)
            return (next(iter(days)), next(iter(days))) if len(days) == 1 else None
        year, month = int(whole[1]), whole[2]
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        first = date(year, int(month), 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None
