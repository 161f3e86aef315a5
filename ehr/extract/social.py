"""Social history: tobacco, alcohol, drugs, exercise, work and living.

Owns what is said of each and in how much detail; one entry a topic. Knows nothing of
diseases of use ("alcohol abuse"), which are problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from ehr.chart.entry import Assertion, Kind
from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.assertion import PATIENT
from ehr.extract.clauses import clause_at
from ehr.extract.judgement import context
from ehr.extract.mention import Mention, mentions, note_of
from ehr.extract.words import Phrases, Words, words

SOURCE = "social"
_DATA = resources.load("social")
_QUANTITY = re.compile(_DATA["quantity"], re.IGNORECASE)
_STOPS = re.compile(_DATA["stops"], re.IGNORECASE)
_PACK_YEARS = re.compile(r"(\d+)[ -]pack[ -]years?", re.IGNORECASE)
_OCCUPATIONS = Phrases((phrase, phrase) for phrase in _DATA["occupations"])
_WORKING = Phrases((phrase, phrase) for phrase in _DATA["working"])
_BARE = frozenset(_DATA["working_bare"])
_DRIVEN = frozenset(_DATA["driving"])
_LIVING = Phrases((phrase, phrase) for phrase in _DATA["living"])
_LIVING_AFTER = frozenset(_DATA["living_after"])
_SECTIONS_ELSEWHERE = frozenset({"plan", "assessment_and_plan", "assessment", "instructions", "physical_exam"})
_LONGEST_DETAIL = 10
_GENDERS = frozenset({"male", "female", "man", "woman", "boy", "girl", "gentleman", "lady", "year", "old"})
_AGES = frozenset({"year", "years", "male", "female", "man", "woman", "old"})
_PASTIMES = frozenset({"player", "athlete", "runner", "golfer", "wrestler", "gymnast", "volunteer", "driver", "owner",
                       "host", "worker", "student"})  # fmt: skip
_FORMERLY = ("used to", "formerly", "was in", "worked", "served")


def _topics() -> Iterator[tuple[str, tuple[str, Assertion]]]:
    for topic, statuses in _DATA["topics"].items():
        for status, phrases in statuses.items():
            for phrase in phrases:
                yield phrase, (topic, Assertion(status))


_TOPICS = Phrases(_topics())
_NO_TITLE = frozenset({"a", "an", "is", "was", "as", "old"})
_WEIGHT = {Assertion.HISTORICAL: 3, Assertion.ABSENT: 2, Assertion.PRESENT: 1}


@Language.component("social")
def find_social(doc: Doc) -> Doc:
    """Append the social history of `doc`, one mention a topic."""
    best: dict[str, Mention] = {}
    for mention in (*_habits(doc), *_work(doc), *_living(doc)):
        known = best.get(mention.name)
        if known is None or _strength(mention) > _strength(known):
            best[mention.name] = mention
    mentions(doc).extend(best.values())
    return doc


def _strength(mention: Mention) -> tuple[int, int]:
    return _WEIGHT[mention.assertion], len(str(mention.attributes.get("detail", "")))


def _habits(doc: Doc) -> Iterator[Mention]:
    these = words(doc)
    for first, last, (topic, status) in _TOPICS.scan(these.stem):
        if _is_elsewhere(doc, these, first, last, topic):
            continue
        verdict = context(doc).judge(first, last)
        if verdict.experiencer != PATIENT or verdict.status in {"hypothetical", "ignored"}:
            continue
        denied = verdict.status == "absent" and status is Assertion.PRESENT
        mention = Mention(Kind.SOCIAL_HISTORY, topic, these.span(first, last), SOURCE, settled=True,
                          assertion=Assertion.ABSENT if denied else status)  # fmt: skip
        if denied and verdict.cue is not None:
            mention.cue = these.span(*verdict.cue)
        if mention.assertion is not Assertion.ABSENT:
            _detail(doc, mention)
        yield mention


def _is_elsewhere(doc: Doc, these: Words, first: int, last: int, topic: str) -> bool:
    """Whether the words are no habit here: "smoking cessation", "secondhand smoke", a counsel in the plan."""
    before = " ".join(these.text[max(0, first - 2) : first])
    after = these.text[last : last + 2]
    if any(before == word or before.endswith(f" {word}") for word in _DATA["not_before"].get(topic, ())):
        return True
    if any(" ".join(after[: len(word.split())]) == word for word in _DATA["not_after"].get(topic, ())):
        return True
    return clause_at(doc, these.start[first]).section in _SECTIONS_ELSEWHERE


def _detail(doc: Doc, mention: Mention) -> None:
    """Widen the evidence to the amounts before and after, and keep them in words."""
    clause = clause_at(doc, mention.span.start)
    lead = _QUANTITY.search(note_of(doc).written, clause.span.start, mention.span.start)
    begin = lead.start() if lead else mention.span.start
    end = _stop(note_of(doc).written, mention.span.end)
    said = note_of(doc).written[mention.span.end : end].strip(" ,")
    if mention.assertion is Assertion.HISTORICAL and not said and note_of(doc).written[end : end + 2] == ", ":
        further = _stop(note_of(doc).written, end + 2)
        if re.match(r"quit|stopped|\d+", note_of(doc).written[end + 2 : further], re.IGNORECASE):
            said, end = note_of(doc).written[end + 2 : further].strip(" ,"), further
    whole = note_of(doc).written[begin:end].strip(" ,")
    detail = said if mention.span.of(note_of(doc).written).lower() in {"drinks", "smokes", "exercises"} else whole
    if pack_years := _PACK_YEARS.search(note_of(doc).written[begin : end + 30]):
        mention.attributes["pack_years"] = pack_years[1]
    if detail and len(detail.split()) <= _LONGEST_DETAIL + 2:
        mention.attributes["detail"] = re.sub(r"^(?:and|or|a) ", "", detail.lower())
        mention.span = Span(begin, begin + len(note_of(doc).written[begin:end].rstrip(" ,")))


def _stop(text: str, start: int) -> int:
    found = _STOPS.search(text, start)
    return found.start() if found else len(text)


def _work(doc: Doc) -> Iterator[Mention]:
    these = words(doc)
    for first, last, phrase in _WORKING.scan(these.stem):
        if clause_at(doc, these.start[first]).section in _SECTIONS_ELSEWHERE or not _is_work(
            these, first, last, phrase
        ):
            continue
        end = _stop(note_of(doc).written, these.end[last - 1])
        detail = (
            note_of(doc).written[these.end[last - 1] : end]
            if phrase.endswith(" as")
            else note_of(doc).written[these.start[first] : end]
        )
        mention = _occupation(doc, Span(these.start[first], end), detail)
        if phrase.startswith(_FORMERLY):
            mention.assertion = Assertion.HISTORICAL
        yield mention
    for first, last, _ in _OCCUPATIONS.scan(these.stem):
        start = first
        while (
            start > 0
            and these.text[start - 1].isalpha()
            and these.text[start - 1] not in _NO_TITLE
            and first - start < 3
        ):
            start -= 1
        if these.text[start - 1 : start] == ["old"]:
            start, known = _aged(these, start, first)
            if known and context(doc).judge(start, last).experiencer == PATIENT:
                yield _occupation(doc, these.span(start, last), these.span(start, last).of(note_of(doc).written))
            continue
        if clause_at(doc, these.start[start]).section == "social_history" and _begins(these, start):
            said = these.span(start, last)
            yield _occupation(doc, said, said.of(note_of(doc).written))
            continue
        lead = these.text[max(0, start - 2) : start]
        if lead[-1:] in (["a"], ["an"]) and lead[:1] in (["is"], ["was"], ["as"], ["'s"]):
            said = these.span(start, last)
            if context(doc).judge(first, last).experiencer == PATIENT and start > 1 and _is_patient(these, start - 3):
                yield _occupation(doc, said, said.of(note_of(doc).written))


def _aged(these: Words, start: int, first: int) -> tuple[int, bool]:
    """Where the work of "a 44 year old male warehouse worker" begins, and whether it is one: a player is none."""
    while start < first and these.text[start] in _GENDERS:
        start += 1
    return start, these.text[start - 2] in _AGES and these.text[first] not in _PASTIMES


def _begins(these: Words, start: int) -> bool:
    """Whether nothing but a mark or an article stands before word `start`: "Social history: retired, a nurse"."""
    before = these.text[start - 1] if start else "."
    return before in {":", ".", ","}


def _is_patient(these: Words, index: int) -> bool:
    return index >= 0 and these.text[index] in {
        "he",
        "she",
        "patient",
        "i",
        "and",
        "they",
        "work",
        "currently",
        ",",
        "who",
    }


def _is_work(these: Words, first: int, last: int, phrase: str) -> bool:
    if first and these.text[first - 1] in {
        "mother",
        "father",
        "husband",
        "wife",
        "it",
        "medication",
        "that",
        "this",
        "which",
    }:
        return False
    if phrase == "drives a":
        return any(word in _DRIVEN for word in these.text[last : last + 3])
    if phrase == "works":
        return bool(these.text[last : last + 1]) and these.text[last] in {
            "part",
            "full",
            "construction",
            "nights",
            "remotely",
        }
    if phrase in {"student", "disabled", "occupation"}:
        return False
    return phrase in _BARE or (last < len(these) and these.text[last] not in {".", ","})


def _occupation(doc: Doc, span: Span, detail: str) -> Mention:
    said = span.of(note_of(doc).written).rstrip(" ,")
    mention = Mention(Kind.SOCIAL_HISTORY, "occupation", Span(span.start, span.start + len(said)), SOURCE, settled=True)
    mention.attributes["detail"] = re.sub(r"^(?:a|an|and) ", "", detail.strip(" ,.").lower())
    return mention


def _living(doc: Doc) -> Iterator[Mention]:
    these = words(doc)
    for first, last, phrase in _LIVING.scan(these.stem):
        after = these.text[last] if last < len(these) else ""
        if phrase in {"lives", "live", "living", "resides", "residing"} and after not in _LIVING_AFTER:
            continue
        if first and these.text[first - 1] in {"assisted", "mother", "father", "son", "daughter", "brother", "sister"}:
            continue
        end = _stop(note_of(doc).written, these.end[last - 1])
        said = note_of(doc).written[these.start[first] : end].rstrip(" ,")
        span = Span(these.start[first], these.start[first] + len(said))
        mention = Mention(Kind.SOCIAL_HISTORY, "living situation", span, SOURCE, settled=True)
        mention.attributes["detail"] = said.lower()
        yield mention
