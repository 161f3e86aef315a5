"""The encounter file: nothing is lost on the way, and what is not whole is not taken in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import CHEAP, PASSPHRASE, draft, index_agrees, maria, new_store, rows

from ehr.errors import ChartError
from ehr.store.encounter_file import history_of
from ehr.store.errors import PassphraseEmpty
from ehr.store.faults import (
    HandoverDamaged,
    HandoverDiffers,
    HandoverTooNew,
    HandoverUnreadable,
    NoEncounterFile,
    WrongFilePassphrase,
)
from ehr.store.handover import Outcome
from ehr.store.sealed import FRAME, read_sealed, write_sealed
from ehr.store.signatures import Seal
from ehr.store.store import Store
from ehr.store.trail import Head
from transcriber.journal import Journal

WORDS = "swan lantern gravel"
SECONDS = 12
DATA = Path(__file__).parent / "data" / "handover"


def fingerprint(recording) -> str:
    """The hash of a recording's sound."""
    with Journal.open(recording.path, recording.key) as journal:
        return journal.sha256()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    """A store with a signed encounter, its sound and its steps of review."""
    with new_store(tmp_path / "here") as store:
        recording = store.begin_recording(device="USB")
        with Journal.create(recording.path, recording.key, device="USB") as journal:
            noise = np.random.default_rng(7).integers(-9000, 9000, SECONDS * 16_000, dtype=np.int16)
            journal.append(noise)
            journal.append_gap(1600)
            store.finish_recording(recording.id, samples=journal.samples)
        encounter = store.add_encounter(store.add_patient(maria()), recording_id=recording.id, title="Follow-up")
        store.save_draft(encounter.id, draft())
        symptom, drug = draft_entries = store.encounter(encounter.id).draft.entries
        store.edit(replace(drug, name="glipizide"))
        store.accept(symptom.id)
        store.edit_note(encounter.id, "Really denies chest pain. Metformin 1.10 mg twice daily.")
        store.take_back(encounter.id)
        store.signatures.listen_with(fingerprint)
        store.signatures.sign(encounter.id, Seal(PASSPHRASE))
        assert len(draft_entries) == 2
        yield store


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Store]:
    """Another computer's store."""
    with new_store(tmp_path / "there") as store:
        store.signatures.listen_with(fingerprint)
        yield store


def packed(store: Store) -> bytes:
    """The store's encounter as a file."""
    file = BytesIO()
    store.handover.hand_over(store.encounters()[0].id, file, WORDS, cost=CHEAP)
    return file.getvalue()


def received(store: Store, content: bytes):
    """What taking the file in says."""
    return store.handover.receive(BytesIO(content), WORDS)


def test_nothing_is_lost_on_the_way(here, there):
    """Chart, versions, steps, signatures, sound and the sender's audit rows are on the other computer as they were."""
    content = packed(here)
    told = received(there, content)
    id_ = here.encounters()[0].id

    assert (told.encounter_id, told.outcome, told.signatures, told.differences) == (id_, Outcome.NEW, 1, ())
    assert there.encounter(id_) == here.encounter(id_)
    assert there.note_versions(id_) == here.note_versions(id_)
    assert [each.author for each in there.versions(id_)] == [each.author for each in here.versions(id_)]
    assert there.proposal(there.encounter(id_).draft.entries[1].id).name == "metformin"
    assert there.signatures.of(id_) == here.signatures.of(id_)
    one, other = (store.recording(store.encounters()[0].recording_id) for store in (here, there))
    assert fingerprint(one) == fingerprint(other)
    assert there.signatures.verify(id_) == []
    assert "note.edited" in rows(there)["received"][0][-1]
    assert there.check() == []
    assert index_agrees(there)
    assert [path for path in there.recordings_folder.iterdir() if path.suffix == ".part"] == []


def test_the_file_is_unreadable_without_the_passphrase(here):
    """It shows its format and the head of the audit log, and nothing of the patient; the act is in the log."""
    content = packed(here)
    assert not [word for word in (b"Okafor", b"MRN-1", b"etformin", b"chest") if word in content]
    head = Head.parse(content[:2000].decode("utf-8", "replace"))
    assert here.trail.verify(head) == []
    assert rows(here)["audit"][-1][3] == "encounter.handed_over"
    with pytest.raises(PassphraseEmpty):
        here.handover.hand_over(here.encounters()[0].id, BytesIO(), " ")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[: content.index(b"\n") + 1],
        lambda content: content[: content.index(b"\n") + 1 + FRAME + 16],
        lambda content: b"",
        lambda content: content + b"x",
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content.replace(b'"memory_kib": 8', b'"memory_kib": 9'),
        lambda content: content.replace(b'"version": 2', b'"version": 3'),
        lambda content: content.replace(b"chartwright-audit-head 1 ", b"chartwright-audit-head 1 9"),
        lambda content: swapped(content),  # noqa: PLW0108 - it is defined below
    ],
    ids=[
        "a byte short", "half", "head only", "one frame", "empty", "a byte more", "altered", "other cost", "newer",
        "other head", "frames swapped",
    ],
)  # fmt: skip
def test_what_is_not_whole_is_not_taken_in(here, there, damage):
    """Cut off, altered, longer, reordered or with another head: a named error, and every row and file as before."""
    content = damage(packed(here))
    before, files = rows(there), sorted(there.recordings_folder.iterdir())
    with pytest.raises((HandoverUnreadable, HandoverTooNew)):
        received(there, content)
    assert (rows(there), sorted(there.recordings_folder.iterdir())) == (before, files)


def swapped(content: bytes) -> bytes:
    """The file with its first two frames in the other order."""
    start, size = content.index(b"\n") + 1, FRAME + 16
    first, second = content[start : start + size], content[start + size : start + 2 * size]
    assert len(second) == size
    return content[:start] + second + first + content[start + 2 * size :]


def test_a_wrong_passphrase_takes_nothing_in(here, there):
    """It says so, and not that the file is damaged; a damaged file says that, and not that the passphrase is wrong."""
    before = rows(there)
    with pytest.raises(WrongFilePassphrase):
        there.handover.receive(BytesIO(packed(here)), "other words")
    with pytest.raises(HandoverDamaged):
        received(there, packed(here)[:-1])
    with pytest.raises(HandoverTooNew, match="newer version"):
        received(there, packed(here).replace(b'"version": 2', b'"version": 3'))
    with pytest.raises(NoEncounterFile):
        received(there, b'{"format": "something-else", "version": 2}')
    assert rows(there) == before


def test_a_file_of_the_first_version_is_taken_in(there):
    """Everything of it, though it does not tell a wrong passphrase from a damaged file."""
    content = (DATA / "version-1.encounter").read_bytes()
    assert b'"version": 1' in content
    told = received(there, content)
    assert (told.outcome, told.signatures, told.differences) == (Outcome.NEW, 1, ())
    assert there.encounter(told.encounter_id).draft.entries[1].name == "metformin"
    assert fingerprint(there.recording(there.encounters()[0].recording_id))
    assert received(there, content).outcome is Outcome.SAME
    with pytest.raises(HandoverUnreadable, match="passphrase is wrong, or the file is altered"):
        there.handover.receive(BytesIO(content), "other words")


def test_a_file_says_its_version(here):
    """In its first line, readable without the passphrase."""
    assert b'"version": 2' in packed(here).partition(b"\n")[0]


def test_progress_is_told(here, there):
    """From little to all, never backwards, at both ends."""
    file, out, back = BytesIO(), [], []
    here.handover.hand_over(here.encounters()[0].id, file, WORDS, progress=out.append, cost=CHEAP)
    there.handover.receive(file, WORDS, progress=back.append)
    for told in (out, back):
        assert told == sorted(told)
        assert 0 < told[0] <= told[-1] == 1


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[tuple[Store, str]]:
    """A third store, with a dictation that went from one patient to another by a merge and then a move."""
    with new_store(tmp_path / "third") as store:
        first, double, right = (
            store.add_patient(replace(maria(mrn), id=mrn, family_name=name))
            for mrn, name in (("M-1", "Wrong"), ("M-2", "Wrong"), ("M-3", "Okafor"))
        )
        encounter = store.add_encounter(double)
        store.save_draft(encounter.id, draft("He is a 30-year-old man. Metformin 1.10 mg twice daily."))
        store.register.merge(first.id, double.id, reason="Registered twice.")
        store.register.move(encounter.id, right.id, reason="Took the wrong chart.")
        yield store, encounter.id


def history(store: Store, encounter_id: str) -> list[tuple[str, str, str]]:
    """What the store would tell a third computer of where the encounter has been."""
    with store._session.read() as db:
        return [(each["kind"], each["by"], each["reason"]) for each in history_of(db, encounter_id)]


def test_where_it_had_been_travels(moved, there, tmp_path):
    """Moves and merges, with who and why, go along and further on; of the other patient not even a name."""
    store, id_ = moved
    content = packed(store)
    assert received(there, content).outcome is Outcome.NEW
    told = [("merge", "owner", "Registered twice."), ("move", "owner", "Took the wrong chart.")]
    assert history(there, id_) == told
    assert "Wrong" not in str(rows(there))
    assert received(there, content).outcome is Outcome.SAME
    with new_store(tmp_path / "fourth") as fourth:
        received(fourth, packed(there))
        assert history(fourth, id_) == told
        assert fourth.check() == []


def test_who_the_patient_is_stays_decided(moved, there):
    """What somebody confirmed is not asked again on the other computer; confirmed later, the next file brings it."""
    store, id_ = moved
    received(there, packed(store))
    assert there.identity.doubts(id_)
    store.identity.confirm(id_)
    assert received(there, packed(store)).outcome is Outcome.NEWER
    assert there.identity.doubts(id_) == ()
    assert there.encounter(id_) == store.encounter(id_)
    assert received(there, packed(store)).outcome is Outcome.SAME
    there.identity.confirm(id_)


def test_a_move_after_the_hand_over_follows(moved, there):
    """The sender finds the right patient later: the next file files it there. An older file does not take it back."""
    store, id_ = moved
    older = packed(store)
    received(there, older)
    other = store.add_patient(replace(maria("M-9"), id="M-9", family_name="Berg"))
    store.register.move(id_, other.id, reason="Now the right one.")
    assert received(there, packed(store)).outcome is Outcome.NEWER
    assert there.encounter(id_).patient.family_name == "Berg"
    assert received(there, older).outcome is Outcome.SAME
    assert there.encounter(id_).patient.family_name == "Berg"
    assert index_agrees(there)


def test_moved_apart_is_not_mixed(moved, there):
    """Each computer gave it to another patient: neither is overwritten."""
    store, id_ = moved
    received(there, packed(store))
    for each, mrn in ((store, "M-8"), (there, "M-9")):
        each.register.move(id_, each.add_patient(replace(maria(mrn), id=mrn)).id, reason="Mine.")
    before = rows(there)
    with pytest.raises(HandoverDiffers):
        received(there, packed(store))
    assert rows(there) == before


def test_the_same_file_twice_is_recognized(here, there):
    """The second time everything is here; so it is for the sender. Nothing is doubled."""
    content = packed(here)
    received(there, content)
    before = rows(there)
    assert received(there, content).outcome is Outcome.SAME
    assert received(here, content).outcome is Outcome.SAME
    after = rows(there)
    changed = {table for table in after if after[table] != before[table]}
    assert changed <= {"audit", "received", "sqlite_sequence"}


def test_what_the_colleague_adds_comes_back(here, there):
    """The colleague amends and signs; the file that comes back brings the new version to the first computer."""
    received(there, packed(here))
    id_ = here.encounters()[0].id
    there.signatures.amend(id_, "dose corrected")
    there.edit_note(id_, "Denies chest pain. Metformin 2 mg.")
    there.signatures.sign(id_, Seal(PASSPHRASE))
    told = received(here, packed(there))

    assert (told.outcome, told.signatures, told.differences) == (Outcome.NEWER, 2, ())
    assert here.encounter(id_) == there.encounter(id_)
    assert [each.kind for each in here.signatures.of(id_)] == ["final", "amended"]
    assert here.signatures.verify(id_) == []
    assert here.check() == []
    assert index_agrees(here)


def test_two_computers_that_went_apart_are_not_mixed(here, there):
    """Both amended it: neither version is overwritten."""
    received(there, packed(here))
    id_ = here.encounters()[0].id
    for store in (here, there):
        store.signatures.amend(id_, "dose")
        store.edit_note(id_, f"Edited by {id(store)}.")
    before = rows(here)
    with pytest.raises(HandoverDiffers):
        received(here, packed(there))
    assert rows(here) == before


def test_a_patient_whom_the_other_computer_knows_is_recognized(here, there):
    """Same record number, family name and birth date under another id: filed under the patient who is there."""
    known = there.add_patient(replace(maria(), id="known-there", given_name="Maria"))
    told = received(there, packed(here))
    assert told.patient == known
    assert there.encounters()[0].patient == known
    assert told.differences == ()


def test_another_person_with_the_number_is_not_taken_for_the_patient(here, there):
    """A record number that belongs to somebody else stops it."""
    there.add_patient(replace(maria(), id="other", family_name="Berg"))
    before = rows(there)
    with pytest.raises(HandoverDiffers):
        received(there, packed(here))
    assert rows(there) == before


def test_a_draft_without_sound_can_be_handed_over(tmp_path, there):
    """What was typed, and is not signed, goes as well, and is undone on the other computer."""
    with new_store(tmp_path / "third") as store:
        encounter = store.add_encounter(store.add_patient(maria()))
        store.save_draft(encounter.id, draft())
        store.accept(store.encounter(encounter.id).draft.entries[0].id)
        received(there, packed(store))
        assert there.encounter(encounter.id) == store.encounter(encounter.id)
    there.take_back(encounter.id)
    assert there.encounter(encounter.id).draft == draft_of(there, encounter.id)


def draft_of(store: Store, encounter_id: str):
    """The draft with every entry as it was proposed."""
    found = store.encounter(encounter_id).draft
    return replace(found, entries=tuple(store.proposal(entry.id) for entry in found.entries))


@given(st.lists(st.binary(max_size=3 * FRAME // 2), max_size=4))
def test_any_content_comes_back_as_it_was(pieces):
    """Whatever the pieces' lengths, multiples of a frame and nothing at all included."""
    file = BytesIO()
    write_sealed(file, pieces, WORDS, {}, cost=CHEAP)
    file.seek(0)
    assert b"".join(read_sealed(file, WORDS)) == b"".join(pieces)


@given(st.binary(max_size=300), st.booleans())
def test_no_garbage_is_an_encounter(garbage, framed):
    """Random bytes, bare or well sealed, are refused with an error of ours."""
    file = BytesIO()
    if framed:
        write_sealed(file, [garbage], WORDS, {}, cost=CHEAP)
    else:
        file.write(garbage)
    file.seek(0)
    with pytest.raises(ChartError):
        SHARED.handover.receive(file, WORDS)


SHARED: Store


@pytest.fixture(autouse=True, scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One store for the examples of a property."""
    global SHARED
    with new_store(tmp_path_factory.mktemp("shared") / "home") as SHARED:
        yield
