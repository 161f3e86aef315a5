"""The longitudinal record and its reconciliation with a new dictation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import draft, entries, maria, new_store

import resources
from ehr.chart.entry import Assertion, Entry, Flag, Kind, ReviewState
from ehr.chart.history import Filed, Record, State, fold
from ehr.chart.note import Span
from ehr.chart.patient import Patient
from ehr.chart.reconciliation import reconcile
from ehr.extract.drug_classes import related
from ehr.store.store import Store

FIVE = {"dose": "5", "unit": "mg"}
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
P, A, H = Assertion.PRESENT, Assertion.ABSENT, Assertion.HISTORICAL


def filed(week: int, kind: Kind, name: str, assertion: Assertion = P, **attributes: str) -> Filed:
    """An accepted entry of the encounter of that week."""
    return Filed(f"week {week}", START + timedelta(weeks=week), entry(kind, name, assertion, **attributes))


def entry(kind: Kind, name: str, assertion: Assertion = P, **attributes: str) -> Entry:
    """A proposed entry."""
    return Entry(kind, name, assertion, Span(0, 1), attributes=attributes)


def drug(week: int, name: str, assertion: Assertion = P, **attributes: str) -> Filed:
    """A medicine of the encounter of that week."""
    return filed(week, Kind.MEDICATION, name, assertion, **attributes)


@pytest.mark.parametrize(
    ("history", "state", "details", "changed"),
    [
        ([drug(0, "x", **FIVE)], State.ACTIVE, FIVE, False),
        ([drug(0, "x", **FIVE), drug(1, "x", action="continue")], State.ACTIVE, FIVE, False),
        ([drug(0, "x", **FIVE), drug(1, "x", dose="10")], State.ACTIVE, {**FIVE, "dose": "10"}, True),
        ([drug(0, "x", dose="1.0", unit="mg"), drug(1, "x", dose="1")], State.ACTIVE, {**FIVE, "dose": "1"}, False),
        ([drug(0, "x"), drug(1, "x", action="stop")], State.STOPPED, None, False),
        ([drug(0, "x"), drug(1, "x", A)], State.STOPPED, None, False),
        ([drug(0, "x", H)], State.STOPPED, None, False),
        ([drug(0, "x"), drug(1, "x", action="hold")], State.ON_HOLD, None, False),
        ([drug(0, "x", action="stop"), drug(1, "x", action="start")], State.ACTIVE, None, False),
    ],
)  # fmt: skip
def test_a_medicine_follows_what_was_dictated_of_it(history, state, details, changed):
    """Active, changed, stopped, on hold, taken again; what was not said again stays."""
    (line,) = fold(history).medications

    assert (line.state, line.changed) == (state, changed)
    assert details is None or dict(line.details) == details
    assert line.evidence == tuple(history)


@pytest.mark.parametrize("assertion", [A, Assertion.HYPOTHETICAL, Assertion.POSSIBLE, Assertion.FAMILY])
def test_what_was_never_taken_is_on_no_list(assertion):
    """Denied, considered, a relative's."""
    assert fold([drug(0, "x", assertion)]) == Record()


def test_problems_allergies_immunisations_and_values():
    """Each list by its own rule, each line with its evidence, values in the order of their dates."""
    record = fold(
        [
            filed(0, Kind.PROBLEM, "asthma"),
            filed(1, Kind.PROBLEM, "asthma", H),
            filed(0, Kind.PROBLEM, "stroke", H),
            filed(2, Kind.PROBLEM, "bronchitis", status="resolved"),
            filed(0, Kind.ALLERGY, "no known drug allergies"),
            filed(1, Kind.ALLERGY, "penicillin", reaction="rash"),
            filed(2, Kind.IMMUNIZATION, "influenza vaccine"),
            filed(1, Kind.LAB, "hemoglobin a1c", value="7.10", unit="%"),
            filed(2, Kind.LAB, "hemoglobin a1c", value="7.9", unit="%", occurrence="2025-06-01"),
            filed(2, Kind.VITAL, "weight", value="80", unit="kg"),
        ]
    )

    assert [(line.name, line.state) for line in record.problems] == [
        ("asthma", State.ACTIVE), ("bronchitis", State.RESOLVED), ("stroke", State.PAST),
    ]  # fmt: skip
    assert [line.name for line in record.allergies] == ["penicillin"]
    assert record.allergies_conflict
    assert [line.name for line in record.immunizations] == ["influenza vaccine"]
    assert [series.name for series in record.values] == ["weight", "hemoglobin a1c"]
    assert [(each.on, each.value) for each in record.values[1].readings] == [
        ("2025-06-01", "7.9"),
        ("2026-01-12", "7.10"),
    ]


_filed = st.builds(
    lambda week, each: Filed(f"week {week}", START + timedelta(weeks=week), each), st.integers(0, 4), entries()
)


@given(st.lists(_filed, max_size=8, unique_by=lambda each: each.entry.id), st.randoms())
def test_the_record_is_the_same_in_any_order_and_however_often(history, chance):
    """A fold over dated entries: shuffled and repeated it says the same."""
    shuffled = [*history, *history]
    chance.shuffle(shuffled)

    assert fold(shuffled) == fold(history)


LISTED = fold(
    [
        drug(0, "metformin", dose="500", unit="mg"),
        drug(0, "amoxicillin"),
        drug(0, "lasix", action="stop"),
        filed(0, Kind.ALLERGY, "sulfa"),
        filed(0, Kind.PROBLEM, "gout", status="resolved"),
        filed(0, Kind.PROBLEM, "asthma"),
    ]
)


@pytest.mark.parametrize(
    ("new", "flag"),
    [
        (entry(Kind.MEDICATION, "metformin", action="stop"), "record-stops-active"),
        (entry(Kind.MEDICATION, "warfarin", action="stop"), "record-not-listed"),
        (entry(Kind.MEDICATION, "lasix", action="stop"), "record-not-listed"),
        (entry(Kind.MEDICATION, "metformin", A), "record-no-longer"),
        (entry(Kind.MEDICATION, "metformin", dose="1000", unit="mg"), "record-dose"),
        (entry(Kind.MEDICATION, "metformin", dose="500.0", unit="mg"), None),
        (entry(Kind.MEDICATION, "metformin", dose="1000", unit="mg", action="increase"), None),
        (entry(Kind.MEDICATION, "metformin", action="continue"), None),
        (entry(Kind.MEDICATION, "bactrim", action="start"), "record-allergic"),
        (entry(Kind.ALLERGY, "penicillin"), "record-allergy-active"),
        (entry(Kind.ALLERGY, "augmentin"), "record-allergy-active"),
        (entry(Kind.ALLERGY, "latex"), None),
        (entry(Kind.ALLERGY, "sulfa"), None),
        (entry(Kind.ALLERGY, "no known drug allergies"), "record-no-known"),
        (entry(Kind.PROBLEM, "gout", status="resolved"), "record-resolved"),
        (entry(Kind.PROBLEM, "gout"), "record-resolved"),
        (entry(Kind.PROBLEM, "asthma", A), "record-problem-denied"),
        (entry(Kind.PROBLEM, "asthma"), None),
        (entry(Kind.SYMPTOM, "cough"), None),
    ],
)
def test_a_contradiction_with_the_record_is_flagged_once(new, flag):
    """One flag, first; reading the entry against the record again changes nothing."""
    own = Flag("dose", "Unusual.")
    (once,) = reconcile([replace(new, flags=(own,))], LISTED, related)

    assert [each.code for each in once.flags] == [*([flag] if flag else []), "dose"]
    assert reconcile([once], LISTED, related) == (once,)
    assert [each.code for each in reconcile([once], Record(), related)[0].flags] == ["dose"]


def test_an_allergy_of_the_same_dictation_counts_for_its_medicines():
    """Allergic to penicillin, and amoxicillin started, in one breath."""
    both = [entry(Kind.ALLERGY, "penicillin"), entry(Kind.MEDICATION, "amoxicillin", action="start")]

    assert [each.flags[0].code for each in reconcile(both, Record(), related) if each.flags] == ["record-allergic"]


def test_every_class_names_ingredients_of_the_lexicon():
    """A class whose members nobody files would warn of nothing."""
    known = {row[1].casefold() for row in resources.table("extract/medications")}

    for name, members in resources.table("record/drug_classes"):
        assert len(known.intersection(members.split("|"))) >= 2, name


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A patient with a dictation whose entries are accepted."""
    with new_store(tmp_path / "home") as opened:
        encounter = opened.add_encounter(opened.add_patient(maria()), started_at=START)
        opened.save_draft(encounter.id, draft())
        opened.accept(*(each.id for each in opened.encounter(encounter.id).draft.entries))
        yield opened


def test_the_store_counts_accepted_entries_of_records_that_stand(store):
    """Proposed and rejected ones and those entered in error drop out; a merged record's count for the survivor."""
    encounter = store.encounters()[0]
    patient, drug = encounter.patient, store.encounter(encounter.id).draft.entries[1]
    (line,) = store.records.of(patient.id).medications
    assert (line.name, line.newest.encounter_id, line.newest.entry.id) == ("metformin", encounter.id, drug.id)

    twin = store.add_patient(Patient("MRN-9", "Okafor", "Mary"))
    store.register.merge(twin.id, patient.id, reason="Registered twice.")
    assert store.records.of(patient.id) == store.records.of(twin.id)
    assert len(store.records.of(twin.id).medications) == 1
    store.reject(drug.id)
    assert store.records.of(twin.id) == Record()
    store.accept(drug.id)
    with store._session.transaction() as db:
        db.execute("UPDATE encounter SET standing = 'entered-in-error'")
    assert store.records.of(twin.id) == Record()


def test_a_new_draft_is_compared_with_what_was_before_it(store):
    """Its own entries and later encounters do not count, and decided entries keep their flags."""
    patient = store.encounters()[0].patient
    stop = Entry(
        Kind.MEDICATION, "metformin", P, Span(19, 28), code=draft().entries[1].code, attributes={"action": "stop"}
    )
    later = store.add_encounter(patient, started_at=START + timedelta(weeks=1))
    earlier = store.add_encounter(patient, started_at=START - timedelta(weeks=1))
    proposed = draft()
    new = type(proposed)(proposed.note, (stop,), proposed.transcript)

    flagged, before = store.records.reconciled(later, new, related)

    assert [flag.code for flag in flagged.entries[0].flags] == ["record-stops-active"]
    assert len(before.medications) == 1
    assert store.records.reconciled(earlier, new, related) == (new, Record())
    decided = Entry(stop.kind, stop.name, P, stop.evidence, state=ReviewState.ACCEPTED)
    assert reconcile([decided], before, related) == (decided,)
