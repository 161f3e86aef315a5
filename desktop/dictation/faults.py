"""What can go wrong between the window and the processes that work for it."""

from __future__ import annotations

from desktop.errors import EnvironmentFault


class RecorderDied(EnvironmentFault):
    """The recorder's process ended by itself."""

    code = "CW-D211"
    sentence = "The recorder stopped unexpectedly. What it had recorded is kept."
    next_step = "Transcribe what there is, or start a new dictation."


class DraftingDied(EnvironmentFault):
    """The process that finds facts ended by itself."""

    code = "CW-D212"
    sentence = "Finding the facts stopped unexpectedly. The recording is untouched."
    next_step = "Try again; close other programs if memory is short."


class FileBrokeOff(EnvironmentFault):
    """An imported file ended before its declared end."""

    code = "CW-D213"
    sentence = "The file broke off before its own end; what there is of it is being transcribed."
    next_step = "Listen to the end, and import the file again from where it was made if something is missing."


class ChildFault(EnvironmentFault):
    """What a child process reported, with the code and the words that it gave."""

    def __init__(self, code: str, sentence: str, next_step: str) -> None:
        self.code = code
        super().__init__(sentence, next_step)
