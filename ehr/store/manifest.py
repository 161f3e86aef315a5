"""What a backup says that it holds, sealed.

Owns `manifest.json`: every file with its size and hash, the rows of each table, the head of the audit log. The seal
needs the store's key, so that whoever can write the backup disk can spoil a backup and cannot change one unseen. Holds
no patient text.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ehr.store.errors import BackupDamaged
from ehr.store.faults import HeadUnreadable
from ehr.store.files import write_atomically
from ehr.store.head import Head
from ehr.store.keys import Unlocked

NAME = "manifest.json"
FORMAT = 2
"""The first had the head of the audit log as two values without its time; such backups are still read."""

_PURPOSE = "backup"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a backup: `path` is relative to the place of the backups, `goes_to` to the data folder."""

    path: str
    goes_to: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one backup holds.

    `counts` are rows by table, `head` is where the audit log ended; `unheard` are the recordings whose sound could not
    be taken along, missing or damaged.
    """

    name: str
    made_at: datetime
    steps: tuple[str, ...]
    counts: Mapping[str, int]
    head: Head
    files: tuple[StoredFile, ...]
    unheard: tuple[str, ...] = field(default=())

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def write(self, folder: Path, unlocked: Unlocked) -> None:
        """Write it into the backup's folder. Raises OSError."""
        content = _said(self)
        sealed = {**content, "seal": _seal(content, unlocked)}
        write_atomically(folder / NAME, json.dumps(sealed, indent=1).encode())

    @classmethod
    def read(cls, folder: Path, unlocked: Unlocked | None = None) -> Manifest:
        """Read that of a backup's folder; the seal is compared where the key is given. Raises BackupDamaged."""
        try:
            content: dict[str, Any] = json.loads((folder / NAME).read_bytes())
            seal = content.pop("seal")
            manifest = _from(content)
        except (OSError, KeyError, TypeError, ValueError, HeadUnreadable) as error:
            raise BackupDamaged from error
        if unlocked is not None and not hmac.compare_digest(seal.encode(), _seal(content, unlocked).encode()):
            raise BackupDamaged
        return manifest


def _said(manifest: Manifest) -> dict[str, Any]:
    said = {**asdict(manifest), "head": str(manifest.head), "made_at": manifest.made_at.isoformat()}
    return {"format": FORMAT, "head": said.pop("head"), **said}  # the head first, where `Head.noted_in` looks for it


def _from(content: dict[str, Any]) -> Manifest:
    return Manifest(
        name=str(content["name"]),
        made_at=datetime.fromisoformat(content["made_at"]),
        steps=tuple(map(str, content["steps"])),
        counts={str(table): int(rows) for table, rows in content["counts"].items()},
        head=_head(content),
        files=tuple(StoredFile(**file) for file in content["files"]),
        unheard=tuple(map(str, content["unheard"])),
    )


def _head(content: dict[str, Any]) -> Head:
    if content["format"] == 1:
        return Head(int(content["audit_seq"]), bytes.fromhex(content["audit_mac"]))
    if content["format"] != FORMAT:
        raise ValueError("unknown format")
    return Head.parse(content["head"])


def _seal(content: dict[str, Any], unlocked: Unlocked) -> str:
    said = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hmac.digest(unlocked.derive(_PURPOSE), said.encode(), "sha256").hex()
