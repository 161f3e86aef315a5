"""Chart types to table rows and back.

Owns the columns' form: spans as pairs of integers, words column by column, origins run-length encoded, clinical numbers
as the text they were dictated in. Knows no SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from ehr.chart.entry import Assertion, Code, Entry, Flag, Kind, ReviewState
from ehr.chart.note import Change, Note, Repair, Section, Span, waiting
from ehr.chart.patient import Gender, Patient
from transcriber.transcript import Coverage, Segment, TimeSpan, Transcript, Word

Row = Mapping[str, Any]


def time_to_text(moment: datetime) -> str:
    """UTC with microseconds, so that text order is time order. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time in the chart needs its zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def patient_to_row(patient: Patient) -> dict[str, Any]:
    """The patient's columns, without the search key."""
    return {
        "id": patient.id,
        "mrn": patient.mrn,
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "gender": patient.gender.value,
    }


def patient_from_row(row: Row) -> Patient:
    """The patient of a row that holds at least the patient's columns."""
    return Patient(
        mrn=row["mrn"],
        family_name=row["family_name"],
        given_name=row["given_name"],
        birth_date=date.fromisoformat(row["birth_date"]) if row["birth_date"] else None,
        gender=Gender(row["gender"]),
        id=row["id"],
    )


def note_to_row(note: Note) -> dict[str, Any]:
    """The columns of one version of a note."""
    return {
        "said": note.said,
        "written": note.written,
        "changes": _dump([[change.rule, *_ends(change.said), *_ends(change.written)] for change in note.changes]),
        "sections": _dump(
            [[each.name, each.code, each.title, *_ends(each.heading), *_ends(each.body)] for each in note.sections]
        ),
        "origins": _dump(list(_runs(note.origins))),
        "repairs": _dump(
            [
                [*_ends(each.said), each.heard, each.written, each.score, each.alternatives, each.applied, each.settled]
                for each in note.repairs
            ]
        ),
    }


def note_from_row(row: Row) -> Note:
    """The note of one version."""
    return Note(
        said=row["said"],
        written=row["written"],
        changes=tuple(Change(rule, Span(a, b), Span(c, d)) for rule, a, b, c, d in json.loads(row["changes"])),
        sections=_sections(row["sections"]),
        origins=tuple(_unrolled(json.loads(row["origins"]))),
        repairs=tuple(_repairs(row["repairs"])),
    )


def words_to_check(row: Row) -> int:
    """How many repairs of a version wait on their own (`note.waiting`); `evidence` holds the entries' spans.

    Read without unfolding the origins, so that a list may ask it of every row.
    """
    runs = json.loads(row["origins"])
    evidence = [Span(start, end) for start, end in json.loads(row["evidence"])]
    return len(waiting(_repairs(row["repairs"]), lambda said: _place(runs, said), evidence))


def _repairs(column: str) -> Iterator[Repair]:
    for a, b, heard, written, score, alternatives, applied, *settled in json.loads(column):
        yield Repair(Span(a, b), heard, written, score, tuple(alternatives), applied, *settled)


def _place(runs: list[list[int]], said: Span) -> Span:
    """`Note.to_written` on origins as they are stored; `Span(0, 0)` where nothing came from there."""
    places: list[int] = []
    at = 0
    for first, end, count, step in runs:
        start, stop = _steps(said.start + 1 - end, count, step), _steps(said.end - first, count, step)
        if start < min(stop, count):
            places += (at + start, at + min(stop, count))
        at += count
    return Span(places[0], places[-1]) if places else Span(0, 0)


def _steps(distance: int, count: int, step: int) -> int:
    """How many spans of a run lie before one that has moved by `distance`; all where none has."""
    return 0 if distance <= 0 else distance if step else count


def text_from_row(row: Row) -> Note:
    """The written text and sections of one version, without its way back to what was said."""
    return Note("", row["written"], (), _sections(row["sections"]), ())


def _sections(text: str) -> tuple[Section, ...]:
    return tuple(
        Section(name, code, title, Span(a, b), Span(c, d)) for name, code, title, a, b, c, d in json.loads(text)
    )


def _runs(origins: Iterable[Span]) -> Iterator[list[int]]:
    """Runs [start, end, count, step]: `count` spans, each `step` (0 or 1) characters further than the one before."""
    run: list[int] | None = None
    for span in origins:
        if run and _continues(run, span):
            run[3] = span.start - (run[0] + run[3] * (run[2] - 1))
            run[2] += 1
            continue
        if run:
            yield run
        run = [span.start, span.end, 1, 0]
    if run:
        yield run


def _continues(run: list[int], span: Span) -> bool:
    start, end, count, step = run
    moved = span.start - (start + step * (count - 1))
    return moved == span.end - (end + step * (count - 1)) and moved in ({0, 1} if count == 1 else {step})


def _unrolled(runs: Iterable[list[int]]) -> Iterator[Span]:
    for start, end, count, step in runs:
        for index in range(count):
            yield Span(start + index * step, end + index * step)


def transcript_to_row(transcript: Transcript) -> dict[str, Any]:
    """The transcript's columns."""
    coverage = transcript.coverage
    return {
        "language": transcript.language,
        "duration": transcript.duration,
        "model": transcript.model,
        "device": transcript.device,
        "segments": _dump([_columns(segment.words) for segment in transcript.segments]),
        "coverage": _dump(
            {
                "speech": coverage.speech,
                "covered": coverage.covered,
                "gaps": [[gap.start, gap.end] for gap in coverage.gaps],
                "stray": _columns(coverage.stray),
            }
        ),
    }


def transcript_from_row(row: Row) -> Transcript:
    """The transcript of a row."""
    coverage = json.loads(row["coverage"])
    return Transcript(
        segments=tuple(Segment(_words(columns)) for columns in json.loads(row["segments"])),
        language=row["language"],
        duration=row["duration"],
        model=row["model"],
        device=row["device"],
        coverage=Coverage(
            speech=coverage["speech"],
            covered=coverage["covered"],
            gaps=tuple(TimeSpan(start, end) for start, end in coverage["gaps"]),
            stray=_words(coverage["stray"]),
        ),
    )


def _columns(words: tuple[Word, ...]) -> list[list[Any]]:
    return [
        [word.text for word in words],
        [word.start for word in words],
        [word.end for word in words],
        [word.probability for word in words],
        [int(word.spaced) for word in words],
    ]


def _words(columns: list[list[Any]]) -> tuple[Word, ...]:
    return tuple(
        Word(text, start, end, probability, bool(spaced))
        for text, start, end, probability, spaced in zip(*columns, strict=True)
    )


def entry_to_row(entry: Entry) -> dict[str, Any]:
    """The entry's columns, without its encounter and place."""
    code = entry.code
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "name": entry.name,
        "assertion": entry.assertion.value,
        "evidence_start": entry.evidence.start,
        "evidence_end": entry.evidence.end,
        "cue_start": entry.cue.start if entry.cue else None,
        "cue_end": entry.cue.end if entry.cue else None,
        "attributes": _dump(dict(entry.attributes)),
        "code_system": code.system if code else None,
        "code": code.code if code else None,
        "code_display": code.display if code else None,
        "flags": _dump([[flag.code, flag.reason] for flag in entry.flags]),
        "state": entry.state.value,
    }


def entry_from_row(row: Row) -> Entry:
    """The entry of a row."""
    return Entry(
        kind=Kind(row["kind"]),
        name=row["name"],
        assertion=Assertion(row["assertion"]),
        evidence=Span(row["evidence_start"], row["evidence_end"]),
        cue=None if row["cue_start"] is None else Span(row["cue_start"], row["cue_end"]),
        attributes=json.loads(row["attributes"]),
        code=None if row["code"] is None else Code(row["code_system"], row["code"], row["code_display"]),
        flags=tuple(Flag(code, reason) for code, reason in json.loads(row["flags"])),
        state=ReviewState(row["state"]),
        id=row["id"],
    )


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
