"""The whole road from said to written: what holds for any text, and for dictation in its three styles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.chart.note import Note, Span
from ehr.dictation import write

GOLD = Path(__file__).parents[2].parent / "shared" / "eval" / "dictation" / "gold.jsonl"
PHRASES = (
    "blood pressure", "one forty two over eighty eight", "twenty five milligrams", "period", "comma", "new paragraph",
    "scratch that", "past medical history", "colon", "he denies", "chest pain", "plan", "start", "A1c", "8.1", "the",
    "number one", "open quote", "close quote", ".", ", ", "\n", "medications", "500mg", "on exam", "is", "point five",
    "one", "I mean", "20 mg", "left", "right", "allergies:", "number two", "x ray", "half a tablet", "hyphen", "/",
    "\u00a0", "  ",
)  # fmt: skip
UNPUNCTUATED = (
    "the patient is a sixty year old man with cough for two weeks he denies chest pain or fever past medical history "
    "hypertension and gout medications lisinopril ten milligrams daily allergic to sulfa his father had a stroke blood "
    "pressure one thirty over eighty pulse seventy two there is no edema assessment acute bronchitis start doxycycline "
    "one hundred milligrams twice daily if he is not better we will get a chest x ray follow up in two weeks"
)


def check_origins(note: Note) -> None:
    """Assert what a note promises of its origins and changes."""
    assert len(note.written) == len(note.origins)
    changed = bytearray(len(note.written))
    for change in note.changes:
        assert 0 <= change.said.start <= change.said.end <= len(note.said)
        assert 0 <= change.written.start <= change.written.end <= len(note.written)
        changed[change.written.start : change.written.end] = b"\1" * (change.written.end - change.written.start)
    last = Span(0, 0)
    for index, (character, origin) in enumerate(zip(note.written, note.origins, strict=True)):
        assert last.start <= origin.start <= origin.end <= len(note.said)
        assert last.end <= origin.end
        assert changed[index] or origin.of(note.said) == character
        last = origin


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_any_text_is_written_with_its_origins(text: str) -> None:
    """No text fails; every character traces to what was said or to a named change."""
    note = write(text)
    check_origins(note)
    assert not set(note.written) & {"\u00a0", "\t", "\r", "\x00", "\u200b"}
    assert note.written == note.written.strip(" \n")


@given(st.lists(st.sampled_from(PHRASES), max_size=25).map(" ".join))
@settings(max_examples=300)
def test_any_dictation_is_written_with_its_origins(said: str) -> None:
    """Commands, numbers, headings and retractions in any order keep the note's promises."""
    note = write(said)
    check_origins(note)
    ends = [0]
    for section in note.sections:
        assert ends[-1] <= section.heading.start < section.heading.end <= section.body.start <= section.body.end
        ends.append(section.body.end)
    assert ends[-1] <= len(note.written)


@pytest.mark.parametrize(
    "unit", ["one ", "period, ", "scratch that ", "1", "past medical history ", ". ", "open quote "]
)
def test_long_monotony_is_written_too(unit: str) -> None:
    """A recognizer that loops fills a text with one phrase; the step neither fails nor slows down out of proportion."""
    check_origins(write(unit * 3000))


def test_the_empty_dictation_is_the_empty_note() -> None:
    """Nothing said, nothing written."""
    assert Note("", "", (), (), ()) == write("")


def test_other_languages_get_clean_white_space_alone() -> None:
    """English rules do not touch a text in another language."""
    note = write("tensión\u00a0ciento  veinte period\tone", language="es")
    assert (note.written, note.sections) == ("tensión ciento veinte period one", ())
    check_origins(note)


def test_invisible_characters_are_a_recorded_change() -> None:
    """FHIR admits no no-break blank and no control character."""
    note = write("chest\u00a0pain\u200b.\r\n\r\n\r\nNo\x07 fever")
    assert note.written == "chest pain.\n\nNo fever"
    assert {change.rule for change in note.changes} == {"spacing"}


def test_unpunctuated_dictation_is_broken_at_its_cues() -> None:
    """Sentences and sections begin where the speaker plainly began them, and a condition keeps its consequence."""
    written = write(UNPUNCTUATED).written
    assert written == (
        "The patient is a 60-year-old man with cough for 2 weeks. He denies chest pain or fever.\n\n"
        "Past medical history: hypertension and gout.\n\nMedications: lisinopril 10 mg daily.\n\n"
        "Allergic to sulfa. His father had a stroke. Blood pressure 130/80, pulse 72. There is no edema.\n\n"
        "Assessment: acute bronchitis. Start doxycycline 100 mg twice daily. If he is not better we will get a chest "
        "x-ray. Follow up in 2 weeks."
    )


def test_counted_problems_get_lines_of_their_own() -> None:
    """ "Number one …, number two …" is a numbered list; a lone number is not."""  # noqa: D210
    counted = write("Assessment and plan: Number one, hypertension. Continue lisinopril. Number two, gout.")
    assert counted.written == "Assessment and plan:\n1. Hypertension. Continue lisinopril.\n2. Gout."
    assert write("The number 12 blade was used.").written == "The number 12 blade was used."


def test_a_speakers_own_paragraphs_are_kept() -> None:
    """Sections are laid out only where no line end was dictated."""
    said = "She is well.\nMedications: aspirin. Allergies: none."
    assert said == write(said).written


def test_every_change_can_be_told() -> None:
    """A change holds the rule, what was said and what was written."""
    note = write("pulse one oh two")
    assert [(change.rule, change.said.of(note.said), change.written.of(note.written)) for change in note.changes] == [
        ("number", "one oh two", "102")
    ]


@pytest.mark.skipif(not GOLD.exists(), reason="the evaluation dictations are not beside this checkout")
def test_the_evaluation_dictations_are_written_once_and_for_all() -> None:
    """On real dictations the origins hold and writing the written note again changes nothing."""
    for line in GOLD.read_text("utf-8").splitlines():
        note = write(json.loads(line)["spoken"])
        check_origins(note)
        assert note.written == write(note.written).written
        assert "scratch that" not in note.written


def test_statements_run_together_by_the_recognizer_are_parted() -> None:
    """A plain opening after many words without a mark begins a sentence, also where other marks stand."""
    said = (
        "He has back pain. He is using ice and a brace at night without much help he denies fever or chills. There is "
        "no swelling and no redness of the left knee today assessment lumbar strain."
    )
    assert write(said).written == (
        "He has back pain. He is using ice and a brace at night without much help. He denies fever or chills. There is "
        "no swelling and no redness of the left knee today.\n\nAssessment: lumbar strain."
    )


def test_an_opening_phrase_is_no_run() -> None:
    """ "With exertion he gets …" is one sentence."""  # noqa: D210
    text = "For about 5 weeks he has felt tired. With exertion he gets short of breath, and he has a cough."
    assert write(text).written == text
