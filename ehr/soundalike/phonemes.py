"""The phonemes of English (ARPAbet, as in the CMU Pronouncing Dictionary) and how easily each is taken for another.

Owns the inventory and the costs of the phonetic distance. A pronunciation is `bytes` of indices into `PHONEMES`.
"""

from __future__ import annotations

import json

import numpy as np

import resources

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W",
    "Y", "Z", "ZH",
)  # fmt: skip
PHONEMES = VOWELS + CONSONANTS
_NUMBER = {name: number for number, name in enumerate(PHONEMES)}


def costs() -> tuple[np.ndarray, np.ndarray]:
    """Substitution costs, shape (39, 39), and costs of a lost or added phoneme, shape (39,)."""
    table = json.loads(resources.path("soundalike/confusions.json").read_text(encoding="utf-8"))
    return np.array(table["substitution"]), np.array(table["lost"])


def spelled(phones: bytes) -> str:
    """A pronunciation as text: "L AH S IH N AH P R IH L"."""
    return " ".join(PHONEMES[phone] for phone in phones)


def parsed(text: str) -> bytes:
    """The inverse of `spelled`. Raises KeyError for a name that is no phoneme."""
    return bytes([_NUMBER[name] for name in text.split()])
