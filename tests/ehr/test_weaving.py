"""Dictating into a note that is there already: both drafts keep their words, their way to the sound and their facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.entry import Assertion, Entry, Kind
from ehr.chart.note import Note, Span
from ehr.chart.returning import gathered
from ehr.chart.weaving import DICTATED_HERE, WORDS_INSERTED, weave
from transcriber.transcript import Coverage, Segment, Transcript, Word

DAY = date(2026, 3, 1)


def heard(text: str, start: float = 0.0) -> Transcript:
    """`text` said from `start` on, two words a second."""
    words = tuple(Word(word, start + at / 2, start + at / 2 + 0.4, 0.9) for at, word in enumerate(text.split()))
    segments = (Segment(words),) if words else ()
    length = len(words) / 2
    return Transcript(segments, "en", start + length, "test", "CPU", Coverage(length, length, (), ()))


def dictated(text: str, start: float = 0.0) -> Draft:
    """The draft of a dictation that began at `start`."""
    return pipeline.draft(heard(text, start), on=DAY)


def plain(text: str, start: float = 0.0) -> Draft:
    """A draft whose note is what was said, with an entry over each word."""
    transcript = heard(text, start)
    said = transcript.text
    note = Note(said, said, (), (), tuple(Span(at, at + 1) for at in range(len(said))))
    entries, at = [], 0
    for word in said.split():
        at = said.index(word, at)
        entries.append(Entry(Kind.PROBLEM, word.lower(), Assertion.PRESENT, Span(at, at + len(word))))
        at += len(word)
    return Draft(note, tuple(entries), transcript)


def test_words_dictated_at_the_cursor_stand_there():
    """The facts of both are told, each rests on its own words, and the later ones lead to the later sound."""
    first = dictated("Denies chest pain. Metformin 500 mg twice daily.")
    place = first.note.written.index("Metformin")
    both = weave(first, dictated("Reports nausea.", start=60.0), Span(place, place))

    assert both.note.written == "Denies chest pain. Reports nausea. Metformin 500 mg twice daily."
    assert both.note.said == both.transcript.text == "Denies chest pain. Metformin 500 mg twice daily. Reports nausea."
    assert {entry.name: entry.assertion.value for entry in both.entries} == {
        "chest pain": "absent", "metformin": "present", "nausea": "present",
    }  # fmt: skip
    nausea = next(entry for entry in both.entries if entry.name == "nausea")
    assert [word.start for word in both.words_of(nausea)] == [60.5]
    assert [change.rule for change in both.note.changes if change.rule == DICTATED_HERE] == [DICTATED_HERE]


def test_words_dictated_over_others_replace_them():
    """What was dictated over stays in the said text, and the change names it."""
    first = dictated("Metformin 500 mg daily. Lisinopril 10 mg daily.")
    start = first.note.written.index("500")
    both = weave(first, dictated("850 mg", start=60.0), Span(start, start + 6))

    assert both.note.written == "Metformin 850 mg daily. Lisinopril 10 mg daily."
    change = next(change for change in both.note.changes if change.rule == DICTATED_HERE)
    assert (change.said.of(both.note.said), change.written.of(both.note.written)) == ("500 mg", "850 mg")


def test_words_dictated_into_a_fact_are_flagged():
    """The fact rests on the words before the new ones and asks to be looked at."""
    first = plain("metformin daily")
    first = replace(first, entries=(Entry(Kind.MEDICATION, "metformin", Assertion.PRESENT, Span(0, 15)),))
    both = weave(first, plain("extended release", start=9.0), Span(9, 9))

    assert both.note.written == "metformin extended release daily"
    assert both.entries[0].evidence.of(both.note.written).strip() == "metformin"
    assert WORDS_INSERTED in both.entries[0].flags


def test_a_section_dictated_into_another_ends_it():
    """Sections stay in the order of the text, and none overlaps the next."""
    first = dictated("Assessment. Hypertension. Plan. Return in 2 weeks.")
    at = first.note.written.index("Plan")
    both = weave(first, dictated("Allergies. Penicillin, rash.", start=30.0), Span(at, at))

    sections = both.note.sections
    assert [section.name for section in sections] == ["assessment", "allergies", "plan"]
    assert all(one.body.end <= two.heading.start for one, two in pairwise(sections))


def test_a_section_is_gone_back_to_in_a_later_take():
    """Its words go to the section that stands there since yesterday, with their facts and their sound; text after the
    cursor stays.
    """
    first = dictated("Assessment. Hypertension. Plan. Rest for 2 weeks. Fluids.")
    at = first.note.written.index(" Fluids")
    take = dictated("He sleeps well. Go to assessment. Chronic cough.", start=60.0)
    both = gathered(weave(first, take, Span(at, at)))

    assert both.note.written == (
        "Assessment. Hypertension. Chronic cough.\n\nPlan. Rest for 2 weeks. He sleeps well. Fluids."
    )
    assert [section.name for section in both.note.sections] == ["assessment", "plan"]
    (cough,) = (entry for entry in both.entries if "cough" in entry.name)
    assert cough.evidence.of(both.note.written) == "Chronic cough"
    assert [word.text for word in both.words_of(cough)] == ["Chronic", "cough."]
    assert both.words_of(cough)[0].start == 63.0


def test_words_of_no_recording_are_refused():
    """A note that was typed shares no recording with what is said later."""
    with pytest.raises(ValueError, match="recording"):
        weave(pipeline.draft_text("Denies pain.", on=DAY), dictated("Reports nausea.", 5.0), Span(0, 0))


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(["pain", "Cough.", "fever,", "né"]), max_size=6),
    st.lists(st.sampled_from(["nausea", "Rash.", "itch"]), max_size=4),
    st.data(),
)
def test_every_word_keeps_its_way_to_the_sound(one, two, data):
    """Wherever it is put: the layers fit, what was outside keeps its words, the take's facts rest on the take's."""
    first, take = plain(" ".join(one)), plain(" ".join(two), start=100.0)
    text = first.note.written
    start = data.draw(st.integers(0, len(text)))
    at = Span(start, data.draw(st.integers(start, len(text))))
    both = weave(first, take, at)

    note = both.note
    assert note.said == both.transcript.text
    assert len(note.written) == len(note.origins)
    assert note.written.startswith(text[: at.start])
    assert note.written.endswith(text[at.end :])
    for before, after in zip(first.entries, both.entries, strict=False):
        if before.evidence.end <= at.start or at.end <= before.evidence.start:
            assert after.evidence.of(note.written) == before.evidence.of(text)
            assert both.words_of(after) == first.words_of(before)
    for before, after in zip(take.entries, both.entries[len(first.entries) :], strict=True):
        assert after.evidence.of(note.written) in {before.name, *before.evidence.of(take.note.written).split(".")} | {
            before.evidence.of(take.note.written)
        }
        assert both.words_of(after) == take.words_of(before)
    for word in range(len(note.said)):
        told = note.to_written(Span(word, word + 1))
        places = [at for at, origin in enumerate(note.origins) if origin.overlaps(Span(word, word + 1))]
        assert not places or (told.start, told.end) == (places[0], places[-1] + 1)
    assert all(0 <= change.written.start <= change.written.end <= len(note.written) for change in note.changes)
    assert all(0 <= change.said.start <= change.said.end <= len(note.said) for change in note.changes)
