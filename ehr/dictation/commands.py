"""Spoken punctuation: "period", "new paragraph", "open quote" and their kin become marks.

Owns which of these words are commands and which are ordinary ("menstrual period", "colon cancer", "a new line was
placed"), and how a mark that the recognizer wrote beside the word is folded into it. Knows nothing of headings beyond
that a colon may follow one.
"""

from __future__ import annotations

import re
from typing import Any

from ehr.dictation.headings import ends_heading
from ehr.dictation.mapped import Edit
from ehr.dictation.rules import any_of, rules

_RULES = rules("commands")
_MARKS = {phrase: mark for mark in _RULES["marks"] for phrase in mark["say"]}
_COMMAND = re.compile(
    rf"(?P<before>[.,;:]?[ \n]+|^|(?<=[\n(\"]))(?P<say>{any_of(_MARKS)})(?P<after>[.,;:!?]*)"
    r"(?![\w'-])(?=(?P<gap>[ \n]*))",
    re.IGNORECASE,
)
_MARK = re.compile(r"[.,;:?!](?=\s|\Z)")
_STRAY = re.compile(r"(?P<left>[A-Za-z']+)(?P<mark>[.,]) (?=(?P<right>[A-Za-z']+|\d))")
_OWN_MARK = re.compile(r"(?<=[\w%)\"])[.,;:?!]+(?=\s|\Z)")
_CAPITALIZED = re.compile(r"\s+([A-Z][a-z]*)\b")
_STRAY_AFTER = frozenset(_RULES["stray_after"])
_STRAY_BEFORE = frozenset(_RULES["stray_before"])
_LOWERED = frozenset(_RULES["lowered"])
_UNQUOTE = re.compile(r"(?:\W+[\w'\-]+){1,12}?\W+(?:unquote|end quote|close quote)\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"([\w'\-]+)[\"')]*\Z")
_NEXT_WORD = re.compile(r"[\w'\-]+")


def spoken_marks(text: str) -> list[Edit]:
    """Edits that turn the spoken punctuation of `text` into marks, with a capital after a sentence's end."""
    found = list(_COMMAND.finditer(text))
    speaks_marks = _speaks_marks(text, found)
    edits: list[Edit] = []
    sentence_ends = [0] if speaks_marks else []
    for match in found:
        said = re.sub(r"[ \-]+", " ", match["say"].lower())
        if _is_ordinary(text, match, said, speaks_marks=speaks_marks):
            continue
        mark = _MARKS[said]
        edits.append(_edit(match, mark, floor=edits[-1].end if edits else 0))
        if mark.get("ends_sentence"):
            sentence_ends.append(match.end())
    return sorted([*edits, *_capitals(text, edits, sentence_ends)], key=lambda edit: (edit.start, edit.end))


def stray_marks(text: str) -> list[Edit]:
    """Edits that drop the recognizer's own marks inside a phrase, where the speaker punctuates aloud.

    Only marks after or before a word that ends or begins no phrase go ("7 out. Of 10", "past medical. History").
    """
    if not _speaks_marks(text, list(_COMMAND.finditer(text))):
        return []
    edits = []
    for match in _STRAY.finditer(text):
        left, right = match["left"].lower(), match["right"].lower()
        is_sentence_end = match["mark"] == "."
        splits_heading = right in _RULES["split_headings"].get(left, ())
        splits_value = right.isdigit() and left in _RULES["values_follow"]
        if left in _STRAY_AFTER or splits_heading or splits_value or (is_sentence_end and right in _STRAY_BEFORE):
            edits.append(Edit(match.start("mark"), match.end("mark"), "", "recognizer mark"))
            first = match["right"][0]
            if is_sentence_end and first.isupper() and right in _LOWERED:
                edits.append(Edit(match.start("right"), match.start("right") + 1, first.lower(), "recognizer mark"))
    return edits


def recognizer_marks(text: str) -> list[Edit]:
    """Edits that drop every mark of the recognizer, for a speaker who says each one.

    A word with a capital after a dropped sentence mark gets a small letter where it begins no name: where it is a
    common word, or stands with a small letter elsewhere in the text.
    """
    small = {word for word in _NEXT_WORD.findall(text) if word.islower()}
    edits = []
    for match in _OWN_MARK.finditer(text):
        edits.append(Edit(match.start(), match.end(), "", "recognizer mark"))
        word = _CAPITALIZED.match(text, match.end())
        if match[0][-1] in ".?!" and word and (word[1].lower() in small or word[1].lower() in _LOWERED):
            at = word.start(1)
            edits.append(Edit(at, at + 1, text[at].lower(), "recognizer mark"))
    return edits


def _speaks_marks(text: str, found: list[re.Match[str]]) -> bool:
    """Whether the speaker punctuates aloud. "Colon" says nothing of it: it is a part of the body too."""
    spoken = [match["say"].lower() for match in found if match["say"].lower() != "colon"]
    written = len(_MARK.findall(text))
    if not written and spoken and found[-1].end() == len(text):
        return True
    return len(spoken) >= max(2, written // 3)


def _edit(match: re.Match[str], mark: dict[str, Any], *, floor: int) -> Edit:
    start, end = max(floor, match.start()), match.end()
    if mark.get("opens"):
        return Edit(match.start("say"), match.end("gap"), mark["write"], "spoken punctuation")
    if mark.get("breaks"):
        start += match["before"][:1] in {".", ",", ";", ":"}  # a mark before a new line stays
    if mark.get("joins") or mark.get("breaks"):
        end = match.end("gap")
    return Edit(start, end, mark["write"], "spoken punctuation")


def _capitals(text: str, edits: list[Edit], sentence_ends: list[int]) -> list[Edit]:
    """Capitals for the first letters after `sentence_ends`, unless more commands follow there."""
    commands = {edit.start: edit.end for edit in edits}
    capitals: list[Edit] = []
    looked_at = -1
    for end in sentence_ends:
        at = max(end, looked_at)
        while at < len(text) and (at in commands or text[at] in ' \n"('):
            at = commands.get(at, at + 1)
        if looked_at < at < len(text) and "a" <= text[at] <= "z":
            capitals.append(Edit(at, at + 1, text[at].upper(), "sentence case"))
        looked_at = max(at, looked_at)
    return capitals


def _is_ordinary(text: str, match: re.Match[str], said: str, *, speaks_marks: bool) -> bool:
    """Whether the words at `match` are prose."""
    before = _LAST_WORD.search(text, max(0, match.start() - 40), match.start())
    after = _NEXT_WORD.match(text, match.end("gap"))
    left, right = before[1].lower() if before else "", after[0].lower() if after else ""
    if said == "colon" and right == "colon":
        return False
    if said == "quote":
        return not _UNQUOTE.match(text, match.end("say"))
    uses = _RULES["ordinary"].get(said, {})
    if left in uses.get("after_with", {}) and right in uses["after_with"][left]:
        return True
    if said == "colon" and ends_heading(text, match.start()):
        return right in uses["before"] and not speaks_marks
    if _MARK.match(match["before"]) and match["after"]:
        return False  # the recognizer set it off on both sides
    ahead = text[match.end("gap") : match.end("gap") + 20].lower()
    if left in uses.get("after", ()) or ("before_mark" in uses and re.match(uses["before_mark"], ahead)):
        return True
    if right in uses.get("before", ()) and not match["after"]:
        return not ("unless" in uses and re.match(uses["unless"], ahead))
    if "pattern" in uses and re.search(
        uses["pattern"], text[max(0, match.start() - 40) : match.start()], re.IGNORECASE
    ):
        return True
    return said in _RULES["weak"] and not speaks_marks
