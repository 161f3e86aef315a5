"""What an encounter file holds: a manifest of the encounter's rows, then its sound.

Owns which rows belong to an encounter and how they are written down and read back. What is done with them is
`handover`'s; the encrypted container is `sealed`'s.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from ehr.store import patients
from ehr.store.audit import AuditRow
from ehr.store.codec import patient_to_row
from ehr.store.errors import NotInStore
from ehr.store.faults import HandoverUnreadable
from ehr.store.files import make_private_file
from ehr.store.sqlcipher import Database

_PIECE = 1 << 20
_LENGTH = 8
_LONGEST_MANIFEST = 1 << 30

GROWING = ("note_version", "review_step", "signature", "cosign_request")
"""Tables of an encounter that only ever grow."""

TABLES = (*GROWING, "transcript", "entry")

Manifest = dict[str, Any]
Progress = Callable[[float], None]
"""Is told of each part that is done, from 0 to 1."""


def manifest_of(db: Database, encounter_id: str) -> Manifest:
    """Everything of the encounter but its sound. Raises NotInStore."""
    encounter = next(iter(db.query("SELECT * FROM encounter WHERE id = ?", (encounter_id,))), None)
    if encounter is None:
        raise NotInStore
    tables = {table: rows_of(db, table, encounter_id) for table in TABLES}
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
        "decisions": decisions_of(db, encounter_id),
        "history": history_of(db, encounter_id),
    }


def decisions_of(db: Database, encounter_id: str) -> list[dict[str, Any]]:
    """What people decided about whose dictation it is. Decisions on a patient it was moved away from are not told."""
    query = """SELECT trait, said, charted, decided_at, decided_by FROM identity_decision
        JOIN encounter ON encounter.id = encounter_id AND encounter.patient_id = identity_decision.patient_id
        WHERE encounter_id = ? ORDER BY decided_at, trait, said, charted"""
    return list(db.query(query, (encounter_id,)))


def history_of(db: Database, encounter_id: str) -> list[dict[str, Any]]:
    """From which patient to which the encounter went: moves and merges, here and where it came from, oldest first.

    Other patients are named by their ids alone.
    """
    moves = """SELECT 'move' AS kind, moved_at AS at, moved_by AS "by", from_id AS "from", to_id AS "to", reason
        FROM encounter_move WHERE encounter_id = ?"""
    merges = """SELECT 'merge' AS kind, merged_at AS at, merged_by AS "by", retired_id AS "from", survivor_id AS "to",
        reason FROM patient_merge WHERE ? IN (SELECT value FROM json_each(encounters))"""
    parted = """SELECT 'unmerge' AS kind, undone_at AS at, '' AS "by", survivor_id AS "from", retired_id AS "to", reason
        FROM patient_merge WHERE undone_at IS NOT NULL AND ? IN (SELECT value FROM json_each(encounters))"""
    received = db.query("SELECT audit FROM received WHERE encounter_id = ? ORDER BY rowid", (encounter_id,))
    along = [json.loads(row["audit"]) for row in received]
    found = [row for query in (moves, merges, parted) for row in db.query(query, (encounter_id,))]
    found += [each for one in along if isinstance(one, dict) for each in one["history"]]
    unlike = {json.dumps(each, sort_keys=True): each for each in found}
    return sorted(unlike.values(), key=lambda each: str(each["at"]))


def kept_along(manifest: Manifest) -> str:
    """What came with an encounter and has no table here: the other computers' audit rows, and where it had been."""
    return json.dumps(
        {"audit": manifest["audit"], "history": manifest.get("history", []), "received": manifest["received"]}
    )


def rows_of(db: Database, table: str, encounter_id: str) -> list[dict[str, Any]]:
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


def weighed(sound: Path) -> dict[str, object]:
    """The length and the hash of a file with sound."""
    digest = sha256()
    for piece in _pieces(sound):
        digest.update(piece)
    return {"bytes": sound.stat().st_size, "sha256": digest.hexdigest()}


def content_of(manifest: Manifest, sound: Path | None, progress: Progress) -> Iterator[bytes]:
    """The file in pieces; `progress` hears of each once it was taken."""
    text = json.dumps(manifest, ensure_ascii=False).encode()
    yield len(text).to_bytes(_LENGTH, "big")
    yield text
    if sound:
        done, size = 0, sound.stat().st_size
        for piece in _pieces(sound):
            yield piece
            done += len(piece)
            progress(done / size)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def unpacked(content: Iterator[bytes], part: Path) -> Manifest:
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
