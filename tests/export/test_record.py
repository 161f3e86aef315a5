"""An entry as a flat record: its evidence is what was said, whatever was written."""

from __future__ import annotations

from datetime import date

import pytest

from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.entry import Assertion, Code, Entry, Flag, Kind
from ehr.chart.note import Note, Span
from ehr.export.record import record, records, reviewed_records
from transcriber.transcript import Coverage, Segment, Transcript, Word

SAID = "no fever start losartan fifty milligrams"
WRITTEN = "No fever. Start losartan 50 mg."
NOTE = Note(
    said=SAID,
    written=WRITTEN,
    changes=(),
    sections=(),
    origins=(
        *(Span(i, i + 1) for i in range(8)),
        Span(8, 8),
        *(Span(i, i + 1) for i in range(8, 24)),
        *[Span(24, 29)] * 2,
        Span(29, 30),
        *[Span(30, 40)] * 2,
        Span(40, 40),
    ),
)
FEVER = Entry(Kind.SYMPTOM, "fever", Assertion.ABSENT, Span(3, 8), cue=Span(0, 2))
LOSARTAN = Entry(
    Kind.MEDICATION,
    "losartan",
    Assertion.PRESENT,
    Span(10, 30),
    attributes={"dose": "50", "unit": "mg", "prn": True},
    code=Code("http://www.nlm.nih.gov/research/umls/rxnorm", "52175", "losartan"),
    flags=(Flag("doubtful-words", "The recognizer was not sure."),),
)


def test_a_plain_entry() -> None:
    """Only what is known stands in the record."""
    assert record(FEVER, NOTE) == {
        "kind": "symptom",
        "name": "fever",
        "assertion": "absent",
        "evidence": "fever",
        "start": 3,
        "end": 8,
        "cue": "no",
    }


def test_a_full_entry_has_its_fields_code_and_flags() -> None:
    """Attributes stand under their own names; evidence is traced back to the spoken words."""
    assert record(LOSARTAN, NOTE) == {
        "kind": "medication",
        "name": "losartan",
        "assertion": "present",
        "evidence": "start losartan fifty milligrams",
        "start": 9,
        "end": 40,
        "dose": "50",
        "unit": "mg",
        "prn": True,
        "code": "52175",
        "code_system": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "code_display": "losartan",
        "flags": [{"code": "doubtful-words", "reason": "The recognizer was not sure."}],
    }


def test_records_stand_in_the_order_of_the_note() -> None:
    """However the entries come, the record follows the words."""
    assert [each["name"] for each in records((LOSARTAN, FEVER), NOTE)] == ["fever", "losartan"]


def test_a_reviewed_record_knows_its_state_and_its_sound() -> None:
    """What was heard can be found again in the recording."""
    words = tuple(Word(text, i * 0.5, i * 0.5 + 0.4, 0.9) for i, text in enumerate(SAID.split()))
    transcript = Transcript((Segment(words),), "en", 3.0, "whisper-base", "CPU int8", Coverage(3.0, 3.0, (), ()))
    first, second = reviewed_records(Draft(NOTE, (FEVER, LOSARTAN), transcript))
    assert (first["id"], first["state"]) == (FEVER.id, "proposed")
    assert first["audio"] == {"start": 0.5, "end": 0.9}
    assert second["audio"] == {"start": 1.0, "end": 2.9}
    assert "audio" not in reviewed_records(Draft(NOTE, (FEVER,)))[0]


@pytest.mark.parametrize(
    "said",
    [
        "she denies fever or chills period blood pressure one forty two over eighty eight comma start losartan daily",
        "History of asthma. Allergic to penicillin, which gave her hives. Follow up in 3 months.",
    ],
)
def test_evidence_is_always_an_exact_piece_of_what_was_said(said: str) -> None:
    """The thread from entry to spoken words holds through every change between the two."""
    draft = pipeline.draft_text(said, on=date(2026, 3, 1))
    found = records(draft.entries, draft.note)
    assert len(found) >= 3
    for each in found:
        assert each["evidence"] == said[int(str(each["start"])) : int(str(each["end"]))] != ""
