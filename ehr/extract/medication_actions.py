"""What is done with a medicine, and whether the patient takes it: read from the words before and after its name.

Owns the cues of action ("increase … to", "was stopped") and of assertion ("not taking", "used to take", "if …
fails") that are particular to medicines. Cues come from `resources/extract/medications_actions.json`. Knows nothing
of names or doses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ehr.chart.entry import Assertion
from ehr.chart.note import Span
from ehr.extract import resources

_CUES = resources.load("medications_actions")
_REACH_WORDS = 14
_CONDITION_WORDS = 18


@dataclass(frozen=True, slots=True)
class Act:
    """What the words around a name say: the action ("start"; empty where none is said), the assertion and its cue.

    `said` covers the verb of the action.
    `link` tells the two halves of a switch ("from", "to"); `excluded` that the name is not an entry at all ("avoid").
    """

    action: str = ""
    assertion: Assertion = Assertion.PRESENT
    cue: Span | None = None
    said: Span | None = None
    link: str = ""
    excluded: bool = False


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(re.escape(phrase) for phrase in ordered)})(?![\w'-])", re.IGNORECASE)


_THOUGHTS = frozenset(_CUES["thoughts"])
_ACTION_OF = {phrase: action for action, phrases in _CUES["before"].items() for phrase in phrases}
_AFTER_OF = {phrase: action for action, phrases in _CUES["after"].items() for phrase in phrases}
_ACTION = _pattern(list(_ACTION_OF))
_AFTER = _pattern(list(_AFTER_OF))
_ABSENT = _pattern(_CUES["absent"])
_HISTORICAL = _pattern(_CUES["historical"])
_HYPOTHETICAL = _pattern(_CUES["hypothetical"])
_PERMISSION = _pattern(_CUES["permission"])
_AVOID = _pattern(_CUES["avoid"])
_OTHERS = re.compile(
    rf"\b(?:{'|'.join(_CUES['other people'])})(?:\s+also)?\s+(?:takes|is on|uses|was on|took)\b", re.IGNORECASE
)
_POSTPOSED = re.compile(
    r"\b(?:call|return|go|come|contact|let|follow|back|to|sooner|unless)\b[\w\s']{0,40}\b$", re.IGNORECASE
)
_LIST = re.compile(
    r"^(?:\s*for\s+(?:\w+\s+){1,3}?and\b)?[\s,;&]*(?:(?:and|or|plus|as well as|along with|also|with|the|his|her|"
    r"their|a|an|some|both|any|daily|of)\b[\s,]*)*$",
    re.IGNORECASE,
)
_LINK = re.compile(r"^[\s,]*(?:\w+\s+){0,2}?(?:over\s+)?(?:to|with|for)\s+(?:a\s+|an\s+|the\s+)?", re.IGNORECASE)
_INTERRUPTS = re.compile(
    r"\b(?:he|she|they|we|i|is|was|has|had|put|put on|but|takes|who|(?:\S+\s+){6})\b|[,:]\s*(?=\w+\s+\w+)",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\s*(?:(?:was|were|is|has been|will be|be|been)\s+)?(?:recently\s+|just\s+|then\s+|also\s+)?(?:increased|"
    r"decreased|reduced|raised|lowered|changed|"
    r"started|doubled)\b",
    re.IGNORECASE,
)
_TURNS_INTO = re.compile(
    r"\s*(?:(?:was|is|were|has been|will be|be)\s+)?(?:changed|switched|transitioned|converted)\s+(?:over\s+)?to\b",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"\b(?:so|and|but|then|so that)\s+(?:he|she|they|we|it was|this was|that was|it has been|was)\s+(?:then\s+|"
    r"later\s+)?"
    r"(?:stopped|discontinued|quit)(?:\s+(?:it|this|that|taking it|the medication))?(?=\s*(?:[.,;]|$|in|last|"
    r"after|because|due|a|\d))",
    re.IGNORECASE,
)
_GIVEN_UP_REACH = 70
_AFTER_REACH = 36
_BREAK = re.compile(r"[.?!;\n]")


def is_list(gap: str) -> bool:
    """Whether the words between two names only join them: the second shares what is said of the first."""
    return _LIST.match(gap) is not None


def before(text: str, start: int, name: int) -> Act:
    """What the words of `text` from `start` up to the name at character `name` say."""
    gap = _last_words(text[start:name], _REACH_WORDS)
    offset = name - len(gap)
    if _OTHERS.search(gap) or _ends_with(_AVOID, gap):
        return Act(excluded=True)
    action, cue = _last_action(gap)
    said_at = _at(cue, offset) if cue is not None else None
    act = Act(action=action, said=said_at, link={"switch": "from", "switch to": "to"}.get(action, ""))
    for assertion, pattern in ((Assertion.ABSENT, _ABSENT), (Assertion.HISTORICAL, _HISTORICAL)):
        said = _last(pattern, gap)
        reaches = said is not None and _INTERRUPTS.search(gap[said.end() :]) is None
        if said is not None and reaches and (cue is None or said.end() >= cue.end() or action == "taking"):
            return replace(act, assertion=assertion, cue=_at(said, offset), action="", link="")
    return act


def conditional(text: str, start: int, name: int) -> Span | None:
    """The cue that makes the medicine at character `name` a condition's consequence or a mere thought; None where
    there is none.

    A condition that follows its own consequence ("call if he has fever") does not reach on to the next instruction.
    """
    gap = _last_words(text[start:name], _CONDITION_WORDS)
    offset = name - len(gap)
    allowed = [match.span() for match in _PERMISSION.finditer(gap)]
    for match in reversed(list(_HYPOTHETICAL.finditer(gap))):
        if any(first <= match.start() < last for first, last in allowed):
            continue
        if match[0].lower() == "if" and _POSTPOSED.search(gap[: match.start()].rstrip()):
            continue
        return _at(match, offset)
    return None


def after(text: str, position: int, stop: int, act: Act) -> Act:
    """`act`, overruled by what the words of `text` right after the instruction say, up to `stop`."""
    end = min(stop, position + _AFTER_REACH)
    broken = _BREAK.search(text, position, end)
    region = text[position : broken.start() if broken else end]
    match = _AFTER.search(region)
    allowed = 2 if match is not None and " " in match[0] else 0
    if match is None or len(region[: match.start()].split()) > allowed:
        return _stopped_since(text, position, stop, act)
    meaning = _AFTER_OF[match[0].lower()]
    cue = _at(match, position)
    if meaning in (Assertion.HISTORICAL, Assertion.ABSENT):
        return Act(assertion=Assertion(meaning), cue=cue)
    return replace(act, action=meaning, link="", assertion=Assertion.PRESENT)


def _stopped_since(text: str, position: int, stop: int, act: Act) -> Act:
    """`act`, unless the sentence goes on to say that the medicine was given up ("… so he stopped it")."""
    broken = _BREAK.search(text, position, stop)
    match = _GIVEN_UP.search(text, position, min(broken.start() if broken else stop, position + _GIVEN_UP_REACH))
    if match is None or act.assertion is not Assertion.PRESENT:
        return act
    return Act(assertion=Assertion.HISTORICAL, cue=_at(match, 0))


def passive_end(text: str, position: int, stop: int) -> int | None:
    """Where a passive change right at `position` ends ("was increased"), so that its dose may follow; None where
    none is.
    """
    match = _PASSIVE.match(text, position, stop)
    return match.end() if match else None


def _last_words(text: str, count: int) -> str:
    starts = [match.start() for match in re.finditer(r"\S+", text)]
    return text[starts[-count] :] if len(starts) > count else text


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _last_action(gap: str) -> tuple[str, re.Match[str] | None]:
    """The action nearest to the name. "with" and "on" join rather than act where a real action stands before them."""
    found = list(_ACTION.finditer(gap))
    if not found:
        return "", None
    chosen = found[-1]
    for match in reversed(found):
        if _ACTION_OF[match[0].lower()] != "taking":
            between = gap[match.end() :]
            if len(between.split()) <= 5:
                chosen = match
            break
    return _ACTION_OF[chosen[0].lower()], chosen


def _ends_with(pattern: re.Pattern[str], gap: str) -> bool:
    match = _last(pattern, gap)
    return match is not None and len(gap[match.end() :].split()) <= 2


def _at(match: re.Match[str], offset: int) -> Span:
    return Span(match.start() + offset, match.end() + offset)


def is_thought(cue: str) -> bool:
    """Whether a conditional cue tells of talk or thought ("discussed"), which no verb of taking after it makes real."""
    return cue.lower() in _THOUGHTS


def turns_into(gap: str) -> bool:
    """Whether the words between two names say that the first became the second: "was changed to"."""
    return _TURNS_INTO.match(gap) is not None


def links_switch(gap: str) -> bool:
    """Whether the words between two names lead from the replaced medicine to its replacement."""
    return _LINK.match(gap) is not None
