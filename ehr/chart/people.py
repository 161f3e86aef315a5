"""Who uses the program, and what each role may do.

Owns the table of roles and rights. Knows nothing of passphrases or of where users are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a user is in the clinic; one person may be several."""

    CLINICIAN = "clinician"
    SCRIBE = "scribe"
    RECORDS_OFFICER = "records_officer"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """Something that not everyone may do."""

    READ = "read"
    DICTATE = "dictate"
    REVIEW = "review"
    SIGN = "sign"
    EDIT_PATIENTS = "edit_patients"
    MERGE_PATIENTS = "merge_patients"
    EXPORT = "export"
    READ_AUDIT = "read_audit"
    SHRED = "shred"
    BACK_UP = "back_up"
    MANAGE_USERS = "manage_users"
    EDIT_CLINIC_PHRASES = "edit_clinic_phrases"
    KEEP_ACCOUNT = "keep_account"


_EVERYONE = frozenset(Role)
_CARE = frozenset({Role.CLINICIAN, Role.SCRIBE})
_RECORDS = frozenset({Role.RECORDS_OFFICER})
_ADMIN = frozenset({Role.ADMINISTRATOR})

RIGHTS: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        Right.READ: _CARE | _RECORDS,
        Right.DICTATE: _CARE,
        Right.REVIEW: _CARE,
        Right.SIGN: frozenset({Role.CLINICIAN}),
        Right.EDIT_PATIENTS: _CARE | _RECORDS,
        Right.MERGE_PATIENTS: _RECORDS,
        Right.EXPORT: _RECORDS | {Role.CLINICIAN},
        Right.READ_AUDIT: _RECORDS | _ADMIN,
        Right.SHRED: _RECORDS,
        Right.BACK_UP: _ADMIN | _RECORDS,
        Right.MANAGE_USERS: _ADMIN,
        Right.EDIT_CLINIC_PHRASES: frozenset({Role.CLINICIAN}) | _ADMIN,
        Right.KEEP_ACCOUNT: _EVERYONE,
    }
)
"""Which roles have each right. `KEEP_ACCOUNT` is one's own passphrase, code and emergency access."""

EMERGENCY = frozenset({Right.READ})
"""What emergency access adds to a user's rights: charts can be read, nothing can be changed, exported or shredded."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who can unlock the store. `id` is a UUID for ever; `name` is what people read."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, right: Right) -> bool:
        """Whether one of the user's roles has the right."""
        return not self.roles.isdisjoint(RIGHTS[right])


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the clinic keeps them: whether they may still unlock, and whether a one-time code is asked as well."""

    user: User
    disabled: bool = False
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Emergency:
    """One emergency access: whose, when, the typed reason, and who has looked at it since ("" for nobody)."""

    id: str
    user: str
    begun_at: datetime
    reason: str
    seen_by: str = ""
