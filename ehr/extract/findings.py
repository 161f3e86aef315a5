"""Conditions and findings: listed ones, and those put together from a place, a head noun, a movement or a function.

Owns which words of a note name a problem or symptom. Knows nothing of whether they are affirmed or denied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.extract import resources
from ehr.extract.anatomy import FILLERS, GRAMMAR, QUALITIES, Place, place_at, skip_qualities
from ehr.extract.lexicon import Term, conditions
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.words import Phrases, Words, words

_NUMBERS = frozenset({"pound", "lb", "kilogram", "kg", "kilo"})
_LINKS = Phrases((word, word) for word in GRAMMAR["links"])
_COPULAS = Phrases((word, word) for word in GRAMMAR["copulas"])
_ADJECTIVES: Phrases[str] = Phrases(GRAMMAR["adjectives"])
_VERBS: Phrases[str] = Phrases(GRAMMAR["verbs"])
_MOVEMENTS = Phrases((word, word) for word in GRAMMAR["movements"])
_MOVED = frozenset(GRAMMAR["moved"])
_MOVING = frozenset(GRAMMAR["moving"])
_DIFFICULTY = Phrases((word, word) for word in GRAMMAR["difficulty"])
_ACTIONS: Phrases[str] = Phrases(GRAMMAR["actions"])
_DEGREES: Phrases[str] = Phrases(GRAMMAR["degrees"])
_FUNCTIONS = Phrases((word, word) for word in GRAMMAR["functions"])
_SPREAD = frozenset(GRAMMAR["spread"])
_NEGATED: dict[str, str] = GRAMMAR["negated"]
_ROOM_AIR = frozenset(GRAMMAR["room_air"])
_ABSORBED: dict[str, str] = GRAMMAR["absorbed"]
_WEIGHT: dict[str, str] = GRAMMAR["weight"]
_AMBIGUOUS = frozenset(GRAMMAR["ambiguous"])
_UPPERCASE = frozenset(GRAMMAR["uppercase"])
_COUNTED = frozenset({"mole", "burn", "fall", "sore", "mets"})
_AT_NIGHT = Phrases((word, word) for word in GRAMMAR["at_night"])
_VOIDING = frozenset({"urinate", "urinating", "void", "pee", "bathroom", "urine"})
_INTRODUCING = frozenset(GRAMMAR["introducing"])


@dataclass(frozen=True, slots=True)
class Head:
    """A noun that a finding is built on; `alone` when it is filed without a place as well."""

    name: str
    kind: Kind
    alone: bool


def _heads() -> Iterator[tuple[str, Head]]:
    for name, kind, *rest in resources.table("findings"):
        alone = bool(rest) and rest[0] == "alone"
        for surface in [name, *(rest[1].split("|") if len(rest) > 1 else [])]:
            yield surface, Head(name if surface.startswith(("pain ", "tenderness ")) else surface, Kind(kind), alone)


_HEADS = Phrases(_heads())


@dataclass(frozen=True, slots=True)
class Finding:
    """Words [first, last) name the finding `name`; `evidence` reaches over all words that it was put together from."""

    first: int
    last: int
    name: str
    kind: Kind
    side: str = ""
    concept: str = ""
    evidence: tuple[int, int] = field(default=(0, 0))


@Language.component("findings")
def find(doc: Doc) -> Doc:
    """Append the problems and symptoms of `doc`."""
    these = words(doc)
    for index, word in enumerate(these.text):
        if word in _NEGATED:
            span = these.span(index, index + 1)
            mentions(doc).append(Mention(Kind.SYMPTOM, _NEGATED[word], span, "findings", Assertion.ABSENT, settled=True,
                                         cue=span))  # fmt: skip
    last: Mention | None = None
    for finding in _scan(these, note_of(doc).written):
        mention = _mention(these, finding)
        _read_test(these, finding, mention)
        if last is not None and last.concept == _ABSORBED.get(finding.concept):
            last.grow(mention.span)
            continue
        mentions(doc).append(mention)
        last = mention
    return doc


def _read_test(these: Words, finding: Finding, mention: Mention) -> None:
    """Deny a test of the examination that turned out negative: "negative Lachman", "Lachman's test is normal"."""
    if not finding.name.startswith("positive "):
        return
    after = [word for word in these.text[finding.last : finding.last + 2] if word not in {"is", "was", "are", "were"}]
    before = finding.first - 1
    if before >= 0 and these.text[before] == "negative":
        mention.cue = these.span(before, before + 1)
    elif after[:1] == ["normal"]:
        mention.cue = these.span(finding.last, finding.last + 2 - (these.text[finding.last] == "normal"))
    else:
        return
    mention.assertion, mention.settled = Assertion.ABSENT, True


def _mention(these: Words, finding: Finding) -> Mention:
    first, last = finding.evidence if finding.evidence != (0, 0) else (finding.first, finding.last)
    mention = Mention(
        finding.kind,
        finding.name,
        these.span(first, last),
        "findings",
        concept=finding.concept,
        name_span=these.span(finding.first, finding.last),
    )
    if finding.side:
        mention.attributes["laterality"] = finding.side
    return mention


def _scan(these: Words, text: str) -> Iterator[Finding]:
    """All findings from left to right; at each word the reading that reaches furthest wins."""
    stems, index = these.stem, 0
    while index < len(stems):
        best: list[Finding] = []
        for reading in _READINGS:
            found = reading(stems, index)
            if found and (not best or max(f.last for f in found) > max(f.last for f in best)):
                best = found
        best = [found for found in best if not _is_other_word(these, text, found)]
        yield from best
        index = max((found.last for found in best), default=index + 1)


def finding_end(stems: list[str], first: int) -> int | None:
    """Where the condition or finding that begins at word `first` ends, None where none begins."""
    readings = (reading(stems, first) for reading in _READINGS)
    return max((found[-1].last for found in readings if found), default=None)


def _is_other_word(these: Words, text: str, found: Finding) -> bool:
    """Whether a short form is an ordinary word here: "Ms. Lane", "add", "heating pad"."""
    word = these.stem[found.first]
    if found.last - found.first > 1 or word not in _AMBIGUOUS | _UPPERCASE:
        return False
    before = these.text[found.first - 1] if found.first else ""
    spoken = text[these.start[found.first] : these.end[found.first]]
    if (word in _ROOM_AIR and before == "on") or (word == "pad" and before in {"a", "the"}):
        return True
    counted = before.isdigit() and word in _COUNTED
    return not (spoken.isupper() or ((before in _INTRODUCING or counted) and word in _AMBIGUOUS))


def _listed(stems: list[str], first: int) -> list[Finding]:
    """A phrase of the lexicon, with the place said after it where it is a head noun too."""
    hit = conditions().longest(stems, first)
    if hit is None or (hit[0] == first + 1 and _is_quality(stems, first)):
        return []
    last, term = hit
    return [_finding(first, last, term)]


def _is_quality(stems: list[str], first: int) -> bool:
    """Whether the word only describes the finding after it: "a burning foot pain"."""
    start = skip_qualities(stems, first)
    if start == first or start >= len(stems):
        return False
    place = place_at(stems, start)
    found = _HEADS.longest(stems, start) or conditions().longest(stems, start)
    return bool(found or (place and _HEADS.longest(stems, min(place.last, len(stems) - 1))))


def _finding(first: int, last: int, term: Term) -> Finding:
    return Finding(first, last, term.name, term.kind, concept=term.concept)


def _placed(stems: list[str], first: int) -> list[Finding]:
    """A place and what is said of it: "right knee pain and swelling", "the knee feels stiff", "his back hurts"."""
    place = place_at(stems, first)
    if place is None:
        return []
    if (second := _second_place(stems, place)) is not None:
        heads = _head_list(stems, second.last)
        if len(heads) == 1:
            first_head = _built(place, heads[0])
            return [Finding(place.first, place.last, first_head.name, first_head.kind, place.side or second.side,
                            evidence=(place.first, heads[0][1])), _built(second, heads[0])]  # fmt: skip
    heads = _head_list(stems, place.last, commas=False)
    if heads:
        return [_built(place, head, whole=index == 0) for index, head in enumerate(heads)]
    return _predicated(stems, place)


def _second_place(stems: list[str], place: Place) -> Place | None:
    if place.last + 1 < len(stems) and stems[place.last] in {"or", "and"}:
        return place_at(stems, place.last + 1)
    return None


def _built(place: Place, head: tuple[int, int, Head], *, whole: bool = True) -> Finding:
    first, last, noun = head
    name = noun.name if noun.kind is Kind.PROCEDURE else f"{place.name} {noun.name}"
    return Finding(
        min(place.first, first) if whole else first, last, name, noun.kind, place.side, evidence=(place.first, last)
    )


def _head_list(stems: list[str], first: int, *, commas: bool = True) -> list[tuple[int, int, Head]]:
    """Head nouns joined by "and", "or" or commas from word `first` on, each with its words."""
    joints = {",", "and", "or"} if commas else {"and", "or"}
    found: list[tuple[int, int, Head]] = []
    index = first
    while index < len(stems):
        start, hit = index, _HEADS.longest(stems, index)
        if hit is None:
            start = skip_qualities(stems, index)
            hit = _HEADS.longest(stems, start) if start < len(stems) else None
        if hit is None:
            break
        found.append((start, hit[0], hit[1]))
        index = hit[0]
        while index < len(stems) and stems[index] in joints:
            index += 1
        if index == hit[0]:
            break
    return found


def _predicated(stems: list[str], place: Place) -> list[Finding]:
    """What a verb says of a place: "the joint is warm, red and tender"; "his knee hurts"."""
    if place.last < len(stems) and (verb := _VERBS.longest(stems, place.last)):
        return [Finding(place.first, verb[0], f"{place.name} {verb[1]}", Kind.SYMPTOM, place.side)]
    copula = _COPULAS.longest(stems, place.last) if place.last < len(stems) else None
    found: list[Finding] = []
    index = copula[0] if copula else place.last
    while index < len(stems):
        start, hit = index, _ADJECTIVES.longest(stems, index)
        while hit is None and start < len(stems) and (quality := QUALITIES.longest(stems, start)):
            start = quality[0]
            hit = _ADJECTIVES.longest(stems, start) if start < len(stems) else None
        if hit is None:
            break
        first = place.first if not found else start
        found.append(Finding(first, hit[0], f"{place.name} {hit[1]}", Kind.SYMPTOM, place.side,
                             evidence=(place.first, hit[0])))  # fmt: skip
        index = hit[0]
        while index < len(stems) and stems[index] in {",", "and"}:
            index += 1
    return found


def _headed(stems: list[str], first: int) -> list[Finding]:
    """Head nouns and the place said after them: "numbness and tingling in the fingers of her left hand"."""
    heads = _head_list(stems, first)
    if not heads or heads[0][0] != first:
        return []
    last = heads[-1][1]
    place = _linked_place(stems, last)
    if place is None:
        start, last, head = heads[0]
        return [Finding(start, last, head.name, head.kind)] if head.alone else []
    spread = all(head.name in _SPREAD for _, _, head in heads)
    return [
        Finding(start, place.last if end == last else end, f"{place.name} {head.name}", head.kind, place.side,
                evidence=(start, place.last))
        if spread or end == last else Finding(start, end, head.name, head.kind)
        for start, end, head in heads
    ]  # fmt: skip


def _linked_place(stems: list[str], first: int) -> Place | None:
    """The place behind "in the", "over the", "of both"; with the side that a larger part adds."""
    link = _LINKS.longest(stems, first) if first < len(stems) else None
    place = place_at(stems, link[0], loose=True) if link else None
    if place is None:
        return None
    whole = place_at(stems, place.last + 1, loose=True) if stems[place.last : place.last + 1] == ["of"] else None
    if whole:
        return Place(place.first, whole.last, place.name, place.side or whole.side)
    return place


def _described(stems: list[str], first: int) -> list[Finding]:
    """Adjectives and their place: "a swollen, painful left big toe", "tender in the right lower quadrant"."""
    found: list[tuple[int, int, str]] = []
    index = first
    while index < len(stems) and (hit := _ADJECTIVES.longest(stems, index)):
        found.append((index, hit[0], hit[1]))
        index = hit[0]
        while index < len(stems) and stems[index] in {",", "and"}:
            index += 1
    place = (place_at(stems, skip_qualities(stems, index)) or _linked_place(stems, index)) if found else None
    if place is None or _HEADS.longest(stems, min(place.last, len(stems) - 1)):
        return []
    return [
        Finding(start, place.last if position == len(found) - 1 else end, f"{place.name} {name}", Kind.SYMPTOM,
                place.side, evidence=(start, place.last))
        for position, (start, end, name) in enumerate(found)
    ]  # fmt: skip


def _moved(stems: list[str], first: int) -> list[Finding]:
    """A complaint that a movement brings on: "pain with flexion and extension", "difficulty swallowing"."""
    trouble = _DIFFICULTY.longest(stems, first)
    if trouble and trouble[0] < len(stems) and (action := _ACTIONS.longest(stems, trouble[0])):
        return [Finding(first, action[0], action[1], Kind.SYMPTOM, concept=action[1])]
    hit = _HEADS.longest(stems, first) or conditions().longest(stems, first)
    if hit is None or hit[1].name not in _MOVED or hit[0] >= len(stems) or stems[hit[0]] not in _MOVING:
        return []
    start = hit[0] + 1
    while start < len(stems) and stems[start] in FILLERS:
        start += 1
    movement = _MOVEMENTS.longest(stems, start) if start < len(stems) else None
    if movement is None:
        return []
    last, name = movement
    if last + 1 < len(stems) and stems[last] in {"and", "or"} and (more := _MOVEMENTS.longest(stems, last + 1)):
        last, name = more[0], f"{name} {stems[last]} {more[1]}"
    place = _linked_place(stems, last)
    return [Finding(first, place.last if place else last, f"{hit[1].name} {stems[hit[0]]} {name}", Kind.SYMPTOM,
                    place.side if place else "")]  # fmt: skip


def _functional(stems: list[str], first: int) -> list[Finding]:
    """A function and how it changed: "decreased peripheral vision", "range of motion is limited"."""
    degree = _DEGREES.longest(stems, first)
    if degree and degree[0] < len(stems):
        start = degree[0] + (stems[degree[0]] in FILLERS)
        if function := _FUNCTIONS.longest(stems, min(start, len(stems) - 1)):
            return [Finding(first, function[0], f"{degree[1]} {function[1]}", Kind.SYMPTOM)]
    function = _FUNCTIONS.longest(stems, first)
    copula = _COPULAS.longest(stems, function[0]) if function and function[0] < len(stems) else None
    if function and copula and copula[0] < len(stems):
        start = skip_qualities(stems, copula[0])
        degree = _DEGREES.longest(stems, start) if start < len(stems) else None
        if degree:
            return [Finding(first, degree[0], f"{degree[1]} {function[1]}", Kind.SYMPTOM)]
    return []


def _weighed(stems: list[str], first: int) -> list[Finding]:
    """A change of weight in numbers: "lost 6 pounds", "gains more than 3 pounds"."""
    name = _WEIGHT.get(stems[first])
    if name is None:
        return []
    for index in range(first + 1, min(first + 7, len(stems))):
        if stems[index] in _NUMBERS:
            return [Finding(first, index + 1, name, Kind.SYMPTOM, concept=name)]
    return []


def _nightly(stems: list[str], first: int) -> list[Finding]:
    """Rising at night to pass water: "gets up 4 times a night to urinate"."""
    if stems[first] != "up":
        return []
    for index in range(first + 1, min(first + 7, len(stems))):
        if night := _AT_NIGHT.longest(stems, index):
            for last in range(night[0], min(night[0] + 6, len(stems))):
                if stems[last] in _VOIDING:
                    return [Finding(first, last + 1, "nocturia", Kind.SYMPTOM, concept="nocturia")]
    return []


_READINGS = (_listed, _placed, _headed, _described, _moved, _functional, _weighed, _nightly)
