"""From the mentions of a medicine to its one entry.

Owns how several mentions of one drug become one entry with its final dose and action, and which part gives which
attribute. Knows nothing of how names and parts are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ehr.chart.entry import Assertion, AttributeValue, Kind
from ehr.chart.note import Note, Span
from ehr.extract.medication_actions import Act
from ehr.extract.medication_lexicon import Name
from ehr.extract.medication_parts import FORM_ROUTES, Part, PartKind
from ehr.extract.medication_safety import flags
from ehr.extract.medication_timing import Timing
from ehr.extract.mention import Mention

SOURCE = "medications"
_CLOSE = 40  # characters
_PLANS = frozenset({"plan", "assessment_and_plan", "assessment", "impression"})


@dataclass(slots=True)
class Use:
    """One mention of a medicine with what the text says of it there."""

    name: Name
    lead: list[Part] = field(default_factory=list)
    chain: list[Part] = field(default_factory=list)
    act: Act = field(default_factory=Act)

    @property
    def parts(self) -> list[Part]:
        """All parts but joining words."""
        return [part for part in (*self.lead, *self.chain) if part.kind is not PartKind.FILLER]

    @property
    def start(self) -> int:
        """Where the instruction begins."""
        return min([self.name.span.start, *(part.span.start for part in self.lead)])

    @property
    def end(self) -> int:
        """Where the instruction ends."""
        return max([self.name.span.end, *(part.span.end for part in self.chain)])

    def first(self, kind: PartKind) -> Part | None:
        """The first part of a kind."""
        return next((part for part in self.parts if part.kind is kind), None)


def entries(note: Note, uses: list[Use]) -> Iterator[Mention]:
    """One mention for each drug: its name as first said, its final dose and action."""
    by_ingredient: dict[str, list[Use]] = {}
    for use in uses:
        by_ingredient.setdefault(use.name.medicine.ingredient, []).append(use)
    for same in by_ingredient.values():
        yield _entry(note, same)


def _entry(note: Note, uses: list[Use]) -> Mention:
    deciding = _deciding(uses)
    attributes: dict[str, AttributeValue] = {}
    for use in uses:
        if use.act.assertion is deciding.act.assertion or use is deciding:
            attributes |= _attributes(use)
    if deciding.act.assertion is Assertion.PRESENT:
        attributes["action"] = _final_action(note, uses)
    elif deciding.act.assertion is not Assertion.HYPOTHETICAL:
        attributes.pop("action", None)
    shown = next((use for use in reversed(uses) if use.parts and use.act.assertion is deciding.act.assertion), deciding)
    return Mention(
        kind=Kind.MEDICATION,
        name=uses[0].name.name,
        span=_evidence(shown, deciding),
        source=SOURCE,
        assertion=deciding.act.assertion,
        settled=True,
        cue=deciding.act.cue,
        attributes=attributes,
        flags=flags(uses[0].name.name, deciding.name.medicine.ingredient, attributes),
        name_span=shown.name.span,
        concept=shown.name.medicine.ingredient,
    )


def _evidence(shown: Use, deciding: Use) -> Span:
    """The words to hear: the instruction with the verb or the cue that decided it, where that stands close by."""
    start, end = shown.start, shown.end
    for word in (shown.act.said, deciding.act.cue):
        if word is not None and start - _CLOSE <= word.start and word.end <= end + _CLOSE:
            start, end = min(start, word.start), max(end, word.end)
    return Span(start, end)


def _deciding(uses: list[Use]) -> Use:
    """The mention whose assertion counts: a later plain statement overrules history, and a thought overrules
    nothing.
    """
    stated = [use for use in uses if use.act.assertion is not Assertion.HYPOTHETICAL] or uses
    acted = [use for use in stated if use.act.action or use.act.assertion is not Assertion.PRESENT]
    return (acted or stated)[-1]


def _final_action(note: Note, uses: list[Use]) -> str:
    said = [use.act.action for use in uses if use.act.assertion is Assertion.PRESENT]
    decided = [action for action in said if action not in ("", "taking", "switch")]
    if decided:
        return decided[-1]
    changed = next((use.first(PartKind.CHANGE) for use in uses if use.first(PartKind.CHANGE)), None)
    if changed is not None:
        return "increase" if float(changed.value) > float(changed.previous) else "decrease"
    section = note.section_at(uses[0].name.span.start)
    planned = section is not None and section.name in _PLANS
    return "start" if planned and not said[0] and len(uses) == 1 else "taking"


def _attributes(use: Use) -> dict[str, AttributeValue]:
    """What one mention says of dose, form, route, timing and duration."""
    found: dict[str, AttributeValue] = {}
    dose = _dose(use)
    if dose is not None:
        found["dose"] = dose.value
        unit = dose.unit or next((part.unit for part in use.parts if part.unit), "")
        if unit:
            found["unit"] = unit
        if dose.previous:
            found["previous_dose"] = dose.previous
    form = use.first(PartKind.FORM)
    if form is not None:
        found["form"] = form.value
    route = _route(use)
    if route:
        found["route"] = route
    timing = _timing(use)
    if timing is not None and timing.label:
        found["frequency"] = timing.label
    prn = use.first(PartKind.PRN)
    if prn is not None:
        found["prn"] = True
        if prn.value:
            found["prn_reason"] = prn.value
    duration = use.first(PartKind.DURATION) or use.first(PartKind.COUNT)
    if duration is not None:
        found["duration"] = duration.value
    return found


def _dose(use: Use) -> Part | None:
    """The dose taken: a change before a plain dose, and a strength ("5/325", "1%") only where nothing else is said."""
    change = use.first(PartKind.CHANGE)
    doses = [part for part in use.parts if part.kind is PartKind.DOSE]
    taken = [part for part in doses if not part.is_strength]
    return change or next(iter(taken or doses), None)


def _route(use: Use) -> str:
    said = use.first(PartKind.ROUTE)
    if said is not None:
        return said.value
    form = use.first(PartKind.FORM)
    dose = _dose(use)
    named = [form.value] if form else []
    if dose is not None and not dose.measure:
        named.append(dose.unit.rstrip("s"))
    return next((FORM_ROUTES[form] for form in named if form in FORM_ROUTES), "")


def _timing(use: Use) -> Timing | None:
    timing: Timing | None = None
    for part in use.parts:
        if part.timing is not None and part.kind is PartKind.TIMING:
            timing = part.timing if timing is None else timing.merged(part.timing)
    return timing
