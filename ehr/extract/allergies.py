"""The allergies of a note: substance, reaction and severity, or that there are none.

Owns how dictation lists them ("allergic to X which gave her a rash", "Allergies: X, Y", "penicillin allergy").
Substances are medicines of the lexicon and the allergens of `resources/extract/allergies.json`; what is listed here
is no medicine to be taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, AttributeValue, Kind
from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.medication_lexicon import lexicon
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.words import Phrases, Words, words

SOURCE = "allergies"
NONE_KNOWN = "no known drug allergies"
_RULES = resources.load("allergies")
_NONE: Phrases[str] = Phrases((phrase, phrase) for phrase in _RULES["none"])
_OPENERS: Phrases[str] = Phrases(
    [(phrase, phrase) for phrase in _RULES["openers"]] + [(phrase, "") for phrase in _RULES["not openers"]]
)
_SUBSTANCES: Phrases[str] = Phrases((word, name) for name, said in _RULES["substances"].items() for word in said)
_REACTIONS: Phrases[str] = Phrases((phrase, phrase) for phrase in _RULES["reactions"])
_SITES: Phrases[str] = Phrases((phrase, phrase) for phrase in _RULES["reaction sites"])
_CAUSES = frozenset(word for phrase in _RULES["causes"] for word in phrase.split())
_CAUSE_FILLERS = frozenset(_RULES["cause fillers"])
_SEVERITIES = frozenset(_RULES["severities"])
_JOINERS = frozenset(_RULES["joiners"])
_NONE_WORDS = frozenset(_RULES["none words"])
_STOPPERS = frozenset(
    [
        ".",
        ",",
        ";",
        ":",
        "(",
        ")",
        "?",
        "which",
        "that",
        "and",
        "or",
        "but",
        "he",
        "she",
        "they",
        "his",
        "her",
        "the",
        "causing",
        "causes",
        "caused",
        "gave",
        "with",
        "is",
        "was",
        "are",
        "mother",
        "father",
        "brother",
        "sister",
        "family",
        "social",
        "past",
        "current",
        "medication",
        "medications",
        "takes",
        "denies",
        "no",
        "never",
        "blood",
        "vitals",
        "on",
        "in",
        "for",
        "as",
        "at",
        "who",
        "resulting",
        "due",
    ]
)
_CAUSED = frozenset({"caused", "causes", "gave", "gives", "give", "cause", "makes", "made"})
_DENIALS = frozenset({"not", "no", "denies", "never", "isn't", "without"})
_REACTED = frozenset({"develops", "develop", "reports", "reported", "developed", "gets", "got", "had", "has"})
_FREE_WORDS = 3
_PEOPLE = frozenset(["mother", "father", "brother", "sister", "son", "daughter", "wife", "husband"])


@dataclass(frozen=True, slots=True)
class _Found:
    """A substance at words [first, last) and, behind it, the words of its reaction up to `end`."""

    name: str
    first: int
    last: int
    end: int
    reaction: str = ""
    severity: str = ""


@Language.component("allergies")
def find_allergies(doc: Doc) -> Doc:
    """Add the allergies of `doc` to its mentions."""
    these = words(doc)
    text = note_of(doc).written
    seen: set[str] = set()
    for mention in _read(text, these, _allergy_sections(doc)):
        if mention.name not in seen:
            seen.add(mention.name)
            mentions(doc).append(mention)
    return doc


def _allergy_sections(doc: Doc) -> list[Span]:
    return [section.body for section in note_of(doc).sections if section.name == "allergies"]


def _read(text: str, these: Words, sections: list[Span]) -> Iterator[Mention]:
    index = 0
    while index < len(these):
        none = _NONE.longest(these.stem, index)
        if none is not None and not _names_substance(these, none[0]):
            yield _mention(these, NONE_KNOWN, index, none[0])
            index = none[0]
            continue
        opener = _OPENERS.longest(these.stem, index)
        if opener is not None:
            found = list(_opened(text, these, index, opener, sections))
            yield from found
            index = max([opener[0], *(these.at(mention.span.end) for mention in found)])
            continue
        suffixed = _suffixed(text, these, index) or _brought_on(text, these, index)
        if suffixed is not None:
            yield suffixed
            index = max(these.at(suffixed.span.end), index + 1)
            continue
        index += 1


def _names_substance(these: Words, index: int) -> bool:
    """Whether "no allergies" goes on to say to what: then it is that substance which is denied."""
    return index + 1 < len(these) and these.text[index] == "to" and _substance(these, index + 1) is not None


def _opened(text: str, these: Words, first: int, opener: tuple[int, str], sections: list[Span]) -> Iterator[Mention]:
    """The substances that an opening phrase at word `first` lists."""
    end, phrase = opener
    if not phrase or not _PEOPLE.isdisjoint(these.text[max(0, first - 3) : first]):
        return
    if phrase.split()[-1] not in ("to", "of"):
        after = end
        while after < len(these) and these.text[after] in {":", ",", "are", "include", "includes", "is", "."}:
            after += 1
        if after < len(these) and these.text[after] in _NONE_WORDS and after - end <= 2:
            yield _mention(these, NONE_KNOWN, first, after + 1)
            return
    denied = not _DENIALS.isdisjoint(these.text[max(0, first - 3) : first])
    directed = phrase.split()[-1] in ("to", "of")
    for number, found in enumerate(_list(text, these, end, directed, sections)):
        start = first if number == 0 else found.first
        assertion = Assertion.ABSENT if denied else Assertion.PRESENT
        yield _allergy(these, found, start, assertion)


def _list(text: str, these: Words, index: int, directed: bool, sections: list[Span]) -> Iterator[_Found]:  # noqa: FBT001
    """Substances one after the other, each with its reaction, until the words are no longer a list of them."""
    first = True
    while index < len(these):
        at = index
        while at < len(these) and (
            these.text[at] in _JOINERS or (these.text[at] == "." and _inside(these, at, sections))
        ):
            at += 1
        if at >= len(these):
            return
        found = _substance(these, at)
        if found is None and first and directed:
            found = _free(these, at)
        if found is None:
            return
        name, last = found
        found_here = _with_reaction(text, these, name, at, last)
        yield found_here
        index = found_here.end
        first = False


def _inside(these: Words, index: int, sections: list[Span]) -> bool:
    return any(section.start <= these.start[index] < section.end for section in sections)


def _substance(these: Words, index: int) -> tuple[str, int] | None:
    """The allergen or medicine at word `index`, and where it ends."""
    allergen = _SUBSTANCES.longest(these.stem, index)
    medicine = lexicon().longest(these.stem, index)
    if allergen is not None and (medicine is None or allergen[0] >= medicine[0]):
        return allergen[1], allergen[0]
    return (medicine[1].name, medicine[0]) if medicine is not None else None


def _free(these: Words, index: int) -> tuple[str, int] | None:
    """A substance that no list knows: the next words up to a word that cannot belong to its name."""
    end = index
    while end < min(len(these), index + _FREE_WORDS) and these.text[end] not in _STOPPERS and these.text[end].isalpha():
        if end > index and _REACTIONS.longest(these.stem, end):
            break
        end += 1
    return (" ".join(these.stem[index:end]), end) if end > index else None


def _with_reaction(text: str, these: Words, name: str, first: int, last: int) -> _Found:
    """The substance with the reaction that follows it, if one does."""
    at, caused, severity = last, False, ""
    while at < len(these):
        word = these.text[at]
        if word in _SEVERITIES:
            severity = word
        elif word in _CAUSES:
            caused = True
        elif word not in _CAUSE_FILLERS and word not in {",", ":", "(", "-"}:
            break
        if word == "," and caused:
            break
        at += 1
    end = _reaction_end(these, at)
    if end is None and caused and at < len(these):
        free = _free(these, at)
        end = free[1] if free else None
    if end is None:
        return _Found(name, first, last, last)
    said = " ".join(these.span(at, end).of(text).lower().split())
    return _Found(name, first, last, end, said, severity)


def _reaction_end(these: Words, index: int) -> int | None:
    """Where the reaction that begins at word `index` ends, with its place ("of the lips") and others joined to it."""
    if index >= len(these):
        return None
    hit = _REACTIONS.longest(these.stem, index)
    if hit is None:
        return None
    end = hit[0]
    site = _SITES.longest(these.stem, end) if end < len(these) else None
    if site is not None:
        end = site[0]
    if end + 1 < len(these) and these.text[end] in {"and", "or"}:
        more = _reaction_end(these, end + 1)
        end = more if more is not None else end
    return end


def _suffixed(text: str, these: Words, index: int) -> Mention | None:
    """The allergy in "penicillin allergy", "peanut allergy with anaphylaxis", "lisinopril caused angioedema"."""
    found = _substance(these, index)
    if found is None:
        return None
    name, last = found
    if last >= len(these):
        return None
    if these.stem[last] in {"allergy", "intolerance"}:
        denied = not _DENIALS.isdisjoint(these.text[max(0, index - 2) : index])
        whole = _with_reaction(text, these, name, index, last + 1)
        return _allergy(these, whole, index, Assertion.ABSENT if denied else Assertion.PRESENT)
    if these.text[last] in _CAUSED:
        whole = _with_reaction(text, these, name, index, last)
        return _allergy(these, whole, index, Assertion.PRESENT) if whole.reaction else None
    return None


def _brought_on(text: str, these: Words, index: int) -> Mention | None:
    """The allergy in "develops hives with cephalexin"."""
    end = _reaction_end(these, index)
    if end is None or end + 1 >= len(these) or these.text[end] not in {"with", "to", "from", "after"}:
        return None
    medicine = lexicon().longest(these.stem, end + 1)
    if medicine is None or index == 0 or these.text[index - 1] not in _REACTED:
        return None
    said = " ".join(these.span(index, end).of(text).lower().split())
    whole = _Found(medicine[1].name, end + 1, medicine[0], medicine[0], said)
    return _allergy(these, whole, index, Assertion.PRESENT)


def _allergy(these: Words, found: _Found, start: int, assertion: Assertion) -> Mention:
    attributes: dict[str, AttributeValue] = {}
    if found.reaction:
        attributes["reaction"] = found.reaction
    severity = found.severity or (these.text[start - 1] if start and these.text[start - 1] in _SEVERITIES else "")
    if severity:
        attributes["severity"] = severity
    return Mention(
        Kind.ALLERGY,
        found.name,
        these.span(start, found.end),
        SOURCE,
        assertion=assertion,
        settled=True,
        attributes=attributes,
        name_span=these.span(found.first, found.last),
    )


def _mention(these: Words, name: str, first: int, last: int) -> Mention:
    return Mention(Kind.ALLERGY, name, these.span(first, last), SOURCE, settled=True)
