"""How each condition is filed: the cues' verdict, turned into what a chart says.

Owns the charting conventions: an ongoing disease in the past medical history is present, an event there is
historical, what a relative has is family history. Knows nothing of how cues are found.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.extract import resources
from ehr.extract.assertion import OTHER, PATIENT, Context, Judgement
from ehr.extract.clauses import clause_at, clauses
from ehr.extract.lexicon import is_event
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.words import split, words

_DATA = resources.load("assertion")
_ONGOING = frozenset(split(phrase) for phrase in _DATA["ongoing"])
_PERSISTING = frozenset(_DATA["persisting"])
_ALWAYS_PAST = frozenset(_DATA["always_past"])
_CONDITIONS = frozenset({Kind.PROBLEM, Kind.SYMPTOM})
_CALLING = frozenset({"call", "emergency", "911", "er", "ed", "seek"})
_PAST_TIME = re.compile(
    r"\b(?:in (?:19|20)\d\d|(?:\w+ ){1,3}(?:years|year|decades) ago|last year|as a child)\b",
    re.IGNORECASE,
)


def context(doc: Doc) -> Context:
    """The assertion cues of `doc`, found on first use."""
    found = doc.user_data.get("context")
    if found is None:
        cut = clauses(doc)
        edges = [clause.first for clause in cut]
        closed = [clause.last for clause in cut if clause.closed]
        found = doc.user_data["context"] = Context(words(doc), edges, closed)
    return cast("Context", found)


@Language.component("judgement")
def judge(doc: Doc) -> Doc:
    """Give every condition of `doc` its assertion; drop what is only talked about or somebody else's."""
    found = mentions(doc)
    found[:] = [
        mention for mention in found if mention.kind not in _CONDITIONS or mention.settled or _file(doc, mention)
    ]
    found += [shared for mention in found if (shared := _shared(doc, mention)) is not None]
    return doc


def _shared(doc: Doc, mention: Mention) -> Mention | None:
    """The same condition of the relative named before: "her mother and sister have migraines"."""
    if mention.kind is not Kind.FAMILY_HISTORY or mention.cue is None:
        return None
    relation = context(doc).relative_before(words(doc).at(mention.cue.start))
    return replace(mention, attributes={"relation": relation}, flags=[]) if relation else None


def _file(doc: Doc, mention: Mention) -> bool:
    """Set the assertion of `mention`; False where it is no fact of the chart."""
    first, last = words(doc).range(mention.name_span)
    verdict = context(doc).judge(first, last)
    if verdict.status == "ignored" or verdict.experiencer == OTHER:
        return False
    if verdict.cue is not None:
        mention.cue = words(doc).span(*verdict.cue)
    relation = _relation(doc, mention, verdict)
    if relation:
        if mention.kind is Kind.SYMPTOM and clause_at(doc, mention.name_span.start).section != "family_history":
            return False
        _to_family(mention, verdict, relation)
        return True
    mention.assertion = _assertion(doc, mention, verdict)
    if verdict.status == "resolved":
        mention.attributes["status"] = "resolved"
    return not (mention.assertion is Assertion.HYPOTHETICAL and _is_known(doc, mention, first))


def _relation(doc: Doc, mention: Mention, verdict: Judgement) -> str:
    """The relative whose condition it is; empty for the patient's own."""
    if verdict.experiencer != PATIENT:
        return verdict.experiencer
    clause = clause_at(doc, mention.name_span.start)
    own = words(doc).text[clause.first] in {"he", "she", "i", "patient", "the"}
    if clause.section != "family_history" or own:
        return ""
    return context(doc).listed_relative(words(doc).at(mention.name_span.start)) or "family"


def _to_family(mention: Mention, verdict: Judgement, relation: str) -> None:
    mention.kind = Kind.FAMILY_HISTORY
    denied = verdict.status == "absent"
    mention.assertion = Assertion.ABSENT if denied else Assertion.FAMILY
    mention.attributes.clear()
    mention.attributes["relation"] = "family" if denied else relation
    if mention.cue is not None:
        mention.grow(mention.cue)


def _assertion(doc: Doc, mention: Mention, verdict: Judgement) -> Assertion:
    if verdict.status == "resolved" or mention.name in _ALWAYS_PAST:
        return Assertion.HISTORICAL
    event = is_event(mention.name)
    if verdict.status == "historical":
        first, last = verdict.cue or (0, 0)
        soft = tuple(words(doc).stem[first:last]) in _ONGOING
        return Assertion.PRESENT if soft and not event else Assertion.HISTORICAL
    if verdict.status == "present" and event and mention.kind is Kind.PROBLEM:
        clause = clause_at(doc, mention.name_span.start)
        said = clause.span.of(note_of(doc).written)
        if clause.section == "past_medical_history" or _PAST_TIME.search(said):
            return Assertion.HISTORICAL
    return verdict.assertion


def _is_known(doc: Doc, mention: Mention, first: int) -> bool:
    """Whether a condition is about what the patient has already: "if the pain worsens", "if his tumor shrinks"."""
    these = words(doc)
    if not _CALLING.isdisjoint(these.text[slice(*context(doc).sentence(first))]):
        return False
    if first > 1 and these.text[first - 1] in {"the", "his", "her"} and these.text[first - 2] == "if":
        return True
    last = these.range(mention.span)[1]
    after = these.text[last : last + 2]
    return bool(after) and after[0] not in {".", ",", ";"} and any(word in _PERSISTING for word in after)
