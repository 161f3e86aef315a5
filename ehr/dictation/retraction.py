"""What the speaker takes back ("scratch that") does not stand in the note.

Owns how far back a retraction reaches: to where the restated words begin ("250 scratch that 500 mg", "continue X
scratch that increase X"), else to the start of the phrase. What was taken back stays in the said text. Knows nothing of
drugs or values beyond the shape of a number and a few classes of words that replace each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ehr.dictation.mapped import PLACEHOLDER, Edit
from ehr.dictation.rules import any_of, rules

_RULES = rules("commands")
_CUE = re.compile(
    rf"(?:{any_of(_RULES['retraction_leads'])}[ ,]{{1,2}}){{0,3}}(?P<cue>\b{any_of(_RULES['retractions'])})\b[ .,;:!]*",
    re.IGNORECASE,
)
_CORRECTION = re.compile(rf"[ ,.]{{1,2}}{any_of(_RULES['corrections'])}\b[ ,.:]+", re.IGNORECASE)
_TOKEN = re.compile(r"\d[\d.,/]*\d%?|\d%?|[\w'\-]+")
_SENTENCE = re.compile(rf"(?:[.!?](?=\s)|\n|:(?=\s)|{PLACEHOLDER.pattern})\s*")
_SENTENCE_END = re.compile(r"[.!?](?:\s|\Z)|\n")
_COMMA = re.compile(r",\s*")
_ORDINARY = frozenset(_RULES["retraction_ordinary_after"])
_CLASS = {word: name for name, words in _RULES["classes"].items() for word in words}
_FUNCTION_WORDS = frozenset({"of", "the", "a", "an", "and", "in", "to", "with", "for", "on", "at"})
_REACH = 14  # words: how far back a retraction looks for what it restates
_RESTATED = 4  # words after the cue that may repeat a word before it


def retractions(text: str) -> list[Edit]:
    """Edits that take back what "scratch that" and its like retract, and numbers corrected by "I mean" and its like."""
    edits: list[Edit] = []
    floor = 0
    for match in _CUE.finditer(text):
        if _is_ordinary(text, match.start("cue")):
            continue
        start = _reach(text, floor, match.start(), match.end())
        edits.append(Edit(start, match.end(), "", "retraction"))
        edits += _recapitalized(text, start, match.end())
        floor = match.end()
    for match in _CORRECTION.finditer(text):
        corrected = _corrected(text, match.start(), match.end())
        if corrected is not None:
            edits.append(Edit(corrected, match.end(), "", "correction"))
    return sorted(edits, key=lambda edit: (edit.start, -edit.end))


def _is_ordinary(text: str, at: int) -> bool:
    """Whether the words are prose: "a scratch that became infected"."""
    before = list(_TOKEN.finditer(text, max(0, at - 20), at))
    return bool(before) and before[-1][0].lower() in _ORDINARY


def _recapitalized(text: str, start: int, end: int) -> list[Edit]:
    opens = start == 0 or re.search(r"(?:[.!?]\s|\n)\Z", text[max(0, start - 2) : start])
    if opens and "a" <= text[end : end + 1] <= "z":
        return [Edit(end, end + 1, text[end].upper(), "sentence case")]
    return []


def _reach(text: str, floor: int, cue_start: int, cue_end: int) -> int:
    """Where the retracted words begin."""
    sentence = _last_start(_SENTENCE, text, floor, cue_start)
    before = _words(text, sentence, cue_start)[-_REACH:]
    if not before:
        return cue_start
    sentence_end = _SENTENCE_END.search(text, cue_end)
    after = _words(text, cue_end, min(sentence_end.start() if sentence_end else len(text), cue_end + 120))
    index = _restated([word[0].lower() for word in before], [word[0].lower() for word in after])
    if index is not None:
        return before[index].start()
    if len(_words(text, sentence, cue_start)) > _REACH:
        return before[-1].start()  # no phrase in sight: take back the least
    return max(sentence, _last_start(_COMMA, text, sentence, cue_start))


def _words(text: str, start: int, end: int) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(text, start, end))


def _last_start(boundary: re.Pattern[str], text: str, floor: int, end: int) -> int:
    """Where the phrase before `end` starts; a mark right before `end` closes that phrase and does not start one."""
    start = floor
    for match in boundary.finditer(text, floor, end):
        if _TOKEN.search(text, match.end(), end):
            start = match.end()
    return start


def _restated(before: Sequence[str], after: Sequence[str]) -> int | None:
    """The index in `before` of the word that the first word of `after` replaces, None where none shows."""
    for offset, word in enumerate(after[:_RESTATED]):
        if offset and word in _FUNCTION_WORDS:
            continue
        for index in range(len(before) - 1, offset - 1, -1):
            is_near = index >= len(before) - 3
            if before[index] == word and (not offset or is_near or _replaces(before[index - offset], after[0])):
                return index - offset
    if not after:
        return None
    return next((index for index in range(len(before) - 1, -1, -1) if _replaces(before[index], after[0])), None)


def _replaces(old: str, new: str) -> bool:
    """Whether the two words are of one class: numbers of one shape, sides, days, relatives, …"""
    if old[0].isdigit() and new[0].isdigit():
        return ("/" in old) == ("/" in new)
    return old in _CLASS and _CLASS[old] == _CLASS.get(new)


def _corrected(text: str, start: int, end: int) -> int | None:
    """Where the word begins that is corrected at [start, end); None unless like plainly replaces like."""
    before, after = _words(text, max(0, start - 40), start)[-2:], _words(text, end, end + 40)[:2]
    if not before or not after:
        return None
    if _replaces(before[-1][0].lower(), after[0][0].lower()):
        return before[-1].start()
    has_same_unit = len(before) == len(after) == 2 and before[1][0] == after[1][0]
    return before[0].start() if has_same_unit and _replaces(before[0][0].lower(), after[0][0].lower()) else None
