"""The hash of a recording's sound, as a signature names it.

Owns the meeting of the store, which knows where a recording lies, and the journal, which knows what is in it.
"""

from __future__ import annotations

from ehr.store.recordings import Recording


def fingerprint(recording: Recording) -> str | None:
    """SHA-256 of the sound in hexadecimal; None where it is gone or cannot be read."""
    from transcriber.errors import JournalUnreadable
    from transcriber.journal import Journal

    if not recording.key:
        return None
    try:
        with Journal.open(recording.path, recording.key) as journal:
            return journal.sha256()
    except JournalUnreadable:
        return None
