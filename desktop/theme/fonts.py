"""The window's type: system sans in a few sizes, with tabular figures where figures line up."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont

FAMILIES = ("Inter", "Segoe UI Variable Text", "Segoe UI", ".AppleSystemUIFont", "Noto Sans", "DejaVu Sans")
"""First one installed wins; none is shipped."""

TEXT = 14
NOTE = 15
SMALL = 12
TINY = 11
"""Sizes in device-independent pixels."""

SEMIBOLD = QFont.Weight.DemiBold


@cache
def font(
    size: int = TEXT, weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = False, struck: bool = False
) -> QFont:
    """A font of the window; do not change what it returns."""
    made = QFont()
    made.setFamilies(list(FAMILIES))
    made.setPixelSize(size)
    made.setWeight(weight)
    made.setStrikeOut(struck)
    if tabular:
        made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made
