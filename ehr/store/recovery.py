"""The clinic's recovery key, as it is printed and typed.

Owns the coding: 160 random bits as eight groups of five letters and digits, the fifth of which checks its group. Knows
nothing of slots or of the store.

The letters are Crockford's base 32 (no I, L, O, U). The check is a Reed-Solomon symbol over GF(32): any one wrong
symbol, any two neighbours exchanged and any two groups exchanged are noticed, and the group is named.
"""

from __future__ import annotations

import os

from ehr.store.errors import RecoveryKeyMistyped

GROUPS = 8
_DATA = 4
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_BYTES = GROUPS * _DATA * 5 // 8


def new_recovery_key() -> str:
    """A fresh key in groups joined by hyphens."""
    return spelled(os.urandom(_BYTES))


def spelled(secret: bytes) -> str:
    """The 20 bytes as eight groups of five. Raises ValueError for another length."""
    if len(secret) != _BYTES:
        raise ValueError(f"a recovery key has {_BYTES} bytes")
    number = int.from_bytes(secret, "big")
    symbols = [number >> 5 * at & 31 for at in reversed(range(GROUPS * _DATA))]
    groups = (symbols[at : at + _DATA] for at in range(0, len(symbols), _DATA))
    return "-".join(
        "".join(_ALPHABET[symbol] for symbol in [*group, _check(at, group)]) for at, group in enumerate(groups)
    )


def normal(typed: str) -> str:
    """What was typed as it was printed: capitals, hyphens in their places, O and I taken for the digits they look like.

    Raises RecoveryKeyMistyped, naming the groups where the typing error is.
    """
    letters = "".join(letter for letter in typed.upper() if letter not in " -–—\t\n\r").translate(_READ_AS)
    width = _DATA + 1
    if len(letters) != GROUPS * width:
        raise RecoveryKeyMistyped(
            f"The recovery key has {GROUPS * width} letters and digits; {len(letters)} are typed.",
            "Compare it with the print, group by group.",
        )
    groups = [letters[at : at + width] for at in range(0, len(letters), width)]
    wrong = [at + 1 for at, group in enumerate(groups) if not _fits(at, group)]
    if wrong:
        raise RecoveryKeyMistyped.in_groups(wrong)
    return "-".join(groups)


def _fits(at: int, group: str) -> bool:
    symbols = [_ALPHABET.find(letter) for letter in group]
    return -1 not in symbols and _check(at, symbols[:-1]) == symbols[-1]


def _check(at: int, symbols: list[int]) -> int:
    """The group's check symbol: its number and its symbols as a polynomial, taken at the field's generator."""
    value = at + 1
    for symbol in symbols:
        value = _times_generator(value) ^ symbol
    return _times_generator(value)


def _times_generator(value: int) -> int:
    """Times x in GF(32), modulo x^5 + x^2 + 1."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled
