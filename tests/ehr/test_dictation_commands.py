"""Spoken marks and words taken back."""

from __future__ import annotations

import pytest

from ehr.dictation import write

MARKS = [
    ("knee pain period she twisted it period", "Knee pain. She twisted it."),
    ("fever comma chills comma and cough period", "Fever, chills, and cough."),
    ("no fever period new paragraph exam colon lungs clear period", "No fever.\n\nExam: lungs clear."),
    ("stable period new line plan colon rest period next line call if worse period",
     "Stable.\nPlan: rest.\nCall if worse."),
    ("he said open quote it throbs close quote comma and left period", 'He said "it throbs", and left.'),
    ("he said quote it throbs unquote comma and left period", 'He said "it throbs", and left.'),
    ("swelling open paren mild close paren period", "Swelling (mild)."),
    ("is he better question mark yes period", "Is he better? Yes."),
    ("follow hyphen up in 2 weeks", "follow-up in 2 weeks"),
    ("and slash or", "and/or"),
    ("alert semicolon oriented period", "Alert; oriented."),
    ("Knee pain, period. New paragraph. Past medical history, colon, gout, comma, asthma. Period.",
     "Knee pain.\n\nPast medical history: gout, asthma."),
    ("He is well. Period. New paragraph. Exam: normal.", "He is well.\n\nExam: normal."),
    ("temperature 98.0 comma pulse 70 period", "Temperature 98.0, pulse 70."),
    ("family history colon colon cancer in father comma gout in mother period",
     "Family history: colon cancer in father, gout in mother."),
]  # fmt: skip
ORDINARY = [
    "Her last menstrual period was 2 weeks ago.",
    "He had a long period of remission.",
    "She has a history of colon cancer.",
    "The sigmoid colon was normal.",
    "A colon polyp was removed.",
    "Family history: colon cancer in father.",
    "A new line was placed in the right arm.",
    "The next line of therapy is carboplatin.",
    "He was seen over a 3 day period.",
    "He has a scratch that became infected.",
    "She needs a surgical correction of the deformity.",
    "He uses a correction factor of 50.",
]
RETRACTED = [
    ("blood pressure 148 over 92 scratch that 138 over 82, heart rate 76", "blood pressure 138/82, heart rate 76"),
    ("Start naproxen 250 scratch that 500 mg twice daily.", "Start naproxen 500 mg twice daily."),
    ("Rest. Continue famotidine scratch that increase famotidine to 1 mL daily.",
     "Rest. Increase famotidine to 1 mL daily."),
    ("Left knee pain, scratch that, right knee pain for 2 weeks.", "Right knee pain for 2 weeks."),
    ("Blood pressure 148 over 92. Scratch that. 138 over 82.", "Blood pressure 138/82."),
    ("He has diabetes. Scratch that. He has prediabetes.", "He has prediabetes."),
    ("Start naproxen. Strike that. Follow up in 2 weeks.", "Follow up in 2 weeks."),
    ("She is stable. Add aspirin. Scratch that.", "She is stable."),
    ("He has fever, chills, no scratch that, cough.", "He has fever, cough."),
    ("Seen on Monday scratch that Tuesday for cough.", "Seen on Tuesday for cough."),
    ("Aspirin 81 mg daily and metoprolol 25 mg twice a day scratch that 50 mg twice a day.",
     "Aspirin 81 mg daily and metoprolol 50 mg twice a day."),
    ("Take lisinopril 10 mg, I mean 20 mg daily.", "Take lisinopril 20 mg daily."),
    ("The left, correction, right eye is red.", "The right eye is red."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "written"), MARKS)
def test_spoken_marks_become_marks(said: str, written: str) -> None:
    """Commands are written as marks, whatever the recognizer put beside them."""
    assert written == write(said).written


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_uses_of_command_words_stay(text: str) -> None:
    """The same words in prose are left alone."""
    assert text == write(text).written


@pytest.mark.parametrize(("said", "written"), RETRACTED)
def test_retracted_words_do_not_stand_in_the_note(said: str, written: str) -> None:
    """What was taken back is gone from the note, and only that."""
    assert written == write(said).written


def test_a_retraction_is_a_change_that_keeps_what_was_said() -> None:
    """The retracted words remain in the said text, under the rule's name."""
    said = "Start naproxen 250 scratch that 500 mg twice daily."
    note = write(said)
    (change,) = [change for change in note.changes if change.rule == "retraction"]
    assert (change.said.of(said), change.written.of(note.written)) == ("250 scratch that ", "")
    assert said == note.said


HEARD = (
    "Ms Lind is a 43-year-old female here for right knee pain period. She denies calf pain comma numbness comma or. "
    "Tingling period new paragraph past medical. History colon atrial fibrillation period medications, colon aspirin "
    "81 mg twice. Daily period new paragraph exam colon. The knee is tender period, pain 7 out. Of 10 period plan "
    "colon rest period?"
)


def test_a_recognizers_own_marks_go_where_no_phrase_has_one() -> None:
    """Marks strewn among spoken ones are dropped, and those beside them folded in."""
    assert write(HEARD).written == (
        "Ms Lind is a 43-year-old female here for right knee pain. She denies calf pain, numbness, or Tingling.\n\n"
        "Past medical history: atrial fibrillation. Medications: aspirin 81 mg twice daily.\n\n"
        "Exam: The knee is tender. Pain 7/10. Plan: rest."
    )


def test_marks_of_a_speaker_who_says_none_are_kept() -> None:
    """Without spoken marks the recognizer's own are the only ones there are."""
    text = "The pain is 7 out. Of 10 patients, none had it."
    assert write(text).written == text
