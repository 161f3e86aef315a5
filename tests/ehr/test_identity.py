"""The wrong-patient guard: what a note says of its patient against the chart, and what says nothing of the patient."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import written

from ehr.chart.birth_dates import typed_dates
from ehr.chart.identity import Trait, contradictions
from ehr.chart.note import Note, Section, Span
from ehr.chart.patient import Gender, Patient
from ehr.dictation import write

DAY = date(2026, 3, 2)
MARIA = Patient("004217", "Okafor", "Maria", date(1964, 3, 14), Gender.FEMALE)
GOLD = Path(__file__).parents[3] / "shared/eval/dictation/gold.jsonl"

SPEAKERS = {
    "c01": "Brian,Whitlock,58y,m", "c02": ",Thornton,43y,f", "c03": "Logan,Wexler,58y,m", "c04": "Ralph,Barlow,62y,m",
    "c05": ",Brookfield,48y,f", "c06": "Christina,Calloway,65y,f", "c07": "Bruce,Warrick,52y,m",
    "c08": "Betty,Hillard,53y,f", "c09": "Katherine,Lowry,22m,f", "c10": "Diana,Scofield,61y,f",
    "c11": "Gerald,Whitman,44y,m", "c12": "Wayne,Tyndall,66y,m", "c13": "Andrea,Barlowe,34y,f",
    "c14": "Patricia,Monroe,64y,f", "c15": "Kyle,Leighton,46y,m", "c16": "Lawrence,Butterfield,45y,m",
    "c17": "Harold,Quimby,67y,m", "c18": "Omar,Delgado,39y,m", "c19": "Nicholas,Guthrie,45y,m",
    "c20": "Walter,Pruitt,70y,m",
}  # fmt: skip
"""Given name, family name, age and sex of the patient of each development dictation."""


def traits(text: str, patient: Patient = MARIA) -> list[Trait]:
    """What of the patient the text contradicts."""
    return [each.trait for each in contradictions(written(text), patient, DAY)]


def spoken_of(item: str) -> Patient:
    """The patient of a development dictation, as the chart would hold them."""
    given_name, family, age, sex = SPEAKERS[item].split(",")
    days = int(age[:-1]) * 365.25 + 100 if age.endswith("y") else int(age[:-1]) * 30.44
    gender = Gender.MALE if sex == "m" else Gender.FEMALE
    return Patient(item, family, given_name, DAY - timedelta(days=days), gender)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Maria Okafor is a 61-year-old female with diabetes.", []),
        ("John Smith is a 61-year-old female with diabetes.", [Trait.NAME]),
        ("This is Anna Okafor, a 61 year old woman.", [Trait.NAME]),
        ("Maria Gomez is a 61-year-old woman.", [Trait.NAME]),
        ("Ms. Okafor is a 75-year-old female.", [Trait.AGE]),
        ("Mr. Okafor is a 61-year-old.", [Trait.SEX]),
        ("She is a 48-year-old right-handed African American male here for a visit.", [Trait.AGE, Trait.SEX]),
        ("61-year-old male with cough.", [Trait.SEX]),
        ("The patient is a 22-month-old girl.", [Trait.AGE]),
        ("MRN 10042. Here for a visit.", [Trait.MRN]),
        ("Medical record number is 4217.", []),
        ("MRN 0 0 4 2 1 7, she is well.", []),
        ("Date of birth 3/14/1964.", []),
        ("Date of birth 14 March 1964.", []),
        ("Date of birth March 14, 1946.", [Trait.BIRTH_DATE]),
        ("Patient name: Peter Zimmer. Follow-up visit.", [Trait.NAME]),
        ("Dictating on Mrs. Zimmer, she has a cough.", [Trait.NAME]),
        ("Mrs. Zimmer presents with cough.", [Trait.NAME]),
        ("peter zimmer is a sixty one year old who comes in with cough", []),
        ("peter zimmer is a 61 year old who comes in with cough", [Trait.NAME]),
        ("Maria Okafor, age 45, is here.", [Trait.AGE]),
    ],
)
def test_statements_about_the_patient_are_compared(text, found):
    """Name, age, sex, record number and birth date, each where it introduces the patient."""
    assert traits(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Referred by Dr. Smith. Dr. John Smith is a 50-year-old cardiologist.",
        "She lives with her mother Anna, age 80.",
        "Her mother Anna is an 85-year-old woman with dementia.",
        "Her brother is a 40-year-old man. His wife is a 39-year-old woman.",
        "Discussed with Mr. Zimmer's wife.",
        "Discussed with Mr. Zimmer. Her husband, Mr. Zimmer, is a 70-year-old retired teacher.",
        "She is about 50 years old. She is in her 40s. She is approximately a 50-year-old woman.",
        "The patient is an almost 50-year-old woman in her fifties.",
        "She was diagnosed at age 12. At the age of 45 she had a stroke. She was a 30-year-old woman then.",
        "She has a 5-year-old daughter and a 10-year-old son. She is a mother of a 3-year-old boy.",
        "There is a 5-year-old fracture of the wrist. A 3-year-old scar. 2-year-old pacemaker.",
        "Father had a heart attack at age 60, and her sister Rosa, age 58, has asthma.",
        "This is Peter Zimmer dictating a follow-up note.",
        "Her son's medical record number is 99812. Her daughter's date of birth is 1 March 2020.",
        "Increase to 40 mg for a 7 day old cough. Sutures are 10 days old.",
        "Thank you, Dr. Zimmer. Mr. Zimmer from physical therapy will call.",
        "We saw John Zimmer in the hallway.",
        "The MRN 12 scan was normal. MRI number 99 is pending.",
        "Seen with her neighbor Paul Zimmer, a 66-year-old man who drove her here.",
        "Maria Okafor is a 62-year-old woman. Maria Okafor is a 60-year-old woman.",
        "Transgender history: she is a 61-year-old transgender man.",
        "She is a 61-year-old woman whose son is a male nurse.",
        "Mary Okafor is a 61-year-old. Mrs. Oakafor is a 61-year-old. Oka for is a 61-year-old.",
        "Marie Oakaffor is a 61-year-old woman.",
        "",
    ],
)
def test_other_people_and_approximate_ages_raise_no_alarm(text):
    """Physicians, relatives, rounded ages, ages in a history, nicknames and misspelt names."""
    assert traits(text) == []


def test_a_family_history_section_is_about_others():
    """The same words that would be the patient's elsewhere."""
    text = "45-year-old male with stroke."
    section = Section("family_history", "", "", Span(0, 0), Span(0, len(text)))
    note = Note(text, text, (), (section,), tuple(Span(at, at + 1) for at in range(len(text))))

    assert contradictions(note, MARIA, DAY) == ()
    assert traits(text) == [Trait.AGE, Trait.SEX]


def test_a_contradiction_shows_both_readings_and_its_words():
    """The span is the evidence; what is charted stands beside it; one reading is told once."""
    text = "Peter Zimmer is a 61-year-old woman. Later Peter Zimmer is a 61-year-old woman."

    (found,) = contradictions(written(text), MARIA, DAY)

    assert (found.span.of(text), found.said, found.charted) == ("Peter Zimmer", "Peter Zimmer", "Okafor, Maria")


def test_what_the_chart_does_not_know_contradicts_nothing():
    """No birth date, no sex, no name."""
    nobody = Patient("004217", "", "")

    assert traits("Peter Zimmer is a 61-year-old male. Date of birth 1 May 1990.", nobody) == []


@pytest.mark.parametrize(
    ("heard", "family", "agrees"),
    [
        ("Leaton", "Leighton", True),
        ("Nights", "Knights", True),
        ("Nolls", "Knolls", True),
        ("Vaughn", "Vaun", True),
        ("Hayes", "Hughes", False),
        ("Nagel", "Knight", False),
    ],
)
def test_letters_that_are_not_said_make_no_other_name(heard, family, agrees):
    """A recognizer writes what it hears; the chart writes the name as the family does."""
    kyle = Patient("1", family, "Kyle", date(1980, 1, 1), Gender.MALE)

    assert (traits(f"Kyle {heard} is a 46-year-old male.", kyle) == []) is agrees


def test_a_former_record_number_is_the_patients():
    """After a merge both numbers lead to the chart."""
    assert contradictions(written("MRN 88123."), MARIA, DAY, mrns=("88123",)) == ()


@pytest.mark.skipif(not GOLD.exists(), reason="the development dictations stay outside the repository")
def test_the_development_dictations_raise_no_false_alarm_and_miss_no_swap():
    """With the matching patient 0 alarms in 20; with name, age or sex of another, an alarm for each."""
    alarms = {"none": 0, "name": 0, "age": 0, "sex": 0}
    items = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    for item in items:
        note, patient = write(item["spoken"]), spoken_of(item["id"])
        born = patient.birth_date - timedelta(days=7 * 365)
        other = Gender.MALE if patient.gender is Gender.FEMALE else Gender.FEMALE
        swaps = {
            "none": patient,
            "name": replace(patient, family_name="Zimmer", given_name="Ottilie"),
            "age": replace(patient, birth_date=born),
            "sex": replace(patient, gender=other),
        }
        for name, chart in swaps.items():
            found = {each.trait.value for each in contradictions(note, chart, DAY)}
            alarms[name] += bool(found) if name == "none" else name in found

    assert len(items) == 20
    assert alarms == {"none": 0, "name": 20, "age": 20, "sex": 20}


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("Mr. 61-year-old is a, MRN 12 DOB")))
def test_any_text_can_be_read(text):
    """Nothing raises, and every span lies in the text."""
    for each in contradictions(written(text), MARIA, DAY):
        assert 0 <= each.span.start < each.span.end <= len(text)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1964-03-14", {date(1964, 3, 14)}),
        ("14.3.1964", {date(1964, 3, 14)}),
        ("3/14/1964", {date(1964, 3, 14)}),
        ("3/4/1964", {date(1964, 3, 4), date(1964, 4, 3)}),
        ("14 Mar 1964", {date(1964, 3, 14)}),
        ("March 14, 1964", {date(1964, 3, 14)}),
        ("14th of March 1964", {date(1964, 3, 14)}),
        ("19640314", {date(1964, 3, 14)}),
        ("31.2.1964", set()),
        ("004217", set()),
        ("maria", set()),
    ],
)
def test_a_birth_date_is_read_in_the_forms_people_type(typed, days):
    """A form that may be two days gives both."""
    assert typed_dates(typed) == days
