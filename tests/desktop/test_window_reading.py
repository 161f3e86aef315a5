"""The golden thread as the views use it: note, words and time, there and back."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from window_samples import SAID, draft, long_draft, transcript

from desktop.formats import clock
from desktop.patient.form import parse_date
from desktop.review.reading import NOWHERE, prepare
from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.note import Note, Span
from transcriber.transcript import TimeSpan


def test_words_of_an_entry_are_those_that_were_said() -> None:
    """An entry's evidence leads to the spoken words and to their time."""
    made = draft()
    reading = prepare(made)
    dose = made.entries[2]
    words = [reading.words[at].text for at in reading.words_of(dose.evidence)]
    assert words == ["start", "glipizide", "five", "milligrams", "by", "mouth", "every", "morning"]
    time = reading.time_of(dose.evidence)
    assert time is not None
    assert time.start == reading.words[reading.words_of(dose.evidence)[0]].start
    assert reading.quote(dose) == " ".join(words)


def test_words_lead_back_to_what_they_wrote() -> None:
    """A word knows the written text that came from it, two words of one change the same text."""
    reading = prepare(draft())
    written = reading.draft.note.written
    five, milligrams = SAID.split().index("five"), SAID.split().index("milligrams")
    assert reading.written_of_word[five].of(written) == "5 mg"
    assert reading.written_of_word[milligrams].of(written) == "5 mg"


def test_a_gap_is_a_line_of_its_own() -> None:
    """Speech without words breaks the line it falls into."""
    lines = prepare(draft()).lines
    at = next(number for number, line in enumerate(lines) if line.gap is not None)
    assert lines[at - 1].last == lines[at + 1].first
    assert lines[at].gap == TimeSpan(6.2, 7.4)


@given(
    st.lists(st.sampled_from(["a", "bb", "ccc"]), min_size=1, max_size=60),
    st.lists(st.floats(0, 40, allow_nan=False), max_size=6),
)
def test_lines_hold_every_word_once_in_order(words: list[str], gaps: list[float]) -> None:
    """Whatever the gaps, the lines hold all words once, in order, and the gaps in order of time."""
    said = " ".join(words)
    heard = transcript(said, gaps=tuple(TimeSpan(start, start + 0.5) for start in gaps))
    note = Note(said, said, (), (), tuple(Span(at, at + 1) for at in range(len(said))))
    reading = prepare(Draft(note, (), heard))
    spoken = [number for line in reading.lines for number in range(line.first, line.last) if line.gap is None]
    assert spoken == list(range(len(words)))
    assert len([line for line in reading.lines if line.gap is not None]) == len(gaps)
    assert all(first.at <= second.at for first, second in pairwise(reading.lines))
    assert all(span.of(said) == word for span, word in zip(reading.written_of_word, words, strict=True))


def test_text_that_was_never_heard_has_no_times() -> None:
    """A draft without a transcript is shown all the same, with nothing to hear."""
    made = draft()
    reading = prepare(Draft(made.note, made.entries))
    assert reading.lines == ()
    assert reading.time_of(made.entries[0].evidence) is None
    assert reading.word_at(1.0) is None
    assert len(reading.paragraphs) == 4


def test_the_word_that_sounds() -> None:
    """A time names the word that sounds then, and none long after one."""
    reading = prepare(draft())
    assert reading.word_at(0.6) == 1
    assert reading.word_at(0.45) == 0
    assert reading.word_at(1000.0) is None


def test_a_long_dictation_keeps_its_thread() -> None:
    """In twenty thousand words the last entry still finds its word."""
    made = long_draft()
    reading = prepare(made)
    last = made.entries[-1]
    assert [reading.words[at].text for at in reading.words_of(last.evidence)] == [last.evidence.of(made.note.written)]
    assert NOWHERE not in reading.written_of_word


def test_times_and_dates_read_one_way() -> None:
    """Clock times as a player shows them; only unmistakable dates are taken."""
    assert [clock(seconds) for seconds in (0, 42.9, 391, 3729)] == ["0:00", "0:42", "6:31", "1:02:09"]
    assert parse_date("14 Mar 1964") == parse_date("1964-03-14") == parse_date("14.03.1964")
    assert parse_date("03/04/1964") is None
    assert parse_date("2964-01-01") is None


def test_no_word_is_left_alone_beside_a_heading() -> None:
    """A verb that only led to the list is gone; a sentence that needs its heading's words is shown whole."""
    said = "His current medications are aspirin. The plan is to obtain an MRI of the left knee."
    shown = [each.text for each in prepare(pipeline.draft_text(said, on=date(2026, 3, 1))).paragraphs]

    assert shown == ["Medications", "aspirin.", "Plan", "The plan is to obtain an MRI of the left knee."]
