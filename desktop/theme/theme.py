"""The theme in force, and its change when the system's changes.

Owns which tokens apply now and turns them into Qt's palette and style sheet. Widgets that paint themselves read
`tokens()` while painting, so a change of theme needs no wiring to them.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from desktop.theme.fonts import font
from desktop.theme.style import style_sheet
from desktop.theme.tokens import DARK, LIGHT, Tokens

_in_force: list[Tokens] = [LIGHT]


def tokens() -> Tokens:
    """The colours in force."""
    return _in_force[0]


def colour(name: str) -> QColor:
    """A token in force, as Qt wants it."""
    return QColor(getattr(_in_force[0], name))


def follow_system(app: QApplication) -> None:
    """Wear the system's colour scheme now and whenever it changes."""
    app.setFont(font())
    app.setStyle("Fusion")
    hints = app.styleHints()
    hints.colorSchemeChanged.connect(lambda scheme: wear(app, _tokens_for(scheme)))
    wear(app, _tokens_for(hints.colorScheme()))


def wear(app: QApplication, chosen: Tokens) -> None:
    """Put a theme on every widget."""
    _in_force[0] = chosen
    app.setPalette(_palette(chosen))
    app.setStyleSheet(style_sheet(chosen))


def _tokens_for(scheme: Qt.ColorScheme) -> Tokens:
    return DARK if scheme is Qt.ColorScheme.Dark else LIGHT


def _palette(chosen: Tokens) -> QPalette:
    role = QPalette.ColorRole
    values = {
        role.Window: chosen.bg,
        role.WindowText: chosen.text,
        role.Base: chosen.surface,
        role.AlternateBase: chosen.sunken,
        role.Text: chosen.text,
        role.PlaceholderText: chosen.faint,
        role.Button: chosen.surface,
        role.ButtonText: chosen.text,
        role.ToolTipBase: chosen.surface,
        role.ToolTipText: chosen.text,
        role.Highlight: chosen.accent,
        role.HighlightedText: chosen.accent_text,
        role.Link: chosen.accent,
        role.Mid: chosen.line,
    }
    palette = QPalette()
    for which, value in values.items():
        palette.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(chosen.faint))
    return palette
