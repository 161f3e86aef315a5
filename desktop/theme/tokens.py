"""The colours of both themes, as data.

Owns the values that every painted thing uses. Knows nothing of Qt. Every pair of text and ground that the window uses
is listed in `TEXT_PAIRS`, and a test holds each to a contrast of 4.5 (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Values are `#RRGGBB`; a `_soft` colour is the ground under text of the colour before it."""

    dark: bool
    bg: str
    surface: str
    sunken: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_soft: str
    accent_text: str
    play: str
    danger: str
    danger_soft: str
    warn: str
    warn_soft: str
    ok: str
    ok_soft: str
    info: str
    info_soft: str
    rail: str
    rail_text: str
    rail_muted: str
    rail_active: str
    rail_line: str
    rail_field: str
    rail_warn: str
    rail_accent: str

    def colours(self) -> dict[str, str]:
        """Every colour by name, as the style sheet's template wants them."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "dark"}


LIGHT = Tokens(
    dark=False,
    bg="#F4F6F8",
    surface="#FFFFFF",
    sunken="#EEF1F4",
    line="#DFE4EA",
    text="#18212B",
    muted="#566372",
    faint="#5F6B78",
    accent="#0B6E69",
    accent_soft="#DDF1EE",
    accent_text="#FFFFFF",
    play="#FFE9A8",
    danger="#B3261E",
    danger_soft="#FBE7E5",
    warn="#8A5200",
    warn_soft="#FFF1D6",
    ok="#1B6F37",
    ok_soft="#E1F3E7",
    info="#1F5FBF",
    info_soft="#E4EDFB",
    rail="#17222C",
    rail_text="#D7DEE6",
    rail_muted="#9BA8B5",
    rail_active="#233443",
    rail_line="#33485A",
    rail_field="#0E161D",
    rail_warn="#F3BE62",
    rail_accent="#4FC1B6",
)

DARK = replace(
    LIGHT,
    dark=True,
    bg="#11171D",
    surface="#19212A",
    sunken="#141B22",
    line="#2A3541",
    text="#E6EBF0",
    muted="#A4B0BC",
    faint="#84919E",
    accent="#4FC1B6",
    accent_soft="#16393A",
    accent_text="#08201F",
    play="#5C4A12",
    danger="#FF8A80",
    danger_soft="#3C1F1E",
    warn="#F3BE62",
    warn_soft="#3A2C10",
    ok="#74D292",
    ok_soft="#15321F",
    info="#8AB4F8",
    info_soft="#1A2C48",
    rail="#0C1116",
    rail_active="#1C2833",
)

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in ("text", "muted", "faint", "warn", "danger", "accent") for ground in ("bg", "surface")),
    *((ink, "sunken") for ink in ("text", "muted")),
    *((ink, f"{ink}_soft") for ink in ("danger", "warn", "ok", "info", "accent")),
    ("accent_text", "accent"),
    ("text", "play"),
    ("text", "accent_soft"),
    *(("text", f"{ground}_soft") for ground in ("info", "warn", "danger")),
    ("muted", "info_soft"),
    *(
        (ink, ground)
        for ink in ("rail_text", "rail_muted", "rail_warn", "rail_accent")
        for ground in ("rail", "rail_active")
    ),
    ("rail_muted", "rail_field"),
    ("surface", "danger"),
)
"""Ink and ground that meet somewhere in the window."""


def contrast(ink: str, ground: str) -> float:
    """WCAG contrast ratio of two `#RRGGBB` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it for sRGB."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
