"""What can go wrong between a person and the two houses below: files, terminals, the command line's input.

    DesktopError
    ├── EnvironmentFault   the machine's or the input's fault: a file, a terminal, a display, a bad line
    └── ProgramFault       ours: a state that should not be reachable

Every error has a stable code that can be read over the phone, one sentence and a next step; none holds patient text.
"""

from __future__ import annotations


class DesktopError(Exception):
    """Root of the desktop's errors.

    `code` is stable for ever, `sentence` says what happened, `next_step` what the user can do.
    """

    code = "CW-D000"
    sentence = "Chartwright could not do that."
    next_step = "Try again; if it happens again, run `chartwright doctor`."

    def __init__(self, sentence: str | None = None, next_step: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.next_step = next_step or self.next_step
        super().__init__(f"{self.sentence} {self.next_step} ({self.code})")


class EnvironmentFault(DesktopError):
    """The machine's or the input's fault, which the user or an administrator can mend."""


class ProgramFault(DesktopError):
    """Our fault; worth a report."""


class FileMissing(EnvironmentFault):
    """A file named by the user is not there."""

    code = "CW-D101"
    sentence = "There is no file of that name."
    next_step = "Check the spelling and the folder; put quotes around a name with spaces."


class FileUnreadable(EnvironmentFault):
    """A file named by the user cannot be read as what it should be."""

    code = "CW-D102"
    sentence = "The file could not be read."
    next_step = "Check that it is a file, not a folder, and that you may read it."


class FileUnwritable(EnvironmentFault):
    """The result cannot be written where the user wants it."""

    code = "CW-D103"
    sentence = "The result could not be written there."
    next_step = "Check that the folder exists and that you may write in it."


class DiskFull(EnvironmentFault):
    """No room for the result."""

    code = "CW-D104"
    sentence = "The disk is full; nothing was written."
    next_step = "Free some space or choose another disk, then run the same command again."


class TextNotUtf8(EnvironmentFault):
    """A text is not UTF-8."""

    code = "CW-D105"
    sentence = "The text is not UTF-8."
    next_step = "Save it as UTF-8 and try again."


class BadLine(EnvironmentFault):
    """A line of a JSON Lines file does not have the shape that the command documents."""

    code = "CW-D106"
    sentence = "A line of the input is not what the command expects; nothing was written."
    next_step = "Correct the line and run the command again; `--help` shows the shape."


class NoPassphrase(EnvironmentFault):
    """The chart is locked and there is nobody to ask for the passphrase."""

    code = "CW-D107"
    sentence = "The chart is encrypted, and no passphrase was given."
    next_step = "Set CHARTWRIGHT_PASSPHRASE, or run the command in a terminal to be asked for it."


class UnknownPatient(EnvironmentFault):
    """No patient has the given record number, and none was to be added."""

    code = "CW-D108"
    sentence = "Nobody on file has that record number; nothing was written."
    next_step = "Check the number, or leave out --existing to add the patient."


class UnknownEncounter(EnvironmentFault):
    """No dictation has the given id, or more than one begins with it."""

    code = "CW-D109"
    sentence = "No single dictation has that id."
    next_step = "`chartwright list` shows the ids; give enough of its first characters to name one."


class NoDisplay(EnvironmentFault):
    """There is no screen to open a window on."""

    code = "CW-D110"
    sentence = "There is no display to open the window on."
    next_step = "Run `chartwright` on a desktop, or use the commands that `chartwright --help` lists."


class EmptyText(EnvironmentFault):
    """A text to extract from holds nothing."""

    code = "CW-D111"
    sentence = "The text is empty."
    next_step = "Give a file that holds a dictation, or pipe one in: `chartwright extract - < note.txt`."


class AudioCutShort(EnvironmentFault):
    """A recording ends before the length that it declares."""

    code = "CW-D113"
    sentence = "The recording breaks off before its own end; nothing was written."
    next_step = "Copy it again from where it was made, or add --partial to take what there is."


class SomeFilesFailed(EnvironmentFault):
    """Of several files, at least one could not be done; each has been named with its reason."""

    code = "CW-D112"
    sentence = "Not every file could be transcribed; the others are complete."
    next_step = "The messages above name each file by its place on the command line and say what to do."


class NoWindow(EnvironmentFault):
    """A command for the window, and no window is open on this data folder."""

    code = "CW-D120"
    sentence = "No window of Chartwright is open on this data folder, or it does not answer."
    next_step = "Open it with `chartwright`, or name its folder with --data-dir."


class NotFromOutside(EnvironmentFault):
    """A command that only a person at the window may run, or one that there is not."""

    code = "CW-D121"
    sentence = "This command cannot be run from outside the window."
    next_step = "Choose one that records, pauses, plays or steps; `chartwright press --help` lists them."


class KeysNotHere(EnvironmentFault):
    """This desktop hands no keys to a program whose window is not in front, or its display is gone."""

    code = "CW-D130"
    sentence = "This desktop gives programs no keys of their own while another program is in front."
    next_step = "Bind `chartwright press dictation.record` to a key in the desktop's own keyboard settings."


class KeyTaken(EnvironmentFault):
    """A combination belongs to another program or to the desktop."""

    code = "CW-D131"
    sentence = "Another program or the desktop has taken this combination of keys."
    next_step = "Choose another one (Ctrl+B), or free it there and open Chartwright again."

    @classmethod
    def of(cls, name: str) -> KeyTaken:
        """The error that names the combination."""
        return cls(f"Another program or the desktop has taken {name}.")


class KeyMissing(EnvironmentFault):
    """The keyboard that is plugged in, or its layout, does not have the key."""

    code = "CW-D132"
    sentence = "This keyboard has no such key."
    next_step = "Choose another combination (Ctrl+B)."

    @classmethod
    def of(cls, name: str) -> KeyMissing:
        """The error that names the combination."""
        return cls(f"This keyboard has no {name}.")


class KeyDeclined(EnvironmentFault):
    """The desktop asked the user for a combination, or decided itself, and gave none."""

    code = "CW-D133"
    sentence = "The desktop did not give Chartwright this combination of keys."
    next_step = "Allow it in the desktop's keyboard settings, or choose another one (Ctrl+B)."

    @classmethod
    def of(cls, name: str) -> KeyDeclined:
        """The error that names the combination."""
        return cls(f"The desktop did not give Chartwright {name}.")


class NothingUsable(EnvironmentFault):
    """A list that is imported or tried holds no usable line; each has been named with its reason."""

    code = "CW-D150"
    sentence = "The file holds no usable line; nothing was changed."
    next_step = "The messages above name each line with its reason."


class BirthDateUnclear(EnvironmentFault):
    """A typed birth date is none, or may be two days."""

    code = "CW-D125"
    sentence = "The birth date is not a date, or could be two; nothing was written."
    next_step = "Write it as 1964-03-14 or 14 Mar 1964."


class Unforeseen(ProgramFault):
    """A state that should not be reachable."""

    code = "CW-D900"
    sentence = "Chartwright met a state that it does not know; this is a fault of the program."
    next_step = "Please report it with the code and the place below; they hold no patient data."
