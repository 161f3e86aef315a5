"""Scope units: how far a cue ("denies", "if", "history of") can reach.

Owns the cutting of a note into clauses that do not depend on punctuation, since speech recognizers drop it.
A clause ends at a mark where there is one, and else where a new heading, a new subject with its verb, an instruction
or a contrast begins. Knows nothing of what the cues mean.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.anatomy import place_at
from ehr.extract.mention import note_of
from ehr.extract.words import Words, words

_GRAMMAR = resources.load("clauses")
_ENDS = frozenset(_GRAMMAR["ends"])
_PRONOUNS = frozenset(_GRAMMAR["pronouns"])
_PEOPLE = frozenset(_GRAMMAR["people"])
_DETERMINERS = frozenset(_GRAMMAR["determiners"])
_FINITE = frozenset(_GRAMMAR["finite"])
_AUXILIARY = frozenset(_GRAMMAR["auxiliary"])
_STARTING = frozenset(_GRAMMAR["starting_verbs"])
_IMPERATIVES = frozenset(_GRAMMAR["imperatives"])
_NOT_IMPERATIVE_BEFORE = frozenset(_GRAMMAR["not_imperative_before"])
_NOT_IMPERATIVE_AFTER = frozenset(_GRAMMAR["not_imperative_after"])
_NOUNS_TOO = frozenset(_GRAMMAR["nouns_too"])
_CONTRAST = frozenset(_GRAMMAR["contrast"])
_SUBORDINATE = frozenset(_GRAMMAR["subordinate"])
_ATTACHED = frozenset(_GRAMMAR["attached"])
_CONJUNCTIONS = frozenset(_GRAMMAR["conjunctions"])
_COPULAS = frozenset(_GRAMMAR["copulas"])
_EXISTENTIAL = frozenset(_GRAMMAR["existential"])
_TOPICS = frozenset(_GRAMMAR["topics"])
_TOPIC_FOLLOWERS = frozenset(_GRAMMAR["topic_followers"])
_NOT_TOPIC_BEFORE = frozenset(_GRAMMAR["not_topic_before"])
_BEING = frozenset({"is", "are", "was", "were", "be", "been"})
_GOING_ON = frozenset({"", ",", ":", "in", "on", "at", "by", "with", "of", "to", "for", "and", "or", "over", "during",
                       "from", "here", "out", "within", "throughout", "along"})  # fmt: skip
_SMOKING = frozenset({"smoker", "smoked", "nonsmoker", "drinker", "tobacco"})
_HABIT_OF = frozenset({"is", "was", "a", "an", "has", "have", "had", "who", "and", "as", "the", "been"})
_ADVERBS = frozenset({"also", "not", "clearly", "definitely", "again", "well"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Words [first, last) of a Doc's `Words`.

    `section` is the section's key, empty outside any; `closed` tells that a mark or a heading ends the clause, and not
    only the next one's beginning.
    """

    first: int
    last: int
    span: Span
    section: str
    closed: bool


def clauses(doc: Doc) -> tuple[Clause, ...]:
    """The clauses of `doc` in order; together they cover every word."""
    return cast("tuple[Clause, ...]", doc.user_data["clauses"])


def clause_at(doc: Doc, position: int) -> Clause:
    """The clause that holds the character at `position`."""
    return clauses(doc)[clause_index(doc, position)]


def clause_index(doc: Doc, position: int) -> int:
    """The index in `clauses(doc)` of the clause that holds the character at `position`."""
    starts = doc.user_data.get("clause_starts")
    if starts is None:
        starts = doc.user_data["clause_starts"] = [clause.span.start for clause in clauses(doc)]
    return max(bisect_right(starts, position) - 1, 0)


@Language.component("clauses")
def find_clauses(doc: Doc) -> Doc:
    """Cut `doc` into clauses."""
    these = words(doc)
    note = note_of(doc)
    headings = [place for section in note.sections for place in (section.heading.start, section.body.start)]
    hard = {these.at(place) for place in headings}
    hard |= {index + 1 for index, word in enumerate(these.text) if word in _ENDS or word.isspace()}
    edges = sorted({edge for edge in hard | set(boundaries(these)) if edge < len(these)} | {0, len(these)})
    found = []
    for first, last in pairwise(edges):
        section = note.section_at(these.start[first])
        found.append(Clause(first, last, these.span(first, last), section.name if section else "",
                            last in hard or last == len(these)))  # fmt: skip
    doc.user_data["clauses"] = tuple(found)
    return doc


def boundaries(these: Words) -> Iterator[int]:
    """The words at which a new statement begins though no mark says so."""
    text = these.text
    for index in range(1, len(text)):
        word = text[index]
        for words_of_rule, rule in _RULES:
            if word in words_of_rule and (start := rule(these, index)) is not None:
                yield start
                break


def _subject(these: Words, index: int) -> int | None:
    """A pronoun or person with a verb: "he takes", "the patient denies", "her mother had"."""
    text = these.text
    following = [*text[index + 1 : index + 3], "", ""]
    if not (_finite(text[index], following[0]) or (following[0] in _AUXILIARY and _finite(text[index], following[1]))):
        return None
    start = index
    while start > 0 and (text[start - 1] in _DETERMINERS or text[start - 1] in {"maternal", "paternal", "older"}):
        start -= 1
    return _before_joint(text, start)


def _finite(subject: str, word: str) -> bool:
    return word in _FINITE or (subject in _PRONOUNS and len(word) > 3 and word.endswith(("s", "ed")))


def _before_joint(text: list[str], start: int) -> int | None:
    """The start of a statement with the conjunction that joins it; None where it hangs on a word before it."""
    if start == 0 or text[start - 1] in _ATTACHED:
        return None
    if text[start - 1] in _SUBORDINATE | _CONJUNCTIONS:
        return _before_or(text, start - 1) or None
    return start


def _inverted(these: Words, index: int) -> int | None:
    """A condition: "should she develop", "if he", "when it"; it begins at its first word."""
    text = these.text
    if text[index] == "should":
        return (
            index if text[index + 1 : index + 2] and text[index + 1] in _PRONOUNS | _DETERMINERS | {"symptom"} else None
        )
    return _before_or(text, index)


def _before_or(text: list[str], index: int) -> int:
    """Take "or", "and" and "sooner" before a condition along: "or sooner if"."""
    start = index
    while start > 0 and text[start - 1] in {"or", "and", "sooner", "but", "only", "even"}:
        start -= 1
    return start


def _starting_verb(these: Words, index: int) -> int | None:
    """A verb whose subject was dropped: "drinks a glass of wine nightly teaches piano"."""
    before = these.text[index - 1]
    if before in {"and", "but"} and index > 1:
        return index - 1
    if before in _AUXILIARY | _PEOPLE or (index > 1 and these.text[index - 2] in _DETERMINERS):
        return None
    return index


def _habit(these: Words, index: int) -> int | None:
    """A habit told without a verb: "his brother has asthma | never a smoker", "… former smoker"."""
    before, after = these.text[index - 1], these.stem[index + 1 : index + 3]
    if before in _HABIT_OF or not any(word in _SMOKING for word in after):
        return None
    return index


def _imperative(these: Words, index: int) -> int | None:
    """An instruction: "start meloxicam", "check a cortisol"."""
    text = these.text
    after = text[index + 1] if index + 1 < len(text) else "."
    before = text[index - 1]
    if any(word in {"if", "when", "should", "unless"} for word in text[max(0, index - 4) : index]):
        return None
    noun = text[index] in _NOUNS_TOO and after in _NOT_IMPERATIVE_AFTER
    if before == "and" and not noun:
        return index - 1 or None
    if noun or before in _NOT_IMPERATIVE_BEFORE:
        return None
    return index


def _contrast(_: Words, index: int) -> int | None:
    return index


def _predicate(these: Words, index: int) -> int | None:
    """The subject before a copula: "no murmurs | abdomen is soft"; "no mass is seen" only says that it exists."""
    text = these.text
    following = text[index + 1 : index + 3]
    if any(word in _EXISTENTIAL for word in following):
        return None
    start = index - 1
    if (
        text[start]
        in {",", "and", "or", "both", "each", "all", "who", "which", "that", "there", ":", "side"}
        | _PRONOUNS
        | _AUXILIARY
        | _ENDS
    ):
        return None
    while start > 0 and _modifies(these, start - 1):
        start -= 1
    before = text[start - 1] if start else ""
    if before not in _FINITE and any(word in {"if", "unless", "whether"} for word in text[max(0, start - 4) : start]):
        return None
    if before in {"or", "of", "in", "with", "and", "no", "any", "for", "to", "by"}:
        return None
    return _before_joint(text, start)


def _modifies(these: Words, index: int) -> bool:
    """Whether the word belongs to the noun after it: an article, a side, a part of the body."""
    place = place_at(these.stem, index)
    return these.text[index] in _DETERMINERS or (place is not None and place.last > index) or these.text[index] in {
        "left", "right", "bilateral", "lower", "upper"}  # fmt: skip


def _existential(these: Words, index: int) -> int | None:
    """What follows "is seen", "were noted" is a new statement."""
    text = these.text
    at = index - 2 if text[index - 1] in _ADVERBS and index > 1 else index - 1
    if text[at] not in _BEING:
        return None
    after = text[index + 1] if index + 1 < len(text) else ""
    return None if after in _GOING_ON else index + 1


def _topic(these: Words, index: int) -> int | None:
    """A system or heading named before what is said of it: "lungs clear", "abdomen with no masses"."""
    text = these.text
    if text[index - 1] in _NOT_TOPIC_BEFORE:
        return None
    after = text[index + 1] if index + 1 < len(text) else ""
    return index if after in _TOPIC_FOLLOWERS else None


_Rule = Callable[[Words, int], int | None]
_RULES: tuple[tuple[frozenset[str], _Rule], ...] = (
    (_PRONOUNS | _PEOPLE, _subject),
    (frozenset({"should", "if", "when", "unless", "whenever"}), _inverted),
    (_STARTING, _starting_verb),
    (_IMPERATIVES, _imperative),
    (frozenset({"never", "former", "current", "lifelong", "ex"}), _habit),
    (_CONTRAST, _contrast),
    (_COPULAS, _predicate),
    (_EXISTENTIAL, _existential),
    (_TOPICS, _topic),
)
