"""Words that only lead from a heading to what stands under it: "Current medications are metformin …".

Owns which of them go: "are", "is", "include", "are as follows" after a spoken heading, and "her", "moving on to the"
before it. The verb stays where the sentence needs it ("the plan is to obtain an MRI"). Knows nothing of which words are
a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ehr.dictation.headings import Heading, headings, lead_in_start
from ehr.dictation.mapped import Edit
from ehr.dictation.rules import any_of, rules

_RULES = rules("openings")
_VERB = re.compile(rf" {any_of(_RULES['verbs'])}(?: as follows| the following)?[:,]?(?= \S)", re.IGNORECASE)
_NEEDED_BEFORE = re.compile(rf" {any_of(_RULES['needed_before'])}\b", re.IGNORECASE)
_SECOND_VERB = re.compile(rf"[^.!?;\n]*\b(?:and|but|or) {any_of(_RULES['second_verbs'])}\b", re.IGNORECASE)
_TELLING = re.compile(rf"\b{any_of(_RULES['telling'])}\b", re.IGNORECASE)
_DETERMINERS = frozenset(rules("sections")["determiners"])
_SENTENCE_START = re.compile(r"(?:\A|[.!?:\n][\"')]*\s*)\Z")


def heading_openings(text: str) -> list[Edit]:
    """Edits that write a colon for the verb after a heading, and nothing for the words that lead to it."""
    return [edit for heading in headings(text) for edit in _opened(text, heading)]


def _opened(text: str, heading: Heading) -> Iterator[Edit]:
    start, end = heading.span.start, heading.span.end
    lead = lead_in_start(text, start)
    if not _SENTENCE_START.search(text, max(0, lead - 4), lead):
        return
    verb = _VERB.match(text, end) if not heading.is_label else None
    if verb and (_NEEDED_BEFORE.match(text, verb.end()) or _SECOND_VERB.match(text, verb.end())):
        return
    comma = text[end : end + 1] == "," and text[lead:start].strip(" ,").lower() not in _DETERMINERS
    if lead < start and (verb or heading.is_label or comma) and not _TELLING.search(text, lead, start):
        yield Edit(lead, start, "", "heading")
        if "a" <= text[start] <= "z":
            yield Edit(start, start + 1, text[start].upper(), "sentence case")
        if comma and not verb and not heading.is_label:
            yield Edit(end, end + 1, ":", "heading")
    if verb:
        yield Edit(end, verb.end(), ":", "heading")
