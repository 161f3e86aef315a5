"""The medicines of a note: one entry for each drug with its final dose, how it is taken, and what is done with it.

Owns which parts of the text belong to which name, which names are medicines in their place, and how several
mentions of one drug become one entry. The grammar of the parts lies in `medication_parts`, the cues in
`medication_actions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.chart.note import Note, Span
from ehr.extract import medication_actions as actions
from ehr.extract.medication_actions import Act
from ehr.extract.medication_entries import Use, entries
from ehr.extract.medication_lexicon import Name, names
from ehr.extract.medication_parts import Part, PartKind, bare_dose_at, part_at, parts
from ehr.extract.mention import mentions, note_of
from ehr.extract.words import words

_LISTS = frozenset({"medications"})
_BREAK = re.compile(r"[.?!;\n]+(?=\s|$)")
_DOSE_END = re.compile(r"\s*(?:[,.;](?!\d)|and\b(?!\s+a half)|$)")
_RELEASE = re.compile(r"\s*(?:er|xr|xl|sr|cr|la|dr)\b", re.IGNORECASE)
_LEAD_FILLER = re.compile(r"(?:of|the|a|an|his|her|some|extra|generic)\b", re.IGNORECASE)
_LEAD_WORDS = 8
_TAKEN_COUNT = re.compile(r"\b(?:takes?|took|taking|uses?)\s+(?P<count>[1-4])\s+$", re.IGNORECASE)
_MEASURED = re.compile(
    r"\s*(?:levels?|studies|panel|screen|assay|titers?|toxicity|overdose|deficiency|deficient|resistance|"
    r"dependence|withdrawal|"
    r"abuse|use\s+disorder)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\s*(?:(?:was|is|are|were|of|at|has been)\s+(?:\w+\s+){0,2}?\d|(?:was|is|are|were)\s+(?:normal|low|high|"
    r"elevated|negative|"
    r"positive)|\d+(?:\.\d+)?(?!\s*(?:mg|mcg|g|mL|units?|IU|mEq|tab|cap|puff|drop|%|daily|times|x|/)))",
    re.IGNORECASE,
)
_TESTED = re.compile(
    r"\b(?:check|recheck|order|ordered|repeat|draw|labs?|levels?|serum|cbc|panel|ferritin|tsh|bmp|"
    r"cmp)\b[\w\s,]{0,30}$",
    re.IGNORECASE,
)
_PROCEDURE = re.compile(
    r"\s*(?:injections?|shots?|block|infusions?|challenge|test(?:ing)?|allergy|allergies)\b", re.IGNORECASE
)
_TAKEN = re.compile(
    r"\b(?:takes?|taking|on|uses?|using|start(?:ed|ing)?|continue[ds]?|stop(?:ped)?|add(?:ed)?|refill(?:ed)?|"
    r"resume|increase|decrease|hold|"
    r"prescribed?|medications?|supplements?|with|daily|oral|over the counter)\s+(?:(?:a|an|the|his|her|some|"
    r"include|are|is|of|and|with)\s+){0,3}$",
    re.IGNORECASE,
)


@Language.component("medications")
def find_medications(doc: Doc) -> Doc:
    """Add the medicines of `doc` to its mentions."""
    taken = [mention.span for mention in mentions(doc) if mention.kind in (Kind.ALLERGY, Kind.IMMUNIZATION)]
    free = [name for name in names(words(doc)) if not any(span.overlaps(name.span) for span in taken)]
    note = note_of(doc)
    uses = list(_uses(note, free))
    mentions(doc).extend(entries(note, uses))
    return doc


def _uses(note: Note, found: list[Name]) -> Iterator[Use]:
    """Each name that is a medicine in its place, with its parts and what is done with it."""
    text = note.written
    previous: Use | None = None
    for index, name in enumerate(found):
        following = found[index + 1].span.start if index + 1 < len(found) else len(text)
        stop = min(
            [following, *(section.heading.start for section in note.sections if section.heading.start > name.span.end)]
        )
        floor = max(previous.end if previous else 0, _sentence_start(text, name.span.start))
        lead = [*_lead(text, floor, name.span.start), *_inside(text, name.span)]
        use = Use(name, lead, _chain(text, name, stop))
        if following == stop < len(text):
            _give_back(text, use, following)
        listed = previous is not None and previous.end >= floor and actions.is_list(text[previous.end : use.start])
        if not _is_medicine(note, use, listed):
            continue
        use.act = _act(note, use, previous, listed=listed, stop=stop)
        previous = use
        if not use.act.excluded:
            yield use


def _chain(text: str, name: Name, stop: int) -> list[Part]:
    """The parts that follow a name, over joining words and over what it is taken for ("gabapentin for neuropathy
    300 mg").
    """
    start = name.span.end
    chain = list(parts(text, start, stop))
    end = chain[-1].span.end if chain else start
    passive = actions.passive_end(text, end, stop)
    if passive is not None:
        chain += parts(text, passive, stop)
    bare = None if name.medicine.needs_context else _bare_dose(text, chain, start, stop)
    if bare is not None:
        return [*chain, bare, *parts(text, bare.span.end, stop)]
    if not any(part.kind in (PartKind.DOSE, PartKind.TIMING) for part in chain):
        aside = re.compile(
            r"\s*,?\s*for\s+(?:(?:his|her|the)\s+)?[\w-]+(?:\s+[\w-]+){0,2}?(?=,?\s+(?:\d|once|twice|daily|every|"
            r"at bed))"
        ).match(text, end, stop)
        if aside:
            chain += parts(text, aside.end(), stop)
    while chain and chain[-1].kind is PartKind.FILLER:
        chain.pop()
    return chain


def _bare_dose(text: str, chain: list[Part], start: int, stop: int) -> Part | None:
    """A number right after the name, where a timing or the end of the instruction shows it to be a dose."""
    if any(part.kind is not PartKind.FILLER for part in chain):
        return None
    position = chain[-1].span.end if chain else start
    spaced = re.compile(r"\s*").match(text, position)
    dose = bare_dose_at(text, spaced.end() if spaced else position)
    if dose is None or dose.span.end > stop:
        return None
    if (
        _RELEASE.match(text, dose.span.end)
        or _DOSE_END.match(text, dose.span.end)
        or not text[dose.span.end : stop].strip()
    ):
        return dose
    after = re.compile(r"\s+").match(text, dose.span.end)
    following = part_at(text, after.end()) if after else None
    return dose if following is not None and following.kind in (PartKind.TIMING, PartKind.PRN, PartKind.ROUTE) else None


def _lead(text: str, floor: int, name: int) -> list[Part]:
    """The parts right before a name: "2 tablets of", "oral", "a 5 day course of"."""
    counted = _TAKEN_COUNT.search(text, floor, name)
    if counted is not None:
        return [Part(PartKind.DOSE, Span(*counted.span("count")), counted["count"])]
    starts = [match.start() + floor for match in re.finditer(r"\S+", text[floor:name])][-_LEAD_WORDS:]
    for start in starts:
        run = _lead_run(text, start, name)
        if run:
            return run
    return []


def _inside(text: str, name: Span) -> list[Part]:
    """The form that the name itself ends with: "albuterol inhaler"."""
    for space in re.finditer(r"\s", name.of(text)):
        part = part_at(text, name.start + space.end())
        if part is not None and part.span.end == name.end and part.kind in (PartKind.FORM, PartKind.ROUTE):
            return [part]
    return []


def _lead_run(text: str, start: int, name: int) -> list[Part]:
    run: list[Part] = []
    position = start
    while position < name:
        if text[position] == " ":
            position += 1
            continue
        filler = _LEAD_FILLER.match(text, position) if run else None
        if filler:
            position = filler.end()
            continue
        part = part_at(text, position)
        if part is None or part.kind in (PartKind.FILLER, PartKind.CHANGE, PartKind.COUNT) or part.span.end > name:
            return []
        if part.kind is PartKind.TIMING and part.value not in ("once daily", "weekly", "nightly"):
            return []
        run.append(part)
        position = part.span.end
    return run


def _give_back(text: str, use: Use, following: int) -> None:
    """Leave the dose that stands right before the next name to that name: "Lasix daily and 20 mg of lisinopril"."""
    doses = [index for index, part in enumerate(use.chain) if part.kind is PartKind.DOSE]
    if not doses or any(part.kind not in (PartKind.FORM, PartKind.FILLER) for part in use.chain[doses[-1] + 1 :]):
        return
    last = use.chain[doses[-1]]
    rest = text[last.span.end : following]
    handed = re.fullmatch(r"\s*(?:\w+\s+)?of\s+(?:the\s+)?", rest) is not None
    own = any(not use.chain[index].is_strength for index in doses[:-1])
    if handed or (own and not rest.strip()):
        del use.chain[doses[-1] :]


def _sentence_start(text: str, position: int) -> int:
    start = 0
    for match in _BREAK.finditer(text, max(0, position - 400), position):
        start = match.end()
    return start


def _is_medicine(note: Note, use: Use, listed: bool) -> bool:  # noqa: FBT001 - the two facts are named at the call
    """Whether the name is a medicine in its place, not an analyte, a substance of abuse or a procedure."""
    text, span = note.written, use.name.span
    dosed = use.first(PartKind.DOSE) is not None or use.first(PartKind.CHANGE) is not None
    timed = dosed or use.first(PartKind.TIMING) is not None
    if not timed and (_MEASURED.match(text, span.end) or _PROCEDURE.match(text, span.end)):
        return False
    if not use.name.medicine.needs_context or dosed:
        return True
    if _RESULT.match(text, span.end):
        return False
    before = text[max(0, span.start - 60) : span.start]
    if _TESTED.search(before):
        return False
    if timed or use.first(PartKind.PRN) or use.first(PartKind.FORM):
        return True
    section = note.section_at(span.start)
    return listed or _TAKEN.search(before) is not None or (section is not None and section.name in _LISTS)


def _act(note: Note, use: Use, previous: Use | None, *, listed: bool, stop: int) -> Act:
    text = note.written
    start = max(_sentence_start(text, use.name.span.start), _section_start(note, use.name.span.start))
    if previous is not None and previous.end > start:
        gap = text[previous.end : use.start]
        if previous.act.link == "from" and actions.links_switch(gap):
            previous.act = replace(previous.act, action="stop", link="")
            return replace(previous.act, action="start")
        if actions.turns_into(gap):
            previous.act = replace(previous.act, action="stop", link="")
        act = previous.act if listed else actions.before(text, previous.end, use.start)
        if listed and act.link:
            act = replace(act, link="")
    else:
        act = actions.before(text, start, use.start)
    act = actions.after(text, use.name.span.end, stop, act)
    act = actions.after(text, use.end, stop, act)
    if act.link == "to":
        act = replace(act, action="start", link="")
    if act.assertion is Assertion.PRESENT and not (listed and previous is not None):
        cue = actions.conditional(text, start, use.start)
        if cue is not None and (act.action != "taking" or actions.is_thought(cue.of(text))):
            return replace(act, assertion=Assertion.HYPOTHETICAL, cue=cue)
    return act


def _section_start(note: Note, position: int) -> int:
    section = note.section_at(position)
    return section.body.start if section is not None and section.body.start <= position else 0
