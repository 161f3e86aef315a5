"""The sections of a note: what each heading governs, and where that ends.

Owns the extent of a section. One that is a short list (medications, allergies, a history) ends where a sentence
plainly speaks of something else, so that a heading said once does not swallow the rest of an unheaded note; exam,
assessment and plan run on to the next heading. Works on any text: written notes and raw dictation, with or without
marks and line ends.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from ehr.chart.note import Section, Span
from ehr.dictation.headings import Heading, headings
from ehr.dictation.rules import rules

_SENTENCE_START = re.compile(r"(?:(?<=[.!?])\s+|\n+)(?=\S)")


def find_sections(text: str) -> tuple[Section, ...]:
    """The headed sections of `text` in order, none overlapping; text outside them stands under no heading."""
    found = list(headings(text))
    ends = [following.span.start for _, following in pairwise(found)] + [len(text)] * bool(found)
    return tuple(_section(text, heading, end) for heading, end in zip(found, ends, strict=True))


def _section(text: str, heading: Heading, end: int) -> Section:
    kind, start = heading.kind, heading.span.end
    if kind.is_list:
        end = _end_of_list(text, start, end, kind.topic)
    return Section(kind.name, kind.code, kind.title, heading.span, Span(start, end))


def _end_of_list(text: str, start: int, end: int, topic: str) -> int:
    """Where the first sentence after `start` begins that speaks of another topic."""
    others = _other_topics(topic)
    for boundary in _SENTENCE_START.finditer(text, start, end):
        if (
            boundary.end() < end
            and others.match(text, boundary.end(), end)
            and text[start : boundary.start()].strip(" .:\n")
        ):
            return boundary.end()
    return end


@cache
def _other_topics(topic: str) -> re.Pattern[str]:
    patterns = [pattern for name, pattern in rules("sections")["topics"].items() if name != topic]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
