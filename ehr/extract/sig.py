"""Reads a medication instruction that stands alone: "Take 2 tabs of amoxicillin 500 mg by mouth q12h for 10 days".

Owns what a written sig adds to spoken instructions: pharmacy shorthand ("1x3 po pc", "1-0-1", "OD"), typing slips
and several steps in one line. The parts themselves are read by `medication_parts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from ehr.chart.note import Span
from ehr.dictation.number_words import read_number
from ehr.extract import resources
from ehr.extract.dosage import Sig
from ehr.extract.medication_lexicon import find_names
from ehr.extract.medication_parts import FORM_ROUTES, UNITS, Part, PartKind, part_at
from ehr.extract.medication_timing import Timing

_STEP = re.compile(r",?\s+(?:and\s+)?then\s+|;\s*(?=(?:take\s+)?\d)", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[a-z]\.){1,3}[a-z]\b\.?")
_WORD = re.compile(r"[a-z]+")
_MULTIPLIED = re.compile(
    r"(?P<dose>\d+(?:\.\d+)?)\s*[x*](?:\s*(?P<times>\d+)(?!\s*(?:d|doses?|times|w|days?|weeks?)\b)|(?=[a-z]))",
    re.IGNORECASE,
)
_DASHED = re.compile(r"(?P<doses>\d+(?:\.\d+)?(?:\s*-\s*\d+(?:\.\d+)?){2,3})(?![\d-])")
_APPLIED = re.compile(r"\bappl(?:y|ied)\b")
_LEADING = re.compile(r"(?P<dose>\d+(?:\.\d+)?)(?=\s+[a-z])", re.IGNORECASE)
_REASON = re.compile(r"\s*(?:for\s+)?(?P<reason>[a-z][^,;.]*?)\s*(?=[,;.]|$)", re.IGNORECASE)


def parse(sig: str) -> Sig:
    """The instruction in `sig`; of several steps the first. What is not said is None."""
    return replace(parse_steps(sig)[0], text=sig)


def parse_steps(sig: str) -> tuple[Sig, ...]:
    """The instructions in `sig`, one for each step ("… every day and then 2 tablets every week"); later steps keep
    the drug.
    """
    steps = [_parse_step(step) for step in _STEP.split(sig) if step.strip()] or [Sig(text=sig)]
    first = steps[0]
    return tuple(
        replace(
            step, drug=step.drug or first.drug, form=step.form or first.form, strength=step.strength or first.strength
        )
        for step in steps
    )


def _parse_step(text: str) -> Sig:
    plain = _normal(text)
    found = list(_scan(plain))
    doses = [part for part in found if part.kind is PartKind.DOSE]
    taken = next((part for part in doses if not part.measure), None) or (doses[0] if doses else None)
    strength = next((part for part in doses if part.measure and part is not taken), None)
    forms = [part.value for part in found if part.kind is PartKind.FORM]
    unit = (
        UNITS[taken.unit.lower()].symbol if taken is not None and taken.unit.lower() in UNITS else taken and taken.unit
    )
    form = (unit if taken is not None and not taken.measure and unit else None) or (forms[0] if forms else None)
    prn = next((part for part in found if part.kind is PartKind.PRN), None)
    timing = _timing(found)
    name = next(find_names(plain), None)
    return Sig(
        text=text.strip(),
        drug=name.name if name else None,
        dose=taken.value if taken else None,
        unit=unit or None,
        strength=f"{strength.value} {strength.unit}" if strength else None,
        form=form,
        route=_route(plain, found, form),
        prn=prn is not None,
        prn_reason=(prn.value or None) if prn else None,
        timing=dict(timing.repeat) if timing else {},
        frequency=(timing.label or None) if timing else None,
        duration=next((part.value for part in found if part.kind is PartKind.DURATION), None),
    )


def _timing(found: list[Part]) -> Timing | None:
    timing: Timing | None = None
    for part in found:
        if part.timing is not None:
            timing = part.timing if timing is None else timing.merged(part.timing)
    return timing


def _route(text: str, found: list[Part], form: str | None) -> str | None:
    said = [part.value for part in found if part.kind is PartKind.ROUTE]
    return said[0] if said else FORM_ROUTES.get(form or "") or ("topical" if _APPLIED.search(text) else None)


def _scan(text: str) -> Iterator[Part]:
    """The parts of a normalized sig from left to right; other words are passed over."""
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _shorthand(text, position) or _part(text, position)
        if not found:
            step = re.compile(r"[\w']+|[^\w\s]+").match(text, position)
            position = step.end() if step else position + 1
            continue
        yield from found
        position = max(found[-1].span.end, position + 1)


def _part(text: str, position: int) -> list[Part]:
    part = part_at(text, position)
    if part is None or part.kind is PartKind.FILLER:
        leading = _LEADING.match(text, position) if position == 0 else None
        return [Part(PartKind.DOSE, _span(leading), leading["dose"])] if leading else []
    if part.kind is PartKind.PRN:
        reason = _REASON.match(text, part.span.end)
        if reason and not part_at(text, reason.start("reason")):
            return [replace(part, value=reason["reason"].lower())]
    return [part]


def _shorthand(text: str, position: int) -> list[Part]:
    """Pharmacy shorthand: "1x3" is one three times daily, "1-0-1" one in the morning and one in the evening."""
    match = _MULTIPLIED.match(text, position)
    if match and (position == 0 or not text[position - 1].isalnum()):
        dose = Part(PartKind.DOSE, _span(match), match["dose"])
        if not match["times"]:
            return [dose]
        times = int(match["times"])
        label = {1: "once daily", 2: "twice daily", 3: "three times daily", 4: "four times daily"}
        daily = Timing(label.get(times, f"{times} times daily"), {"frequency": times, "period": 1, "periodUnit": "d"})
        return [dose, Part(PartKind.TIMING, dose.span, timing=daily)]
    match = _DASHED.match(text, position)
    if match:
        return _dashed(match)
    if text[position : position + 2] == "od" and not text[position + 2 : position + 3].isalnum():
        return [_right_eye_or_daily(text, position)]
    return []


def _dashed(match: re.Match[str]) -> list[Part]:
    amounts = [amount.strip() for amount in match["doses"].split("-")]
    moments = ["MORN", "NOON", "EVE"] if len(amounts) == 3 else ["MORN", "NOON", "EVE", "HS"]
    when = [moment for amount, moment in zip(amounts, moments, strict=True) if float(amount)]
    first = next((amount for amount in amounts if float(amount)), amounts[0])
    timing = Timing("", {"frequency": len(when), "period": 1, "periodUnit": "d", "when": when})
    counted = part_at(match.string, match.end() - len(amounts[-1]))
    unit, end = (counted.unit, counted.span.end) if counted and counted.kind is PartKind.DOSE else ("", match.end())
    dose = Part(PartKind.DOSE, Span(match.start(), end), first, unit)
    return [dose, Part(PartKind.TIMING, dose.span, timing=timing)]


def _right_eye_or_daily(text: str, position: int) -> Part:
    """The right eye where "OD" stands by drops that have another timing and no other site, else "once daily"."""
    rest = f"{text[:position]} {text[position + 2 :]}"
    others = [part for part in _scan(rest.replace("od", "")) if part.kind in (PartKind.TIMING, PartKind.ROUTE)]
    timed = any(part.kind is PartKind.TIMING for part in others)
    again = re.search(r"\bod\b", text[position + 2 :])
    drops = re.search(r"\b(?:drops?|gtts?)\b", text)
    span = Span(position, position + 2)
    if again or (drops and timed and not any(part.kind is PartKind.ROUTE for part in others)):
        return Part(PartKind.ROUTE, span, "ophthalmic")
    once = Timing("once daily", {"frequency": 1, "period": 1, "periodUnit": "d"})
    return Part(PartKind.TIMING, span, once.label, timing=once)


def _span(match: re.Match[str]) -> Span:
    return Span(*match.span())


def _normal(text: str) -> str:
    """Lower case, "t.i.d." without dots, number words as digits, letters that changed places put back."""
    plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), text.lower())
    plain = _WORD.sub(lambda match: _respelled(match[0]), plain)
    return _digits(plain)


def _digits(text: str) -> str:
    """Number words as digits, where no counting word would lose its meaning by it."""
    words = text.split()
    written: list[str] = []
    at = 0
    while at < len(words):
        number = read_number(words, at, elided=False)
        written.append(number.text if number else words[at])
        at = number.end if number else at + 1
    return " ".join(written)


@cache
def _vocabulary() -> frozenset[str]:
    """Every word a sig is made of, but for the names of medicines."""
    sig = resources.load("medications_sig")
    phrases = [
        *UNITS,
        *sig["moments"],
        *sig["abbreviations"],
        "take times time day days week weeks month months year years every hour hours twice",
    ]
    for table in ("forms", "routes", "moments", "meals"):
        phrases += [word for words in sig[table].values() for word in words]
    return frozenset(word for phrase in phrases for word in phrase.split())


@cache
def _respelled(word: str) -> str:
    """`word` with two neighbouring letters put back in order where that alone makes it a word of sigs: "tiems" →
    "times".
    """
    if len(word) < 3 or word in _vocabulary():
        return word
    swaps = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    known = sorted(swaps & _vocabulary())
    return known[0] if len(known) == 1 else word
