"""Choosing what was said: the note, the entry's name and code, and the store follow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ehr.chart.encounter import Draft
from ehr.chart.entry import Kind, ReviewState
from ehr.chart.note import Repair, Span
from ehr.chart.patient import Gender, Patient
from ehr.choosing import HEARD, choose
from ehr.pipeline import draft_text
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

SAID = "Stop Lyciniprol. Start metformin 500 mg twice a day."
REPAIR = Repair(Span(5, 16), "Lyciniprol.", "lisinopril.", 0.8, ("enalapril",), applied=True)
CHEAP = Argon2Cost(passes=1, lanes=1, memory_kib=8)


@pytest.fixture
def heard() -> Draft:
    """A dictation with one repaired word."""
    return draft_text(SAID, on=date(2026, 1, 5), repaired=(REPAIR,))


def stopped(draft: Draft):
    """The medicine that is stopped."""
    return next(each for each in draft.entries if each.kind is Kind.MEDICATION and each.evidence.start < 10)


def test_another_reading_is_written_named_and_coded(heard: Draft) -> None:
    """The second reading stands in the note, and the entry has its name and its RxNorm code; the rest stays."""
    after = choose(heard, REPAIR, 2)
    assert after.note.written == heard.note.written.replace("lisinopril", "enalapril")
    entry = stopped(after)
    assert (entry.name, entry.state) == ("enalapril", ReviewState.EDITED)
    assert entry.code is not None
    assert "enalapril" in entry.code.display.lower()
    assert entry.evidence.of(after.note.written).endswith("enalapril")
    others = zip(heard.entries, after.entries, strict=True)
    assert all(old.says_as(new) for old, new in others if old.id != entry.id)


def test_as_heard_is_uncoded_and_can_be_chosen_away_from(heard: Draft) -> None:
    """What was heard stands as it was heard, without a code; the first reading brings all back."""
    kept = choose(heard, REPAIR, HEARD)
    assert kept.note.written == heard.note.written.replace("lisinopril", "Lyciniprol")
    assert (stopped(kept).name, stopped(kept).code) == ("lyciniprol", None)
    assert [(each.applied, each.settled) for each in kept.note.repairs] == [(False, True)]
    again = choose(kept, kept.note.repairs[0], 1)
    assert again.note.written == heard.note.written
    assert stopped(again).code == stopped(heard).code


def test_the_reading_that_stands_there_is_accepted(heard: Draft) -> None:
    """Choosing what is written already changes no word: the entry is accepted and the question settled."""
    after = choose(heard, REPAIR, 1)
    assert after.note.written == heard.note.written
    assert stopped(after).state is ReviewState.ACCEPTED
    assert after.note.repairs[0].settled


def test_several_words_become_one(heard: Draft) -> None:
    """A suggestion across word boundaries replaces all its words and keeps its way to what was said."""
    said = "Takes met for men daily."
    repair = Repair(Span(6, 17), "met for men", "metformin", 0.3, (), applied=False)
    after = choose(draft_text(said, on=date(2026, 1, 5), repaired=(repair,)), repair, 1)
    assert after.note.written == "Takes metformin daily."
    place = after.note.to_written(repair.said)
    assert place.of(after.note.written) == "metformin"
    assert after.note.to_said(place) == repair.said


def test_the_store_keeps_the_choice_and_takes_it_back(tmp_path: Path, heard: Draft) -> None:
    """A choice is a version of the note with its entry in one act; the draft from before brings both back."""
    with Store.create(tmp_path, "correct horse battery", cost=CHEAP) as store:
        patient = store.add_patient(Patient("1", "Okafor", "Maria", date(1964, 3, 14), Gender.FEMALE))
        encounter = store.add_encounter(patient)
        store.save_draft(encounter.id, heard)
        made = store.revise(encounter.id, lambda draft: choose(draft, REPAIR, 2))
        kept = store.encounter(encounter.id).draft
        assert kept == made
        assert stopped(kept).name == "enalapril"
        store.revise(encounter.id, lambda _: heard)
        assert store.encounter(encounter.id).draft == heard
        assert len(store.note_versions(encounter.id)) == 3
        assert store.check() == []


@pytest.mark.parametrize(
    ("said", "heard", "other", "expected"),
    [
        ("Start losartan 15 mg daily.", "15", "50", {"dose": "50", "action": "start"}),
        ("Start losartan 50 mg daily.", "Start", "Stop", {"dose": "50", "action": "stop"}),
        ("She stopped losartan.", "stopped", "started", {"action": "start"}),
        ("A1c was 7, 9% today.", "7, 9", "7.9", {"value": "7.9"}),
        ("No chest pain.", "No", "now", {"assertion": "present"}),
        ("Now chest pain.", "Now", "no", {"assertion": "absent"}),
    ],
)
def test_a_number_verb_or_negation_changes_what_the_entry_says(said, heard, other, expected) -> None:
    """The other reading stands in the note and in the entry; what was heard leaves both as they are."""
    start = said.index(heard)
    doubt = Repair(Span(start, start + len(heard)), heard, other, 0.4, (), applied=False)
    draft = draft_text(said, on=date(2026, 1, 5), repaired=(doubt,))
    after = choose(draft, doubt, 1)
    (entry,) = after.entries
    told = {**entry.attributes, "assertion": entry.assertion.value}
    assert {name: told[name] for name in expected} == expected
    assert other in after.note.written
    kept = choose(draft, doubt, HEARD)
    assert kept.note.written == draft.note.written
    assert (kept.entries[0].attributes, kept.entries[0].assertion) == (
        draft.entries[0].attributes,
        draft.entries[0].assertion,
    )
