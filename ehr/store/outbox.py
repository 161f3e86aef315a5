"""What is signed and waits to leave this computer.

Owns the outbox table: a row commits with the signature that it belongs to. Its payload, the bytes that will be sent, is
NULL until an exporter has frozen them, and then stays; how and whether it was delivered is not this table's business.
Every function takes the database of the caller's transaction or read.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from ehr.chart.signing import Signature
from ehr.store.codec import time_to_text
from ehr.store.sqlcipher import Database


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row, in the order of `seq`. `version` is the hash of the signature, `kind` its kind."""

    seq: int
    id: str
    encounter_id: str
    version: str
    kind: str
    created_at: datetime
    payload: bytes | None


def put(db: Database, encounter_id: str, signature: Signature) -> None:
    """Queue a signed version."""
    db.table("outbox").insert(
        {
            "id": str(uuid.uuid4()),
            "encounter_id": encounter_id,
            "version": signature.hash,
            "kind": signature.kind.value,
            "created_at": time_to_text(signature.signed_at),
            "payload": None,
        }
    )


def waiting(db: Database) -> list[Waiting]:
    """Every row, oldest first."""
    found = db.execute("SELECT seq, id, encounter_id, version, kind, created_at, payload FROM outbox ORDER BY seq")
    return [
        Waiting(seq, id_, encounter_id, version, kind, datetime.fromisoformat(created_at), payload)
        for seq, id_, encounter_id, version, kind, created_at, payload in found
    ]
