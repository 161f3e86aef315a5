"""The engine of a dictation without its model, for being killed: `python recorder_follower.py JOURNAL KEY`.

It is the program's own follower of a growing journal, with the program's voice detector and a scripted recogniser, and
tells after each piece of work how many samples the journal had. Ends with its standard input. (Engines with the model
are killed in `live_killer`, for what their words lose.)
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from transcriber.engines.base import DecodeOptions
from transcriber.journal import Journal
from transcriber.live import follow
from transcriber.transcript import Segment, TimeSpan, Word


class Scripted:
    """A word for each stretch of speech."""

    model, device = "scripted", "CPU"

    def detect_language(self, _audio: object) -> str:
        """Always the same."""
        return "en"

    def decode(self, _audio: object, speech: tuple[TimeSpan, ...], _options: DecodeOptions) -> Iterator[Segment]:
        """See Engine."""
        yield Segment(tuple(Word("word", span.start, span.end, 0.9) for span in speech))


class Teller:
    """A listener that says how far it is."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def partial(self, _words: object) -> None:
        """See Listener."""

    def final(self, _found: object) -> None:
        """See Listener."""

    def behind(self, _seconds: float) -> None:
        """See Listener."""

    def between(self) -> None:
        """See Listener."""
        sys.stdout.write(f"heard {self._journal.samples}\n")
        sys.stdout.flush()

    def cancelled(self) -> bool:
        """See Listener."""
        return False


def _leave_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with Journal.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2])) as followed:
        follow(followed, Scripted(), DecodeOptions(language="en"), Teller(followed))
