"""What goes into the store comes out of it: patients, encounters, drafts, decisions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import PASSPHRASE, draft, drafts, index_agrees, maria, new_store, notes, open_store, transcripts

from ehr.chart.encounter import Draft, EncounterStatus
from ehr.chart.entry import Flag, ReviewState
from ehr.chart.note import Repair, Span, waiting
from ehr.chart.patient import Patient
from ehr.choosing import choose
from ehr.dictation import write
from ehr.pipeline import draft_text
from ehr.store import codec
from ehr.store.errors import AlreadyReviewed, DuplicateMrn, NotInStore, StoreExists, StoreMissing, StoreUnwritable
from ehr.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with new_store(tmp_path / "home") as opened:
        yield opened


@given(notes)
def test_note_survives_its_row(note):
    """Said, written, changes, sections and every character's origin come back."""
    assert codec.note_from_row(codec.note_to_row(note)) == note


@given(transcripts)
def test_transcript_survives_its_row(transcript):
    """Words keep their text, times and probabilities to the last bit."""
    assert codec.transcript_from_row(codec.transcript_to_row(transcript)) == transcript


def test_origins_are_stored_as_runs():
    """A long note said as written costs one run, not one span a character."""
    row = codec.note_to_row(draft("word " * 2000).note)

    assert row["origins"] == "[[0,1,10000,1]]"


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(proposed=drafts)
def test_any_draft_comes_back_from_disk(store, proposed):
    """A saved draft equals the read one, whatever its texts hold, and the index agrees with the tables."""
    patient = store.patient_by_mrn("MRN-1") or store.add_patient(maria())
    encounter = store.add_encounter(patient)

    store.save_draft(encounter.id, proposed)

    assert store.encounter(encounter.id) == replace(encounter, status=EncounterStatus.DRAFT, draft=proposed)
    assert index_agrees(store)


def test_everything_is_there_after_reopening(tmp_path):
    """Closing and opening again changes nothing."""
    with new_store(tmp_path) as store:
        patient = store.add_patient(maria())
        encounter = store.add_encounter(patient, title="Follow-up")
        store.save_draft(encounter.id, draft())
        before = store.encounter(encounter.id)

    with open_store(tmp_path) as store:
        assert store.encounter(encounter.id) == before
        assert store.patients() == [patient]


def test_clinical_numbers_stay_as_dictated(store):
    """1.10 is stored and read as 1.10."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft())

    drug = store.encounter(encounter.id).draft.entries[1]

    assert drug.attributes == {"dose": "1.10", "unit": "mg", "frequency": "twice daily", "prn": False}


@pytest.mark.parametrize("typed", ["oka", "OKAFOR", "mar", "maria oka", "okafor mar", "mrn-1", "", "  "])
def test_a_few_letters_find_the_patient(store, typed):
    """Case, order and diacritics do not matter; nothing typed lists everybody."""
    patient = store.add_patient(maria())

    assert store.patients(typed) == [patient]


@pytest.mark.parametrize("typed", ["kafor", "okafor peter", "%", "_", "\\", "'"])
def test_other_letters_find_nobody(store, typed):
    """Words match from their beginning, and the pattern language cannot be typed."""
    store.add_patient(maria())

    assert store.patients(typed) == []


def test_a_record_number_belongs_to_one_patient(store):
    """Neither adding nor changing can take another patient's number; one's own may stay."""
    first, second = store.add_patient(maria("A")), store.add_patient(maria("B"))

    with pytest.raises(DuplicateMrn):
        store.add_patient(maria("A"))
    with pytest.raises(DuplicateMrn):
        store.update_patient(replace(second, mrn="A"))
    store.update_patient(replace(first, family_name="Okafor-Lee"))

    assert [patient.family_name for patient in store.patients()] == ["Okafor", "Okafor-Lee"]


def test_encounters_are_listed_newest_first(store):
    """By their start, whatever the order of writing and the time zone; filters narrow the list."""
    patient, other = store.add_patient(maria("A")), store.add_patient(maria("B"))
    noon = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
    middle = store.add_encounter(patient, started_at=noon)
    newest = store.add_encounter(
        other, started_at=(noon + timedelta(hours=1)).astimezone(timezone(-timedelta(hours=8)))
    )
    oldest = store.add_encounter(patient, started_at=noon - timedelta(days=1))
    store.fail(oldest.id, "CW-T104")

    assert [each.id for each in store.encounters()] == [newest.id, middle.id, oldest.id]
    assert [each.id for each in store.encounters(limit=1)] == [newest.id]
    assert [each.id for each in store.encounters(patient_id=patient.id)] == [middle.id, oldest.id]
    assert [each.failure for each in store.encounters(status=EncounterStatus.FAILED)] == ["CW-T104"]


def test_a_summary_counts_what_waits(store):
    """Proposed entries, and among them the flagged ones; the duration is the transcript's."""
    encounter = store.add_encounter(store.add_patient(maria()), title="Clinic")
    store.save_draft(encounter.id, draft())
    _, drug = store.encounter(encounter.id).draft.entries
    summary = store.encounters()[0]
    assert (summary.proposed, summary.to_check, summary.duration, summary.title) == (2, 1, 4.0, "Clinic")

    store.accept(drug.id)

    assert (store.encounters()[0].proposed, store.encounters()[0].to_check) == (1, 0)


def test_a_recording_has_a_key_of_its_own(store):
    """Path, key and length come back; before a transcript the list shows the recording's duration."""
    first, second = store.begin_recording(device="USB microphone"), store.begin_recording(device="USB microphone")
    encounter = store.add_encounter(store.add_patient(maria()), recording_id=first.id)
    store.finish_recording(first.id, samples=48_000)

    assert store.recording(first.id) == replace(first, samples=48_000)
    assert first.path.parent == store.recordings_folder
    assert len(first.key) == 32
    assert first.key != second.key
    assert store.encounters()[0].duration == 3.0
    assert store.encounter(encounter.id).recording_id == first.id
    assert first.key.hex() not in repr(first)
    assert repr(first.key) not in repr(first)


def test_status_follows_the_work(store):
    """Recorded, transcribing, failed, and a draft clears the failure."""
    encounter = store.add_encounter(store.add_patient(maria()))
    seen = [store.encounters()[0].status]
    store.begin_transcribing(encounter.id)
    seen.append(store.encounters()[0].status)
    store.fail(encounter.id, "CW-T101")
    seen.append(store.encounters()[0].status)
    store.save_draft(encounter.id, draft())

    assert [*seen, store.encounters()[0].status] == [
        EncounterStatus.RECORDED,
        EncounterStatus.TRANSCRIBING,
        EncounterStatus.FAILED,
        EncounterStatus.DRAFT,
    ]
    assert store.encounters()[0].failure is None


def test_a_decision_is_kept_and_can_be_taken_back(store):
    """Accept, edit and reject are states of the entry; reopening restores the proposal."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft())
    symptom, drug = store.encounter(encounter.id).draft.entries
    corrected = replace(drug, name="metoprolol", attributes={"dose": "50"}, flags=(), code=None)

    store.accept(symptom.id)
    store.edit(corrected)
    store.edit(replace(corrected, attributes={"dose": "25"}))
    decided = store.encounter(encounter.id).draft.entries

    assert [entry.state for entry in decided] == [ReviewState.ACCEPTED, ReviewState.EDITED]
    assert decided[1].attributes == {"dose": "25"}
    assert store.proposal(drug.id) == drug
    assert store.proposal(symptom.id) == symptom

    store.reject(drug.id)
    assert store.encounter(encounter.id).draft.entries[1].state is ReviewState.REJECTED
    store.accept(drug.id)
    assert store.encounter(encounter.id).draft.entries[1].state is ReviewState.EDITED
    store.reopen(drug.id, symptom.id)
    assert store.encounter(encounter.id).draft.entries == (symptom, drug)
    assert index_agrees(store)


def test_decisions_on_several_entries_are_one_act(store):
    """An unknown id among them leaves all as they were."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft())
    symptom, _ = store.encounter(encounter.id).draft.entries

    with pytest.raises(NotInStore):
        store.accept(symptom.id, "no such entry")

    assert store.encounter(encounter.id).draft.entries[0].state is ReviewState.PROPOSED


def test_a_new_draft_replaces_only_what_nobody_has_reviewed(store):
    """Transcribing again is possible until the first decision; earlier notes stay as versions."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft("Denies chest pain. Metoprolol 50 mg daily."))
    again = draft()
    store.save_draft(encounter.id, again)
    assert store.encounter(encounter.id).draft == again
    assert [note.written[:27] for note in store.note_versions(encounter.id)] == [
        "Denies chest pain. Metoprol",
        "Denies chest pain. Metformi",
    ]
    store.reject(again.entries[0].id)

    with pytest.raises(AlreadyReviewed):
        store.save_draft(encounter.id, draft("Another."))

    assert store.encounter(encounter.id).draft.note == again.note


def test_an_edited_note_is_a_new_version_and_evidence_follows(store):
    """The wording changes, the entry still rests on its words, and what was said stays."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft())

    store.edit_note(encounter.id, "She clearly denies chest pain. Metformin 1.10 mg twice daily.")

    kept = store.encounter(encounter.id).draft
    assert kept.note.said == draft().note.said
    assert kept.entries[1].evidence.of(kept.note.written) == "Metformin 1.10 mg twice daily"
    assert len(store.note_versions(encounter.id)) == 2
    assert [hit.entry_id for hit in store.search("clearly")] == [None]


def test_a_removed_sentence_flags_its_entry(store):
    """An entry whose words are gone asks for a look."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft())

    store.edit_note(encounter.id, "Denies chest pain.")

    drug = store.encounter(encounter.id).draft.entries[1]
    assert drug.evidence == Span(18, 18)
    assert "words-removed" in [flag.code for flag in drug.flags]
    assert Flag("dose", "Unusual dose.") in drug.flags


def test_unknown_numbers_are_said_to_be_unknown(store):
    """Every look-up by id raises the same error with a next step."""
    nobody = Patient("X", "No", "Body")
    for act in (
        lambda: store.patient("x"),
        lambda: store.encounter("x"),
        lambda: store.recording("x"),
        lambda: store.proposal("x"),
        lambda: store.update_patient(nobody),
        lambda: store.add_encounter(nobody),
        lambda: store.save_draft("x", draft()),
        lambda: store.edit_note("x", "text"),
        lambda: store.fail("x", "CW-T101"),
        lambda: store.begin_transcribing("x"),
        lambda: store.finish_recording("x", samples=1),
        lambda: store.accept("x"),
        lambda: store.reopen("x"),
        lambda: store.edit(draft().entries[0]),
    ):
        with pytest.raises(NotInStore):
            act()


def test_a_note_not_yet_there_cannot_be_edited(store):
    """An encounter without a draft has no text to revise."""
    encounter = store.add_encounter(store.add_patient(maria()))

    with pytest.raises(NotInStore):
        store.edit_note(encounter.id, "text")


def test_a_time_without_a_zone_is_refused(store):
    """A naive time would be read as another hour elsewhere."""
    patient = store.add_patient(maria())

    with pytest.raises(ValueError, match="zone"):
        store.add_encounter(patient, started_at=datetime(2026, 1, 1))  # noqa: DTZ001

    assert store.encounters() == []


def test_a_reader_on_another_thread_sees_what_is_committed(store):
    """It has its own connection, sees finished acts only, and cannot write."""
    patient = store.add_patient(maria())
    seen: list[object] = []

    def look() -> None:
        with store.reader() as reader:
            seen.append(reader.patients())
            try:
                with reader._session.read() as db:
                    db.execute("DELETE FROM patient")
            except StoreUnwritable:
                seen.append("refused")

    with store._session.transaction() as db:
        db.execute("UPDATE patient SET given_name = 'Unfinished'")
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert seen == [[patient], "refused"]


def test_many_threads_may_call_one_store(store):
    """Calls wait for each other: nothing is lost or mixed."""
    patient = store.add_patient(maria())

    def work() -> None:
        for _ in range(5):
            store.save_draft(store.add_encounter(patient).id, draft())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.encounters()) == 20
    assert all(len(store.encounter(each.id).draft.entries) == 2 for each in store.encounters())
    assert store.check() == []


def test_a_store_is_made_once(tmp_path):
    """There is none, then one; making another where one is leaves it untouched."""
    assert not Store.exists(tmp_path)
    with pytest.raises(StoreMissing):
        open_store(tmp_path)
    with new_store(tmp_path) as store:
        patient = store.add_patient(maria())

    with pytest.raises(StoreExists):
        new_store(tmp_path)

    with open_store(tmp_path) as store:
        assert store.patients() == [patient]
    assert Store.exists(tmp_path)


def test_a_passphrase_change_rewraps_and_nothing_else(tmp_path):
    """The new one opens, the old one does not, and the data are the same."""
    with new_store(tmp_path) as store:
        patient = store.add_patient(maria())
        store.users.change_passphrase(PASSPHRASE, "another one")

    with Store.open(tmp_path, "another one") as store:
        assert store.patients() == [patient]
    with pytest.raises(Exception, match="CW-E103"):
        open_store(tmp_path)


def test_draft_text_that_was_never_heard_has_no_transcript(store):
    """Text in, no sound: the transcript is None and stays None."""
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, draft())
    store.save_draft(encounter.id, Draft(draft().note, ()))

    assert store.encounter(encounter.id).draft == Draft(draft().note, ())


def test_a_summary_counts_misheard_words_without_an_entry(store):
    """Repairs that no entry rests on and nobody settled count as checks, in the newest version of the note alone."""
    said = "She was given met for men today. Exam shows raunchy. Stop Lyciniprol. Start glipizide 15 mg daily."
    heard = {"met for men": "metformin", "raunchy": "rhonchi", "Lyciniprol": "lisinopril", "15": "50"}
    repairs = tuple(
        Repair(
            Span(said.index(words), said.index(words) + len(words)), words, other, 0.6, (), applied=words == "raunchy"
        )
        for words, other in heard.items()
    )
    made = draft_text(said, on=date(2026, 1, 5), repaired=repairs)
    encounter = store.add_encounter(store.add_patient(maria()))
    store.save_draft(encounter.id, made)
    evidence = [each.evidence for each in made.entries]
    open_words = [each.heard for each in waiting(made.note.repairs, made.note.to_written, evidence)]
    assert "met for men" in open_words
    assert "15" not in open_words
    assert store.encounters()[0].to_check == len(open_words) + len(made.to_review())

    store.revise(encounter.id, lambda draft: choose(draft, repairs[0], 1))
    assert store.encounters()[0].to_check == len(open_words) + len(made.to_review()) - 1


@given(st.data())
def test_stored_origins_find_places_as_the_note_does(data):
    """The runs that a row holds map said to written as the note's own origins do."""
    said = data.draw(st.text("ab .", max_size=30)) + " five milligrams of two point five "
    note = write(said)
    runs = json.loads(codec.note_to_row(note)["origins"])
    start = data.draw(st.integers(0, len(said)))
    span = Span(start, data.draw(st.integers(start, len(said))))
    assert codec._place(runs, span) == note.to_written(span)
