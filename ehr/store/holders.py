"""Whose key slots there are: the names that the unlock page offers.

Reads `keyslots.json` with the standard library alone, so that the question can be asked before any cryptography is
loaded. Nothing here is to be trusted: who a slot belongs to is decided by the encrypted store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who can unlock: the user's id, what the key file calls them, and whether a computer's keychain has a key
    of theirs besides.
    """

    id: str
    name: str
    keychain: bool = False


def holders(home: Path) -> tuple[Holder, ...]:
    """Who has a passphrase for the store in the data folder `home`, by name; nobody where that cannot be read."""
    try:
        slots = json.loads((home / "keyslots.json").read_bytes())["slots"]
        kept = {slot["id"] for slot in slots if slot["kind"] == "keychain"}
        found = [
            Holder(str(slot["id"]), str(slot["holder"]), slot["id"] in kept)
            for slot in slots
            if slot["kind"] == "passphrase"
        ]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ()
    return tuple(sorted(found, key=lambda holder: holder.name.casefold()))
