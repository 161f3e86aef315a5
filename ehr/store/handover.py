"""Handing an encounter over: everything of it in one encrypted file, and back into another store.

Owns what belongs to an encounter (its sound, words, versions, steps of review, entries, signatures, audit rows), and
how it comes into a store that may know it or its patient already: all of it or nothing. Knows no window; the container
is `sealed`'s.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from ehr.chart.patient import Patient
from ehr.chart.people import Right
from ehr.store import encounters, patients, signed
from ehr.store.audit import AuditRow
from ehr.store.codec import patient_from_row, patient_to_row, time_to_text
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

_PIECE = 1 << 20
_LENGTH = 8
_LONGEST_MANIFEST = 1 << 30

_GROWING = ("note_version", "review_step", "signature", "cosign_request")
"""Tables of an encounter that only ever grow."""

_TABLES = (*_GROWING, "transcript", "entry")

Manifest = dict[str, Any]


class Outcome(StrEnum):
    """What became of an encounter file: it was new, it brought newer versions, or all of it was here."""

    NEW = "new"
    NEWER = "newer"
    SAME = "same"


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

    def hand_over(self, encounter_id: str, file: IO[bytes], passphrase: str, *, cost: Argon2Cost = STRONG) -> None:
        """Write the encounter to a file that opens with this passphrase. The act is in the audit log before it begins.

        Raises NotAllowed, NotInStore, PassphraseEmpty, OSError.
        """
        with self._ledger.act("encounter.handed_over", encounter_id, Right.EXPORT) as db:
            manifest = _manifest(db, encounter_id)
        with self._ledger.reading(Right.EXPORT) as db:
            head = str(head_of(db))
        sound = self._copied(manifest)
        try:
            whole = {**manifest, "head": head, "sound": sound and _weighed(sound)}
            write_sealed(file, _content(whole, sound), passphrase, {"head": head}, cost=cost)
        finally:
            if sound:
                sound.unlink()

    def receive(self, file: IO[bytes], passphrase: str) -> Received:
        """Take an encounter in, or recognize that it is here; what it brings is verified.

        Raises NotAllowed, HandoverUnreadable, HandoverTooNew, HandoverDiffers, StoreFull, StoreUnwritable; then
        nothing was taken in.
        """
        self._ledger.require(Right.DICTATE)
        part = self._folder / f".{uuid.uuid4()}.part"
        try:
            with disk_faults():
                manifest = _unpacked(read_sealed(file, passphrase), part)
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
                outcome = _outcome(db, encounter_id, manifest)
                if outcome is not Outcome.SAME:
                    placed = self._place_sound(db, manifest, part)
                    _store(db, manifest, patient, outcome)
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
        audit = json.dumps([manifest["audit"], *manifest["received"]])
        db.table("received").insert(
            {
                "id": str(uuid.uuid4()),
                "encounter_id": encounter_id,
                **received,
                "head": manifest["head"],
                "audit": audit,
            }
        )

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


def _manifest(db: Database, encounter_id: str) -> Manifest:
    encounter = next(iter(db.query("SELECT * FROM encounter WHERE id = ?", (encounter_id,))), None)
    if encounter is None:
        raise NotInStore
    tables = {table: _rows(db, table, encounter_id) for table in _TABLES}
    recording = next(iter(db.query("SELECT * FROM recording WHERE id = ?", (encounter["recording_id"],))), None)
    if recording is not None:
        recording = {**recording, "key": recording["key"] and base64.b64encode(recording["key"]).decode()}
    subjects = {encounter_id, encounter["recording_id"]}
    subjects |= {row["id"] for row in tables["entry"]} | {row["hash"] for row in tables["signature"]}
    received = db.query("SELECT audit FROM received WHERE encounter_id = ? ORDER BY rowid", (encounter_id,))
    return {
        "encounter": dict(encounter),
        "patient": patient_to_row(patients.by_id(db, encounter["patient_id"])),
        "tables": tables,
        "recording": recording,
        "audit": _audit(db, subjects),
        "received": [json.loads(row["audit"]) for row in received],
    }


def _rows(db: Database, table: str, encounter_id: str) -> list[dict[str, Any]]:
    """The encounter's rows in their order. Running numbers are this store's own: a step names another by its place."""
    found = list(db.query(f"SELECT * FROM {table} WHERE encounter_id = ? ORDER BY rowid", (encounter_id,)))  # noqa: S608
    if table == "review_step":
        place = {row["id"]: at for at, row in enumerate(found)}
        found = [{**row, "takes_back": place.get(row["takes_back"])} for row in found]
    own = {"encounter_id"} | ({"id"} if table in ("note_version", "review_step", "cosign_request") else set())
    return [{name: value for name, value in row.items() if name not in own} for row in found]


def _audit(db: Database, subjects: set[str | None]) -> list[list[object]]:
    query = "SELECT seq, at, actor, action, subject, mac FROM audit WHERE subject IN (SELECT value FROM json_each(?))"
    named = json.dumps(sorted(subject for subject in subjects if subject))
    rows = (AuditRow(*row) for row in db.execute(f"{query} ORDER BY seq", (named,)).fetchall())
    return [[row.seq, row.at, row.actor, row.action, row.subject, row.mac.hex()] for row in rows]


def _weighed(sound: Path) -> dict[str, object]:
    digest = sha256()
    for piece in _pieces(sound):
        digest.update(piece)
    return {"bytes": sound.stat().st_size, "sha256": digest.hexdigest()}


def _content(manifest: Manifest, sound: Path | None) -> Iterator[bytes]:
    text = json.dumps(manifest, ensure_ascii=False).encode()
    yield len(text).to_bytes(_LENGTH, "big")
    yield text
    if sound:
        yield from _pieces(sound)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _unpacked(content: Iterator[bytes], part: Path) -> Manifest:
    """The manifest, with the sound in `part`. Every frame has been read and found whole when it returns."""
    held = bytearray()
    for piece in content:
        held += piece
        if len(held) >= _LENGTH and len(held) >= _LENGTH + (length := int.from_bytes(held[:_LENGTH], "big")):
            break
        if len(held) >= _LENGTH and length > _LONGEST_MANIFEST:
            raise HandoverUnreadable
    else:
        raise HandoverUnreadable
    manifest: Manifest = json.loads(held[_LENGTH : _LENGTH + length])
    _unpack_sound(manifest["sound"], bytes(held[_LENGTH + length :]), content, part)
    return manifest


def _unpack_sound(expected: dict[str, Any] | None, first: bytes, content: Iterator[bytes], part: Path) -> None:
    digest, size = sha256(first), len(first)
    make_private_file(part)
    with part.open("wb") as file:
        file.write(first)
        for piece in content:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    if expected is None:
        part.unlink()
    if (size, digest.hexdigest()) != ((0, sha256().hexdigest()) if expected is None else tuple(expected.values())):
        raise HandoverUnreadable


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


def _outcome(db: Database, encounter_id: str, manifest: Manifest) -> Outcome:
    """Whether the encounter is new, the same or ahead of what is here. Raises HandoverDiffers where it is neither."""
    if not db.table("encounter").count_where("id = ?", [encounter_id]):
        return Outcome.NEW
    here = {table: _rows(db, table, encounter_id) for table in _TABLES}
    brought = manifest["tables"]
    if here == brought:
        return Outcome.SAME
    if all(brought[table][: len(here[table])] == here[table] for table in _GROWING):
        return Outcome.NEWER
    if all(here[table][: len(brought[table])] == brought[table] for table in _GROWING):
        return Outcome.SAME  # an older copy: all that it holds is here
    raise HandoverDiffers


def _store(db: Database, manifest: Manifest, patient: Patient, outcome: Outcome) -> None:
    """Bring the encounter's rows to what the file says: open it, add what is new, then let it stand as it stood."""
    encounter, tables = {**manifest["encounter"], "patient_id": patient.id}, manifest["tables"]
    for table, rows in (("encounter", [encounter]), *tables.items()):
        if table not in ("encounter", *_TABLES) or set().union(*rows) - set(db.table(table).columns_dict):
            raise HandoverTooNew
    id_ = encounter["id"]
    if outcome is Outcome.NEW:
        db.table("encounter").insert({**encounter, "standing": "preliminary"})
    else:
        db.execute("UPDATE encounter SET standing = 'preliminary' WHERE id = ?", (id_,))
        db.execute("DELETE FROM entry WHERE encounter_id = ?", (id_,))
        db.execute("DELETE FROM transcript WHERE encounter_id = ?", (id_,))
    for table in _TABLES:
        skipped = db.table(table).count_where("encounter_id = ?", [id_])
        steps = [row[0] for row in db.execute("SELECT id FROM review_step WHERE encounter_id = ? ORDER BY id", (id_,))]
        for row in tables[table][skipped:]:
            if table == "review_step" and row["takes_back"] is not None:
                row["takes_back"] = steps[row["takes_back"]]
            steps.append(db.table(table).insert({**row, "encounter_id": id_}).last_pk)
    db.table("encounter").update(id_, {name: value for name, value in encounter.items() if name != "id"})
