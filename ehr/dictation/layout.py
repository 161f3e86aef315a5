"""Paragraphs and numbered items.

Owns the look of a note whose speaker dictated no line ends: a paragraph for each section, and where a list of problems
is counted out ("number one …, number two …") a line for each. A speaker's own paragraphs are left as they are.
"""

from __future__ import annotations

import re

from ehr.dictation.headings import lead_in_start
from ehr.dictation.mapped import Edit
from ehr.dictation.sections import find_sections

_COUNTED = re.compile(
    r"(?P<gap>[,.:;]? ?)\b(?:problem |item |diagnosis )?number (?P<n>\d{1,2})\b[,.:]? (?P<first>\w+)?", re.IGNORECASE
)


_PROSE_AFTER = frozenset({"is", "was", "of", "thing", "reason", "priority", "one"})


def numbered_items(text: str) -> list[Edit]:
    """Edits that put "number 1 …" and its successors on lines of their own, where at least two are counted in order."""
    items = list(_COUNTED.finditer(text))
    if any((item["first"] or "").lower() in _PROSE_AFTER for item in items):
        return []
    if len(items) < 2 or [int(item["n"]) for item in items] != list(range(1, len(items) + 1)):
        return []
    edits = []
    for item in items:
        gap = item["gap"].strip()
        lead = ("." if gap in {"", ","} else gap) + "\n" if item.start() else ""
        edits.append(
            Edit(
                item.start(),
                item.start("first") if item["first"] else item.end(),
                f"{lead}{item['n']}. ",
                "numbered item",
            )
        )
        if item["first"] and "a" <= item["first"][0] <= "z":
            at = item.start("first")
            edits.append(Edit(at, at + 1, text[at].upper(), "sentence case"))
    return edits


def paragraphs(text: str) -> list[Edit]:
    """Edits that begin a paragraph at each section and after one that ends early; none where the text has lines."""
    if "\n" in text:
        return []
    sections = find_sections(text)
    places = {lead_in_start(text, section.heading.start) for section in sections}
    places |= {section.body.end for section in sections if section.body.end < len(text)}
    return [
        Edit(place - 1, place, "\n\n", "paragraph")
        for place in sorted(places)
        if place > 1 and text[place - 1] == " " and text[place - 2] in ".!?:"
    ]
