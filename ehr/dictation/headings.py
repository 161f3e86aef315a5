"""Which words of a text are spoken or typed headings.

Owns the judgement from a phrase's place: on its own line, before a colon, at a sentence's start, or inside a run of
words without punctuation, where only an unforced phrase opens a section ("… blurry vision past medical history
hypertension …", never "with a past medical history of …"). Knows nothing of what a section means for its content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ehr.chart.note import Span
from ehr.dictation.rules import rules

_RULES = rules("sections")
_LEAD_INS = sorted(_RULES["lead_ins"], key=len, reverse=True)
_OPENING = frozenset(_RULES["opening_words"])
_PROSE_BEFORE = frozenset(_RULES["prose_before"])
_PROSE_AFTER = frozenset(_RULES["prose_after"])
_PROSE_AFTER_STRONG = frozenset(_RULES["prose_after_strong"])
_DETERMINERS = frozenset(_RULES["determiners"])
_TOLD_OF = frozenset(_RULES["told_of"])

_WORD = re.compile(r"[A-Za-z]+")
_MARK = re.compile(r"[.!?\n]|\b(?:period|new paragraph|new line|next line|full stop)\b", re.IGNORECASE)
_LEFT_BOUNDARY = re.compile(
    r"(?:^|[.!?;:\n]|\b(?:period|new paragraph|new line|next line|next paragraph|full stop))[\"')\]]*\s*\Z",
    re.IGNORECASE,
)
_LINE_START = re.compile(r"(?:^|\n)[\s>*#_•·\-–]*(?:(?:\d{1,2}|[ivx]{1,4}|[a-z])[.)]\s*)?[*_#\s]*\Z", re.IGNORECASE)
_LAST_WORD = re.compile(r"([\w'/]+)[^\w]*\Z")
_LEAD_IN = re.compile(rf"\b(?:{'|'.join(map(re.escape, _LEAD_INS))})[ ,]+\Z", re.IGNORECASE)
_COLON = re.compile(
    r"[ *_]*(?:\([^)\n]{0,30}\)[ ]*)?(?::|[–—]| -(?= )"
    r"|(?:comma |, )?\bcolon\b(?! (?:cancer|polyp|resection|surgery|mass|ca\b|carcinoma)))",
    re.IGNORECASE,
)
_QUALIFIED_COLON = re.compile(r" (?:from|of|dated|on|as of|for) [^.:;\n]{1,30}?(?::| colon\b)", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t]*[*_:.\-]*[ \t]*(?:reviewed|today|section)?[ \t:.]*(?=\n|\Z)", re.IGNORECASE)
_STOP = re.compile(r"\.(?=\s|\Z)|,? *\b(?:period|new line|new paragraph)\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[ ,]*([\w'\-]+)")
_COMMA_LEFT = re.compile(r"[\w)%\"], \Z")
_MARK_RIGHT = re.compile(r"[,:.](?= |\Z)(?! (?:and|or|but|as|which|was|were|is|are)\b)", re.IGNORECASE)
_LONGEST_ABBREVIATION = 4
_SINCE_MARK = re.compile(r"[.,;:!?](?=\s)|\n")
_GOVERNING = frozenset({"of", "by", "for", "with", "in", "to", "and", "or", "per", "from"})
_PLAN_TOPICS = frozenset({"assessment", "plan"})
_UNMISTAKABLE = frozenset({"assessment", "impression"})
_UNPUNCTUATED_WORDS = 25  # more words than this to a sentence mark, over the whole text
RUN_ON_WORDS = 7
"""So many words without a mark before a plain opening: the recognizer has run two statements together."""


@dataclass(frozen=True, slots=True)
class SectionKind:
    """A kind of section: its key, LOINC code (may be empty), title, topic, and whether its body is a short list."""

    name: str
    code: str
    title: str
    topic: str
    is_list: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading found in a text. `is_label` says that a mark or a line end sets it off from what follows."""

    kind: SectionKind
    span: Span
    is_label: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    kind: SectionKind
    strength: str  # "strong", "weak", or "label_only": a common word that is a heading only where a mark sets it off
    not_after: frozenset[str]
    not_before: frozenset[str]


@cache
def _phrases() -> dict[str, list[tuple[re.Pattern[str], _Phrase]]]:
    """The heading phrases by their first word, longest first."""
    table: dict[str, list[tuple[str, _Phrase]]] = {}
    for section in _RULES["sections"]:
        is_list = section["extent"] == "list"
        kind = SectionKind(section["name"], section["code"], section["title"], section["topic"], is_list)
        after, before = frozenset(section.get("not_after", ())), frozenset(section.get("not_before", ()))
        for strength in ("strong", "weak", "label_only"):
            phrase = _Phrase(kind, strength, after, before)
            for text in section[strength]:
                table.setdefault(_WORD.match(text)[0].lower(), []).append((text, phrase))  # type: ignore[index]
    return {
        first: [(_compiled(text), phrase) for text, phrase in sorted(entries, key=lambda entry: -len(entry[0]))]
        for first, entries in table.items()
    }


@cache
def section_kinds() -> dict[str, SectionKind]:
    """Every kind of section by its key, in the order of a note."""
    found = {phrase.kind.name: phrase.kind for entries in _phrases().values() for _, phrase in entries}
    return {section["name"]: found[section["name"]] for section in _RULES["sections"]}


@cache
def heading_phrases() -> dict[str, SectionKind]:
    """Every phrase that can head a section, lower case, with the section's kind."""
    found: dict[str, SectionKind] = {}
    for section in _RULES["sections"]:
        for strength in ("strong", "weak", "label_only"):
            for text in section[strength]:
                found.setdefault(text.lower(), section_kinds()[section["name"]])
    return found


def _compiled(text: str) -> re.Pattern[str]:
    words = re.escape(text).replace(r"\ ", r"[ \-]+")
    return re.compile(rf"{words}(?![\w'])", re.IGNORECASE)


def is_run_on(text: str) -> bool:
    """Whether `text` has next to no sentence marks, written or spoken."""
    words = text.count(" ") + text.count("\n") + 1
    return words > _UNPUNCTUATED_WORDS * (1 + len(_MARK.findall(text)))


def words_since_mark(text: str, at: int, floor: int = 0) -> int:
    """How many words stand in [floor, at) without a mark or line end after them (counted up to some thirty)."""
    return len(_SINCE_MARK.split(text[max(floor, at - 200) : at])[-1].split())


def headings(text: str) -> Iterator[Heading]:
    """The headings of `text`, in order, none overlapping."""
    runs_on = is_run_on(text)
    table = _phrases()
    end = 0
    last: Heading | None = None
    for word in _WORD.finditer(text):
        if word.start() < end:
            continue
        for pattern, phrase in table.get(word[0].lower(), ()):
            match = pattern.match(text, word.start())
            if match is None or _is_inside_word(text, match.start()):
                continue
            heading = _judge(text, Span(match.start(), match.end()), phrase, runs_on=runs_on)
            if heading and not (last and last.kind == heading.kind and _only_repeats(text, last, heading)):
                yield heading
                last = heading
            end = match.end()  # the words of a rejected phrase ("known drug allergies") are no shorter heading either
            break


def _only_repeats(text: str, last: Heading, heading: Heading) -> bool:
    """Whether it is one heading said twice: "ALLERGIES: Her allergies include …"."""
    between = _WORD.findall(text[last.span.end : heading.span.start])
    return all(word.lower() in _DETERMINERS for word in between)


def _is_inside_word(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in "'-/")


def opens_statement(text: str, end: int) -> bool:
    """Whether the words after a heading that ends at `end` go on with it ("… is notable for …")."""
    word = _NEXT_WORD.match(text, end)
    return word is not None and word[1].lower() in _OPENING | _PROSE_AFTER


def lead_in_start(text: str, start: int) -> int:
    """Where the words begin that lead in the heading at `start` ("moving on to the exam"); `start` if none do."""
    while (lead := _LEAD_IN.search(text, max(0, start - 40), start)) is not None:
        start = lead.start()
    return start


def ends_heading(text: str, end: int) -> bool:
    """Whether a heading phrase of any kind stands right before `end`."""
    window = text[max(0, end - 60) : end].rstrip()
    return any(
        match.end() == len(window)
        for word in _WORD.finditer(window)
        for pattern, _ in _phrases().get(word[0].lower(), ())
        if (match := pattern.match(window, word.start()))
    )


def _judge(text: str, span: Span, phrase: _Phrase, *, runs_on: bool) -> Heading | None:
    start, end = span.start, span.end
    left = text[max(0, start - 80) : start]
    if start > len(left):
        left = "…" + left
    if _LINE_START.search(left) and _LINE_END.match(text, end):
        return Heading(phrase.kind, span, is_label=True)
    if phrase.strength != "label_only" and not _is_modified(left, phrase) and _is_set_in_capitals(text, span, left):
        return Heading(phrase.kind, span, is_label=True)
    lead_in = _lead_in(left)
    colon = _COLON.match(text, end) or (_QUALIFIED_COLON.match(text, end) if lead_in is not None else None)
    if colon and not _is_modified(left, phrase) and (lead_in is not None or not _is_governed(left)):
        return Heading(phrase.kind, span, is_label=True)
    next_word = _NEXT_WORD.match(text, end)
    after = next_word[1].lower() if next_word else ""
    if lead_in is not None:
        return _at_sentence_start(text, span, phrase, after, told=lead_in in _DETERMINERS and after in _TOLD_OF)
    if phrase.strength == "label_only" or _is_modified(left, phrase) or after in phrase.not_before:
        return None
    if set_off_by_commas(text, span) and _is_unmistakable(span.of(text), phrase):
        return Heading(phrase.kind, span, is_label=True)
    is_plain = phrase.strength == "strong" or phrase.kind.topic in _PLAN_TOPICS
    if runs_on or (is_plain and words_since_mark(text, start) >= RUN_ON_WORDS):
        return _in_run_on(left, span, phrase, after)
    return None


def set_off_by_commas(text: str, span: Span) -> bool:
    """Whether a recognizer has set off the heading with commas ("… is 7, assessment and plan, hypertension …").

    In a list of them ("reviewed her medications, family history, and vitals") none is a heading.
    """
    if _COMMA_LEFT.search(text, max(0, span.start - 3), span.start) is None or not _MARK_RIGHT.match(text, span.end):
        return False
    return not ends_heading(text, span.start - 2)


def _is_unmistakable(found: str, phrase: _Phrase) -> bool:
    return (phrase.strength == "strong" and " " in found) or found.lower() in _UNMISTAKABLE


def _is_set_in_capitals(text: str, span: Span, left: str) -> bool:
    """Whether capitals alone set the phrase off: "… daily ALLERGIES penicillin", "… daily Social History nonsmoker"."""
    found, around = span.of(text), left + text[span.end : span.end + 80]
    match = _LAST_WORD.search(left)
    before = match[1] if match else ""
    if before.lower() in _PROSE_BEFORE:
        return False
    if found.isupper():
        is_alone = not before.isupper() or bool(_LEFT_BOUNDARY.search(left))
        return is_alone and len(found) > _LONGEST_ABBREVIATION and any(character.islower() for character in around)
    words = [word for word in _WORD.findall(found) if word not in {"of", "and", "to", "for", "on", "the"}]
    return len(words) > 1 and all(word[0].isupper() for word in words)


def _lead_in(left: str) -> str | None:
    """The words between the start of the sentence and the phrase ("moving on to the", or none); None in its middle."""
    rest = left
    while not (_LEFT_BOUNDARY.search(rest) or _LINE_START.search(rest)):
        lead = _LEAD_IN.search(rest)
        if lead is None:
            return None
        rest = rest[: lead.start()]
    return left[len(rest) :].strip(" ,").lower()


def _is_governed(left: str) -> bool:
    """Whether a preposition or conjunction binds what follows to the words before ("time of procedure:")."""
    word = _LAST_WORD.search(left)
    return word is not None and left.endswith(" ") and word[1].lower() in _GOVERNING


def _is_modified(left: str, phrase: _Phrase) -> bool:
    """Whether the word before makes another thing of the phrase: "annual exam", "seasonal allergies"."""
    word = _LAST_WORD.search(left)
    if word is None or not left.endswith((" ", "-")) or _LEFT_BOUNDARY.search(left):
        return False
    return word[1].lower() in phrase.not_after


def _at_sentence_start(text: str, span: Span, phrase: _Phrase, after: str, *, told: bool) -> Heading | None:
    """A heading at a sentence's start; `told` says that the sentence speaks of it ("the plan was discussed")."""
    if _STOP.match(text, span.end) or not after:
        return Heading(phrase.kind, span, is_label=True)
    if told or after in phrase.not_before or phrase.strength == "label_only":
        return None
    if phrase.strength == "strong" or after in _OPENING or after not in _PROSE_AFTER:
        return Heading(phrase.kind, span, is_label=False)
    return None


def _in_run_on(left: str, span: Span, phrase: _Phrase, after: str) -> Heading | None:
    lead = _LEAD_IN.search(left)
    if lead and after in _OPENING:
        left = left[: lead.start()]
    word = _LAST_WORD.search(left)
    before = word[1].lower() if word else ""
    if before in _PROSE_BEFORE or after in _PROSE_AFTER_STRONG or (phrase.strength == "weak" and after in _PROSE_AFTER):
        return None
    return Heading(phrase.kind, span, is_label=False)
