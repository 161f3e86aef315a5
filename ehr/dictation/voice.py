"""Spoken commands on the note: "go to assessment", "insert normal chest exam", "next field", "accept defaults".

Owns which of these words are commands and which are prose ("he was told to go to assessment clinic", "insert a
catheter"): by the words around them, and because an auto-text answers to nothing but its exact name. A heading is
written at once; the place of an inserted text is held by a character of its own until every other step is done
(`insertion`). Knows nothing of punctuation commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from ehr.chart.phrases import AutoText, by_name
from ehr.chart.returning import GO_TO
from ehr.dictation.headings import SectionKind, heading_phrases, is_run_on
from ehr.dictation.mapped import PLACEHOLDER, Edit, placeholder
from ehr.dictation.rules import any_of, rules

HELD = "held place"
"""The rule of an edit that only holds a place; it stands in no record."""

MOST = 500
"""So many insertions and fields are obeyed in one dictation; what follows stays as it was said."""

_MOST_NAMES = 3
_NAME_SAID = re.compile(
    r"(?!on )(?:[a-z]{3,}|of|and)(?: (?:(?!shows?\b|showed|reveal|review|today|perform)[a-z]{3,}|of|and))*"
)
_RULES = rules("voice")
_BOUND_BY = frozenset(_RULES["bound_by"])
_PROSE_AFTER = frozenset(_RULES["prose_after"])
_PLACES = frozenset(_RULES["places"])
_RETRACTED = rf"(?P<retracted>[ .,;:!]*\b{any_of(rules('commands')['retractions'])}\b)?"
_LAST_WORD = re.compile(r"([\w'\-]+)[ \n]*\Z")
_NEXT_WORD = re.compile(r"[ \n]*([\w'\-]+)")
_LEFT = re.compile(rf"(?:[.!?:;,\n]|\b{any_of(_RULES['boundaries'])})[\"')]*[ \n]*\Z", re.IGNORECASE)
_RIGHT = re.compile(
    rf"[ \n]*(?:\Z|[.!?:;,\n]|(?:{any_of(_RULES['boundaries'])}|next field|accept (?:the )?defaults?|insert|go to)\b)",
    re.IGNORECASE,
)
_ANY_MARK = re.compile(r"[.,;:!?](?=\s|\Z)")


class Act(Enum):
    """What a command does."""

    GO = auto()
    INSERT = auto()
    NEXT = auto()
    ACCEPT = auto()


@dataclass(frozen=True, slots=True)
class Order:
    """A spoken command: where it stands, its words, what it does and with what.

    A `retracted` one was taken back at once.
    """

    start: int
    end: int
    said: str
    act: Act
    section: SectionKind | None = None
    autotext: AutoText | None = None
    retracted: bool = False


def orders(text: str, autotexts: Sequence[AutoText]) -> list[Order]:
    """The spoken commands of a text in their order; none in a text that uses the characters that hold their places."""
    if PLACEHOLDER.search(text):
        return []
    names = by_name(autotexts)
    found: list[Order] = []
    for match in _pattern(tuple(names)).finditer(text):
        order = _read(match, names)
        after_order = bool(found) and not text[found[-1].end : order.start].strip(" .,;:!?\n")
        if _is_ordinary(text, match, order, after_order=after_order) or not _is_due(order, found):
            continue
        found.append(order)
        if len(found) == MOST:
            break
    return found


def order_edits(text: str, found: Sequence[Order]) -> list[Edit]:
    """Edits that write the headings gone to, and hold the places of insertions and of what is said to their fields."""
    edits: list[Edit] = []
    for number, order in enumerate(found):
        if order.retracted:
            edits.append(_dropped(text, order))
        elif order.act is Act.GO:
            edits.append(_heading(text, order, taken=_taken(edits)))
        else:
            edits.append(Edit(order.start, order.end, placeholder(number), HELD))
    return edits


def way_to(kind: SectionKind) -> str:
    """What is said to go to a section: "go to plan", and "go to procedures section" of what is a place too."""
    name = kind.title.lower()
    return f"go to {name} section" if name in _PLACES else f"go to {name}"


def ways_said(kind: SectionKind) -> list[str]:
    """Other names by which a section is gone to, a few of many; none that is a place too."""
    names = (phrase for phrase, each in heading_phrases().items() if each == kind and phrase not in _PLACES)
    return sorted((name for name in names if _NAME_SAID.fullmatch(name)), key=len)[:_MOST_NAMES]


@lru_cache(maxsize=8)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    insert = rf"|insert[ ,]{{1,2}}(?:the |my )?(?P<autotext>{any_of(names)})" if names else ""
    return re.compile(
        rf"(?<![\w'\-])(?:(?:go|navigate|jump) to (?:the )?(?P<section>{any_of(heading_phrases())})(?P<named> section)?"
        rf"{insert}|(?P<next>next field)|(?P<accept>accept (?:the )?defaults?))(?![\w'\-]){_RETRACTED}",
        re.IGNORECASE,
    )


def _read(match: re.Match[str], names: dict[str, AutoText]) -> Order:
    words = {name: re.sub(r"[ \-]+", " ", said.lower()) for name, said in match.groupdict().items() if said is not None}
    bare = Order(match.start(), match.end(), match[0], Act.GO, retracted="retracted" in words)
    if "section" in words:
        phrases = {phrase.replace("-", " "): kind for phrase, kind in heading_phrases().items()}
        return replace(bare, section=phrases[words["section"]])
    if "autotext" in words:
        return replace(bare, act=Act.INSERT, autotext=names[words["autotext"]])
    return replace(bare, act=Act.NEXT if "next" in words else Act.ACCEPT)


def _is_ordinary(text: str, match: re.Match[str], order: Order, *, after_order: bool) -> bool:
    """Whether the words at `match` are prose."""
    before = text[max(0, order.start - 40) : order.start]
    set_off_left = after_order or not before.strip() or bool(_LEFT.search(before))
    word = _LAST_WORD.search(before)
    if not set_off_left and word and word[1].lower() in _BOUND_BY:
        return True
    set_off_right = order.retracted or bool(_RIGHT.match(text, order.end))
    following = _NEXT_WORD.match(text, order.end)
    after = following[1].lower() if following else ""
    if order.act is not Act.GO:
        return not set_off_right and order.act is Act.INSERT and after in _PROSE_AFTER
    if match["section"].lower() in _PLACES and not match["named"]:
        return True
    has_marks = not is_run_on(text) and _ANY_MARK.search(text) is not None
    return not set_off_right and (after in _PROSE_AFTER or (has_marks and not set_off_left))


def _is_due(order: Order, before: Sequence[Order]) -> bool:
    """Whether a command about fields follows an auto-text that has some; any other command is due at any time."""
    if order.act in (Act.GO, Act.INSERT):
        return True
    for earlier in reversed(before):
        if earlier.retracted:
            continue
        if earlier.act is Act.INSERT and earlier.autotext is not None:
            return "[" in earlier.autotext.text
        if earlier.act in (Act.GO, Act.ACCEPT):
            return False
    return False


def _dropped(text: str, order: Order) -> Edit:
    end = order.end
    while end < len(text) and text[end] in " .,;:!":
        end += 1
    return Edit(order.start, end, "", "retraction")


def _taken(edits: Sequence[Edit]) -> int:
    """How far the command before has taken the marks after it."""
    return edits[-1].end if edits and edits[-1].rule != HELD else 0


def _heading(text: str, order: Order, *, taken: int) -> Edit:
    """The heading on the command's place: after a sentence's end, before what follows."""
    start, end = order.start, order.end
    while start > taken and text[start - 1] in " ,;":
        start -= 1
    while end < len(text) and text[end] in " .,;:!?":
        end += 1
    title = order.section.title if order.section else ""
    left = text[start - 1 : start]
    follows = not left or left == "\n" or start == taken
    lead = "" if follows else (" " if left in ".!?:" else ". ")
    return Edit(start, end, f"{lead}{title}:{' ' if end < len(text) else ''}", GO_TO)


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where each held place stands in a text, and the number of its command."""
    for match in PLACEHOLDER.finditer(text):
        yield match.start(), ord(match[0]) - ord(placeholder(0))
