"""What a signature covers, in one canonical form, and whether it still says the same.

Owns the signature table and the content under each hash: the note, the entries with their codes, whose they are, what
was heard, which rules and which sound, who signs what statement when. Every function takes the database of the caller's
transaction or read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from ehr.chart.signing import Signature, SignatureKind
from ehr.store import encounters, history, patients, standings
from ehr.store.codec import Row, entry_to_row, note_to_row, patient_to_row, time_to_text, transcript_to_row
from ehr.store.errors import NotInStore
from ehr.store.faults import NothingToSign
from ehr.store.sqlcipher import Database

FORM = 1
"""The form of the content; a later one gets another number, and each is verified by its own."""

VERSION_SIGNED = "version.signed"
"""The audit log's action whose subject is the hash of a signed version: the chain vouches for the content."""

Content = dict[str, Any]
"""A JSON object."""

_COLUMNS = ("note", "transcript", "entries", "sound", "rules", "encounter", "started_at", "patient")
"""The parts that the tables still hold, to be compared with them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a signature's verification found. `place` is a path into the content ("entries[2].name"), or the whole."""

    number: int
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound that a version rests on: its recording and the SHA-256 of what was recorded, None if unreadable."""

    recording_id: str
    sha256: str | None


def canonical(content: Content) -> str:
    """The one text of a content: keys sorted, no spaces, Unicode as it is."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_of(text: str) -> str:
    """SHA-256 of a canonical text in UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def covered(db: Database, encounter_id: str, sound: Sound | None, *, version: int | None = None) -> Content:
    """What a signature would cover now: the newest note, or its version of that number. Raises NothingToSign."""
    encounter = encounters.by_id(db, encounter_id)
    if encounter.draft is None:
        raise NothingToSign
    number = version or history.version_count(db, encounter_id)
    note = note_to_row(history.version(db, encounter_id, number))
    heard = encounter.draft.transcript
    transcript = heard and {
        "model": heard.model, "device": heard.device, "language": heard.language, "duration": heard.duration,
        "sha256": hash_of(canonical(transcript_to_row(heard))),
    }  # fmt: skip
    return {
        "form": FORM,
        "encounter": encounter_id,
        "started_at": time_to_text(encounter.started_at),
        "patient": patient_to_row(encounter.patient),
        "authors": _authors(db, encounter_id, number),
        "rules": _rules(db, encounter_id, number),
        "note": {"version": number, **{name: _parsed(name, value) for name, value in note.items()}},
        "entries": [_entry(row) for row in map(entry_to_row, encounter.draft.entries)],
        "transcript": transcript,
        "sound": sound and {"recording": sound.recording_id, "sha256": sound.sha256},
    }


def insert(
    db: Database, encounter_id: str, content: Content, kind: SignatureKind, *, id_: str,
    signer: tuple[str, str], statement: str, reason: str, at: datetime,
) -> Signature:  # fmt: skip
    """Add a signature over a content. `signer` is a user's id and name."""
    before = of_encounter(db, encounter_id)
    whole = canonical(
        {
            **content,
            "kind": kind.value,
            "number": len(before) + 1,
            "signer": {"id": signer[0], "name": signer[1]},
            "signed_at": time_to_text(at),
            "statement": statement,
            "reason": reason,
            "previous": before[-1].hash if before else None,
        }
    )
    db.table("signature").insert(
        {
            "id": id_,
            "encounter_id": encounter_id,
            "number": len(before) + 1,
            "kind": kind.value,
            "signer_id": signer[0],
            "signer": signer[1],
            "signed_at": time_to_text(at),
            "content": whole,
            "hash": hash_of(whole),
        }
    )
    return of_encounter(db, encounter_id)[-1]


def of_encounter(db: Database, encounter_id: str) -> list[Signature]:
    """The encounter's signatures, oldest first."""
    return [_signature(row) for row in _rows(db, encounter_id)]


def content_of(db: Database, encounter_id: str, number: int) -> Content:
    """What the signature of that number covers. Raises NotInStore."""
    for row in _rows(db, encounter_id):
        if row["number"] == number:
            content: Content = json.loads(row["content"])
            return content
    raise NotInStore


def verify(db: Database, encounter_id: str, sound: Sound | None) -> list[Difference]:
    """Where the signatures, and what stands in the tables now, differ from what was signed; empty where nothing does.

    `sound` is the recording as it can be heard now; None leaves it unexamined.
    """
    rows = list(_rows(db, encounter_id))
    found: list[Difference] = []
    for row, before in zip(rows, [None, *rows], strict=False):
        found += _signature_differences(db, row, before)
    if rows and not found:
        found += _live_differences(db, encounter_id, rows[-1], sound)
    return found


def _signature_differences(db: Database, row: Row, before: Row | None) -> Iterator[Difference]:
    number = int(row["number"])
    if hash_of(row["content"]) != row["hash"]:
        yield Difference(number, "hash", "The signed content does not have the hash that was signed.")
        return
    content = json.loads(row["content"])
    if content["previous"] != (before and before["hash"]):
        yield Difference(number, "previous", "It does not stand on the signature before it.")
    for column in ("number", "kind", "signed_at"):
        if content[column] != row[column]:
            yield Difference(number, column, "The table says another thing than the signed content.")
    if content["signer"] != {"id": row["signer_id"], "name": row["signer"]}:
        yield Difference(number, "signer", "The table names another signer than the signed content.")
    vouched = db.execute("SELECT 1 FROM audit WHERE action = ? AND subject = ?", (VERSION_SIGNED, row["hash"]))
    received = db.execute("SELECT 1 FROM received WHERE encounter_id = ?", (row["encounter_id"],))
    if vouched.fetchone() is None and received.fetchone() is None:
        yield Difference(number, "audit", "The audit log does not know this signature.")


def _live_differences(db: Database, encounter_id: str, last: Row, sound: Sound | None) -> Iterator[Difference]:
    signed: Content = json.loads(last["content"])
    standing = standings.of_encounter(db, encounter_id)
    live = covered(db, encounter_id, sound, version=signed["note"]["version"])
    # Another computer may know them by another id, and a record may have been merged into another since.
    same_person = signed["patient"]["mrn"] in patients.mrns(db, live["patient"]["id"])
    for name in _COLUMNS:
        if (
            (name == "patient" and same_person)
            or (name == "entries" and not standing.locked)
            or (name == "sound" and sound is None)
        ):
            continue  # an amendment is being worked on; the sound was not asked for
        for place in _paths(signed[name], live[name], name):
            if not place.startswith("patient.") or place == "patient.id":
                yield Difference(last["number"], place, "The chart says another thing than the signed version.")


def _paths(one: object, other: object, at: str) -> Iterator[str]:
    """Where two JSON values differ, as deep as both have the same form."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _paths(one.get(key), other.get(key), f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _paths(*pair, f"{at}[{index}]")
    elif one != other:
        yield at


def _authors(db: Database, encounter_id: str, number: int) -> list[str]:
    query = "SELECT author FROM note_version WHERE encounter_id = ? ORDER BY id LIMIT ?"
    return list(dict.fromkeys(row[0] for row in db.execute(query, (encounter_id, number))))


def _rules(db: Database, encounter_id: str, number: int) -> str:
    query = "SELECT rules FROM note_version WHERE encounter_id = ? ORDER BY id LIMIT ?"
    return next((row[0] for row in reversed(db.execute(query, (encounter_id, number)).fetchall()) if row[0]), "")


def _parsed(name: str, value: str) -> object:
    """A column of the note: what is stored as JSON is covered as what it says."""
    return value if name in ("said", "written") else json.loads(value)


def _entry(row: Mapping[str, Any]) -> Content:
    return {**row, "attributes": json.loads(row["attributes"]), "flags": json.loads(row["flags"])}


def _rows(db: Database, encounter_id: str) -> Iterator[Row]:
    yield from db.query("SELECT * FROM signature WHERE encounter_id = ? ORDER BY number", (encounter_id,))


def _signature(row: Row) -> Signature:
    content = json.loads(row["content"])
    return Signature(
        id=row["id"],
        number=row["number"],
        kind=SignatureKind(row["kind"]),
        signer_id=row["signer_id"],
        signer=row["signer"],
        signed_at=datetime.fromisoformat(row["signed_at"]),
        statement=content["statement"],
        reason=content["reason"],
        version=content["note"]["version"],
        hash=row["hash"],
    )
