"""What is said of a condition besides its name: side, severity, course and duration.

Owns those attributes of problems and symptoms. Knows nothing of other kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.clauses import Clause, clause_at
from ehr.extract.mention import Mention, mentions, note_of

_DATA = resources.load("attributes")
_STATUS: dict[str, str] = _DATA["status"]
_SEVERITY: dict[str, str] = _DATA["severity"]
_DURATION = re.compile(
    rf"\b(?:for|over|times|x|during)\s+({_DATA['number']}\s+{_DATA['unit']})\b"
    rf"|\b({_DATA['number']}[ -]{_DATA['unit']})[ -](?:history of|of)\b"
    rf"|\b({_DATA['number']}\s+{_DATA['unit']})\s+ago\b|\b({_DATA['since']})\b",
    re.IGNORECASE,
)


def _either(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


_STATUS_AFTER = re.compile(rf"[\s,]*(?:{_DATA['linking']}\s+)*({_either(_STATUS)})\b", re.IGNORECASE)
_STATUS_BEFORE = re.compile(
    rf"(?:^|[,.:]|\b(?:{_DATA['leading']}))\s*\b({_either(_STATUS)})\s+(?:[\w-]+\s+){{0,1}}$", re.IGNORECASE
)
_SEVERITY_BEFORE = re.compile(rf"\b({_either(_SEVERITY)})\s+(?:[\w-]+\s+){{0,2}}$", re.IGNORECASE)
_SIDE = re.compile(r"\b(left|right|bilateral|bilaterally|both)\b", re.IGNORECASE)
_SIDE_BEFORE = re.compile(r"\b(left|right|bilateral)\s+(?:sided\s+)?$", re.IGNORECASE)
_SIDE_AFTER = re.compile(
    r"\s+(?:of|in|on|over|at) (?:the |his |her |both )*(left|right|bilateral)\b|\s+(bilaterally)\b|\s+at (both)\b",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"^\s*(?:the |his |her |on exam,? ?(?:the )?)?(left|right|bilateral|both)\s+(?:[\w-]+\s+){1,3}?"
    r"(?:has|have|had|with|is|are|shows?|showed|reveals?)\b",
    re.IGNORECASE,
)
_AFFIRMED = frozenset({Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL})


@Language.component("attributes")
def describe(doc: Doc) -> Doc:
    """Add side, severity, status and duration to the conditions of `doc`."""
    for mention in mentions(doc):
        if mention.kind in {Kind.PROBLEM, Kind.SYMPTOM}:
            clause = clause_at(doc, mention.name_span.start)
            _side(doc, mention, clause)
            if mention.assertion in _AFFIRMED:
                _course(doc, mention, clause)
    return doc


def _side(doc: Doc, mention: Mention, clause: Clause) -> None:
    """The side within or right around the name, or of the part of the body that the clause speaks of."""
    if "laterality" in mention.attributes:
        return
    text, start, end = note_of(doc).written, mention.span.start, mention.span.end
    found = (
        _SIDE.search(mention.span.of(text))
        or _SIDE_BEFORE.search(text[max(clause.span.start, start - 17) : start])
        or _SIDE_AFTER.match(text[end : end + 40])
        or _TOPIC.match(text[clause.span.start : start])
    )
    if found:
        word = next(group for group in found.groups() if group).lower()
        mention.attributes["laterality"] = "bilateral" if word in {"both", "bilaterally"} else word


def _course(doc: Doc, mention: Mention, clause: Clause) -> None:
    text, end = note_of(doc).written, mention.name_span.end
    sentence_end = clause.span.end
    if mention.kind is Kind.PROBLEM and "status" not in mention.attributes:
        before = _STATUS_BEFORE.search(text, clause.span.start, mention.name_span.start)
        after = _STATUS_AFTER.match(text, end)
        if after:
            mention.attributes["status"] = _STATUS[after[1].lower()]
            mention.grow(Span(after.start(1), after.end(1)))
        elif before:
            mention.attributes["status"] = _STATUS[before[1].lower()]
    severe = _SEVERITY_BEFORE.search(text, clause.span.start, mention.name_span.start)
    if severe:
        mention.attributes["severity"] = _SEVERITY[severe[1].lower()]
    if mention.kind is Kind.SYMPTOM:
        lasting = _DURATION.search(text, max(clause.span.start, mention.span.start - 40), min(sentence_end, end + 40))
        if lasting:
            mention.attributes["duration"] = re.sub(
                r"^(?:about|approximately|the past|the last) ",
                "",
                next(group for group in lasting.groups() if group).lower().replace("-", " "),
            )
