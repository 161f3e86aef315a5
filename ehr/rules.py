"""Which rules turned words into a note and its entries.

Owns the version that a draft carries into its signature. Knows nothing of what the rules say.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version

import resources

FOLDERS = ("dictation", "extract", "soundalike", "terminology")
"""Where the rules and terms lie in `resources`."""

_DIGITS = 12


@lru_cache(maxsize=1)
def rules_version() -> str:
    """The program's version and the first digits of the SHA-256 over every file of rules and terms."""
    digest = sha256()
    for folder in FOLDERS:
        for path in sorted(resources.path(folder).iterdir()):
            if path.is_file():
                digest.update(f"{folder}/{path.name}\0".encode() + sha256(path.read_bytes()).digest())
    return f"{version('chartwright')}+{digest.hexdigest()[:_DIGITS]}"
