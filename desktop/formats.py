"""Times, ages and counts as the window writes them."""

from __future__ import annotations

from datetime import date, datetime

_MINUTE, _HOUR = 60, 3600


def clock(seconds: float) -> str:
    """A place in a recording: 3:07, or 1:02:09 from an hour on."""
    whole = int(max(0.0, seconds))
    if whole >= _HOUR:
        return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02}:{whole % _MINUTE:02}"
    return f"{whole // _MINUTE}:{whole % _MINUTE:02}"


def day(value: date) -> str:
    """A date that no country misreads: 14 Mar 1964."""
    return f"{value.day} {value:%b %Y}"


def when(moment: datetime, *, now: datetime) -> str:
    """When something was dictated, seen from `now`: the time today, the day otherwise."""
    local = moment.astimezone(now.tzinfo) if now.tzinfo else moment
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" if local.year == now.year else day(local.date())


def initials(display_name: str) -> str:
    """Two letters for the avatar: "Okafor, Maria" is MO, as the person is spoken of."""
    family, _, given = display_name.partition(", ")
    return "".join(part[:1].upper() for part in (given, family) if part)
