"""The parts of a medication instruction: dose, form, route, timing, as-needed, duration, and the words that join
them.

Owns the reading of one part at one place of a text; `sig.py` and `medications.py` decide which parts belong
together. Words for units, forms and routes come from `resources/extract/medications_units.tsv` and
`medications_sig.json`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.medication_timing import NUMBER, Timing, fhir_unit, number, timing_at


class PartKind(Enum):
    """What a part says."""

    DOSE = "dose"
    CHANGE = "change"
    FORM = "form"
    ROUTE = "route"
    TIMING = "timing"
    PRN = "prn"
    DURATION = "duration"
    COUNT = "count"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an instruction.

    `value` is the normal wording (dose number, form, route, duration, reason of an as-needed use); `unit` the
    dose's unit as the note writes it; `previous` the dose before a change ("from 10 to 20 mg"). `measure` tells 500
    mg from 2 tablets.
    """

    kind: PartKind
    span: Span
    value: str = ""
    unit: str = ""
    previous: str = ""
    measure: bool = False
    timing: Timing | None = None

    @property
    def is_strength(self) -> bool:
        """Whether the number says what the preparation holds ("5/325", "1%", "400 mg per 5 mL"), not what is taken."""
        return self.unit == "%" or "/" in self.value or ("/" in self.unit and self.unit.lower().endswith("ml"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A dose unit: its symbol in the note, and whether it measures (mg) or counts (tablet)."""

    symbol: str
    measure: bool


UNITS: dict[str, Unit] = {
    word: Unit(symbol, measure=kind == "measure") for word, symbol, kind in resources.table("medications_units")
}
_SIG = resources.load("medications_sig")
FORM_ROUTES: dict[str, str] = _SIG["form_routes"]
_FORMS: dict[str, str] = {word: form for form, words in _SIG["forms"].items() for word in words}
_ROUTES: dict[str, str] = {word: route for route, words in _SIG["routes"].items() for word in words}


def _any(words: dict[str, str] | dict[str, Unit]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(words, key=len, reverse=True))


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_AMOUNT = rf"(?:{NUMBER}|1/2|one and a half|(?:a |one )?half|an?(?=\s))"
_PER = r"(?:\s*(?:/|per)\s*(?:kg|kilogram|hour|hr|h|minute|min|m2|dose|\d*\.?\d*\s*mL)\b)?"
_DOSE = _compile(
    rf"(?:about |up to )?(?P<low>{_AMOUNT})(?P<million>\s*(?:million|M)\b)?\s*(?:(?:-|–|to|"
    rf"or)\s*(?P<high>{_AMOUNT})\s*)?-?\s*"
    rf"(?:of\s+an?\s+|an?\s+)?(?P<unit>(?:{_any(UNITS)}){_PER})(?![\w'])"
)
_COMBINED = _compile(
    r"(?P<value>\d+(?:\.\d+)?(?:\s*/\s*\d+(?:\.\d+)?){1,2})(?:\s*(?P<unit>mg|mcg|g)\b)?(?![\w/%.-]|\.\d)"
)
_BARE_DOSE = _compile(rf"(?P<low>\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(?P<high>{NUMBER}))?(?![\w%/]|\.\d)")
_CHANGE = _compile(
    rf"from\s+(?P<old>{NUMBER})\s*(?:{_any(UNITS)})?(?:\s+\w+){{0,3}}?\s+(?:up |"
    rf"down )?to\s+(?P<low>{NUMBER})(?:\s*(?P<unit>(?:{_any(UNITS)})))?(?![\w'])"
)
_FORM = _compile(rf"(?:{_any(_FORMS)})(?![\w'])")
_ROUTE = _compile(rf"(?:{_any(_ROUTES)})(?![\w'])")
_PRN = _compile(
    r"(?:only\s+|on an?\s+)?(?:as[\s-]needed|prn|p\.r\.n\.?|(?:if|when|as) (?:needed|necessary|"
    r"required))(?:\s+basis)?(?![\w'])"
)
_REASON = _compile(r"\s*(?:for|with|,? ?if (?:she|he|they) (?:has|have|gets?))\s+(?:the\s+|any\s+|his\s+|her\s+)?")
_DURATION = _compile(
    rf"(?:for|times|x|\*|over)\s*(?:another\s+|the\s+next\s+|a\s+total\s+of\s+|up\s+to\s+)?(?P<low>{NUMBER}|"
    rf"an?(?=\s))\s*(?:(?:-|–|to)\s*"
    rf"(?P<high>{NUMBER})\s*)?-?\s*(?:more\s+)?(?P<unit>days?|d|weeks?|wks?|months?|years?)\b"
)
_COURSE = _compile(rf"(?P<low>{NUMBER})[\s-]*(?P<unit>days?|weeks?|months?)[\s-]+(?:course|supply)(?:\s+of)?\b")
_COUNT = _compile(rf"(?:for|times|x|\*)\s*(?P<low>{NUMBER})\s*(?:doses?|times)\b")
_FILLER = _compile(
    r"(?:to|on|over|into) (?:(?:the|his|her|each|both|affected) )+(?:\w+ ){1,3}?(?=once|twice|\d|daily|every|"
    r"as needed|for \d)|"
    r",|:|-(?=\s)|(?:with|without|with or without) (?:food|milk|water|orange juice|meals|a full glass of water)\b|"
    r"on an empty stomach\b|(?:at|to|of|take|takes|taken|taking|given|dose|doses|dosed|currently|now|today|total|"
    r"the|only|"
    r"a dose of|another|taper|burst|pack|which|that|is|was|be|been|he|she|they|patient|back|down|up|about|around|"
    r"uses|using|used|"
    r"regularly|"
    r"daily dose|apply|give|inhale|use|into|(?:extended|immediate|delayed|sustained|controlled)[\s-]release|er|xr|xl|"
    r"sr|cr|dr|"
    r"hfa|ds|hydrochloride|hcl|sodium|acetate|sulfate|tartrate|succinate|strength|generic|chewable|"
    r"over the counter|otc)\b|"
    r"and(?=\s+(?:at|in|every|with|before|after)\b)"
)


def part_at(text: str, position: int) -> Part | None:
    """The part that begins at `position` of `text`; None where the words there belong to no instruction."""
    for read in _READERS:
        part = read(text, position)
        if part is not None:
            return part
    return None


def parts(text: str, start: int, stop: int) -> Iterator[Part]:
    """The unbroken run of parts from `start` on, over joining words, up to the first word that belongs to no
    instruction.

    Joining words are yielded too; the caller drops those at the end.
    """
    position = start
    while position < stop:
        if text[position] in " \t":
            position += 1
            continue
        part = part_at(text, position)
        if part is None or part.span.end > stop:
            return
        yield part
        position = part.span.end


def bare_dose_at(text: str, position: int) -> Part | None:
    """A dose said without its unit: "lisinopril 20 daily"."""
    match = _BARE_DOSE.match(text, position)
    if match is None:
        return None
    return Part(PartKind.DOSE, Span(*match.span()), _range(match), measure=True)


def reason_at(text: str, position: int, stop: int) -> tuple[str, int]:
    """What an as-needed use is for, and where it ends: a short noun phrase up to a mark or a word that opens
    something new.
    """
    opening = _REASON.match(text, position)
    if opening is None:
        return "", position
    end = opening.end()
    for count, word in enumerate(_WORD.finditer(text, end, stop)):
        lower = word[0].lower()
        if count >= _REASON_WORDS or word.start() > end + 1 or lower in _OPENERS or timing_at(text, word.start()):
            break
        end = word.end()
    reason = text[opening.end() : end]
    reason = re.sub(r"\s+(?:and|or)$", "", reason)
    return reason.lower(), opening.end() + len(reason)


_WORD = re.compile(r"[^\s,.;:]+")
_REASON_WORDS = 4
_OPENERS = frozenset(
    [
        "he",
        "she",
        "they",
        "we",
        "i",
        "it",
        "his",
        "her",
        "the",
        "this",
        "that",
        "these",
        "there",
        "patient",
        "continue",
        "start",
        "stop",
        "refill",
        "increase",
        "decrease",
        "hold",
        "resume",
        "allergic",
        "allergy",
        "allergies",
        "no",
        "denies",
        "order",
        "check",
        "recheck",
        "follow",
        "return",
        "refer",
        "referral",
        "she's",
        "he's",
        "take",
        "takes",
        "is",
        "was",
        "has",
        "had",
        "will",
        "plan",
        "if",
        "should",
        "but",
        "then",
        "do",
        "must",
        "times",
        "for",
        "x",
        "discussed",
        "repeat",
        "also",
        "call",
        "please",
        "may",
        "can",
    ]
)


def _dose(text: str, position: int) -> Part | None:
    match = _DOSE.match(text, position)
    if match is None:
        return None
    said = match["unit"]
    base = re.split(r"\s*(?:/|\bper\b)\s*", said.lower())
    unit = UNITS[" ".join(base[0].replace("-", " ").split())]
    symbol = unit.symbol if unit.measure else _counted(said)
    if len(base) > 1:
        symbol += "/" + base[1].replace("ml", "mL").replace("kilogram", "kg").replace("hour", "h").replace("hr", "h")
    value = _range(match)
    if match["million"]:
        value = str(int(float(value) * 1_000_000))
    return Part(PartKind.DOSE, Span(*match.span()), value, symbol, measure=unit.measure)


def _combined(text: str, position: int) -> Part | None:
    """The strength of a combination: "5/325"."""
    match = _COMBINED.match(text, position)
    if match is None or match["value"] == "1/2" or match["value"].endswith("/10"):
        return None
    unit = match["unit"] or ""
    return Part(PartKind.DOSE, Span(*match.span()), re.sub(r"\s", "", match["value"]), unit.lower(), measure=True)


def _counted(said: str) -> str:
    """A counted unit as said; shorthand in full."""
    lower = said.lower()
    symbol = UNITS[" ".join(lower.split())].symbol
    return lower if lower.startswith(symbol[:-1]) else symbol


def _range(match: re.Match[str]) -> str:
    high = match["high"]
    low = number(match["low"])
    return f"{low}-{number(high)}" if high else low


def _change(text: str, position: int) -> Part | None:
    match = _CHANGE.match(text, position)
    if match is None:
        return None
    unit = UNITS[match["unit"].lower()].symbol if match["unit"] else ""
    return Part(
        PartKind.CHANGE, Span(*match.span()), number(match["low"]), unit, previous=number(match["old"]), measure=True
    )


def _worded(kind: PartKind, pattern: re.Pattern[str], words: dict[str, str]) -> Callable[[str, int], Part | None]:
    def read(text: str, position: int) -> Part | None:
        match = pattern.match(text, position)
        if match is None:
            return None
        return Part(kind, Span(*match.span()), words[re.sub(r"[\s-]+", " ", match[0].lower())])

    return read


def _timing(text: str, position: int) -> Part | None:
    found = timing_at(text, position)
    if found is None:
        return None
    end, timing = found
    return Part(PartKind.TIMING, Span(position, end), timing.label, timing=timing)


def _prn(text: str, position: int) -> Part | None:
    match = _PRN.match(text, position)
    if match is None:
        return None
    reason, end = reason_at(text, match.end(), len(text))
    return Part(PartKind.PRN, Span(position, max(end, match.end())), reason)


def _duration(text: str, position: int) -> Part | None:
    match = _DURATION.match(text, position) or _COURSE.match(text, position)
    if match is None:
        return None
    low, high = number(match["low"]), match.groupdict().get("high")
    word = {"d": "day", "wk": "week", "mo": "month", "a": "year"}[fhir_unit(match["unit"])]
    amount = f"{low} to {number(high)}" if high else low
    return Part(PartKind.DURATION, Span(*match.span()), f"{amount} {word}{'' if amount == '1' else 's'}")


def _count(text: str, position: int) -> Part | None:
    match = _COUNT.match(text, position)
    if match is None:
        return None
    return Part(
        PartKind.COUNT,
        Span(*match.span()),
        f"{number(match['low'])} doses",
        timing=Timing("", {"count": int(float(number(match["low"])))}),
    )


def _filler(text: str, position: int) -> Part | None:
    match = _FILLER.match(text, position)
    return Part(PartKind.FILLER, Span(*match.span())) if match else None


_READERS: tuple[Callable[[str, int], Part | None], ...] = (
    _change,
    _prn,
    _duration,
    _count,
    _timing,
    _combined,
    _dose,
    _worded(PartKind.FORM, _FORM, {word.replace("-", " "): form for word, form in _FORMS.items()}),
    _worded(PartKind.ROUTE, _ROUTE, {word.replace("-", " "): route for word, route in _ROUTES.items()}),
    _filler,
)
