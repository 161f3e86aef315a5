"""A program that signs dictations and acknowledges each commit on its standard output, in children that are killed.

Usage: store_writer.py after|before. Each line on standard input names a data folder; a child that writes there is
forked (so that a thousand of them do not each load Python anew), and its process id is the first line that it prints.
"before" is the planted bug: it acknowledges what is not yet committed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from store_samples import PASSPHRASE, draft, open_store

from ehr.store.signatures import Seal
from ehr.store.store import Store


def write(home: Path, acknowledge: str) -> None:
    """Dictate, draft, decide and sign without end."""
    with open_store(home) as store:
        patient = store.patients()[0]
        while True:
            encounter = store.add_encounter(patient).id
            _told(encounter, "added")
            if acknowledge == "before":
                _told(encounter, "signed")
            _finish(store, encounter)
            if acknowledge == "after":
                _told(encounter, "signed")


def _finish(store: Store, encounter: str) -> None:
    store.save_draft(encounter, draft())
    _told(encounter, "drafted")
    kept = store.encounter(encounter).draft
    store.accept(*(entry.id for entry in (kept.entries if kept else ())))
    _told(encounter, "accepted")
    store.signatures.sign(encounter, Seal(PASSPHRASE, "I answer for this."))


def _told(encounter: str, done: str) -> None:
    os.write(1, f"{encounter} {done}\n".encode())


def main(acknowledge: str) -> None:
    """Fork a writer for each line, and wait for its end."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            write(Path(line.strip()), acknowledge)
        _, status = os.waitpid(child, 0)
        os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])
