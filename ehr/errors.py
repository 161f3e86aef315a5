"""What can go wrong between words and chart.

    ChartError
    ├── EnvironmentFault   the machine's fault: a file, the disk, a key, another program
    └── ProgramFault       ours: a state that should not be reachable

Every error has a stable code that can be read over the phone, one sentence and a next step; none holds patient text.
"""

from __future__ import annotations


class ChartError(Exception):
    """Root of the chart's errors.

    `code` is stable for ever, `sentence` says what happened, `next_step` what the user can do.
    """

    code = "CW-E000"
    sentence = "The chart could not do that."
    next_step = "Try again; if it happens again, run `chartwright doctor`."

    def __init__(self, sentence: str | None = None, next_step: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.next_step = next_step or self.next_step
        super().__init__(f"{self.sentence} {self.next_step} ({self.code})")


class EnvironmentFault(ChartError):
    """The machine's fault, which the user or an administrator can mend."""


class ProgramFault(ChartError):
    """Our fault; worth a report."""
