"""From a dictation to entries: what is filed, under which name, and on which words."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.chart.entry import Assertion, Entry, Kind
from ehr.chart.note import Span
from ehr.export.record import records
from ehr.extract import lexicon, resources
from ehr.extract.entries import _Group
from ehr.extract.mention import Mention
from ehr.extract.words import Phrases, singular, split
from ehr.pipeline import draft_text

DAY = date(2026, 11, 24)
DICTATIONS = Path(__file__).parent / "data" / "dictations.jsonl"
_MEASURES = frozenset({Kind.VITAL, Kind.LAB, Kind.MEDICATION})


def entries(said: str) -> list[Entry]:
    """The entries of a dictation."""
    return list(draft_text(said, on=DAY).entries)


def named(said: str, kind: Kind) -> dict[str, str]:
    """Name → assertion of the entries of one kind."""
    return {entry.name: entry.assertion.value for entry in entries(said) if entry.kind is kind}


def test_lexicons_are_broad_and_sound() -> None:
    """The tables name more than 1,500 conditions and 400 services, and every row is well formed."""
    conditions = {surface for name, *rest in [*resources.table("problems"), *resources.table("symptoms")]
                  for surface in [name, *(rest[0].split("|") if rest else [])]}  # fmt: skip
    services = {surface for name, _, *rest in resources.table("procedures")
                for surface in [name, *(rest[0].split("|") if rest else [])]}  # fmt: skip
    assert len(conditions) >= 1500
    assert len(services) >= 400
    types = {row[1] for row in resources.table("procedures")}
    assert types == {"lab", "imaging", "referral", "procedure", "therapy", "device"}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("He has right knee pain.", "knee pain"),
        ("There is swelling of the left wrist.", "wrist swelling"),
        ("The left great toe is swollen.", "great toe swelling"),
        ("She has been throwing up.", "vomiting"),
        ("He gets short of breath.", "shortness of breath"),
        ("He lost 6 pounds.", "weight loss"),
        ("Tenderness over the lateral malleolus.", "lateral malleolus tenderness"),
        ("There is pain with flexion.", "pain with flexion"),
        ("Range of motion is limited.", "limited range of motion"),
        ("She reports trouble swallowing.", "trouble swallowing"),
    ],
)
def test_finding_is_named(said: str, name: str) -> None:
    """Place and finding, lay words and changes of function come out under one short name."""
    assert named(said, Kind.SYMPTOM) == {name: "present"}


def test_spread_over_places_and_findings() -> None:
    """A shared noun and a shared place belong to each item of a list."""
    said = "No cervical or supraclavicular lymphadenopathy. Numbness and tingling in the fingers."
    assert named(said, Kind.SYMPTOM) == {
        "cervical lymphadenopathy": "absent", "supraclavicular lymphadenopathy": "absent",
        "finger numbness": "present", "finger tingling": "present",
    }  # fmt: skip


def test_past_history_tells_diseases_from_events() -> None:
    """An ongoing disease in the past medical history is present, an event there is historical."""
    said = "Past medical history: hypertension, asthma, and myocardial infarction."
    assert named(said, Kind.PROBLEM) == {
        "hypertension": "present", "asthma": "present", "myocardial infarction": "historical"
    }  # fmt: skip


def test_fact_is_filed_once_under_its_most_specific_name() -> None:
    """Later mentions of a problem add to the entry instead of repeating it."""
    said = "He has diabetes and hypertension. Assessment: type 2 diabetes, uncontrolled. Hypertension, stable."
    found = {entry.name: entry.attributes.get("status") for entry in entries(said)}
    assert found == {"type 2 diabetes": "uncontrolled", "hypertension": "stable"}


def test_family_and_patient_stay_apart() -> None:
    """One disease of patient and parent is two entries; who merely reports has none."""
    said = "He has hypertension. Wife reports he had a seizure. His father had hypertension and a stroke."
    assert named(said, Kind.FAMILY_HISTORY) == {"hypertension": "family", "stroke": "family"}
    assert named(said, Kind.PROBLEM) == {"hypertension": "present", "seizure": "present"}


def test_orders_are_told_from_what_was_done() -> None:
    """The same service is an order, a procedure of today, one of the past, or conditional."""
    said = (
        "Echocardiogram last month was normal. Chest x-ray today is clear. Plan: order a colonoscopy, check a CBC and "
        "TSH. Refer to cardiology. If no better, we will get an MRI of the left shoulder."
    )
    assert named(said, Kind.PROCEDURE) == {"echocardiogram": "historical", "chest x-ray": "present"}
    assert named(said, Kind.ORDER) == {
        "colonoscopy": "present", "cbc": "present", "tsh": "present", "cardiology": "present",
        "shoulder mri": "hypothetical",
    }  # fmt: skip
    types = {entry.name: entry.attributes["type"] for entry in entries(said) if entry.kind is Kind.ORDER}
    assert types == {
        "colonoscopy": "procedure",
        "cbc": "lab",
        "tsh": "lab",
        "cardiology": "referral",
        "shoulder mri": "imaging",
    }


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("Follow up in 2 weeks.", "2 weeks"),
        ("plan return to clinic in three months or sooner", "3 months"),
        ("See him back in a year.", "1 year"),
        ("Follow up 4 weeks after surgery.", "4 weeks after surgery"),
        ("Return in 3 to 4 weeks.", "3-4 weeks"),
    ],
)
def test_follow_up_has_its_time(said: str, when: str) -> None:
    """A planned visit is one entry with its time; a visit under way is none."""
    visits = [
        entry for entry in entries(f"She is here for follow-up of asthma. {said}") if entry.kind is Kind.FOLLOW_UP
    ]
    assert [visit.attributes["when"] for visit in visits] == [when]


def test_social_history() -> None:
    """Habits, work and living come out with their detail, denied lists item by item."""
    said = "Former smoker, quit in 2010. Denies alcohol and drug use. He works as a carpenter and lives with his wife."
    assert named(said, Kind.SOCIAL_HISTORY) == {
        "tobacco": "historical", "alcohol": "absent", "drugs": "absent", "occupation": "present",
        "living situation": "present",
    }  # fmt: skip
    detail = {entry.name: entry.attributes.get("detail") for entry in entries(said)}
    assert detail["occupation"] == "carpenter"


@pytest.mark.parametrize(
    "said",
    [
        "We discussed the risks, including infection and stroke.",
        "Ms Burns is here today.",
        "Smoking cessation was discussed.",
        "She was seen in the pain clinic.",
        "Saturation 97% on RA.",
    ],
)
def test_what_is_only_talked_about_is_no_condition(said: str) -> None:
    """Risks, names, clinics and advice are no findings of the patient."""
    assert not [entry for entry in entries(said) if entry.kind in {Kind.PROBLEM, Kind.SYMPTOM, Kind.SOCIAL_HISTORY}]


def own_dictations() -> list[dict[str, object]]:
    """The dictations written for these tests."""
    return [json.loads(line) for line in DICTATIONS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("item", own_dictations(), ids=lambda item: str(item["id"]))
def test_nothing_is_invented(item: dict[str, object]) -> None:
    """Figures of an entry stand in its words, names come from the dictation or a documented normal form."""
    draft = draft_text(str(item["spoken"]), on=DAY)
    for entry in draft.entries:
        evidence = entry.evidence.of(draft.note.written)
        assert 1 <= len(evidence.split()) <= 25
        if entry.kind in _MEASURES:
            for figure in re.findall(
                r"\d+(?:\.\d+)?", f"{entry.attributes.get('value', '')} {entry.attributes.get('dose', '')}"
            ):
                assert figure.replace(".", "") in re.sub(r"\D", "", draft.note.written)
        if entry.kind in {Kind.MEDICATION, Kind.ALLERGY} and not entry.name.startswith("no known"):
            assert any(word in draft.note.written.lower() for word in entry.name.split())


@pytest.mark.parametrize("item", own_dictations(), ids=lambda item: str(item["id"]))
def test_own_dictation_is_read(item: dict[str, object]) -> None:
    """Three of four gold entries of each of our own dictations are found under an equal name with their assertion."""
    draft = draft_text(str(item["spoken"]), on=DAY)
    found = {(_group(str(record["kind"])), *_stems(str(record["name"])), str(record["assertion"]))
             for record in records(draft.entries, draft.note)}  # fmt: skip
    gold = list(item["entries"])  # type: ignore[call-overload]
    hits = 0
    for entry in gold:
        names = [entry["name"], *entry.get("accept", [])]
        hits += any((_group(entry["kind"]), *_stems(name), entry["assertion"]) in found for name in names)
    assert hits >= 0.75 * len(gold)


def _group(kind: str) -> str:
    return "condition" if kind in {"problem", "symptom"} else kind


def _stems(name: str) -> tuple[str, ...]:
    return tuple(sorted(split(name)))


def test_reading_is_deterministic() -> None:
    """The same dictation gives the same entries in the same order."""
    said = str(own_dictations()[2]["spoken"])
    first, second = ([(entry.kind, entry.name, entry.evidence) for entry in entries(said)] for _ in range(2))
    assert first == second
    assert [evidence for *_, evidence in first] == sorted(evidence for *_, evidence in first)


_SCRAPS = (
    "no denies she has the left knee pain and if of with fever plan: order mri . , history mother had follow up in 2 "
    "weeks smokes swollen is positive for"
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_SCRAPS.split()), max_size=30))
def test_any_dictation_is_read(said: list[str]) -> None:
    """No order of words makes extraction fail, and all evidence lies within the note."""
    draft = draft_text(" ".join(said), on=DAY)
    for entry in draft.entries:
        assert 0 <= entry.evidence.start < entry.evidence.end <= len(draft.note.written)
        assert isinstance(entry.assertion, Assertion)


def test_nothing_of_a_note_reaches_log_or_output(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A canary name in a dictation is neither logged nor printed."""
    caplog.set_level(0)
    entries("Zebulon Quackenbush denies chest pain. He takes metformin 500 mg daily.")
    out, err = capfd.readouterr()
    assert "Quackenbush" not in out + err + caplog.text


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("fevers", "fever"),
        ("diagnoses", "diagnosis"),
        ("biopsies", "biopsy"),
        ("diabetes", "diabetes"),
        ("masses", "mass"),
        ("wheezes", "wheeze"),
        ("feet", "foot"),
        ("headaches", "headache"),
        ("arthritis", "arthritis"),
    ],
)
def test_singular(word: str, expected: str) -> None:
    """Plurals of clinical nouns, and words that only look like plurals."""
    assert singular(word) == expected


def test_phrases_find_the_longest() -> None:
    """Of two phrases the longer one wins; hyphens and plurals make no difference."""
    phrases = Phrases({"x-ray": 1, "x-ray of the chest": 2})
    assert list(phrases.scan(["the", "x", "ray", "of", "the", "chest", "x", "ray"])) == [(1, 6, 2), (6, 8, 1)]


def test_events_are_known() -> None:
    """A stroke is an event, hypertension is not."""
    assert lexicon.is_event("stroke")
    assert lexicon.is_event("wrist fracture")
    assert not lexicon.is_event("hypertension")


def test_a_fact_said_a_hundred_times_is_compared_once() -> None:
    """Text that repeats itself, as speech models' loops do, costs no more than its length."""
    group = _Group()
    for start in range(100):
        group.add(Mention(Kind.SYMPTOM, "cough", Span(start, start + 5), "test"))
    assert (len(group.mentions), len(group.unlike)) == (100, 1)
    group.add(Mention(Kind.SYMPTOM, "cough", Span(600, 605), "test", Assertion.ABSENT))
    assert len(group.unlike) == 2
