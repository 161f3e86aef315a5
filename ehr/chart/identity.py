"""Whether a note speaks of the person whose chart it is in.

Owns the comparison of a note's statements about its own patient (name, age, sex, record number, birth date) with the
chart. Reads only statements that introduce the patient ("Maria Okafor is a 58-year-old female", "MRN 10042"): a
relative, a colleague, an age in a history and an approximate age say nothing. Knows no store and asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ehr.chart.birth_dates import read_dates
from ehr.chart.names import KIN, NameSaid, names_agree, read_name_before
from ehr.chart.note import Note, Span
from ehr.chart.patient import Gender, Patient


class Trait(StrEnum):
    """What tells one patient from another."""

    NAME = "name"
    AGE = "age"
    SEX = "sex"
    MRN = "mrn"
    BIRTH_DATE = "birth_date"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement of the note that the chart does not bear out. `span` lies in `Note.written`; `said` and `charted` are
    the two readings as a person may compare them.
    """

    trait: Trait
    span: Span
    said: str
    charted: str


_UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
_SLACK_DAYS = {"day": 10.0, "week": 14.0, "month": 46.0, "year": 366.0}
"""How far an age may be off: a unit of it and some, since people round and a birthday may lie between."""

_FEMALE = frozenset({"female", "woman", "lady", "girl", "gal", "f"})
_MALE = frozenset({"male", "man", "gentleman", "boy", "guy", "m"})
_TRANS = frozenset({"trans", "transgender", "transsexual", "nonbinary", "intersex", "assigned"})
_TITLE_SEX = {"mr": Gender.MALE, "mister": Gender.MALE} | dict.fromkeys(
    ("ms", "mrs", "miss", "missus", "misses"), Gender.FEMALE
)
_UNSAID = frozenset({"family_history", "social_history"})
"""Sections that speak of other people."""

_AGE = re.compile(
    r"(?<![\w/.-])(?P<number>\d{1,3})(?:[\s-]*(?P<unit>year|yr|month|week|day)s?[\s-]*old\b|\s*(?P<short>y/?o)\b)"
    r"|\baged?\s+(?P<aged>\d{1,3})\b(?!\s*(?:months?|weeks?|days?|%|percent|mg|s\b))",
    re.IGNORECASE,
)
_APPROXIMATE = re.compile(
    r"\b(?:about|approximately|around|roughly|nearly|almost|maybe|perhaps|probably|circa|over|under|estimated)\s+$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:\b(?:an?|the|now)\s+)+$", re.IGNORECASE)
_VERB = re.compile(r"(?:\bis\s+|\bwho\s+is\s+|,\s*|^)$", re.IGNORECASE)
_WHO = re.compile(r"(?:\b(?:he|she|they|it'?s|this|that|here|patient|pt|client|infant|child|baby)\s+)$", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n]\s*)$")
_AFTER = re.compile(r"[A-Za-z][A-Za-z'/-]*|[.,;:!?\n]")
_BREAKS = frozenset(
    ". , ; : ! ? \n with who whose and has had here for to of his her their presents presenting in on at that".split()
)
_PEOPLE = (
    _FEMALE | _MALE | {"patient", "person", "individual", "child", "infant", "baby", "toddler", "newborn", "adult"}
)
_NEXT_WORD = re.compile(r"[\s,]*([A-Za-z]+)")
_GOES_ON = frozenset({"with", "who", "here", "presents", "presenting", "seen", "being", "status", "referred", "comes"})

_NAMED = re.compile(
    r"\b(?:patient(?:'s|’s)?\s+name(?:\s+is|:)?|patient\s+is|(?:dictating|dictation|note)\s+(?:on|for)(?:\s+patient)?)\s+"
    r"(?=(?:mr|mrs|ms|miss|mister|missus)\b|[A-Z])",
    re.IGNORECASE,
)
_ARRIVES = re.compile(
    r"(?:^|[.!?\n]\s*)(?P<name>(?:Mr|Mrs|Ms|Miss|Mister|Missus)\.?(?:\s+[A-Z][\w’'-]+){1,3})\s+"
    r"(?:presents|comes|returns|is\s+here|is\s+seen|is\s+being\s+seen|was\s+seen|follows\s+up|was\s+admitted)\b"
)
_MRN = re.compile(
    r"\b(?:MRN|M\.R\.N\.|medical\s+record\s+number|record\s+number|chart\s+number|MR\s+number)\b"
    r"(?:\s+(?:is|of|number))*\s*[:#]?\s*(?P<number>[A-Z]{0,4}[-\s]?\d[\d\s-]*)",
    re.IGNORECASE,
)
_BORN = re.compile(r"\b(?:date\s+of\s+birth|birth\s*date|DOB|D\.O\.B\.)(?:\s+is)?\s*[:,]?\s*", re.IGNORECASE)
_WORDS_BEFORE = 5
_FEWEST_DIGITS = 3


def contradictions(note: Note, patient: Patient, on: date, *, mrns: Collection[str] = ()) -> tuple[Contradiction, ...]:
    """What the note says of its patient that the chart contradicts on the day `on` of the dictation, in the note's
    order, each trait and reading once.

    `mrns` are record numbers that led to this chart before a merge. An unknown trait of the chart contradicts nothing.
    """
    found = sorted(_found(note, patient, on, mrns), key=lambda each: each.span)
    first = {(each.trait, each.said.casefold()): each for each in reversed(found)}
    return tuple(sorted(first.values(), key=lambda each: each.span))


def _found(note: Note, patient: Patient, on: date, mrns: Collection[str]) -> Iterator[Contradiction]:
    text = note.written
    for match in _AGE.finditer(text):
        if not _about_others(note, match.start()):
            yield from _introduction(text, match, patient, on)
    for match in _NAMED.finditer(text):
        name = _name_after(text, match.end())
        if name is not None and not _kin_before(text, match.start()):
            yield from _name(name, patient)
    for match in _ARRIVES.finditer(text):
        name = read_name_before(text, match.end("name"))
        if name is not None and not _about_others(note, match.start("name")):
            yield from _name(name, patient)
    yield from _numbers(text, patient, mrns)
    yield from _births(text, patient)


def _about_others(note: Note, position: int) -> bool:
    section = note.section_at(position)
    return section is not None and section.name in _UNSAID


def _introduction(text: str, match: re.Match[str], patient: Patient, on: date) -> Iterator[Contradiction]:
    """Name, age and sex of a statement of age, if it introduces the patient."""
    before = text[max(0, match.start() - 200) : match.start()]
    loose = _APPROXIMATE.search(before)
    before = before[: loose.start()] if loose else before
    stripped = _ARTICLE.sub("", before)
    verb = _VERB.search(stripped)
    subject = stripped[: verb.start()] if verb else stripped
    offset = match.start() - len(text[max(0, match.start() - 200) : match.start()])
    name = read_name_before(text, offset + len(subject.rstrip()), floor=offset)
    is_named = name is not None and (verb is not None or match["aged"] is None)
    if name is not None and name.others:
        return
    if not is_named and not _patient_is_subject(text, match, stripped, subject, verb):
        return
    if name is not None:
        yield from _name(name, patient)
    if loose is None:
        yield from _age(match, patient, on)
    yield from _sex(text, match, patient)


def _patient_is_subject(
    text: str, match: re.Match[str], stripped: str, subject: str, verb: re.Match[str] | None
) -> bool:
    """Whether an age without a name beside it is the patient's: "She is a 58-year-old", "58-year-old male with"."""
    if match["aged"] is not None:
        return False
    if verb is not None and verb[0].strip().endswith("is") and _WHO.search(subject.rstrip() + " "):
        return not _kin_before(text, match.start())
    if not _SENTENCE_START.search(stripped):
        return False
    following = _NEXT_WORD.match(text, match.end())
    people = _person_after(text, match.end())
    return people is not None or (following is not None and following[1].lower() in _GOES_ON)


def _person_after(text: str, position: int) -> str | None:
    """The noun that says what the person of an age is: "right-handed African American male" gives "male"."""
    for count, found in enumerate(_AFTER.finditer(text, position)):
        word = found[0].lower()
        if word in _PEOPLE:
            return word
        if word in _BREAKS or word in KIN or count > 4:
            return None
    return None


def _name(name: NameSaid, patient: Patient) -> Iterator[Contradiction]:
    if not names_agree(name, patient):
        yield Contradiction(Trait.NAME, name.span, name.text, patient.display_name)
    sex = _TITLE_SEX.get(name.title)
    if sex is not None and _differ(sex, patient.gender):
        yield Contradiction(Trait.SEX, name.span, name.text, patient.gender.value)


def _age(match: re.Match[str], patient: Patient, on: date) -> Iterator[Contradiction]:
    if patient.birth_date is None:
        return
    unit = (match["unit"] or "year").lower().replace("yr", "year")
    number = int(match["number"] or match["aged"])
    lived = (on - patient.birth_date).days
    # An age is completed: 58 years means 58.0 to 59.0, so the middle is compared.
    if abs((number + 0.5) * _UNIT_DAYS[unit] - lived) > _UNIT_DAYS[unit] / 2 + _SLACK_DAYS[unit]:
        yield Contradiction(Trait.AGE, Span(*match.span()), match[0], _age_words(patient.birth_date, on))


def _age_words(born: date, on: date) -> str:
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return f"{months // 12} years" if months >= 36 else f"{max(months, 0)} months"


def _sex(text: str, match: re.Match[str], patient: Patient) -> Iterator[Contradiction]:
    between: list[str] = []
    for count, found in enumerate(_AFTER.finditer(text, match.end())):
        word = found[0].lower()
        if word in _FEMALE | _MALE:
            said = Gender.FEMALE if word in _FEMALE else Gender.MALE
            if _differ(said, patient.gender) and not _TRANS.intersection(between):
                yield Contradiction(Trait.SEX, Span(*found.span()), found[0], patient.gender.value)
            return
        if word in _BREAKS or word in KIN or count > 4:
            return
        between.extend(word.split("-"))


def _differ(said: Gender, charted: Gender) -> bool:
    return charted in (Gender.FEMALE, Gender.MALE) and said is not charted


def _numbers(text: str, patient: Patient, mrns: Collection[str]) -> Iterator[Contradiction]:
    known = {_plain_number(each) for each in (patient.mrn, *mrns)}
    for match in _MRN.finditer(text):
        said = _plain_number(match["number"])
        enough = sum(letter.isdigit() for letter in said) >= _FEWEST_DIGITS
        if enough and not _kin_before(text, match.start()) and not any(_same_number(said, each) for each in known):
            end = match.start("number") + len(match["number"].rstrip(" -\n"))
            span = Span(match.start("number"), end)
            yield Contradiction(Trait.MRN, span, span.of(text), patient.mrn)


def _plain_number(text: str) -> str:
    """A record number without what speech leaves out: case, spaces, hyphens, leading zeros."""
    return re.sub(r"[^0-9a-z]", "", text.casefold()).lstrip("0")


def _same_number(said: str, known: str) -> bool:
    """Whether the digits are the same; letters before them are often not said."""
    return said == known or said == re.sub(r"^[a-z]+0*", "", known)


def _births(text: str, patient: Patient) -> Iterator[Contradiction]:
    if patient.birth_date is None:
        return
    for match in _BORN.finditer(text):
        found = read_dates(text, match.end())
        if found is None or _kin_before(text, match.start()):
            continue
        span, days = found
        if patient.birth_date not in days:
            yield Contradiction(Trait.BIRTH_DATE, span, span.of(text), patient.birth_date.isoformat())


def _kin_before(text: str, position: int) -> bool:
    """Whether a relative is spoken of just before, in the same sentence."""
    sentence = re.split(r"[.!?;\n]", text[max(0, position - 120) : position])[-1]
    words = [word.removesuffix("'s").removesuffix("’s") for word in re.findall(r"[\w’']+", sentence.lower())]
    return not KIN.isdisjoint(words[-_WORDS_BEFORE:])


def _name_after(text: str, position: int) -> NameSaid | None:
    """The name that begins at `position`: a title or capitalised words."""
    found = re.compile(
        r"(?:(?i:mr|mrs|ms|miss|mister|missus)\b\.?\s+)?[A-Z][\w’'-]+(?:\s+(?:[A-Z]\.|[A-Z][\w’'-]+)){0,3}",
    ).match(text, position)
    return read_name_before(text, found.end(), floor=position) if found else None
