"""Patients: found by name, number and birth date; merged, parted, imported; dictations moved and held back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from store_samples import draft, index_agrees, maria, new_store, rows, signed

from ehr.chart.patient import Gender, Patient
from ehr.store.audit import rows as audit_rows
from ehr.store.errors import DuplicateMrn, IdentityInDoubt, MergeRefused, NotInStore
from ehr.store.faults import NoReason
from ehr.store.store import Store

PER = Patient("MRN-2", "Lindqvist", "Per", date(1951, 7, 2), Gender.MALE)
TWIN = Patient("MRN-9", "Okafor", "Mary", date(1961, 5, 4), Gender.FEMALE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Maria, whose record was made twice, and Per; each has a drafted dictation."""
    with new_store(tmp_path / "home") as opened:
        for patient in (maria(), TWIN, PER):
            opened.save_draft(opened.add_encounter(opened.add_patient(patient)).id, draft())
        yield opened


def mrns(store: Store, typed: str) -> list[str]:
    """Record numbers of whom the typed text finds."""
    return [patient.mrn for patient in store.patients(typed)]


def acts(store: Store) -> list[str]:
    """The audit log's actions."""
    with store._session.read() as db:
        return [row.action for row in audit_rows(db)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("oka", ["MRN-9", "MRN-1"]),
        ("maría okafor", ["MRN-1"]),
        ("MRN-2", ["MRN-2"]),
        ("1951-07-02", ["MRN-2"]),
        ("2.7.1951", ["MRN-2"]),
        ("7/2/1951", ["MRN-2"]),
        ("July 2, 1951", ["MRN-2"]),
        ("lind 2 Jul 1951", ["MRN-2"]),
        ("2 Jul 1951 lind", ["MRN-2"]),
        ("oka 1951-07-02", []),
        ("1951-07-03", []),
    ],
)
def test_patients_are_found_by_name_number_and_birth_date(store, typed, found):
    """A birth date in any of its forms, alone or beside a name."""
    assert mrns(store, typed) == found


def test_after_a_merge_both_numbers_find_the_survivor(store):
    """The dictations have moved; the retired record is found by nothing but as the survivor; the audit says so."""
    survivor, retired = store.patient_by_mrn("MRN-1"), store.patient_by_mrn("MRN-9")

    merge = store.register.merge(survivor.id, retired.id, reason="Registered twice.")

    assert store.patient_by_mrn("MRN-9") == store.patient_by_mrn("MRN-1") == survivor
    assert mrns(store, "mary") == mrns(store, "oka") == mrns(store, "MRN-9") == ["MRN-1"]
    assert mrns(store, "") == ["MRN-2", "MRN-1"]
    assert len(store.encounters(patient_id=survivor.id)) == 2
    assert len(merge.encounters) == 1
    assert acts(store)[-3:] == ["encounter.moved", "patient.retired", "patient.merged"]
    assert index_agrees(store)
    with pytest.raises(DuplicateMrn):
        store.add_patient(Patient("MRN-9", "Other", "One"))


def test_what_a_record_holds_is_told_before_a_merge(store):
    """Dictations, those signed, accepted facts, every number that leads to it, a hold."""
    survivor, retired = store.patient_by_mrn("MRN-1"), store.patient_by_mrn("MRN-9")
    (encounter,) = store.encounters(patient_id=retired.id)
    signed(store, encounter.id)
    store.retention.hold(retired.id, "Court order.")
    held = store.register.holdings(retired.id)
    assert (held.dictations, held.signed, held.facts, held.mrns, held.held) == (1, 1, 2, ("MRN-9",), True)
    assert held.newest == encounter.started_at

    store.register.merge(survivor.id, retired.id, reason="Registered twice.")

    held = store.register.holdings(survivor.id)
    assert (held.dictations, held.signed, held.facts, held.mrns, held.held) == (2, 1, 2, ("MRN-1", "MRN-9"), True)
    assert store.signatures.verify(encounter.id) == []


def test_who_may_be_on_file_already_is_found(store):
    """By birth date and given name, or by name; a merged record is no second person."""
    bell = Patient("N1", "Bell", "Maria", date(1961, 5, 4), Gender.FEMALE)
    nameless = Patient("N2", "LINDQVIST", "per", None)
    assert [each.mrn for each in store.lookalikes(bell)] == ["MRN-9", "MRN-1"]
    assert [each.mrn for each in store.lookalikes(nameless)] == ["MRN-2"]
    assert store.lookalikes(store.patient_by_mrn("MRN-2")) == []

    store.register.merge(store.patient_by_mrn("MRN-1").id, store.patient_by_mrn("MRN-9").id, reason="Twice.")

    assert [each.mrn for each in store.lookalikes(bell)] == ["MRN-1"]
    assert sorted(each.mrn for each in store.everyone()) == ["MRN-1", "MRN-2"]


def test_a_dictation_begun_for_a_retired_record_is_the_survivors(store):
    """A window that chose the patient before the merge files to the right chart."""
    survivor, retired = store.patient_by_mrn("MRN-1"), store.patient_by_mrn("MRN-9")
    store.register.merge(survivor.id, retired.id, reason="Registered twice.")

    encounter = store.add_encounter(retired)

    assert store.encounter(encounter.id).patient == survivor


def test_a_merge_can_be_undone(store):
    """What moved with it moves back; what was dictated or moved since stays where it is."""
    survivor, retired, per = (store.patient_by_mrn(mrn) for mrn in ("MRN-1", "MRN-9", "MRN-2"))
    before = {each.id: each.patient.mrn for each in store.encounters()}
    merge = store.register.merge(survivor.id, retired.id, reason="Registered twice.")
    later = store.add_encounter(retired)

    store.register.unmerge(merge.id)

    assert {each.id: each.patient.mrn for each in store.encounters()} == before | {later.id: "MRN-1"}
    assert store.patient_by_mrn("MRN-9") == retired
    with pytest.raises(MergeRefused):
        store.register.unmerge(merge.id)
    again = store.register.merge(survivor.id, retired.id, reason="Twice after all.")
    store.register.move(again.encounters[0], per.id, reason="Was Per's.")
    store.register.unmerge(again.id)
    assert store.encounter(again.encounters[0]).patient == per
    assert [merge.undone_at is None for merge in store.register.merges(survivor.id)] == [False, False]


def test_merges_follow_each_other_and_are_undone_in_turn(store):
    """Three numbers lead to one chart; the earlier merge cannot be undone under the later one."""
    first, second, third = (store.patient_by_mrn(mrn) for mrn in ("MRN-9", "MRN-1", "MRN-2"))
    early = store.register.merge(second.id, first.id, reason="One.")
    late = store.register.merge(third.id, second.id, reason="Two.")

    assert {store.patient_by_mrn(mrn).id for mrn in ("MRN-9", "MRN-1", "MRN-2")} == {third.id}
    with pytest.raises(MergeRefused):
        store.register.unmerge(early.id)
    store.register.unmerge(late.id)
    store.register.unmerge(early.id)
    assert store.patient_by_mrn("MRN-9") == first


@pytest.mark.parametrize("case", ["itself", "unknown", "retired", "no reason"])
def test_what_cannot_be_merged_changes_nothing(store, case):
    """Refused with a sentence; every table is as it was."""
    survivor, retired, per = (store.patient_by_mrn(mrn) for mrn in ("MRN-1", "MRN-9", "MRN-2"))
    store.register.merge(survivor.id, retired.id, reason="Registered twice.")
    attempts = {
        "itself": (survivor.id, survivor.id, "x", MergeRefused),
        "unknown": (survivor.id, "nobody", "x", NotInStore),
        "retired": (per.id, retired.id, "x", MergeRefused),
        "no reason": (survivor.id, per.id, "  ", NoReason),
    }
    into, what, reason, error = attempts[case]
    before = rows(store)

    with pytest.raises(error):
        store.register.merge(into, what, reason=reason)

    assert rows(store) == before


def test_moving_a_dictation_needs_a_reason_and_is_kept(store):
    """Who it was, who it is, why; the audit log names the act and no person."""
    encounter, per = store.encounters()[-1], store.patient_by_mrn("MRN-2")
    with pytest.raises(NoReason):
        store.register.move(encounter.id, per.id, reason="")

    move = store.register.move(encounter.id, per.id, reason="Chosen by mistake.")

    assert store.encounter(encounter.id).patient == per
    assert store.register.moves(encounter.id) == [move]
    assert (move.source.mrn, move.target.mrn, move.reason) == ("MRN-1", "MRN-2", "Chosen by mistake.")
    assert acts(store)[-1] == "encounter.moved"


SPOKEN = "Peter Zimmer is a 40-year-old male. Metformin 500 mg twice daily."


def doubtful(store: Store) -> str:
    """A dictation in Maria's chart that speaks of somebody else."""
    encounter = store.add_encounter(store.patient_by_mrn("MRN-1"))
    store.save_draft(encounter.id, draft(SPOKEN))
    return encounter.id


def test_nothing_is_accepted_while_the_patient_is_in_doubt(store):
    """Acceptance and edits stop and leave everything as it was; rejecting is always possible."""
    encounter_id = doubtful(store)
    symptom, drug = store.encounter(encounter_id).draft.entries
    before = rows(store)

    with pytest.raises(IdentityInDoubt):
        store.accept(symptom.id, drug.id)
    with pytest.raises(IdentityInDoubt):
        store.edit(drug)

    assert rows(store) == before
    assert [doubt.trait.value for doubt in store.identity.doubts(encounter_id)] == ["name", "age", "sex"]
    store.reject(symptom.id)


def test_a_confirmed_patient_lets_acceptance_go_on(store):
    """The decision holds for these readings; a new contradiction is asked about anew."""
    encounter_id = doubtful(store)
    drug = store.encounter(encounter_id).draft.entries[1]

    store.identity.confirm(encounter_id)
    store.accept(drug.id)

    assert store.identity.doubts(encounter_id) == ()
    assert "identity.confirmed" in acts(store)
    store.edit_note(encounter_id, SPOKEN + " MRN 55 555.")
    assert [doubt.said for doubt in store.identity.doubts(encounter_id)] == ["55 555"]
    with pytest.raises(IdentityInDoubt):
        store.accept(drug.id)


def test_a_move_settles_the_doubt_or_raises_the_next(store):
    """A confirmation counts for the chart it was made for."""
    encounter_id = doubtful(store)
    store.identity.confirm(encounter_id)
    zimmer = store.add_patient(Patient("MRN-7", "Zimmer", "Peter", None, Gender.MALE))

    store.register.move(encounter_id, store.patient_by_mrn("MRN-2").id, reason="Try.")
    assert store.identity.doubts(encounter_id)
    store.register.move(encounter_id, zimmer.id, reason="Spoken name.")
    assert store.identity.doubts(encounter_id) == ()


def test_a_corrected_chart_settles_the_doubt(store):
    """The guard compares with the chart as it is now, former record numbers included."""
    encounter = store.add_encounter(store.patient_by_mrn("MRN-1"))
    store.save_draft(encounter.id, draft("Record number MRN 9 00 1."))
    store.edit_note(encounter.id, "MRN 9001.")
    assert len(store.identity.doubts(encounter.id)) == 1
    retired = store.add_patient(Patient("9001", "Okafor", "Maria"))

    store.register.merge(encounter.patient.id, retired.id, reason="Registered twice.")

    assert store.identity.doubts(encounter.id) == ()


def test_a_list_of_patients_is_added_whole_or_not_at_all(store):
    """One taken number and none is added."""
    news = [Patient(f"N{at}", "New", str(at)) for at in range(3)]

    with pytest.raises(DuplicateMrn):
        store.register.take_in([*news, Patient("MRN-1", "Taken", "Number")])
    assert mrns(store, "new") == []

    store.register.take_in(news)
    assert mrns(store, "new") == ["N0", "N1", "N2"]
    assert acts(store).count("patient.imported") == 3
