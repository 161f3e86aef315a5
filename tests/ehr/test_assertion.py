"""How findings are asserted: cues, their reach with and without punctuation, and whose finding it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.chart.entry import Assertion
from ehr.extract.assertion import assert_mention

CASES = [
    ("No evidence of pneumonia.", "pneumonia", "absent", "patient"),
    ("She denies fever, chills, nausea, vomiting, or diarrhea.", "diarrhea", "absent", "patient"),
    ("he denies chest pain nausea vomiting or loss of bladder control", "loss of bladder control", "absent", "patient"),
    ("Nausea, vomiting and diarrhea were negative.", "vomiting", "absent", "patient"),
    ("PE cannot be ruled out.", "PE", "possible", "patient"),
    ("Rule out appendicitis.", "appendicitis", "possible", "patient"),
    ("I cannot rule out pulmonary embolism.", "pulmonary embolism", "possible", "patient"),
    ("Review of systems: negative for chest pain.", "chest pain", "absent", "patient"),
    ("angina versus reflux", "reflux", "possible", "patient"),
    ("suspected sleep apnea", "sleep apnea", "possible", "patient"),
    ("plan repeat renal function panel suspected sleep apnea", "renal function panel", "present", "patient"),
    ("She has a history of myocardial infarction.", "myocardial infarction", "historical", "patient"),
    ("status post appendectomy", "appendectomy", "historical", "patient"),
    ("a two day history of fever", "fever", "present", "patient"),
    ("Wife reports he has had two seizures.", "seizures", "present", "patient"),
    ("Mom says he has had right ear pain.", "ear pain", "present", "patient"),
    ("Her mother had breast cancer.", "breast cancer", "family", "mother"),
    ("his brother has diabetes and his mother had a stroke he drives a truck", "stroke", "family", "mother"),
    ("heart attack in her father and stroke in her grandmother", "heart attack", "family", "father"),
    ("a maternal aunt has lupus", "lupus", "family", "maternal aunt"),
    ("No family history of colon cancer.", "colon cancer", "absent", "family"),
    ("If she develops fever, call us.", "fever", "hypothetical", "patient"),
    (
        "Should he develop sudden vision loss, he is to go to the emergency room.",
        "vision loss",
        "hypothetical",
        "patient",
    ),
    ("return sooner if he gets leg weakness follow up in two weeks", "leg weakness", "hypothetical", "patient"),
    ("There is no change in the rash.", "rash", "present", "patient"),
    ("no murmurs there is trace edema", "edema", "present", "patient"),
    ("no tenderness hemoglobin is low", "hemoglobin", "present", "patient"),
    ("no murmurs rubs or gallops the patient has cellulitis", "cellulitis", "present", "patient"),
    ("No fever, cough is improving.", "cough", "present", "patient"),
    ("without murmur, 1+ pitting edema", "pitting edema", "present", "patient"),
    ("pneumonia has resolved", "pneumonia", "absent", "patient"),
]


@pytest.mark.parametrize(("text", "mention", "assertion", "experiencer"), CASES)
def test_cue_reaches_its_mention(text: str, mention: str, assertion: str, experiencer: str) -> None:
    """Each cue decides its mention and no other, with and without punctuation."""
    start = text.index(mention)
    found, who, _ = assert_mention(text, start, start + len(mention))
    assert (found, who) == (Assertion(assertion), experiencer)


def test_cue_is_kept() -> None:
    """The words that decided are handed back as they stand in the text."""
    text = "He Denies any fever."
    assert assert_mention(text, 14, 19)[2] == "Denies any"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["fever", "chills", "cough", "nausea", "rash", "headache", "syncope"]), min_size=2, unique=True
    )
)
def test_denied_list_expands(findings: list[str]) -> None:
    """A denied list denies each item, however it is joined, and nothing of the next statement."""
    for joint in (", ", " ", " or "):
        listed = joint.join(findings[:-1]) + " or " + findings[-1]
        text = f"she denies {listed} she has edema of both ankles"
        for finding in findings:
            start = text.index(finding)
            assert assert_mention(text, start, start + len(finding))[0] is Assertion.ABSENT
        at = text.index("edema")
        assert assert_mention(text, at, at + 5)[0] is Assertion.PRESENT


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("no denies if. ,history of fever\nx3:"), max_size=80), st.data())
def test_any_text_is_judged(text: str, data: st.DataObject) -> None:
    """No text makes the judgement fail, and the cue is always a piece of the text."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    _, _, cue = assert_mention(text, start, end)
    assert cue in text
