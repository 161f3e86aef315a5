"""Which right each command needs. A command that is not here, nor among those for everyone, fails a test.

Owns the mapping and the sentence that says why a command is not there for somebody.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QCoreApplication

from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.people import Right

RIGHT_OF: Mapping[str, Right] = MappingProxyType(
    {
        "dictation.record": Right.DICTATE,
        "dictation.go_on": Right.DICTATE,
        "dictation.import": Right.DICTATE,
        "dictation.transcribe": Right.DICTATE,
        "dictation.pause": Right.DICTATE,
        "patient.choose": Right.READ,
        "entry.accept": Right.REVIEW,
        "entry.edit": Right.REVIEW,
        "entry.reject": Right.REVIEW,
        **{f"reading.{number}": Right.REVIEW for number in range(5)},
        **dict.fromkeys(("note.edit", "note.autotext", "note.field", "note.defaults", "change.revert"), Right.REVIEW),
        "entry.undo": Right.REVIEW,
        "record.review": Right.REVIEW,
        "record.ask": Right.REVIEW,
        "record.abandon": Right.REVIEW,
        **dict.fromkeys(
            ("record.sign", "record.cosign", "record.amend", "record.retract", "worklist.asked"), Right.SIGN
        ),
        "handover.send": Right.EXPORT,
        "handover.receive": Right.DICTATE,
        **{f"recovery.{deed}": Right.DICTATE for deed in ("transcribe", "hear", "keep")},
        "identity.hear": Right.REVIEW,
        "identity.confirm": Right.REVIEW,
        "identity.move": Right.EDIT_PATIENTS,
        "patient.record": Right.READ,
        "patient.edit": Right.EDIT_PATIENTS,
        "patient.import": Right.EDIT_PATIENTS,
        "patient.merge": Right.MERGE_PATIENTS,
        "patient.part": Right.MERGE_PATIENTS,
        "worklist.search": Right.READ,
        "upkeep.page": Right.BACK_UP,
        "upkeep.back_up": Right.BACK_UP,
        "people.users": Right.MANAGE_USERS,
        "people.emergencies": Right.READ_AUDIT,
        "people.passphrase": Right.KEEP_ACCOUNT,
        "people.code": Right.KEEP_ACCOUNT,
        "people.keychain": Right.KEEP_ACCOUNT,
        "people.emergency": Right.KEEP_ACCOUNT,
    }
)
"""Commands that not everyone may give. What is not here only moves about, or plays what is on the page."""

ALWAYS = frozenset({"program.quit"})
"""Commands that hold while the window is locked."""

WHILE_RECORDING = ("dictation.record", "dictation.pause")
"""Commands that hold while it is locked and something is recorded: stopping and pausing need no chart."""

_REASONS = {
    Right.READ: QT_TRANSLATE_NOOP("rights", "Your role does not read charts."),
    Right.DICTATE: QT_TRANSLATE_NOOP("rights", "Your role does not dictate."),
    Right.REVIEW: QT_TRANSLATE_NOOP("rights", "Your role does not review dictations."),
    Right.SIGN: QT_TRANSLATE_NOOP("rights", "Only a clinician signs."),
    Right.EDIT_PATIENTS: QT_TRANSLATE_NOOP("rights", "Your role does not change patients."),
    Right.MERGE_PATIENTS: QT_TRANSLATE_NOOP("rights", "Only a records officer merges patients."),
    Right.EXPORT: QT_TRANSLATE_NOOP("rights", "Your role does not export."),
    Right.READ_AUDIT: QT_TRANSLATE_NOOP("rights", "Your role does not read the audit log."),
    Right.SHRED: QT_TRANSLATE_NOOP("rights", "Only a records officer shreds."),
    Right.BACK_UP: QT_TRANSLATE_NOOP("rights", "Your role does not make backups."),
    Right.MANAGE_USERS: QT_TRANSLATE_NOOP("rights", "Only an administrator manages users."),
    Right.EDIT_CLINIC_PHRASES: QT_TRANSLATE_NOOP("rights", "Your role does not change the clinic's words."),
    Right.KEEP_ACCOUNT: QT_TRANSLATE_NOOP("rights", "You have no role in this clinic yet."),
}


def reason(right: Right) -> str:
    """Why a command is not there for somebody who lacks the right."""
    return QCoreApplication.translate("rights", _REASONS[right])
