"""What can go wrong with the store.

    EnvironmentFault
    ├── StoreMissing, StoreExists              there is none; there is one already
    ├── WrongPassphrase, PassphraseEmpty       no key slot opens
    ├── StoreInUse                             another program holds it
    ├── StoreDamaged ── KeyFileDamaged         what is on disk does not verify
    ├── StoreFull, StoreUnwritable             the disk
    ├── StoreTooNew                            written by a newer version
    ├── NotAllowed                             the user's roles do not cover it
    ├── TooSoon, CodeNeeded, CodeWrong         unlocking: failures before, one-time codes
    ├── RecoveryKeyMistyped                    other ways to unlock
    ├── KeychainUnavailable, KeychainRefused
    ├── UserUnknown, NameTaken, LastAdministrator
    ├── SoundShredded, RetentionOrder, PreviewOutdated   keeping and deleting
    ├── BackupDamaged, BackupUnwritable, BackupInside, BackupDue, UpdateNeedsSpace
    ├── IdentityInDoubt, MergeRefused, SignedStays    whose dictation it is
    └── DuplicateMrn, NotInStore, AlreadyReviewed

None of them ever suggests erasing a store. Paths may be named: they are the user's own and hold no patient text.
"""

from __future__ import annotations

from pathlib import Path

from ehr.errors import EnvironmentFault


class StoreMissing(EnvironmentFault):
    """There is no store in the data folder."""

    code = "CW-E101"
    sentence = "There is no chart store here yet."
    next_step = "Start Chartwright once to make one, or choose the right data folder."


class StoreExists(EnvironmentFault):
    """A store would be made where one is already."""

    code = "CW-E102"
    sentence = "There is a chart store here already; it was left untouched."
    next_step = "Open it with its passphrase, or choose another data folder."


class WrongPassphrase(EnvironmentFault):
    """No key slot opens with this passphrase."""

    code = "CW-E103"
    sentence = "The passphrase does not open this store."
    next_step = "Type it again; watch the keyboard layout and Caps Lock."


class StoreInUse(EnvironmentFault):
    """Another program has the store open."""

    code = "CW-E104"
    sentence = "Another Chartwright program is using this store."
    next_step = "Close the other window or command, then try again."


class StoreDamaged(EnvironmentFault):
    """The file cannot be read as it was written."""

    code = "CW-E105"
    sentence = "The chart store is damaged; nothing was changed or erased."
    next_step = "Copy the whole data folder to a safe place, then restore the newest backup."

    @classmethod
    def at(cls, path: Path) -> StoreDamaged:
        """The error for the file at `path`, naming where it is."""
        return cls(
            f"The file {path} is damaged; nothing in it was changed or erased.",
            f"Copy the folder {path.parent} to a safe place, then restore the newest backup.",
        )


class KeyFileDamaged(StoreDamaged):
    """keyslots.json is missing or unreadable beside a store."""

    code = "CW-E106"
    sentence = "The key file of this store is missing or damaged."
    next_step = "Copy the data folder to a safe place, then put keyslots.json back from a backup."


class StoreFull(EnvironmentFault):
    """The disk is full; the transaction was rolled back."""

    code = "CW-E107"
    sentence = "The disk is full. The last change was not saved; everything before it is safe."
    next_step = "Free some disk space, then do it again."


class StoreUnwritable(EnvironmentFault):
    """The data folder or its files cannot be written."""

    code = "CW-E108"
    sentence = "The data folder cannot be written."
    next_step = "Check the folder's permissions and that its disk is connected, or choose another folder."


class StoreTooNew(EnvironmentFault):
    """A newer version of Chartwright has written this store."""

    code = "CW-E109"
    sentence = "This store was written by a newer version of Chartwright; it was left untouched."
    next_step = "Install the newer version and open the store with it."


class DuplicateMrn(EnvironmentFault):
    """The medical record number belongs to another patient."""

    code = "CW-E110"
    sentence = "A patient with this record number is in the store already."
    next_step = "Choose that patient, or correct the number."


class NotInStore(EnvironmentFault):
    """No such patient, encounter, recording or entry."""

    code = "CW-E111"
    sentence = "There is nothing with this number in the store."
    next_step = "Look it up with `chartwright list`."


class AlreadyReviewed(EnvironmentFault):
    """A new draft would throw a person's decisions away."""

    code = "CW-E112"
    sentence = "Entries of this encounter are already reviewed; a new draft would discard that."
    next_step = "Keep the reviewed draft, or import the recording as a new encounter."


class PassphraseEmpty(EnvironmentFault):
    """A key slot is not made from nothing."""

    code = "CW-E113"
    sentence = "The passphrase is empty."
    next_step = "Choose a passphrase of several words."


class NotAllowed(EnvironmentFault):
    """The user's roles do not give the right."""

    code = "CW-E114"
    sentence = "Your role in this clinic does not cover this."
    next_step = "Ask someone whose role does, or ask the administrator to change yours."


class TooSoon(EnvironmentFault):
    """Several wrong passphrases came before this one, and the wait that follows them is not over."""

    code = "CW-E115"
    sentence = "There were several wrong passphrases, so there is a short wait."
    next_step = "Wait a minute, then type it again."

    def __init__(self, seconds: int = 60) -> None:
        self.seconds = seconds
        super().__init__(next_step=f"Wait {seconds} seconds, then type it again.")


class CodeNeeded(EnvironmentFault):
    """The user has a one-time code as well as a passphrase, and gave none."""

    code = "CW-E116"
    sentence = "This user's one-time code is needed as well."
    next_step = "Type the six digits that your authenticator shows now."


class CodeWrong(EnvironmentFault):
    """The one-time code is wrong, too old, or was used already."""

    code = "CW-E117"
    sentence = "The one-time code is wrong, or was used already."
    next_step = "Wait for the next code and type that; check that this computer's clock is right."


class RecoveryKeyMistyped(EnvironmentFault):
    """A recovery key's check letters do not fit what was typed."""

    code = "CW-E118"
    sentence = "The recovery key is not typed as it was printed."
    next_step = "Compare it with the print, group by group."

    @classmethod
    def in_groups(cls, groups: list[int]) -> RecoveryKeyMistyped:
        """The error for typing errors in these groups, counted from 1."""
        named = ", ".join(map(str, groups))
        return cls(f"The recovery key has a typing error in group {named}.", "Compare that group with the print.")


class UserUnknown(EnvironmentFault):
    """No such user, or one who may no longer unlock."""

    code = "CW-E119"
    sentence = "This user does not open this store, or no longer does."
    next_step = "Choose another user, or ask the administrator."


class KeychainUnavailable(EnvironmentFault):
    """The operating system's keychain is missing, locked, broken or silent."""

    code = "CW-E200"
    sentence = "This computer's keychain is missing, locked or does not answer."
    next_step = "Unlock the chart with your passphrase. To use the keychain again, unlock it in the system's settings."


class KeychainRefused(EnvironmentFault):
    """The keychain has no secret that opens the user's slot: another computer's, another account's, or deleted."""

    code = "CW-E201"
    sentence = "This computer's keychain holds no key that opens the chart for this user."
    next_step = "Unlock with the passphrase; “This computer's keychain …” then makes a new key."


class NameTaken(EnvironmentFault):
    """A user's name is empty or another user's, and the audit log would not tell them apart."""

    code = "CW-E160"
    sentence = "This name is empty or another user's."
    next_step = "Choose a name that tells the two apart."


class LastAdministrator(EnvironmentFault):
    """Nobody would be left who can manage users."""

    code = "CW-E161"
    sentence = "This user is the last administrator, so they stay one."
    next_step = "Make somebody else an administrator first."


class SoundShredded(EnvironmentFault):
    """The recording's key was destroyed under a retention rule."""

    code = "CW-E140"
    sentence = "The sound of this dictation was deleted when its retention time was over."
    next_step = "Nothing can bring it back; what was written stays for as long as its own rule says."


class RetentionOrder(EnvironmentFault):
    """A rule would let sound or words outlive the note that explains them."""

    code = "CW-E141"
    sentence = "Audio and transcript cannot be kept longer than the note; the rule was not changed."
    next_step = "Shorten the rules for audio and transcript first, or keep the note at least as long."


class PreviewOutdated(EnvironmentFault):
    """What the preview showed is no longer what the rules would delete."""

    code = "CW-E142"
    sentence = "The chart has changed since this preview; nothing was deleted."
    next_step = "Look at the preview again, then confirm it."


class BackupDamaged(EnvironmentFault):
    """A backup is not whole, or not what its manifest says."""

    code = "CW-E143"
    sentence = "This is not a whole backup: it does not verify, and nothing was taken from it."
    next_step = "Choose an older backup; each lies in a folder whose name begins with chart- and its date."


class BackupUnwritable(EnvironmentFault):
    """The place for backups takes no more, or is not there."""

    code = "CW-E144"
    sentence = "The backup could not be written there. The chart itself is untouched, and so are older backups."
    next_step = "Check that the disk is connected, writable and has room, or choose another folder."


class BackupInside(EnvironmentFault):
    """A backup would lie in the folder that it is to save."""

    code = "CW-E145"
    sentence = "A backup inside the data folder would be lost together with it."
    next_step = "Choose a folder on another disk."


class BackupDue(EnvironmentFault):
    """The last verified backup is too old, or there never was one: told as a reminder, and nothing has failed."""

    code = "CW-E220"
    sentence = "There is no verified backup of the chart yet; a broken disk would take it along."
    next_step = "Make one to a folder on another disk: Ctrl+Shift+B in the window, or `chartwright backup FOLDER`."

    @classmethod
    def after(cls, days: int) -> BackupDue:
        """The reminder where the last one is so many days old."""
        return cls(
            f"The last verified backup of the chart is {days} days old.",
            "Make another: Shift+F12 in the window, or `chartwright backup`.",
        )


class UpdateNeedsSpace(EnvironmentFault):
    """The copy that is made before an update of the schema does not fit or cannot be written."""

    code = "CW-E146"
    sentence = "The chart must be updated for this version, and the copy to make first does not fit on the disk."
    next_step = "Free as much space as chart.db takes, then start again; the chart is as it was."


class IdentityInDoubt(EnvironmentFault):
    """The note speaks of another person than the chart, and nobody has decided who is right."""

    code = "CW-E130"
    sentence = "The dictation does not seem to be about this patient; nothing was accepted."
    next_step = "Compare what was said with the chart, then confirm the patient or move the dictation."


class MergeRefused(EnvironmentFault):
    """Two records cannot be merged, or a merge cannot be undone, as the records stand."""

    code = "CW-E131"
    sentence = "These records cannot be merged or parted as they stand; nothing was changed."
    next_step = "Choose two different records; undo a later merge of the same record first."


class SignedStays(EnvironmentFault):
    """A signed dictation would be moved to another patient."""

    code = "CW-E132"
    sentence = "A signed dictation stays in its chart; nothing was moved."
    next_step = "Mark it as entered in error and file the recording again for the right patient."


class NothingToSalvage(EnvironmentFault):
    """Neither a backup nor a row of the damaged chart can be read with this key."""

    code = "CW-E147"
    sentence = "Nothing of the damaged chart can be read, and no backup that verifies was found."
    next_step = "Choose the folder of a backup. The damaged files are as they were; keep them."
