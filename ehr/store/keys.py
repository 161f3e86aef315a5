"""The data key and the slots that hold it.

Owns `keyslots.json`: one random 256-bit data key, wrapped once per slot. A slot is opened by what its holder has: a
passphrase today; the format has room for the operating system's keychain and a clinic recovery key. Changing a
passphrase rewraps the data key and touches no patient data. Knows nothing of the database the key opens.

Python cannot wipe memory for certain: the key lives in the process while the store is open.
"""

from __future__ import annotations

import base64
import json
import os
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ehr.store.errors import KeyFileDamaged, PassphraseEmpty, WrongPassphrase
from ehr.store.files import write_atomically

FORMAT = 1
DATA_KEY_BYTES = 32
_SALT_BYTES = 16
_NONCE_BYTES = 12
_MAX_MEMORY_KIB = 4 * 1024 * 1024
_MAX_PASSES = 64


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What guessing one passphrase costs: passes over memory, lanes, KiB of memory.

    The default is RFC 9106's second recommended option (64 MiB, t=3, p=4). Only tests take less.
    """

    passes: int = 3
    lanes: int = 4
    memory_kib: int = 64 * 1024

    def __post_init__(self) -> None:
        possible = 1 <= self.passes <= _MAX_PASSES and 1 <= self.lanes <= self.memory_kib // 8
        if not possible or self.memory_kib > _MAX_MEMORY_KIB:
            raise ValueError("Argon2id cost out of range")


STRONG = Argon2Cost()


@dataclass(frozen=True, slots=True)
class Slot:
    """One wrapping of the data key. `holder` is whom it belongs to; it goes into the audit log as the actor."""

    id: str
    kind: str
    holder: str
    cost: Argon2Cost
    salt: bytes
    nonce: bytes
    wrapped: bytes

    @classmethod
    def for_passphrase(cls, data_key: bytes, passphrase: str, *, holder: str, cost: Argon2Cost = STRONG) -> Slot:
        """Wrap `data_key` under `passphrase`. Raises PassphraseEmpty."""
        if not passphrase.strip():
            raise PassphraseEmpty
        id_, salt, nonce = str(uuid.uuid4()), os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = AESGCM(_stretch(passphrase, salt, cost)).encrypt(nonce, data_key, _bound_to("passphrase", id_))
        return cls(id_, "passphrase", holder, cost, salt, nonce, wrapped)

    def unwrap(self, passphrase: str) -> bytes:
        """The data key. Raises WrongPassphrase."""
        key = _stretch(passphrase, self.salt, self.cost)
        try:
            return AESGCM(key).decrypt(self.nonce, self.wrapped, _bound_to(self.kind, self.id))
        except InvalidTag:
            raise WrongPassphrase from None


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An opened store's data key and whose slot opened it."""

    data_key: bytes = field(repr=False)
    slot: Slot

    def derive(self, purpose: str) -> bytes:
        """A 256-bit key of its own for `purpose`, so no key serves two ends."""
        return HKDF(SHA256(), DATA_KEY_BYTES, None, f"chartwright/{purpose}".encode()).derive(self.data_key)


class KeySlots:
    """The slots of one store, as `keyslots.json` holds them; slots of other kinds are kept as they were found."""

    def __init__(self, slots: tuple[Slot, ...], others: tuple[Mapping[str, Any], ...] = ()) -> None:
        self.slots = slots
        self._others = others

    @classmethod
    def read(cls, path: Path) -> KeySlots:
        """Read the file. Raises KeyFileDamaged where it is missing or not a key file."""
        try:
            document = json.loads(path.read_bytes())
            if document["format"] != FORMAT:
                raise KeyFileDamaged("The key file has a format that this version does not know.")
            return cls(
                tuple(_slot_from(slot) for slot in document["slots"] if slot["kind"] == "passphrase"),
                tuple(slot for slot in document["slots"] if slot["kind"] != "passphrase"),
            )
        except (FileNotFoundError, KeyError, TypeError, ValueError) as error:
            raise KeyFileDamaged from error

    def write(self, path: Path) -> None:
        """Replace the file atomically. Raises OSError; the old file is then whole."""
        document = {"format": FORMAT, "slots": [*map(_slot_to, self.slots), *self._others]}
        write_atomically(path, json.dumps(document, indent=1).encode())

    def unlock(self, passphrase: str) -> Unlocked:
        """Open the first slot that the passphrase fits. Raises WrongPassphrase."""
        for slot in self.slots:
            try:
                return Unlocked(slot.unwrap(passphrase), slot)
            except WrongPassphrase:
                continue
        raise WrongPassphrase

    def rewrapped(self, old: str, new: str) -> KeySlots:
        """The slots with that of passphrase `old` opening by `new` instead. Raises WrongPassphrase, PassphraseEmpty."""
        unlocked = self.unlock(old)
        slot = Slot.for_passphrase(unlocked.data_key, new, holder=unlocked.slot.holder, cost=unlocked.slot.cost)
        return KeySlots(tuple(slot if each is unlocked.slot else each for each in self.slots), self._others)


def new_data_key() -> bytes:
    """A fresh random data key."""
    return os.urandom(DATA_KEY_BYTES)


def _stretch(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    # NFKC: the same passphrase typed on another system's keyboard gives the same bytes.
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    return Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib).derive(
        typed
    )


def _bound_to(kind: str, id_: str) -> bytes:
    return f"chartwright/keyslot/{FORMAT}/{kind}/{id_}".encode()


def _slot_to(slot: Slot) -> dict[str, object]:
    return {
        "id": slot.id,
        "kind": slot.kind,
        "holder": slot.holder,
        "kdf": {"name": "argon2id", **asdict(slot.cost), "salt": base64.b64encode(slot.salt).decode()},
        "wrap": {
            "cipher": "AES-256-GCM",
            "nonce": base64.b64encode(slot.nonce).decode(),
            "data_key": base64.b64encode(slot.wrapped).decode(),
        },
    }


def _slot_from(document: Mapping[str, Any]) -> Slot:
    kdf, wrap = document["kdf"], document["wrap"]
    if (kdf["name"], wrap["cipher"]) != ("argon2id", "AES-256-GCM"):
        raise ValueError("unknown key derivation or cipher")
    return Slot(
        id=str(document["id"]),
        kind=str(document["kind"]),
        holder=str(document["holder"]),
        cost=Argon2Cost(kdf["passes"], kdf["lanes"], kdf["memory_kib"]),
        salt=base64.b64decode(kdf["salt"], validate=True),
        nonce=base64.b64decode(wrap["nonce"], validate=True),
        wrapped=base64.b64decode(wrap["data_key"], validate=True),
    )
