"""Encounter files on the disk, for the window and the command line alike.

Owns that a file is there whole or not at all, and that what is taken in is verified with its sound. Knows no widget.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.messages import from_os_error

if TYPE_CHECKING:
    from ehr.store.handover import Received
    from ehr.store.signed import Difference
    from ehr.store.store import Store

SUFFIX = ".encounter"

Progress = Callable[[float], None]


def _unheard(_: float) -> None:
    """Nobody listens to the progress."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in, and where its signatures, sound included, differ from what was signed."""

    received: Received
    differences: tuple[Difference, ...]


def write_encounter(store: Store, encounter_id: str, out: Path, passphrase: str, progress: Progress = _unheard) -> None:
    """Write the dictation to the encrypted file `out`, in place of an older one, once it is whole.

    Raises what `Handover.hand_over` and the file system raise, in sentences; then `out` is as it was.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".chartwright-", suffix=".part", dir=out.absolute().parent)
    except OSError as error:
        raise from_os_error(error, writing=True) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            store.handover.hand_over(encounter_id, file, passphrase, progress=progress)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
    except OSError as error:
        raise from_os_error(error, writing=True) from error
    finally:
        temporary.unlink(missing_ok=True)


def take_encounter(store: Store, file: Path, passphrase: str, progress: Progress = _unheard) -> Taken:
    """Take the dictation in `file` over, and verify it. Raises what `Handover.receive` and the file system raise."""
    from desktop.fingerprint import fingerprint

    store.signatures.listen_with(fingerprint)
    try:
        content = file.open("rb")
    except OSError as error:
        raise from_os_error(error, writing=False) from error
    with content:
        received = store.handover.receive(content, passphrase, progress=progress)
    return Taken(received, tuple(store.signatures.verify(received.encounter_id)))
