"""Orders, referrals and procedures: whether a service is to be done, was done today, or was done once.

Owns that decision, from the words around a service and the section it stands in. Knows nothing of return visits.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.assertion import PATIENT
from ehr.extract.clauses import clause_at
from ehr.extract.judgement import context
from ehr.extract.lexicon import specialties
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.services import Service, find_services
from ehr.extract.words import Phrases, Words, words

SOURCE = "plan"
_OTHER_FACTS = frozenset({Kind.IMMUNIZATION, Kind.MEDICATION, Kind.VITAL})
_DATA = resources.load("plan")
_PLANNING = frozenset(_DATA["planning_sections"])
_EXAM = frozenset(_DATA["exam_sections"])
_PAST_SECTIONS = frozenset(_DATA["past_sections"])
_VAGUE = frozenset(_DATA["vague"])
_TALKED = frozenset(_DATA["talked"])
_REACH = 7
_REFUSALS = frozenset({"declined", "declines", "refused", "refuses", "deferred", "defers"})
_REFUSERS = frozenset({"she", "he", "they", "patient", "mom", "dad", "mother", "father", "parents", "family", "and",
                       "but", "which"})  # fmt: skip
_DATE = re.compile(_DATA["date"], re.IGNORECASE)
_REASON = re.compile(_DATA["reason"], re.IGNORECASE)


def _cues(name: str) -> Phrases[str]:
    return Phrases((phrase, phrase) for phrase in _DATA[name])


_ORDERING, _ORDERED, _DONE = _cues("ordering"), _cues("ordered"), _cues("done")
_PAST, _PAST_AFTER, _TODAY = _cues("past"), _cues("past_after"), _cues("today")
_CURRENT, _DECLINED, _IDLE = _cues("current"), _cues("declined"), _cues("idle")
_DRAWING = _cues("drawing")
_REFERRING, _REFERRED = _cues("referring"), _cues("referred")


@Language.component("plan")
def find_plan(doc: Doc) -> Doc:
    """Append the orders, referrals and procedures of `doc`."""
    referrals = list(_referrals(doc))
    taken = [_with_reason(doc, mention) for mention in referrals]
    mentions(doc).extend(referrals)
    others = sorted(other.name_span.start for other in mentions(doc) if other.kind in _OTHER_FACTS)
    for service in find_services(words(doc)):
        span = words(doc).span(service.first, service.last)
        if any(span.overlaps(other) for other in taken) or _is_heading(doc, span):
            continue
        mention = _decide(doc, service, others)
        if mention is not None:
            mentions(doc).append(mention)
    return doc


def _with_reason(doc: Doc, mention: Mention) -> Span:
    """The words of a referral with those that say what it is for, which order nothing themselves."""
    reason = _REASON.match(note_of(doc).written, mention.span.end)
    return Span(mention.span.start, reason.end() if reason else mention.span.end)


def _is_heading(doc: Doc, span: Span) -> bool:
    section = note_of(doc).section_at(span.start)
    return section is not None and section.heading.contains(span)


def _referrals(doc: Doc) -> Iterator[Mention]:
    """A specialty ("refer to cardiology", "a urology consult") with a word of referring before or after it."""
    these = words(doc)
    for first, last, term in specialties().scan(these.stem):
        lead = _ends_right_before(_REFERRING, these, first)
        after = last + (these.text[last : last + 2] == [".", "referral"])
        trail = _REFERRED.longest(these.stem, after) if after < len(these) else None
        if lead is None and trail is None:
            continue
        begin, end = lead if lead is not None else first, trail[0] if lead is None and trail else last
        if context(doc).judge(begin + 1 if begin < first else begin, end).status == "absent":
            continue
        mention = Mention(Kind.ORDER, term.name, these.span(begin, end), SOURCE, name_span=these.span(first, last))
        mention.concept = f"referral {term.concept}"
        mention.attributes["type"] = "referral"
        _finish_order(doc, mention, first, end)
        if these.text[end : end + 1] == ["if"]:
            mention.assertion = Assertion.HYPOTHETICAL
        yield mention


def _ends_right_before(cues: Phrases[str], these: Words, first: int) -> int | None:
    """Where a cue begins that ends right before word `first`, articles and "Dr. Patel in" aside."""
    stop = first
    while stop > 0 and these.text[stop - 1] in {"a", "an", "the", "our", "his", "her", "outpatient", "for", ":"}:
        stop -= 1
    for begin in range(max(0, stop - 6), stop):
        hit = cues.longest(these.stem, begin, first)
        if hit and hit[0] >= stop:
            return begin
    return None


def _decide(doc: Doc, service: Service, others: Sequence[int]) -> Mention | None:
    """The entry a service amounts to, None where it is only named; `others` are where medicines and the like begin."""
    these = words(doc)
    begin, end = context(doc).clause(service.first)
    following = bisect_left(others, these.end[service.last - 1])
    end = min(end, these.at(others[following])) if following < len(others) else end
    before, after = (max(begin, service.first - _REACH), service.first), (service.last, end)
    section = clause_at(doc, these.start[service.first]).section
    verdict = context(doc).judge(service.first, service.last)
    alone = service.name in _VAGUE
    reported = these.stem[service.last : service.last + 1] in (["result"], ["report"])
    doubted = alone and verdict.status == "possible"
    if verdict.experiencer != PATIENT or reported or doubted or _is_advice(these, service):
        return None
    if _any(_IDLE, these, (max(begin, service.first - 3), service.first)) and section not in _PAST_SECTIONS:
        return None
    if _is_turned_down(doc, service):
        return None
    if _any(_DECLINED, these, (begin, service.first)) and verdict.status != "hypothetical":
        return _postponed(doc, service)
    if verdict.status == "absent":
        return None if alone or service.type != "procedure" else _procedure(doc, service, Assertion.ABSENT)
    if these.text[service.last : service.last + 1] == ["if"] and section in _PLANNING:
        return _order(doc, service, Assertion.HYPOTHETICAL)
    planned = _is_planned(these, before, after, section) or (
        service.type == "lab" and _after_plan(doc, service, section)
    )
    if verdict.status == "hypothetical" and verdict.cue and _is_condition(these, verdict.cue[1], service.first):
        return None
    if verdict.status in {"hypothetical", "possible"} and (planned or verdict.status == "hypothetical"):
        return _order(doc, service, Assertion.HYPOTHETICAL)
    if planned and service.type == "lab" and not _any(_DRAWING, these, before) and _is_taken(doc, service):
        return None
    if planned:
        return None if service.name == "surgery" else _order(doc, service, Assertion.PRESENT)
    if alone or service.type in {"lab", "device"}:
        return None
    return _procedure(doc, service, _when(doc, service, section, verdict.status))


def _is_turned_down(doc: Doc, service: Service) -> bool:
    """Whether the sentence goes on to say that the patient did not want it: "was discussed and she declined"."""
    these = words(doc)
    end = min(context(doc).sentence(service.first)[1], service.last + _REACH)
    following = these.text[service.last : end]
    return any(word in _REFUSALS and before in _REFUSERS for before, word in pairwise(following))


def _is_advice(these: Words, service: Service) -> bool:
    """Whether a therapy is only talked about: "smoking cessation discussed"."""
    near = these.text[max(0, service.first - 2) : service.last + 2]
    return service.type == "therapy" and any(word in _TALKED for word in near)


def _is_condition(these: Words, cue_end: int, first: int) -> bool:
    """Whether a service is what the condition is about: "if the ultrasound is abnormal"."""
    between = these.text[cue_end:first]
    return cue_end <= first and len(between) < 4 and "," not in between and not _any(_ORDERING, these, (cue_end, first))


def _is_planned(these: Words, before: tuple[int, int], after: tuple[int, int], section: str) -> bool:
    close = (after[0], min(after[1], after[0] + 6))
    if _any(_ORDERED, these, (after[0], min(after[1], after[0] + 4))):
        return True
    past = _any(_PAST_AFTER, these, close) and not (
        section in _PLANNING and these.text[after[0] : after[0] + 1] == ["in"]
    )
    if past or _any(_DONE, these, close) or _any(_PAST, these, (before[1] - 3, before[1])):
        return False
    if _any(_ORDERING, these, before):
        return True
    return section in _PLANNING


def _is_taken(doc: Doc, service: Service) -> bool:
    """Whether the words name a medicine of the patient: "continue vitamin D"."""
    return any(other.kind is Kind.MEDICATION and other.name == service.name for other in mentions(doc))


def _after_plan(doc: Doc, service: Service, section: str) -> bool:
    """Whether a heading such as "labs" stands within the plan, and so lists what to draw."""
    place = words(doc).start[service.first]
    earlier = (other.name for other in note_of(doc).sections if other.body.start <= place)
    return section == "results" and any(name in _PLANNING for name in earlier)


def _when(doc: Doc, service: Service, section: str, status: str) -> Assertion:
    """Whether a procedure belongs to today or to the past."""
    these = words(doc)
    begin, end = context(doc).clause(service.first)
    sentence = context(doc).sentence(service.first)
    near = (max(begin, service.first - 4), service.first)
    if section in _PAST_SECTIONS or status == "historical" or _any(_PAST, these, near):
        return Assertion.HISTORICAL
    if _any(_PAST_AFTER, these, (service.last, min(end, service.last + 6))):
        return Assertion.HISTORICAL
    today = _any(_TODAY, these, (service.last, min(sentence[1], service.last + 12))) or _any(_TODAY, these, near)
    if today or section in _EXAM or section in _PLANNING:
        return Assertion.PRESENT
    if service.type == "therapy":
        return Assertion.PRESENT
    return Assertion.HISTORICAL


def _postponed(doc: Doc, service: Service) -> Mention | None:
    """A service held back: an order on condition where the sentence names one, else no fact."""
    these = words(doc)
    end = context(doc).sentence(service.first)[1]
    if "if" in these.text[service.last : end]:
        return _order(doc, service, Assertion.HYPOTHETICAL)
    return None


def _order(doc: Doc, service: Service, assertion: Assertion) -> Mention:
    mention = _mention(doc, service, Kind.ORDER, assertion)
    referred = service.type == "therapy" and _ends_right_before(_REFERRING, words(doc), service.first) is not None
    mention.attributes["type"] = "referral" if referred else service.type
    _finish_order(doc, mention, service.first, service.last)
    mention.assertion = assertion
    return mention


def _finish_order(doc: Doc, mention: Mention, first: int, last: int) -> None:
    """Assertion, side and reason of an order whose words are [first, last)."""
    verdict = context(doc).judge(first, last)
    if verdict.status in {"hypothetical", "possible"}:
        mention.assertion = Assertion.HYPOTHETICAL
    if verdict.cue is not None and mention.assertion is Assertion.HYPOTHETICAL:
        mention.cue = words(doc).span(*verdict.cue)
    reason = _REASON.match(note_of(doc).written, mention.span.end)
    if reason and not reason[1][:1].isdigit():
        mention.attributes["reason"] = reason[1].strip().lower()


def _procedure(doc: Doc, service: Service, assertion: Assertion) -> Mention:
    mention = _mention(doc, service, Kind.PROCEDURE, assertion)
    dated = _DATE.match(note_of(doc).written, mention.span.end)
    if dated and assertion is Assertion.HISTORICAL:
        mention.attributes["date"] = re.sub(r"^(?:in|on|from) ", "", dated[1].lower())
    return mention


def _mention(doc: Doc, service: Service, kind: Kind, assertion: Assertion) -> Mention:
    span = words(doc).span(service.first, service.last)
    mention = Mention(kind, service.name, span, SOURCE, assertion=assertion, settled=True, concept=service.concept)
    if service.side:
        mention.attributes["laterality"] = service.side
    return mention


def _any(cues: Phrases[str], these: Words, within: Sequence[int]) -> bool:
    """Whether a cue lies wholly in the words [within[0], within[1])."""
    first, stop = within
    return any(cues.longest(these.stem, index, stop) for index in range(max(first, 0), stop))
