"""A program that writes drafts and acknowledges each on its standard output, until it is killed.

Usage: store_writer.py HOME after|before. "before" is the planted bug: it acknowledges what is not yet committed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from store_samples import draft, open_store


def main(home: Path, acknowledge: str) -> None:
    """Write without end."""
    with open_store(home) as store:
        patient = store.patients()[0]
        while True:
            encounter = store.add_encounter(patient)
            if acknowledge == "before":
                os.write(1, f"{encounter.id}\n".encode())
            store.save_draft(encounter.id, draft())
            if acknowledge == "after":
                os.write(1, f"{encounter.id}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
