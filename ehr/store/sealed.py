"""An encrypted file that is whole or refused.

Owns the container: one line of plain JSON (format, Argon2id cost, salt, nonce prefix, what the writer wants readable
without the passphrase), then frames of AES-256-GCM, each authenticated with that line, its number and whether it is the
last: a frame that is altered, moved, missing or too many fails. Knows nothing of what is inside.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ehr.store.errors import PassphraseEmpty
from ehr.store.faults import (
    HandoverDamaged,
    HandoverTooNew,
    HandoverUnreadable,
    NoEncounterFile,
    WrongFilePassphrase,
)
from ehr.store.keys import STRONG, Argon2Cost, stretch

FORMAT = "chartwright-encounter"
VERSION = 2
"""Written from now on; files of every version up to it are read."""

FRAME = 64 * 1024
"""Bytes of content in every frame but the last."""

_TAG = 16
_SALT, _PREFIX, _CHECK = 16, 7, 16
_LONGEST_HEAD = 16 * 1024


def write_sealed(
    file: IO[bytes],
    content: Iterable[bytes],
    passphrase: str,
    readable: Mapping[str, str],
    *,
    cost: Argon2Cost = STRONG,
) -> None:
    """Write the content, in pieces of any length, under a passphrase. Raises PassphraseEmpty, OSError."""
    if not passphrase.strip():
        raise PassphraseEmpty
    salt, prefix = os.urandom(_SALT), os.urandom(_PREFIX)
    key = stretch(passphrase, salt, cost)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "kdf": {"name": "argon2id", "passes": cost.passes, "lanes": cost.lanes, "memory_kib": cost.memory_kib},
        "salt": base64.b64encode(salt).decode(),
        "prefix": base64.b64encode(prefix).decode(),
        "check": base64.b64encode(_check(key)).decode(),
        **readable,
    }
    line = json.dumps(head).encode() + b"\n"
    cipher = AESGCM(key)
    file.write(line)
    for number, (frame, last) in enumerate(_framed(content)):
        file.write(cipher.encrypt(_nonce(prefix, number, last=last), frame, line))


def read_sealed(
    file: IO[bytes], passphrase: str, progress: Callable[[float], None] = lambda _: None
) -> Iterator[bytes]:
    """The content in pieces; `progress` is told of each part read, from 0 to 1.

    Raises NoEncounterFile, HandoverTooNew, WrongFilePassphrase, HandoverDamaged; HandoverUnreadable where a file of the
    first version does not tell which of the last two it is. What was yielded before a failure is not to be used: the
    last frame is the proof that nothing is missing.
    """
    size = max(1, file.seek(0, os.SEEK_END))
    file.seek(0)
    line = file.readline(_LONGEST_HEAD)
    head = _parsed(line)
    key = stretch(passphrase, head.salt, head.cost)
    if head.check is not None and not hmac.compare_digest(head.check, _check(key)):
        raise WrongFilePassphrase
    cipher = AESGCM(key)
    number, frame = 0, file.read(FRAME + _TAG)
    while True:
        following = file.read(FRAME + _TAG)
        try:
            yield cipher.decrypt(_nonce(head.prefix, number, last=not following), frame, line)
        except (InvalidTag, ValueError):
            raise (HandoverUnreadable if head.check is None else HandoverDamaged) from None
        progress(file.tell() / size)
        if not following:
            return
        number, frame = number + 1, following


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first line says. `check` tells a wrong passphrase; the first version has none."""

    salt: bytes
    prefix: bytes
    cost: Argon2Cost
    check: bytes | None


def _parsed(line: bytes) -> _Head:
    """Raises NoEncounterFile, HandoverTooNew."""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        head = json.loads(line)
        if head["format"] != FORMAT:
            raise NoEncounterFile
        if head["version"] not in range(1, VERSION + 1) or head["kdf"]["name"] != "argon2id":
            raise HandoverTooNew
        kdf = head["kdf"]
        salt, prefix = (base64.b64decode(head[name], validate=True) for name in ("salt", "prefix"))
        check = base64.b64decode(head["check"], validate=True) if head["version"] > 1 else None
        if len(prefix) == _PREFIX and len(salt) >= _SALT:
            return _Head(salt, prefix, Argon2Cost(kdf["passes"], kdf["lanes"], kdf["memory_kib"]), check)
    raise NoEncounterFile


def _check(key: bytes) -> bytes:
    """Tells a key without telling anything of it, so that a wrong passphrase is not taken for a damaged file."""
    return HKDF(SHA256(), _CHECK, None, b"chartwright/encounter-file/check").derive(key)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    """STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): prefix, counter, and whether it is the last frame."""
    return prefix + struct.pack(">I?", number, last)


def _framed(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The content in frames of one length, the last of which says so and may be shorter, even empty."""
    held = bytearray()
    for piece in content:
        held += piece
        while len(held) > FRAME:
            yield bytes(held[:FRAME]), False
            del held[:FRAME]
    yield bytes(held), True
