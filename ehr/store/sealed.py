"""An encrypted file that is whole or refused.

Owns the container: one line of plain JSON (format, Argon2id cost, salt, nonce prefix, what the writer wants readable
without the passphrase), then frames of AES-256-GCM, each authenticated with that line, its number and whether it is the
last: a frame that is altered, moved, missing or too many fails. Knows nothing of what is inside.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ehr.store.errors import PassphraseEmpty
from ehr.store.faults import HandoverTooNew, HandoverUnreadable
from ehr.store.keys import STRONG, Argon2Cost, stretch

FORMAT = "chartwright-encounter"
VERSION = 1
FRAME = 64 * 1024
"""Bytes of content in every frame but the last."""

_TAG = 16
_SALT, _PREFIX = 16, 7
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
    head = {
        "format": FORMAT,
        "version": VERSION,
        "kdf": {"name": "argon2id", "passes": cost.passes, "lanes": cost.lanes, "memory_kib": cost.memory_kib},
        "salt": base64.b64encode(salt).decode(),
        "prefix": base64.b64encode(prefix).decode(),
        **readable,
    }
    line = json.dumps(head).encode() + b"\n"
    cipher = AESGCM(stretch(passphrase, salt, cost))
    file.write(line)
    for number, (frame, last) in enumerate(_framed(content)):
        file.write(cipher.encrypt(_nonce(prefix, number, last=last), frame, line))


def read_sealed(file: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """The content in pieces. Raises HandoverTooNew, and HandoverUnreadable where the passphrase or a frame is wrong.

    What was yielded before a failure is not to be used: the last frame is the proof that nothing is missing.
    """
    line = file.readline(_LONGEST_HEAD)
    salt, prefix, cost = _parsed(line)
    cipher = AESGCM(stretch(passphrase, salt, cost))
    number, frame = 0, file.read(FRAME + _TAG)
    while True:
        following = file.read(FRAME + _TAG)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), frame, line)
        except (InvalidTag, ValueError):
            raise HandoverUnreadable from None
        if not following:
            return
        number, frame = number + 1, following


def _parsed(line: bytes) -> tuple[bytes, bytes, Argon2Cost]:
    with suppress(ValueError, KeyError, TypeError):
        head = json.loads(line)
        if head["format"] == FORMAT and head["version"] == VERSION and head["kdf"]["name"] == "argon2id":
            kdf = head["kdf"]
            salt, prefix = (base64.b64decode(head[name], validate=True) for name in ("salt", "prefix"))
            if len(prefix) == _PREFIX and len(salt) >= _SALT:
                return salt, prefix, Argon2Cost(kdf["passes"], kdf["lanes"], kdf["memory_kib"])
    raise HandoverTooNew


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
