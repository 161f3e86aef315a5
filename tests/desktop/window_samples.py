"""Drafts made by hand, and ways to build long ones, that the window's tests share."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from ehr.chart.encounter import Draft
from ehr.chart.entry import Assertion, AttributeValue, Code, Entry, Flag, Kind
from ehr.chart.note import Change, Note, Section, Span
from ehr.chart.patient import Gender, Patient
from transcriber.transcript import Coverage, Segment, TimeSpan, Transcript, Word

PASSPHRASE = "correct horse battery"
MARIA = Patient("004217", "Okafor", "Maria", date(1964, 3, 14), Gender.FEMALE)
PER = Patient("003310", "Lindqvist", "Per", date(1951, 7, 2), Gender.MALE)

SAID = (
    "subjective she reports increased thirst for two weeks she denies chest pain "
    "plan start glipizide five milligrams by mouth every morning she is allergic to penicillin"
)
WRITTEN = (
    "Subjective: she reports increased thirst for 2 weeks she denies chest pain "
    "Plan: start glipizide 5 mg by mouth every morning she is allergic to penicillin"
)
_REPLACED = (("subjective", "Subjective:"), ("two", "2"), ("plan", "Plan:"), ("five milligrams", "5 mg"))


def transcript(said: str, *, gaps: tuple[TimeSpan, ...] = (), doubtful: str = "five") -> Transcript:
    """Half a second a word, ten words a segment; one word is doubtful."""
    words = [
        Word(text, at * 0.5, at * 0.5 + 0.4, 0.4 if text == doubtful else 0.97) for at, text in enumerate(said.split())
    ]
    segments = tuple(Segment(tuple(words[at : at + 10])) for at in range(0, len(words), 10))
    speech = len(words) * 0.5
    return Transcript(
        segments,
        "en",
        speech + 1,
        "whisper-base",
        "CPU int8",
        Coverage(speech, speech - sum(g.duration for g in gaps), gaps, ()),
    )


def note() -> Note:
    """SAID as WRITTEN, with the four changes between them."""
    changes, origins, said_at, written_at = [], [], 0, 0
    for said, written in _REPLACED:
        start = SAID.index(said, said_at)
        origins += [Span(at, at + 1) for at in range(said_at, start)]
        written_at += start - said_at
        changes.append(
            Change(
                "numbers" if written[0].isdigit() else "headings",
                Span(start, start + len(said)),
                Span(written_at, written_at + len(written)),
            )
        )
        origins += [Span(start, start + len(said))] * len(written)
        said_at, written_at = start + len(said), written_at + len(written)
    origins += [Span(at, at + 1) for at in range(said_at, len(SAID))]
    subjective, plan = WRITTEN.index("Subjective:"), WRITTEN.index("Plan:")
    sections = (
        Section("subjective", "61150-9", "Subjective", Span(subjective, 11), Span(11, plan)),
        Section("plan", "18776-5", "Plan", Span(plan, plan + 5), Span(plan + 5, len(WRITTEN))),
    )
    return Note(SAID, WRITTEN, tuple(changes), sections, tuple(origins))


def entry(
    kind: Kind,
    name: str,
    evidence: str,
    *,
    assertion: Assertion = Assertion.PRESENT,
    flag: str = "",
    code: str = "",
    **attributes: AttributeValue,
) -> Entry:
    """An entry whose evidence is found in WRITTEN."""
    start = WRITTEN.index(evidence)
    return Entry(
        kind,
        name,
        assertion,
        Span(start, start + len(evidence)),
        attributes=attributes,
        code=Code("http://hl7.org/fhir/sid/icd-10-cm", code, name) if code else None,
        flags=(Flag("dose", flag),) if flag else (),
    )


def draft() -> Draft:
    """A visit with a flagged dose, an absent symptom, a coded symptom and an allergy."""
    entries = (
        entry(Kind.SYMPTOM, "increased thirst", "increased thirst for 2 weeks", code="R63.1", duration="2 weeks"),
        entry(Kind.SYMPTOM, "chest pain", "denies chest pain", assertion=Assertion.ABSENT),
        entry(
            Kind.MEDICATION,
            "glipizide",
            "start glipizide 5 mg by mouth every morning",
            flag="sounds like 15",
            dose="5",
            unit="mg",
            route="oral",
            frequency="every morning",
            action="start",
        ),
        entry(Kind.ALLERGY, "penicillin", "allergic to penicillin"),
    )
    return Draft(note(), entries, transcript(SAID, gaps=(TimeSpan(6.2, 7.4),)))


def long_draft(words: int = 20_000) -> Draft:
    """A two-hour dictation: that many words, one entry in fifty words, a change in ten."""
    said = " ".join(f"word{at % 997}" for at in range(words))
    origins = tuple(Span(at, at + 1) for at in range(len(said)))
    starts = [0]
    for text in said.split():
        starts.append(starts[-1] + len(text) + 1)
    spans = [Span(start, stop - 1) for start, stop in pairwise(starts)]
    changes = tuple(Change("numbers", Span(s.start, s.end - 1), s) for s in spans[::10])
    sections = tuple(
        Section("plan", "18776-5", "Plan", spans[at], Span(spans[at].end, spans[min(at + 99, words - 1)].end))
        for at in range(0, words - 1, 100)
    )
    entries = tuple(
        Entry(
            Kind.PROBLEM,
            f"problem {at}",
            Assertion.PRESENT,
            spans[at],
            flags=(Flag("x", "look"),) if at % 500 == 0 else (),
        )
        for at in range(1, words, 50)
    )
    heard = transcript(said, gaps=tuple(TimeSpan(at + 0.41, at + 0.49) for at in range(0, words // 2, 60)))
    return Draft(Note(said, said, changes, sections, origins), entries, heard)
