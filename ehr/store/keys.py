"""The data key and the slots that hold it.

Owns `keyslots.json`: one random 256-bit data key, wrapped once per slot. A slot is opened by what its holder has: a
passphrase, a secret in their computer's keychain, or the clinic's recovery key. Changing a passphrase rewraps the data
key and touches no patient data. Knows nothing of the database the key opens, and nothing of roles: a slot's id is bound
into its wrapping, and the store says who that id is.

Python cannot wipe memory for certain: the key lives in the process while the store is open.
"""

from __future__ import annotations

import base64
import json
import os
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
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


class Kind(StrEnum):
    """What opens a slot. Slots of other kinds in the file are kept as they were found."""

    PASSPHRASE = "passphrase"  # noqa: S105  the name of a kind
    RECOVERY = "recovery"
    KEYCHAIN = "keychain"


@dataclass(frozen=True, slots=True)
class Slot:
    """One wrapping of the data key. `id` is the user's where the slot is a person's; `holder` is what the unlock page
    calls them.
    """

    id: str
    kind: Kind
    holder: str
    cost: Argon2Cost
    salt: bytes
    nonce: bytes
    wrapped: bytes

    @classmethod
    def for_passphrase(
        cls, data_key: bytes, passphrase: str, *, holder: str, id_: str = "", cost: Argon2Cost = STRONG
    ) -> Slot:
        """Wrap `data_key` under `passphrase`, for a new person unless `id_` names one. Raises PassphraseEmpty."""
        if not passphrase.strip():
            raise PassphraseEmpty
        return cls.sealed(data_key, passphrase, kind=Kind.PASSPHRASE, id_=id_, holder=holder, cost=cost)

    @classmethod
    def sealed(
        cls, data_key: bytes, secret: str, *, kind: Kind, holder: str, id_: str = "", cost: Argon2Cost = STRONG
    ) -> Slot:
        """Wrap `data_key` under any secret."""
        id_, salt, nonce = id_ or str(uuid.uuid4()), os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = AESGCM(stretch(secret, salt, cost)).encrypt(nonce, data_key, _bound_to(kind, id_))
        return cls(id_, kind, holder, cost, salt, nonce, wrapped)

    def unwrap(self, secret: str) -> bytes:
        """The data key. Raises WrongPassphrase."""
        key = stretch(secret, self.salt, self.cost)
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
            ours = [slot["kind"] in _KINDS for slot in document["slots"]]
            return cls(
                tuple(_slot_from(slot) for slot, known in zip(document["slots"], ours, strict=True) if known),
                tuple(slot for slot, known in zip(document["slots"], ours, strict=True) if not known),
            )
        except (FileNotFoundError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise KeyFileDamaged from error

    def write(self, path: Path) -> None:
        """Replace the file atomically. Raises OSError; the old file is then whole."""
        document = {"format": FORMAT, "slots": [*map(_slot_to, self.slots), *self._others]}
        write_atomically(path, json.dumps(document, indent=1).encode())

    def of(self, kind: Kind, user: str | None = None) -> tuple[Slot, ...]:
        """The slots of a kind, of one user where an id is given."""
        return tuple(slot for slot in self.slots if slot.kind is kind and user in (None, slot.id))

    def unlock(self, secret: str, user: str | None = None, *, kind: Kind = Kind.PASSPHRASE) -> Unlocked:
        """Open the first slot of the kind, and of the user whose id is given, that the secret fits.

        Raises WrongPassphrase.
        """
        for slot in self.of(kind, user):
            try:
                return Unlocked(slot.unwrap(secret), slot)
            except WrongPassphrase:
                continue
        raise WrongPassphrase

    def having(self, slot: Slot) -> KeySlots:
        """The slots with this one, in the place of an older one of its kind and id."""
        place = next((at for at, each in enumerate(self.slots) if (each.kind, each.id) == (slot.kind, slot.id)), None)
        if place is None:
            return KeySlots((*self.slots, slot), self._others)
        return KeySlots((*self.slots[:place], slot, *self.slots[place + 1 :]), self._others)

    def renewed(self, slot: Slot) -> KeySlots:
        """The slots with this one as the only way in of its user."""
        return self.having(slot).only(lambda each: each.id != slot.id or each == slot)

    def only(self, keep: Callable[[Slot], bool]) -> KeySlots:
        """Those of our slots that are to stay, with all of other kinds."""
        return KeySlots(tuple(filter(keep, self.slots)), self._others)

    def named(self, names: Mapping[str, str]) -> KeySlots:
        """The slots with their holders' present names, by id."""
        named = (replace(slot, holder=names.get(slot.id, slot.holder)) for slot in self.slots)
        return KeySlots(tuple(named), self._others)

    def rewrapped(self, old: str, new: str, user: str | None = None) -> KeySlots:
        """The slots with that of passphrase `old` opening by `new` instead. Raises WrongPassphrase, PassphraseEmpty."""
        unlocked = self.unlock(old, user)
        mine = unlocked.slot
        return self.having(Slot.for_passphrase(unlocked.data_key, new, id_=mine.id, holder=mine.holder, cost=mine.cost))


def new_data_key() -> bytes:
    """A fresh random data key."""
    return os.urandom(DATA_KEY_BYTES)


def stretch(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    """The 256-bit key that Argon2id makes of a passphrase."""
    # NFKC: the same passphrase typed on another system's keyboard gives the same bytes.
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    return Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib).derive(
        typed
    )


def _bound_to(kind: str, id_: str) -> bytes:
    return f"chartwright/keyslot/{FORMAT}/{kind}/{id_}".encode()


_KINDS = frozenset(Kind)


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
        kind=Kind(document["kind"]),
        holder=str(document["holder"]),
        cost=Argon2Cost(kdf["passes"], kdf["lanes"], kdf["memory_kib"]),
        salt=base64.b64decode(kdf["salt"], validate=True),
        nonce=base64.b64decode(wrap["nonce"], validate=True),
        wrapped=base64.b64decode(wrap["data_key"], validate=True),
    )
