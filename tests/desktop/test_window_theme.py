"""The looks: contrast, one style sheet, a binding that can be trusted."""

from __future__ import annotations

import re
import sys

import pytest
from PySide6.QtCore import QObject

from desktop.theme.style import style_sheet
from desktop.theme.theme import tokens, wear
from desktop.theme.tokens import DARK, LIGHT, TEXT_PAIRS, Tokens, contrast


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(theme: Tokens) -> None:
    """Every pair of ink and ground that the window uses has a contrast of at least 4.5."""
    weak = {pair: round(contrast(getattr(theme, pair[0]), getattr(theme, pair[1])), 2) for pair in TEXT_PAIRS}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


def test_contrast_is_wcags() -> None:
    """Black on white is 21, and a colour on itself 1."""
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21
    assert contrast("#123456", "#123456") == 1


def test_the_style_sheet_has_only_tokens() -> None:
    """Every colour of the sheet comes from the tokens."""
    sheet = style_sheet(LIGHT)
    assert "$" not in sheet
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", sheet)) <= set(LIGHT.colours().values())


def test_a_new_theme_reaches_painted_widgets(review, qapp, qtbot) -> None:
    """Changing the theme recolours the note's text and keeps its marks."""
    note = review.window.note.note
    marked = note.marked_texts()

    def ink() -> str:
        return str(note.document().find("glipizide").charFormat().foreground().color().name().upper())

    wear(qapp, DARK)
    assert tokens() is DARK
    qtbot.waitUntil(lambda: ink() == DARK.text and note.marked_texts() == marked)
    wear(qapp, LIGHT)
    qtbot.waitUntil(lambda: ink() == LIGHT.text and note.marked_texts() == marked)


def test_qt_calls_keep_none_alive() -> None:
    """A call that returns nothing takes no reference from None (PySide6 6.12.0 does on Python 3.11, and crashes)."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(500):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 100
