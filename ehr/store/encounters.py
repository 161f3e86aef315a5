"""Encounters, their transcript and the versions of their note.

Owns the encounter, transcript and note_version tables. A note is never changed: an edit is another version. Every
function takes the database of the caller's transaction or read.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ehr.chart.encounter import Draft, Encounter, EncounterStatus, EncounterSummary
from ehr.chart.note import Note
from ehr.chart.people import User
from ehr.chart.signing import Act, SignatureKind
from ehr.store import entries, patients, standings
from ehr.store.codec import (
    Row,
    note_from_row,
    note_to_row,
    patient_from_row,
    text_from_row,
    time_to_text,
    transcript_from_row,
    transcript_to_row,
    words_to_check,
)
from ehr.store.errors import NotInStore
from ehr.store.sqlcipher import Database
from transcriber.transcript import Transcript

PIPELINE = "pipeline"
"""The author of a note that no person has touched."""

SAMPLES_PER_SECOND = 16_000
"""A recording's journal holds 16 kHz sound."""

_SUMMARY = f"""
    SELECT patient.id, mrn, family_name, given_name, birth_date, gender,
        encounter.id AS encounter_id, encounter.started_at AS began_at, status, title, failure,
        iif(recording.key IS NULL, NULL, recording_id) AS recording_id,
        standing, stood_by, stood_since, amends, amend_reason,
        coalesce(
            (SELECT duration FROM transcript WHERE encounter_id = encounter.id), samples * 1.0 / {SAMPLES_PER_SECOND}
        ) AS duration,
        (SELECT count(*) FROM entry WHERE encounter_id = encounter.id AND state = 'proposed') AS proposed,
        (SELECT count(*) FROM entry
            WHERE encounter_id = encounter.id AND state = 'proposed' AND flags <> '[]') AS to_check
    FROM encounter
    JOIN patient ON patient.id = patient_id
    LEFT JOIN recording ON recording.id = recording_id
"""  # noqa: S608  (a constant)

_ASKED = """
    SELECT encounter_id, asked_by FROM cosign_request
    WHERE (asked_of_id = :id OR (asked_of = :name AND asked_of_id NOT IN (SELECT id FROM user)))
        AND NOT EXISTS (SELECT 1 FROM signature
            WHERE signature.encounter_id = cosign_request.encounter_id
            AND kind = :kind AND signer_id = :id AND signed_at >= asked_at)
    ORDER BY id
"""

_REPAIRED = """
    SELECT encounter_id, repairs, origins,
        (SELECT json_group_array(json_array(evidence_start, evidence_end)) FROM entry
            WHERE encounter_id = note_version.encounter_id) AS evidence
    FROM note_version
    WHERE repairs <> '[]'
        AND id IN (SELECT max(id) FROM note_version
            WHERE encounter_id IN (SELECT value FROM json_each(:ids)) GROUP BY encounter_id)
"""


def insert(db: Database, encounter: Encounter) -> None:
    """Add an encounter without its draft. Raises NotInStore for an unknown patient."""
    patient = patients.survivor(db, encounter.patient.id)
    db.table("encounter").insert(
        {
            "id": encounter.id,
            "patient_id": patient.id,
            "recording_id": encounter.recording_id,
            "started_at": time_to_text(encounter.started_at),
            "title": encounter.title,
            "status": encounter.status.value,
            "failure": None,
        }
    )


def set_status(db: Database, encounter_id: str, status: EncounterStatus, *, failure: str | None = None) -> None:
    """Say how far the dictation has come. Raises NotInStore."""
    changed = db.execute(
        "UPDATE encounter SET status = ?, failure = ? WHERE id = ?", (status.value, failure, encounter_id)
    ).rowcount
    if not changed:
        raise NotInStore


def remove_empty(db: Database, encounter_id: str) -> None:
    """Delete an encounter without a note, and its recording, of which no length was noted. Raises NotInStore."""
    found = list(
        db.query(
            """SELECT recording_id FROM encounter JOIN recording ON recording.id = recording_id
               WHERE encounter.id = :id AND samples IS NULL
               AND NOT EXISTS (SELECT 1 FROM note_version WHERE encounter_id = :id)""",
            {"id": encounter_id},
        )
    )
    if not found:
        raise NotInStore
    db.execute("DELETE FROM document WHERE encounter_id = ?", (encounter_id,))
    db.execute("DELETE FROM encounter_move WHERE encounter_id = ?", (encounter_id,))
    db.execute("DELETE FROM encounter WHERE id = ?", (encounter_id,))
    db.execute("DELETE FROM recording WHERE id = ?", (found[0]["recording_id"],))


def put_transcript(db: Database, encounter_id: str, transcript: Transcript | None) -> None:
    """Store what was heard in place of what was there; None for text that was never heard."""
    db.execute("DELETE FROM transcript WHERE encounter_id = ?", (encounter_id,))
    if transcript is not None:
        db.table("transcript").insert({"encounter_id": encounter_id, **transcript_to_row(transcript)})


def add_version(db: Database, encounter_id: str, note: Note, *, author: str, at: datetime, rules: str = "") -> None:
    """Add a version of the note, which becomes the current one. `rules` are those that drafted it."""
    made = {"author": author, "written_at": time_to_text(at), "rules": rules}
    db.table("note_version").insert({"encounter_id": encounter_id, **made, **note_to_row(note)})


def by_id(db: Database, encounter_id: str) -> Encounter:
    """The encounter with its current draft. Raises NotInStore."""
    found = list(db.table("encounter").rows_where("id = ?", [encounter_id]))
    if not found:
        raise NotInStore
    row = found[0]
    heard = db.execute("SELECT 1 FROM recording WHERE id = ? AND key IS NOT NULL", (row["recording_id"],)).fetchone()
    return Encounter(
        patient=patients.by_id(db, row["patient_id"]),
        started_at=datetime.fromisoformat(row["started_at"]),
        status=EncounterStatus(row["status"]),
        title=row["title"],
        recording_id=row["recording_id"] if heard else None,
        draft=_draft(db, encounter_id),
        standing=standings.from_row(row),
        id=row["id"],
    )


def recording_of(db: Database, encounter_id: str) -> str | None:
    """The id of the encounter's recording, None where there is no sound. Raises NotInStore."""
    found = db.execute("SELECT recording_id FROM encounter WHERE id = ?", (encounter_id,)).fetchone()
    if found is None:
        raise NotInStore
    return None if found[0] is None else str(found[0])


def summaries(
    db: Database, *, limit: int, status: EncounterStatus | None, patient_id: str | None
) -> list[EncounterSummary]:
    """The newest encounters first, light enough for a list."""
    wanted: dict[str, str | None] = {"status": status and status.value, "patient_id": patient_id}
    given = {column: value for column, value in wanted.items() if value is not None}
    where = " AND ".join(f"{column} = :{column}" for column in given) or "1"
    return _summarized(db, where, {**given, "limit": limit})


def asked_of(db: Database, user: User) -> list[EncounterSummary]:
    """The encounters that the user is asked to sign beside and still can, newest first.

    Somebody of the user's name whom this store does not know is the user: the request came from another computer.
    """
    found = db.execute(_ASKED, {"id": user.id, "name": user.name, "kind": SignatureKind.COSIGNED.value}).fetchall()
    asked_by = dict(found)
    where = "encounter.id IN (SELECT value FROM json_each(:ids))"
    summaries = _summarized(db, where, {"ids": json.dumps(list(asked_by)), "limit": len(asked_by)}) if found else []
    return [replace(each, asked_by=asked_by[each.id]) for each in summaries if each.standing.may(Act.COSIGN)]


def versions(db: Database, encounter_id: str) -> list[Note]:
    """Every version of the note, oldest first."""
    return [
        note_from_row(row)
        for row in db.table("note_version").rows_where("encounter_id = ?", [encounter_id], order_by="id")
    ]


def day_of(started_at: str) -> date:
    """The day of a dictation's beginning as stored, in this computer's time zone."""
    return datetime.fromisoformat(started_at).astimezone().date()


def written_text(db: Database, encounter_id: str) -> Note | None:
    """The written text of the current note with its sections, and nothing of what was said; None without a note."""
    found = list(
        db.query(
            "SELECT written, sections FROM note_version WHERE encounter_id = :id ORDER BY id DESC LIMIT 1",
            {"id": encounter_id},
        )
    )
    return text_from_row(found[0]) if found else None


def _draft(db: Database, encounter_id: str) -> Draft | None:
    note = _first(db, "note_version", encounter_id, order_by="id DESC")
    if note is None:
        return None
    transcript = _first(db, "transcript", encounter_id)
    return Draft(
        note=note_from_row(note),
        entries=entries.of_encounter(db, encounter_id),
        transcript=None if transcript is None else transcript_from_row(transcript),
    )


def _first(db: Database, table: str, encounter_id: str, *, order_by: str | None = None) -> Row | None:
    found: list[dict[str, Any]] = list(
        db.table(table).rows_where("encounter_id = ?", [encounter_id], order_by=order_by, limit=1)
    )
    return found[0] if found else None


def _summarized(db: Database, where: str, values: dict[str, str | int | None]) -> list[EncounterSummary]:
    order = "ORDER BY encounter.started_at DESC, encounter.rowid DESC LIMIT :limit"
    rows = list(db.query(f"{_SUMMARY} WHERE {where} {order}", values))
    words = _words_to_check(db, [row["encounter_id"] for row in rows])
    return [_summary(row, words.get(row["encounter_id"], 0)) for row in rows]


def _words_to_check(db: Database, encounter_ids: list[str]) -> dict[str, int]:
    """For the encounters whose current note has repairs, how many of them are checks of their own."""
    rows = db.query(_REPAIRED, {"ids": json.dumps(encounter_ids)})
    return {row["encounter_id"]: words_to_check(row) for row in rows}


def _summary(row: Row, words: int) -> EncounterSummary:
    return EncounterSummary(
        id=row["encounter_id"],
        patient=patient_from_row(row),
        started_at=datetime.fromisoformat(row["began_at"]),
        status=EncounterStatus(row["status"]),
        title=row["title"],
        recording_id=row["recording_id"],
        duration=row["duration"],
        proposed=row["proposed"],
        to_check=row["to_check"] + words,
        failure=row["failure"],
        standing=standings.from_row(row),
    )
