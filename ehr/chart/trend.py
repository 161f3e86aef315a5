"""The values of one vital sign or test as points that may be drawn together.

Owns what may share an axis: values of one unit, and those without a unit only among themselves. Nothing is converted
and nothing guessed; what is no number is left out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ehr.chart.history import Reading, Series

_NUMBER = re.compile(r"(?P<limit>[<>≤≥]=?)?\s*(?P<parts>-?\d+(?:\.\d+)?(?:\s*/\s*\d+(?:\.\d+)?)*)")


@dataclass(frozen=True, slots=True)
class Point:
    """One number on a day. It is `exact` unless it is a limit ("<5") or only a month or year was dictated."""

    day: date
    value: float
    exact: bool
    reading: Reading


@dataclass(frozen=True, slots=True)
class Trend:
    """Points of one unit, "" where none was dictated; one line for each number of a value, so two for "128/76"."""

    unit: str
    lines: tuple[tuple[Point, ...], ...]


def trends(series: Series) -> tuple[Trend, ...]:
    """What can be drawn of the values, one trend a unit, the unit of the newest value first."""
    by_unit: dict[str, list[Reading]] = {}
    units: dict[str, str] = {}
    for reading in reversed(series.readings):
        key = reading.unit.strip().casefold()
        units.setdefault(key, reading.unit.strip())
        by_unit.setdefault(key, []).insert(0, reading)
    found = (Trend(units[key], _lines(readings)) for key, readings in by_unit.items())
    return tuple(trend for trend in found if trend.lines)


def _lines(readings: Iterable[Reading]) -> tuple[tuple[Point, ...], ...]:
    lines: list[list[Point]] = []
    for reading in readings:
        for number, point in enumerate(_points(reading)):
            if number == len(lines):
                lines.append([])
            lines[number].append(point)
    return tuple(map(tuple, lines))


def _points(reading: Reading) -> list[Point]:
    match = _NUMBER.fullmatch(reading.value.replace(",", "").strip())
    day = _day(reading.on)
    if match is None or day is None:
        return []
    exact = not match["limit"] and len(reading.on) >= len("2026-01-01")
    return [Point(day, float(part), exact, reading) for part in match["parts"].split("/")]


def _day(on: str) -> date | None:
    """The day of a FHIR date, the first of its month or year."""
    year, *rest = on[:10].split("-")
    try:
        return date(int(year), *[int(part) for part in (*rest, "1", "1")][:2])
    except (ValueError, TypeError):
        return None
