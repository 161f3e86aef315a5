"""A dictation's patient is known before its first sound, and what a crash interrupted is listed."""

from __future__ import annotations

import pytest
from store_samples import PASSPHRASE, draft, maria, new_store

from ehr.store.errors import NotInStore
from ehr.store.faults import RecordSigned
from ehr.store.signatures import Seal


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    with new_store(tmp_path / "home") as opened:
        yield opened


def test_the_patient_is_known_before_the_first_sound(store):
    """Right after `begin`, with no journal yet, patient, time and key of the recording are in the store."""
    who = store.add_patient(maria())
    encounter, recording = store.dictations.begin(who, device="default")
    [found] = store.dictations.interrupted()
    assert (found.encounter.patient, found.encounter.id) == (who, encounter.id)
    assert (found.recording, found.recording.started_at) == (recording, encounter.started_at)


def test_what_is_finished_is_not_interrupted(store):
    """A finished recording is not offered; one whose transcription was under way is, and one without an encounter."""
    who = store.add_patient(maria())
    encounter, recording = store.dictations.begin(who, device="default")
    store.finish_recording(recording.id, samples=16_000)
    assert store.dictations.interrupted() == []
    store.begin_transcribing(encounter.id)
    lost = store.begin_recording(device="default")
    found = store.dictations.interrupted()
    assert [(each.recording.id, each.encounter and each.encounter.id) for each in found] == [
        (lost.id, None),
        (recording.id, encounter.id),
    ]


def test_withdrawing_leaves_nothing_and_takes_nothing_that_was_heard(store):
    """A dictation without sound goes with its recording and its place in the search; one with a length stays."""
    who = store.add_patient(maria())
    silent, recording = store.dictations.begin(who, device="default")
    heard, kept = store.dictations.begin(who, device="default")
    store.finish_recording(kept.id, samples=1)
    store.dictations.withdraw(silent.id)
    with pytest.raises(NotInStore):
        store.recording(recording.id)
    with pytest.raises(NotInStore):
        store.dictations.withdraw(heard.id)
    assert [each.id for each in store.encounters()] == [heard.id]
    assert [hit.encounter_id for hit in store.search(who.family_name)] == [heard.id]
    assert store.check() == []


def test_a_dictation_is_continued_tomorrow(store):
    """More sound for the same recording: decisions stay, the new words and facts stand after them and are proposed."""
    who = store.add_patient(maria())
    encounter, recording = store.dictations.begin(who, device="default")
    store.finish_recording(recording.id, samples=64_000)
    store.save_draft(encounter.id, draft())
    first = store.encounter(encounter.id).draft
    store.accept(first.entries[0].id)

    open_again = store.dictations.go_on(encounter.id)
    assert open_again.heard == first.transcript.duration
    assert [found.recording.id for found in store.dictations.interrupted()] == [recording.id]
    store.dictations.extend(encounter.id, draft("Reports fever."))
    store.finish_recording(recording.id, samples=96_000)

    after = store.encounter(encounter.id).draft
    assert after.note.written == f"{first.note.written} Reports fever."
    assert [entry.state.value for entry in after.entries] == ["accepted", "proposed", "proposed", "proposed"]
    assert after.transcript.text == after.note.said
    assert store.dictations.interrupted() == []


def test_what_was_signed_is_not_continued(store):
    """A signed record takes no more sound, and stays as it was."""
    who = store.add_patient(maria())
    recording = store.begin_recording(device="USB")
    encounter = store.add_encounter(who, recording_id=recording.id).id
    store.save_draft(encounter, draft())
    store.accept(*(entry.id for entry in store.encounter(encounter).draft.entries))
    store.signatures.listen_with(lambda _: "ab" * 32)
    store.signatures.sign(encounter, Seal(PASSPHRASE, "I answer for this."))

    with pytest.raises(RecordSigned):
        store.dictations.go_on(encounter)
    with pytest.raises(RecordSigned):
        store.dictations.extend(encounter, draft("Reports fever."))
