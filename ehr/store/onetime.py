"""One-time codes that change every half minute (RFC 6238 over RFC 4226: HMAC-SHA-1, six digits, 30 seconds).

Owns the arithmetic and the form in which a secret is given to an authenticator. Knows nothing of users or of the store.
"""

from __future__ import annotations

import base64
import hmac
import os
import struct
from datetime import datetime

STEP_S = 30
DIGITS = 6
DRIFT = 1
"""How many steps the two clocks may be apart, either way (RFC 6238 §5.2 recommends one)."""

_SECRET_BYTES = 20


def new_secret() -> bytes:
    """A fresh secret of 160 bits, the length RFC 4226 §4 recommends."""
    return os.urandom(_SECRET_BYTES)


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of a time step: seconds since 1970 over 30."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack_from(">I", digest, offset)[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def accepted_step(secret: bytes, typed: str, *, at: datetime, after: int) -> int | None:
    """The time step whose code was typed, within the drift and later than the step `after`; None for a wrong code."""
    digits = "".join(typed.split())
    now = int(at.timestamp()) // STEP_S
    for step in range(max(now - DRIFT, after + 1), now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), digits.encode()):
            return step
    return None


def secret_text(secret: bytes) -> str:
    """The secret as it is typed into an authenticator: base 32 in groups of four."""
    letters = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
