"""What a recognizer gets wrong around words: marks inside phrases, and everyday words for clinical ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.dictation import write


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("X-ray of. The right elbow is negative.", "X-ray of the right elbow is negative."),
        ("Some tingling in. The toes of his right foot.", "Some tingling in the toes of his right foot."),
        ("Check a lipid panel. And hemoglobin A1c.", "Check a lipid panel and hemoglobin A1c."),
        ("X-ray. Of the lumbar spine is unremarkable.", "X-ray of the lumbar spine is unremarkable."),
        ("Allergic to erythromycin. With stomach cramps.", "Allergic to erythromycin with stomach cramps."),
        ("Heart rate 72, resp. 16.", "Heart rate 72, resp 16."),
        ("Temperature 98 point. 4 today.", "Temperature 98.4 today."),
        ("Her father, had gout.", "Her father had gout."),
        ("Weight 212 lb, 97 percent. On room air.", "Weight 212 lb, 97% on room air."),
    ],
)
def test_marks_inside_a_phrase_go(heard: str, written: str) -> None:
    """Where the words beside a mark end or begin no phrase, the mark was the recognizer's."""
    assert write(heard).written == written


@pytest.mark.parametrize(
    "text",
    [
        "He is fine. With exertion he gets short of breath.",
        "He came in. Blood pressure was normal.",
        "The pain is 7 out. Of 10 patients, none had it.",
        "He is well. Of note, he quit smoking.",
        "Pain is worse. With rest, it improves.",
        "Her sister, who has gout, is well.",
        "Hepatitis A. The liver is normal.",
        "She has a febrile illness. A symptomatic patient.",
        "Her father, his brother and a cousin had gout.",
        "Status post. Posterior fusion was done.",
    ],
)
def test_a_writers_sentences_stay(text: str) -> None:
    """Sentences as people write them, and phrases that only look misheard."""
    assert write(text).written == text


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("Passed medical history: gout.", "past medical history: gout."),
        ("No distress, a febrile. Lungs clear.", "No distress, afebrile. Lungs clear."),
        ("Status posthysterectomy in 1996.", "Status post hysterectomy in 1996."),
        ("A maternal ant has lupus.", "A maternal aunt has lupus."),
        ("Her brother his rheumatoid arthritis.", "Her brother has rheumatoid arthritis."),
        ("We will get an MRF the right knee.", "We will get an MRI of the right knee."),
        ("Order MR to the left shoulder.", "Order MRI of the left shoulder."),
        ("MR of the brain shows a mass.", "MRI of the brain shows a mass."),
        ("Heart rate 72, B.M. by 29.4.", "Heart rate 72, BMI 29.4."),
        ("Last hemoglobin, a 1c was 6.7.", "Last hemoglobin A1c was 6.7."),
        ("Hemoglobin a 1c6.9 percent.", "Hemoglobin A1c 6.9%."),
        ("Pulse 66, satin 97 percent on room air.", "Pulse 66, satting 97% on room air."),
        ("Creatinine, with 1.2 today.", "Creatinine was 1.2 today."),
        ("Selective Ig A deficiency.", "Selective IgA deficiency."),
    ],
)
def test_everyday_words_for_clinical_ones(heard: str, written: str) -> None:
    """What was meant is written, what was heard stays in the said text, and the change has a name."""
    note = write(heard)
    assert note.written.lower() == written.lower()
    assert note.said == heard
    assert note.changes


@given(
    st.lists(st.sampled_from("the of. in. The With and. Or a febrile. resp. 16 98 point. 4 mother, has he ,".split()))
)
def test_any_broken_words_pass(words: list[str]) -> None:
    """Whatever stands where, every character keeps an origin inside the said text."""
    said = " ".join(words)
    note = write(said)
    assert len(note.origins) == len(note.written)
    assert all(0 <= origin.start <= origin.end <= len(said) for origin in note.origins)
