"""Spoken commands on the note: what fires, what stays prose, and what is recorded of each."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr import pipeline
from ehr.chart.entry import Assertion
from ehr.chart.fields import ACCEPT_DEFAULTS, AUTO_TEXT, NEXT_FIELD, open_fields
from ehr.chart.note import Span
from ehr.chart.phrases import AutoText, Phrases
from ehr.chart.returning import BACK, GO_TO
from ehr.dictation import write
from ehr.dictation.autotexts import checked, shipped
from ehr.dictation.headings import section_kinds
from ehr.dictation.rules import rules
from ehr.dictation.sayable import sayables
from ehr.dictation.voice import orders, way_to
from ehr.reverting import as_said

DAY = date(2026, 3, 1)
GOLD = Path(__file__).parents[3] / "shared" / "eval" / "dictation" / "gold.jsonl"
CHEST = "No wheezes, rales or rhonchi. Respirations unlabored."
CLEAR = f"Lungs: clear to auscultation bilaterally. {CHEST}"

OBEYED = [
    ("He denies fever. Insert normal chest exam. Accept defaults. Go to assessment. Pneumonia.",
     f"He denies fever.\n\nPhysical exam:\n{CLEAR}\n\nAssessment: Pneumonia."),
    ("no chest pain insert normal chest exam next field wheezes accept defaults go to plan start albuterol",
     f"no chest pain.\n\nPhysical exam:\nLungs: wheezes. {CHEST}\n\nPlan: start albuterol"),
    ("Insert wound description. Next field. Left shin. Next field. Two. Next field. Clean. Plan: dressings.",
     "Physical exam:\nWound: Left shin, 2 cm, edges clean, drainage [none|serous|purulent].\n\nPlan: dressings."),
    ("Physical exam: well. Insert normal skin exam. Plan: rest.",
     "Physical exam: well.\nSkin: warm and dry, no rash.\n\nPlan: rest."),
    ("Insert normal skin exam. Insert normal skin exam.",
     "Physical exam:\nSkin: warm and dry, no rash.\nSkin: warm and dry, no rash."),
    ("Insert normal chest exam. Scratch that. He coughs.", "He coughs."),
    ("Go to plan. Scratch that. He coughs.", "He coughs."),
    ("insert wound description next field wheezes scratch that left shin next field accept defaults",
     "Physical exam:\nWound: left shin, [size] cm, edges clean, drainage none."),
    ("Insert normal chest exam. He coughs. Accept defaults. Go home.",
     f"Physical exam:\n{CLEAR}\nHe coughs. Go home."),
    ("Go to the labs section. Sodium 140.", "Results: Sodium 140."),
    ("Insert normal-chest exam, accept the defaults.", f"Physical exam:\n{CLEAR}"),
]  # fmt: skip

PROSE = [
    "Insert a catheter.",
    "We will insert normal saline.",
    "He was told to go to assessment clinic.",
    "Go to assessment clinic on Monday.",
    "Go to labs. Go to physical therapy twice a week.",
    "She did not go to plan B.",
    "He wants to go to family history class.",
    "Accept defaults.",
    "The next field was cleaned. Next field.",
    "She was asked to insert normal chest exam findings.",
    "Insert the tube. Insert chest tube.",
    "Visual fields: the next field is full.",
    "patient was told to go to assessment clinic and then to insert normal skin exam",
]


@pytest.mark.parametrize(("said", "written"), OBEYED)
def test_a_command_is_obeyed(said, written):
    """Said alone, in a run of words, with fields filled, skipped or left, and taken back."""
    assert write(said).written == written


@pytest.mark.parametrize("said", PROSE)
def test_prose_is_no_command(said):
    """The words around it make it an ordinary sentence."""
    note = write(said)

    assert note.written.rstrip(".") == said.rstrip(".")
    assert not {change.rule for change in note.changes} & {GO_TO, AUTO_TEXT, NEXT_FIELD, ACCEPT_DEFAULTS}


def test_no_command_is_seen_in_dictations_without_one():
    """None was given in the dictations of the other tests, so none may be found."""
    files = [Path(__file__).parent / "data" / f"{name}.jsonl" for name in ("dictations", "fresh_notes", "headings")]
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    said = [value for line in lines for value in line.values() if isinstance(value, str)]

    assert len(said) > 200
    assert [text for text in said if orders(text, shipped())] == []


def test_no_command_is_seen_in_the_gold_dictations():
    """None was given in them, so none may be found."""
    if not GOLD.exists():
        pytest.skip("the gold dictations are not on this machine")
    said = [json.loads(line)["spoken"] for line in GOLD.read_text(encoding="utf-8").splitlines()]

    assert len(said) >= 20
    assert [orders(text, shipped()) for text in said] == [[] for _ in said]


@pytest.mark.parametrize("name", sorted(section_kinds()))
def test_every_section_can_be_gone_to_as_listed(name):
    """What follows stands under that heading."""
    note = write(f"He is well. {way_to(section_kinds()[name])}. Something is said.")

    assert [section.name for section in note.sections] == [name]
    assert note.sections[0].body.of(note.written).strip(" :") == "Something is said."


def test_every_command_is_on_record_with_its_words():
    """Each is a change of its own, from the words that were said to what they wrote."""
    said = "Insert normal chest exam. Next field. Wheezes. Accept defaults. Go to plan. Rest."
    note = write(said)
    record = {
        change.rule: (change.said.of(said).strip(" ."), change.written.of(note.written))
        for change in note.changes
        if change.rule in {AUTO_TEXT, NEXT_FIELD, ACCEPT_DEFAULTS, GO_TO}
    }

    assert record == {
        AUTO_TEXT: ("Insert normal chest exam", "Physical exam:\nLungs: "),
        NEXT_FIELD: ("Next field", ""),
        ACCEPT_DEFAULTS: ("Accept defaults", f". {CHEST}"),
        GO_TO: ("Go to plan", "\n\nPlan: "),
    }


def test_inserted_words_trace_to_their_command_and_answers_to_themselves():
    """What fills a field keeps its own way to the sound."""
    said = "Insert normal chest exam. Next field. Wheezes. Accept defaults."
    note = write(said)
    at = note.written.index("Wheezes")

    assert note.to_said(_span(note.written, "Wheezes")).of(said) == "Wheezes"
    assert at > 0
    assert note.to_said(_span(note.written, "rhonchi")).of(said).strip(" .") == "Accept defaults"
    assert list(note.origins) == sorted(note.origins)


def test_a_fact_that_was_inserted_is_flagged_first():
    """The reviewer reads that nobody said it word by word, and that a default was accepted."""
    draft = pipeline.draft_text("He has asthma. Insert normal chest exam. Accept defaults.", on=DAY)
    flags = {entry.name: [flag.code for flag in entry.flags] for entry in draft.entries}

    assert flags["asthma"] == []
    assert flags["wheeze"][0] == "auto-text"
    (wheeze,) = (entry for entry in draft.entries if entry.name == "wheeze")
    assert wheeze.assertion is Assertion.ABSENT
    assert wheeze.flags[0].reason == (
        "Inserted by “Insert normal chest exam”, not said word by word. Its defaults were accepted by command."
    )


def test_an_open_choice_is_no_fact():
    """Nothing is read from the options, and the sentence around them is flagged."""
    exam = checked(["my lung exam"], "Lungs with no rales and [wheezes|crackles].")
    draft = pipeline.draft_text("Insert my lung exam.", on=DAY, phrases=Phrases((exam,)))

    assert [entry.name for entry in draft.entries] == ["rale"]
    assert [field.options for field in open_fields(draft.note)] == [("wheezes", "crackles")]
    assert {entry.flags[0].code for entry in draft.entries} == {"open-field"}


def test_ones_own_auto_text_goes_before_the_programs():
    """By the name that is said."""
    own = AutoText(("normal chest exam",), "Chest: as always.")

    assert write("Insert normal chest exam.", phrases=Phrases((own,))).written == "Chest: as always."


def test_the_recognizers_marks_are_dropped_for_who_says_them():
    """Only the marks that were said are left."""
    said = "He coughs, at night. Period. The cough. Is dry period new paragraph plan colon rest, period."
    note = write(said, phrases=Phrases(says_marks=True))

    assert note.written == "He coughs at night. The cough is dry.\n\nPlan: rest."
    assert "recognizer mark" in {change.rule for change in note.changes}


def test_another_language_has_no_commands():
    """Its words stay as they are."""
    assert write("Insert normal chest exam.", language="de").written == "Insert normal chest exam."


OWN = AutoText(("my own exam", "normal chest exam"), "As [always|never].")
"""An auto-text of the user's, under a name of its own and one that the program has too."""

LISTED = [(each.group, say) for each in sayables(Phrases((OWN,))) for say in each.say]


def test_the_list_names_everything():
    """Each group, the user's auto-text under both names, the program's without the name that the user has taken."""
    assert {group for group, _ in LISTED} == {"Editing", "Fields", "Auto-texts", "Sections", "Punctuation"}
    says = [say for _, say in LISTED]
    assert len(says) == len(set(says))
    assert {"insert my own exam", "insert normal chest exam", "insert normal lung exam"} <= set(says)
    for mark in rules("commands")["marks"]:
        assert {say for say in mark["say"] if say not in {"kama", "quote"}} <= set(says)


def heard(group: str, say: str) -> list[str]:
    """What is dictated to give a command of a group, as recognizers write it, with their marks and without."""
    if group == "Editing":
        return [f"Start aspirin 250 mg, {say}, 500 mg daily."]
    if group == "Fields":
        return [f"Insert my own exam. {say}. Sometimes. He is well.", f"insert my own exam {say} sometimes"]
    if group == "Punctuation":
        said = say.replace("…", "tired")
        plain, marked = (
            f"He is well {said} he sleeps well period",
            f"He is well. {said.capitalize()}. He sleeps. Period.",
        )
        return [plain, f"{plain} he eats period", f"{marked} He eats. Period."]
    return [f"He is well. {say}. He sleeps.", f"he is well {say} he sleeps"]


@pytest.mark.parametrize(("group", "say"), LISTED)
def test_everything_on_the_list_can_be_said(group, say):
    """Each listed phrase does what it says: its words are gone from the note, and what it wrote is on record."""
    rule = {"Editing": {"retraction", "correction"}, "Fields": {NEXT_FIELD, ACCEPT_DEFAULTS}, "Auto-texts": {AUTO_TEXT},
            "Sections": {GO_TO}, "Punctuation": {"spoken punctuation"}}[group]  # fmt: skip
    for said in heard(group, say):
        note = write(said, phrases=Phrases((OWN,)))
        assert rule & {change.rule for change in note.changes}, said
        assert all(part.strip() not in note.written.lower() for part in say.split("…")), said


RETURNS = [
    ("Assessment: Pneumonia. Go to plan. Rest. Go to assessment. Also anemia. Go to exam. Fine.",
     "Assessment: Pneumonia. Also anemia.\n\nPlan: Rest.\n\nPhysical exam: Fine.",
     "Assessment: Pneumonia.\n\nPlan: Rest. Go to assessment. Also anemia.\n\nPhysical exam: Fine."),
    ("assessment pneumonia go to plan rest go to assessment anemia",
     "assessment pneumonia. Anemia\n\nPlan: rest.",
     "assessment pneumonia.\n\nPlan: rest. go to assessment Anemia"),
    ("Go to assessment. Pneumonia. Go to assessment. Anemia.",
     "Assessment: Pneumonia. Anemia.", "Assessment: Pneumonia. Go to assessment. Anemia."),
    ("Go to assessment. Go to plan. Rest. Go to assessment. Pneumonia.",
     "Assessment: Pneumonia.\n\nPlan: Rest.", "Assessment:\n\nPlan: Rest. Go to assessment. Pneumonia."),
    ("Go to plan. Rest. Go to the exam. Insert normal skin exam. Go to plan. Fluids. Go to plan. Scratch that.",
     "Plan: Rest. Fluids.\n\nPhysical exam:\nSkin: warm and dry, no rash.",
     "Plan: Rest.\n\nPhysical exam:\nSkin: warm and dry, no rash. Go to plan. Fluids."),
    ("Go to the exam. Insert normal skin exam. Go to plan. Rest. Go to the exam. Ears clear. Insert normal skin exam.",
     "Physical exam:\nSkin: warm and dry, no rash.\nEars clear.\nSkin: warm and dry, no rash.\n\nPlan: Rest.",
     ("Physical exam:\nSkin: warm and dry, no rash.\n\nPlan: Rest. Go to the exam. Ears clear.\n"
      "Skin: warm and dry, no rash.")),
    ("Go to assessment. Anemia. Go to plan. Rest. Go to assessment. Gout. The exam was done.",
     "Assessment: Anemia. Gout. The exam was done.\n\nPlan: Rest.",
     "Assessment: Anemia.\n\nPlan: Rest. Go to assessment. Gout. The exam was done."),
    ("Go to plan. Rest. Go to assessment. Anemia. Go to plan. The allergies that he has are to be tested.",
     "Plan: Rest. The allergies that he has are to be tested.\n\nAssessment: Anemia.",
     "Plan: Rest.\n\nAssessment: Anemia. Go to plan. The allergies that he has are to be tested."),
    ("Go to plan. Rest. Go to assessment. Anemia. Go to plan.",
     "Plan: Rest.\n\nAssessment: Anemia.", "Plan: Rest.\n\nAssessment: Anemia. Go to plan."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "written", "taken_back"), RETURNS)
def test_a_section_is_gone_back_to(said, written, taken_back):
    """What is said after the command stands at the section's end, with no second heading; taken back, the command's
    words and those after it stand where they were said.
    """
    draft = pipeline.draft_text(said, on=DAY)
    change = next(change for change in draft.note.changes if change.rule == BACK)
    before = as_said(draft, change)

    assert draft.note.written == written
    assert before.note.written == taken_back
    assert BACK not in {each.rule for each in before.note.changes}
    for note in (draft.note, before.note):
        names = [section.name for section in note.sections]
        assert sorted(set(names)) == sorted(names)
        assert all(one.body.end <= two.heading.start for one, two in pairwise(note.sections))


def test_words_that_went_back_to_their_section_keep_their_sound():
    """Each character leads to the words that it was said with, the joint to the command; facts rest on their own."""
    said = "Assessment: Pneumonia. Go to plan. Rest. Go to assessment. Chronic cough with 4 weeks of fever."
    draft = pipeline.draft_text(said, on=DAY)
    note = draft.note
    (change,) = (change for change in note.changes if change.rule == BACK)

    assert note.to_said(_span(note.written, "4 weeks")).of(said) == "4 weeks"
    assert change.said.of(said).strip() == "Go to assessment."
    assert change.written.of(note.written) == " Chronic cough with 4 weeks of fever."
    assert note.section_at(change.written.start).name == "assessment"
    assert note.origins[change.written.start] == change.said
    (cough,) = (entry for entry in draft.entries if "cough" in entry.name)
    assert note.to_said(cough.evidence).start >= change.said.end
    after = as_said(draft, change)
    assert [entry.id for entry in after.entries] == [entry.id for entry in draft.entries]
    (cough,) = (entry for entry in after.entries if "cough" in entry.name)
    assert "cough" in cough.evidence.of(after.note.written).lower()


@given(st.lists(st.sampled_from(
    ["Go to plan.", "Go to assessment.", "Go to the exam.", "Rest.", "anemia", "Two days."]
), max_size=12).map(" ".join))  # fmt: skip
def test_however_often_sections_are_gone_to_no_word_is_lost(said):
    """No heading is written twice by a command, no character is lost or doubled, and every origin is its own."""
    note = write(said)
    names = [section.name for section in note.sections]

    assert len(note.origins) == len(note.written)
    assert len(names) == len(set(names))
    assert "go to" not in note.written.lower()
    for word in ("rest", "anemia"):
        assert note.written.lower().count(word) == said.lower().count(word), word
    for at, origin in enumerate(note.origins):
        if note.written[at].isdigit():
            assert origin.of(said) == "Two"


_PIECES = st.sampled_from(
    ["insert normal chest exam", "Insert wound description.", "next field", "Next field.", "accept defaults", "wheezes",
     "Two.", "go to plan", "Go to the exam.", "scratch that", "He coughs,", "new paragraph", "\n", "period", "", "4",
     "past medical history", "\ue003", "[size]"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map(" ".join))
def test_whatever_is_commanded_the_layers_fit(said):
    """Every written character has an origin, in order but for words that went back to their section, and no
    place-holder is left that was not said.
    """
    note = write(said)

    assert len(note.origins) == len(note.written)
    if BACK not in {change.rule for change in note.changes}:
        assert [each.start for each in note.origins] == sorted(each.start for each in note.origins)
        assert [each.end for each in note.origins] == sorted(each.end for each in note.origins)
    assert all(0 <= change.written.start <= change.written.end <= len(note.written) for change in note.changes)
    assert "\ue003" in said or not any("\ue000" <= character <= "\uf8ff" for character in note.written)


def _span(text, words):
    return Span(text.index(words), text.index(words) + len(words))
