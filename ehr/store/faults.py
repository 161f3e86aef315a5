"""What can go wrong with a review, a signature, the audit log's head and a hand-over.

EnvironmentFault
├── RecordSigned, NotNow, Undecided, FieldsOpen, NothingToSign, NoReason     signing
├── EntryWaits                                                                     accepting
├── HeadUnreadable                                                                 a noted head of the audit log
└── HandoverUnreadable ── HandoverTooNew · NoEncounterFile · WrongFilePassphrase · HandoverDamaged
    HandoverDiffers                                                                an encounter file
"""

from __future__ import annotations

from ehr.errors import EnvironmentFault


class RecordSigned(EnvironmentFault):
    """A change of what is signed or entered in error."""

    code = "CW-E120"
    sentence = "This dictation is signed or marked as entered in error; it was left as it is."
    next_step = "To correct a signed dictation, begin an amendment: it becomes a new version on top."


class NotNow(EnvironmentFault):
    """An act that the record's status does not allow."""

    code = "CW-E121"
    sentence = "The status of this dictation does not allow that."
    next_step = "Look at its status and history; an amendment that was begun is signed or given up first."


class Undecided(EnvironmentFault):
    """Entries are still proposed. The message names how many and the ids' beginnings, never what they say."""

    code = "CW-E122"
    sentence = "Some entries of this dictation are still undecided; nothing undecided can be reviewed or signed."
    next_step = "Accept, edit or reject each of them; then mark it as reviewed or sign it."

    @classmethod
    def these(cls, entry_ids: tuple[str, ...]) -> Undecided:
        """The error for entries with these ids."""
        count = f"{len(entry_ids)} entries are" if len(entry_ids) > 1 else "1 entry is"
        names = ", ".join(entry_id[:8] for entry_id in entry_ids[:10])
        return cls(f"{count} still undecided ({names}); nothing undecided can be reviewed or signed.")


class FieldsOpen(EnvironmentFault):
    """The note has fields that nobody filled in. The message says how many, never what they are called."""

    code = "CW-E230"
    sentence = "The note has open fields; a note with open fields cannot be reviewed or signed."
    next_step = (
        "F7 goes to the next one: fill it, take its default or delete it. On the command line: chartwright fields."
    )

    @classmethod
    def of(cls, count: int) -> FieldsOpen:
        """The error for so many fields."""
        fields = f"{count} fields of the note are" if count > 1 else "One field of the note is"
        return cls(f"{fields} still open; a note with open fields cannot be reviewed or signed.")


class EntryWaits(EnvironmentFault):
    """An entry would be accepted although a field in its sentence is open."""

    code = "CW-E231"
    sentence = "A field in the sentence that this entry rests on is open; the entry was not accepted."
    next_step = "F7 goes to the field: fill it, take its default or delete it. Or edit the entry to say what is so."


class NothingToSign(EnvironmentFault):
    """There is no note yet."""

    code = "CW-E123"
    sentence = "This dictation has no note yet."
    next_step = "Transcribe it first."


class NoReason(EnvironmentFault):
    """An act that needs a reason has none: an amendment, a retraction, a merge, a move, a hold, emergency access."""

    code = "CW-E125"
    sentence = "A reason is missing."
    next_step = "Say in a few words why; it is kept with the record."


class HeadUnreadable(EnvironmentFault):
    """A file that should hold a noted head of the audit log does not."""

    code = "CW-E126"
    sentence = "This file holds no head of an audit log."
    next_step = "Give the line that `chartwright audit head` printed, or an encounter file that this chart exported."


class HandoverUnreadable(EnvironmentFault):
    """A wrong passphrase, or a file that was cut off or altered: nothing of it was taken in."""

    code = "CW-E127"
    sentence = "This encounter file cannot be read: the passphrase is wrong, or the file is altered or incomplete."
    next_step = "Check the passphrase with the sender, and ask for the file again. Nothing was taken in."


class HandoverTooNew(HandoverUnreadable):
    """The file's format is newer than this program."""

    code = "CW-E128"
    sentence = "A newer version of Chartwright wrote this encounter file."
    next_step = "Install the newer version, then take the file in. Nothing was taken in."


class NoEncounterFile(HandoverUnreadable):
    """The file does not begin as encounter files do."""

    code = "CW-E202"
    sentence = "This is no encounter file, or its beginning is lost."
    next_step = "Choose the file that your colleague made with “Hand over to a colleague”. Nothing was taken in."


class WrongFilePassphrase(HandoverUnreadable):
    """The passphrase is not the one under which the file was written."""

    code = "CW-E203"
    sentence = "The passphrase does not open this encounter file."
    next_step = "Ask the sender for the file's own passphrase; it is not the chart's. Nothing was taken in."


class HandoverDamaged(HandoverUnreadable):
    """The passphrase is right, and what follows was altered or cut off."""

    code = "CW-E204"
    sentence = "This encounter file was altered or is incomplete; the passphrase is right."
    next_step = "Ask the sender for the file again. Nothing was taken in."


class HandoverDiffers(EnvironmentFault):
    """The chart holds the same dictation or the same record number with other content."""

    code = "CW-E129"
    sentence = "This chart holds the same dictation or record number with other content; nothing was taken in."
    next_step = "Compare both: only one of two diverged versions, and only one patient of a number, can be kept."
