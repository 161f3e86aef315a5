"""What can go wrong between sound and words.

    TranscriberError
    ├── EnvironmentFault   the machine's fault: a file, a device, a model, the disk
    └── ProgramFault       ours: a state that should not be reachable

Every error has a stable code that can be read over the phone, one sentence and a next step; none holds patient text.
"""

from __future__ import annotations


class TranscriberError(Exception):
    """Root of the transcriber's errors.

    `code` is stable for ever, `sentence` says what happened, `next_step` what the user can do.
    """

    code = "CW-T000"
    sentence = "The sound could not be turned into words."
    next_step = "Try again; if it happens again, run `chartwright doctor`."

    def __init__(self, sentence: str | None = None, next_step: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.next_step = next_step or self.next_step
        super().__init__(f"{self.sentence} {self.next_step} ({self.code})")


class EnvironmentFault(TranscriberError):
    """The machine's fault, which the user or an administrator can mend."""


class ProgramFault(TranscriberError):
    """Our fault; worth a report."""
