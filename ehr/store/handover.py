"""Handing an encounter over: everything of it in one encrypted file, and back into another store.

Owns how an encounter comes into a store that may know it or its patient already: all of it or nothing. What belongs to
it is `encounter_file`'s, the container `sealed`'s. Knows no window.
"""

from __future__ import annotations

import base64
import uuid
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.store import encounters, patients, signed
from ehr.store.codec import patient_from_row, time_to_text
from ehr.store.encounter_file import (
    GROWING,
    TABLES,
    Manifest,
    Progress,
    content_of,
    decisions_of,
    history_of,
    kept_along,
    manifest_of,
    rows_of,
    unpacked,
    weighed,
)
from ehr.store.errors import NotInStore
from ehr.store.faults import HandoverDiffers, HandoverTooNew, HandoverUnreadable
from ehr.store.files import make_private_file, sync_folder
from ehr.store.head import head_of
from ehr.store.home import disk_faults
from ehr.store.keys import STRONG, Argon2Cost
from ehr.store.ledger import Ledger
from ehr.store.recordings import SUFFIX
from ehr.store.sealed import read_sealed, write_sealed
from ehr.store.signed import Difference
from ehr.store.sqlcipher import Database, open_database


class Outcome(StrEnum):
    """What became of an encounter file: it was new, it brought newer versions, or all of it was here."""

    NEW = "new"
    NEWER = "newer"
    SAME = "same"


def _unheard(_: float) -> None:
    """Nobody listens to the progress."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came in. `differences` is what the verification of its signatures found, empty where nothing."""

    encounter_id: str
    patient: Patient
    outcome: Outcome
    signatures: int
    differences: tuple[Difference, ...]


class Handover:
    """Reached as `store.handover`."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder

    def hand_over(
        self,
        encounter_id: str,
        file: IO[bytes],
        passphrase: str,
        *,
        progress: Progress = _unheard,
        cost: Argon2Cost = STRONG,
    ) -> None:
        """Write the encounter to a file that opens with this passphrase. The act is in the audit log before it begins.

        Raises NotAllowed, NotInStore, PassphraseEmpty, OSError.
        """
        with self._ledger.act("encounter.handed_over", encounter_id, Right.EXPORT) as db:
            manifest = manifest_of(db, encounter_id)
        with self._ledger.reading(Right.EXPORT) as db:
            head = str(head_of(db))
        sound = self._copied(manifest)
        try:
            whole = {**manifest, "head": head, "sound": sound and weighed(sound)}
            write_sealed(file, content_of(whole, sound, progress), passphrase, {"head": head}, cost=cost)
        finally:
            if sound:
                sound.unlink()

    def receive(self, file: IO[bytes], passphrase: str, *, progress: Progress = _unheard) -> Received:
        """Take an encounter in, or recognize that it is here; what it brings is verified.

        Raises NotAllowed, HandoverUnreadable and what is under it, HandoverDiffers, StoreFull, StoreUnwritable; then
        nothing was taken in.
        """
        self._ledger.require(Right.DICTATE)
        part = self._folder / f".{uuid.uuid4()}.part"
        try:
            with disk_faults():
                manifest = unpacked(read_sealed(file, passphrase, progress), part)
            return self._take_in(manifest, part)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise HandoverUnreadable from error  # the frames are the sender's, but what they say is not an encounter
        finally:
            part.unlink(missing_ok=True)

    def _take_in(self, manifest: Manifest, part: Path) -> Received:
        encounter_id = str(uuid.UUID(manifest["encounter"]["id"]))
        placed: Path | None = None
        try:
            with self._ledger.act("encounter.received", encounter_id, Right.DICTATE) as db:
                patient = _patient(db, patient_from_row(manifest["patient"]))
                outcome = _outcome(db, encounter_id, manifest, patient)
                if outcome is not Outcome.SAME:
                    placed = self._place_sound(db, manifest, part)
                    _store(db, manifest, patient, outcome)
                _keep_decisions(db, encounter_id, manifest)
                self._keep_trail(db, encounter_id, manifest)
                differences = tuple(signed.verify(db, encounter_id, None))
                encounters.by_id(db, encounter_id)
            return Received(encounter_id, patient, outcome, len(manifest["tables"]["signature"]), differences)
        except BaseException:
            if placed is not None:
                placed.unlink(missing_ok=True)
            raise

    def _place_sound(self, db: Database, manifest: Manifest, part: Path) -> Path | None:
        """The recording's row and file; None where it is here already or there is none."""
        recording = manifest["recording"]
        if recording is None or db.table("recording").count_where("id = ?", [recording["id"]]):
            return None
        key = recording["key"] and base64.b64decode(recording["key"], validate=True)
        db.table("recording").insert({**recording, "key": key or None})
        if not part.exists():
            return None
        place = self._folder / f"{uuid.UUID(recording['id'])}{SUFFIX}"
        with disk_faults():
            part.replace(place)
            sync_folder(self._folder)
        return place

    def _keep_trail(self, db: Database, encounter_id: str, manifest: Manifest) -> None:
        """The other computer's audit rows, beside ours: they cannot be verified here, and are not lost."""
        received = {"received_at": time_to_text(self._ledger.now()), "received_by": self._ledger.user.name}
        along = {"head": manifest["head"], "audit": kept_along(manifest)}
        db.table("received").insert({"id": str(uuid.uuid4()), "encounter_id": encounter_id, **received, **along})

    def _copied(self, manifest: Manifest) -> Path | None:
        """A copy of the recording's journal as it is now, whatever still reads it; None where there is no sound."""
        recording = manifest["recording"]
        path = recording and self._folder / f"{recording['id']}{SUFFIX}"
        if not path or not path.exists() or not recording["key"]:
            return None
        key, copy = base64.b64decode(recording["key"]), self._folder / f".{uuid.uuid4()}.part"
        make_private_file(copy)
        source = open_database(path, key, read_only=True)
        target = open_database(copy, key)
        try:
            source.conn.backup(target.conn)
        finally:
            target.close()
            source.close()
        return copy


def _patient(db: Database, patient: Patient) -> Patient:
    """The file's patient as this store has them, added where they are new. Raises HandoverDiffers.

    The same person has another id where another computer added them: the record number, the family name and the birth
    date have to agree.
    """
    with suppress(NotInStore):
        return patients.by_id(db, patient.id)
    holder = patients.by_mrn(db, patient.mrn)
    if holder is None:
        patients.insert(db, patient)
        return patient
    one, other = ((each.family_name.casefold(), each.birth_date) for each in (holder, patient))
    if one != other:
        raise HandoverDiffers
    return holder


def _outcome(db: Database, encounter_id: str, manifest: Manifest, patient: Patient) -> Outcome:
    """Whether the encounter is new, the same or ahead of what is here. Raises HandoverDiffers where it is neither."""
    if not db.table("encounter").count_where("id = ?", [encounter_id]):
        return Outcome.NEW
    whole = _whole(db, encounter_id, manifest)
    equal = {table: rows_of(db, table, encounter_id) for table in TABLES} == manifest["tables"]
    here, brought = history_of(db, encounter_id), manifest.get("history", [])
    moved_here = any(each not in brought for each in here)
    moved_there = any(each not in here for each in brought)
    if moved_there and (moved_here or not whole):
        raise HandoverDiffers
    if not whole:
        return Outcome.SAME  # an older copy: all that it holds is here
    if moved_there:
        return Outcome.NEWER
    mine = encounters.by_id(db, encounter_id).patient
    if patients.survivor(db, mine.id) != patients.survivor(db, patient.id) and not (moved_here and equal):
        raise HandoverDiffers
    decided = decisions_of(db, encounter_id)
    added = any(each not in decided for each in manifest.get("decisions", []))
    return Outcome.SAME if equal and not added else Outcome.NEWER


def _whole(db: Database, encounter_id: str, manifest: Manifest) -> bool:
    """Whether the file holds all that is here of what only grows, False where it is the other way round.

    Raises HandoverDiffers where each has what the other lacks.
    """
    here, brought = {table: rows_of(db, table, encounter_id) for table in GROWING}, manifest["tables"]
    if all(brought[table][: len(here[table])] == here[table] for table in GROWING):
        return True
    if all(here[table][: len(brought[table])] == brought[table] for table in GROWING):
        return False
    raise HandoverDiffers


def _keep_decisions(db: Database, encounter_id: str, manifest: Manifest) -> None:
    """Who was confirmed to be the patient stays confirmed, where the encounter is still this patient's."""
    rows = [{"encounter_id": encounter_id, **each} for each in manifest.get("decisions", [])]
    patient = encounters.by_id(db, encounter_id).patient
    db.table("identity_decision").insert_all(({**row, "patient_id": patient.id} for row in rows), ignore=True)


def _store(db: Database, manifest: Manifest, patient: Patient, outcome: Outcome) -> None:
    """Bring the encounter's rows to what the file says: open it, add what is new, then let it stand as it stood."""
    encounter, tables = {**manifest["encounter"], "patient_id": patient.id}, manifest["tables"]
    for table, rows in (("encounter", [encounter]), *tables.items()):
        if table not in ("encounter", *TABLES) or set().union(*rows) - set(db.table(table).columns_dict):
            raise HandoverTooNew
    id_ = encounter["id"]
    if outcome is Outcome.NEW:
        db.table("encounter").insert({**encounter, "standing": "preliminary"})
    else:
        db.execute("UPDATE encounter SET standing = 'preliminary' WHERE id = ?", (id_,))
        db.execute("DELETE FROM entry WHERE encounter_id = ?", (id_,))
        db.execute("DELETE FROM transcript WHERE encounter_id = ?", (id_,))
    for table in TABLES:
        skipped = db.table(table).count_where("encounter_id = ?", [id_])
        steps = [row[0] for row in db.execute("SELECT id FROM review_step WHERE encounter_id = ? ORDER BY id", (id_,))]
        for row in tables[table][skipped:]:
            if table == "review_step" and row["takes_back"] is not None:
                row["takes_back"] = steps[row["takes_back"]]
            steps.append(db.table(table).insert({**row, "encounter_id": id_}).last_pk)
    db.table("encounter").update(id_, {name: value for name, value in encounter.items() if name != "id"})
