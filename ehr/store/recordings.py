"""Recordings: their keys and where their sound lies.

Owns the recording table. Each recording's journal has its own random key, held only here, so deleting the key destroys
the sound. Knows nothing of what a journal holds.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ehr.store.codec import time_to_text
from ehr.store.errors import NotInStore, SoundShredded
from ehr.store.sqlcipher import KEY_BYTES, Database

SUFFIX = ".journal"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording: `path` is its journal's file, `key` opens it; `samples` is None until it is finished."""

    id: str
    path: Path
    device: str
    started_at: datetime
    samples: int | None = None
    key: bytes = field(default=b"", repr=False)


def insert(db: Database, folder: Path, *, device: str, started_at: datetime) -> Recording:
    """Register a new recording with a fresh key. The journal itself is the caller's to make."""
    id_ = str(uuid.uuid4())
    recording = Recording(id_, folder / f"{id_}{SUFFIX}", device, started_at, key=os.urandom(KEY_BYTES))
    db.table("recording").insert(
        {"id": id_, "key": recording.key, "device": device, "started_at": time_to_text(started_at), "samples": None}
    )
    return recording


def finish(db: Database, recording_id: str, *, samples: int) -> None:
    """Note the recording's length. Raises NotInStore."""
    if not db.execute("UPDATE recording SET samples = ? WHERE id = ?", (samples, recording_id)).rowcount:
        raise NotInStore


def reopen(db: Database, recording_id: str) -> None:
    """Let the recording count as unfinished: more sound comes. Raises NotInStore."""
    if not db.execute("UPDATE recording SET samples = NULL WHERE id = ?", (recording_id,)).rowcount:
        raise NotInStore


def by_id(db: Database, folder: Path, recording_id: str) -> Recording:
    """The recording with its key. Raises NotInStore, and SoundShredded where retention destroyed the key."""
    found = list(db.table("recording").rows_where("id = ?", [recording_id]))
    if not found:
        raise NotInStore
    row = found[0]
    if row["key"] is None:
        raise SoundShredded
    return Recording(
        id=row["id"],
        path=folder / f"{row['id']}{SUFFIX}",
        device=row["device"],
        started_at=datetime.fromisoformat(row["started_at"]),
        samples=row["samples"],
        key=row["key"],
    )
