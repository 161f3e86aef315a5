"""Sentence marks for dictation that came without any.

Owns where a run of words without punctuation is broken: before a spoken heading and before the few openings that
reliably begin a statement ("he denies", "blood pressure 128", "there is"; "start" and the like once the plan has
begun). Text that has marks is left alone, and no later step depends on the marks put here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ehr.dictation.headings import (
    RUN_ON_WORDS,
    Heading,
    headings,
    is_run_on,
    lead_in_start,
    opens_statement,
    set_off_by_commas,
    words_since_mark,
)
from ehr.dictation.mapped import Edit
from ehr.dictation.rules import rules

_RULES = rules("sentences")
_CUES = _RULES["cues"]
_CUE = re.compile(
    r"(?<=[\w%+] )(?:" + "|".join(f"(?P<c{index}>{cue['pattern']})" for index, cue in enumerate(_CUES)) + ")",
    re.IGNORECASE,
)
_BOUND_BY = {
    cue["name"]: frozenset([*_RULES["bound_by"], *_RULES["more_bound_by"].get(cue["name"], ())]) for cue in _CUES
}
_PLAN_TOPICS = frozenset(_RULES["plan_topics"])
_CONDITIONAL = frozenset(_RULES["conditional_openings"])
_SHORT_CONDITION = 5  # words of a condition in the middle of a run of words
_CALLING = frozenset({"call", "sooner", "or", "return", "room", "back", "office", "even", "as"})
_LONGEST_CONDITION = 300  # characters from "if" to the clause that it governs
_STATEMENT_START = re.compile(r"[.!?] |\n|: ")
_LAST_WORD = re.compile(r"([\w'\-/%+.]+) \Z")
_AFTER_VALUE = re.compile(r"\d[\d./%]*(?: (?:lb|kg|cm|in|°[FC]|bpm|inches|on room air|on \d+ L(?:/min)?|%))*[,]? \Z")


@dataclass(frozen=True, slots=True)
class _Break:
    """A mark to put before the word at `at`."""

    at: int
    mark: str = "."


def sentence_breaks(text: str) -> list[Edit]:
    """Edits that punctuate `text` where it runs on without marks; none where it does not."""
    runs_on = is_run_on(text)
    found = list(headings(text))
    cues = _cue_breaks(text, found, runs_on=runs_on)
    breaks = {place.at: place for place in [*cues, *_heading_breaks(text, found)]}
    edits = [_capital(text, 0)] if runs_on else []
    for place in breaks.values():
        edits.append(Edit(place.at - 1, place.at - 1, place.mark, "sentence break"))
        if place.mark == ".":
            edits.append(_capital(text, place.at))
    edits += [
        Edit(heading.span.end, heading.span.end, ":", "heading")
        for heading in found
        if not heading.is_label and not opens_statement(text, heading.span.end) and text[heading.span.end :][:1] == " "
        if runs_on or lead_in_start(text, heading.span.start) in breaks
    ]
    for heading in found:
        if set_off_by_commas(text, heading.span):
            edits += _labelled(text, heading)
    if runs_on and text[-1].isalnum():
        edits.append(Edit(len(text), len(text), ".", "sentence break"))
    return sorted((edit for edit in edits if edit), key=lambda edit: (edit.start, edit.end))


def _capital(text: str, at: int) -> Edit | None:
    return Edit(at, at + 1, text[at].upper(), "sentence case") if "a" <= text[at : at + 1] <= "z" else None


def _is_condition(statement: str) -> bool:
    """Whether the words so far are a condition whose main clause follows: "(… twice a week) if weakness progresses"."""
    said = statement.lower().split()
    if said and said[0] in _CONDITIONAL:
        return True
    places = [index for index, word in enumerate(said) if word == "if" and index >= len(said) - _SHORT_CONDITION]
    return bool(places) and places[-1] > 0 and said[places[-1] - 1] not in _CALLING


def _labelled(text: str, heading: Heading) -> list[Edit | None]:
    """Edits that give a heading between commas the marks of one: a sentence's end before it, a colon after it."""
    start, end = heading.span.start, heading.span.end
    colon = Edit(end, end + 1, ":", "heading") if text[end : end + 1] == "," else None
    return [Edit(start - 2, start - 1, ".", "sentence break"), _capital(text, start), colon]


def _heading_breaks(text: str, found: list[Heading]) -> list[_Break]:
    starts = [lead_in_start(text, heading.span.start) for heading in found]
    return [_Break(start) for start in starts if start and text[start - 1] == " " and text[start - 2].isalnum()]


def _cue_breaks(text: str, found: list[Heading], *, runs_on: bool) -> list[_Break]:
    plan_starts = [heading.span.start for heading in found if heading.kind.topic in _PLAN_TOPICS]
    plan_start = min(plan_starts, default=len(text))
    after_heading = {heading.span.end + 1 for heading in found}
    breaks: list[_Break] = []
    opening = 0
    for match in _CUE.finditer(text):
        at = match.start()
        cue = _CUES[int((match.lastgroup or "c0")[1:])]
        before = _LAST_WORD.search(text, max(0, at - 30), at)
        if at in after_heading or (cue.get("plan_only") and at < plan_start):
            continue
        bound_by = _BOUND_BY[cue["name"]]
        if before is None or before[1].lower() in bound_by:
            continue
        if not runs_on and words_since_mark(text, at, opening) < RUN_ON_WORDS:
            continue
        statement = _STATEMENT_START.split(text[max(opening, at - _LONGEST_CONDITION) : at])[-1]
        if cue.get("subject") and _is_condition(statement):
            opening = at  # the main clause of "if …, he …": one sentence
            continue
        in_series = cue.get("vital") and _AFTER_VALUE.search(text, max(0, at - 40), at)
        breaks.append(_Break(at, "," if in_series else "."))
        opening = at
    return breaks
