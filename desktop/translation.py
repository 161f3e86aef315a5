"""Marks texts for translation.

Owns one function with the name that Qt's `lupdate` looks for; PySide6's own is typed as returning an object.
"""

from __future__ import annotations


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """The text itself, to be translated in `context` where it is shown."""
    del context
    return text
