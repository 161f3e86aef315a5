"""How far a dictation has come as a record: what its status words mean and which act leads from one to another.

Owns the state machine (the words are those of FHIR R4 Composition.status and DiagnosticReport.status) and the
statements that are signed. Knows nothing of storage, passphrases or hashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where a dictation stands as a record."""

    PRELIMINARY = "preliminary"
    REVIEWED = "reviewed"
    FINAL = "final"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


SIGNED = frozenset({Status.FINAL, Status.AMENDED})
"""A clinician answers for what it says."""

LOCKED = SIGNED | {Status.ENTERED_IN_ERROR}
"""Nothing of it may be changed."""


class Act(StrEnum):
    """What moves a dictation from one status to another. CHANGE is any edit of the note or decision on an entry."""

    CHANGE = "change"
    REVIEW = "review"
    SIGN = "sign"
    COSIGN = "cosign"
    AMEND = "amend"
    ABANDON = "abandon"
    RETRACT = "retract"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a signed version that is being worked on: why, and the status of the version below it."""

    reason: str
    of: Status


@dataclass(frozen=True, slots=True)
class Standing:
    """A dictation's status, who brought it there and when. `amendment` is set while one is being worked on."""

    status: Status = Status.PRELIMINARY
    by: str = ""
    since: datetime | None = None
    amendment: Amendment | None = None

    @property
    def locked(self) -> bool:
        """Whether nothing may be changed."""
        return self.status in LOCKED

    def may(self, act: Act) -> bool:
        """Whether the act is possible now."""
        return (
            act in _ACTS[self.status]
            and (act is not Act.ABANDON or self.amendment is not None)
            and (act is not Act.RETRACT or self.amendment is None)
        )

    def after(self, act: Act, *, by: str, at: datetime, reason: str = "") -> Standing:
        """The standing that the act leads to. `reason` says why a signed version is amended.

        Raises ValueError for an act that is not possible now, and for an amendment without a reason.
        """
        if not self.may(act):
            raise ValueError(f"{self.status} cannot be followed by {act}")
        if act is Act.COSIGN or (act is Act.CHANGE and self.status is Status.PRELIMINARY):
            return self
        if act is Act.AMEND:
            if not reason.strip():
                raise ValueError("an amendment needs a reason")
            return Standing(Status.PRELIMINARY, by, at, Amendment(reason.strip(), self.status))
        if act is Act.ABANDON and self.amendment is not None:
            return Standing(self.amendment.of, by, at)
        if act is Act.SIGN:
            return Standing(Status.FINAL if self.amendment is None else Status.AMENDED, by, at)
        if act is Act.RETRACT:
            return Standing(Status.ENTERED_IN_ERROR, by, at)
        status = Status.REVIEWED if act is Act.REVIEW else Status.PRELIMINARY
        return Standing(status, by, at, self.amendment)


UNSIGNED = Standing()
"""Where every dictation begins."""

_ACTS: Mapping[Status, frozenset[Act]] = MappingProxyType(
    {
        Status.PRELIMINARY: frozenset({Act.CHANGE, Act.REVIEW, Act.SIGN, Act.ABANDON, Act.RETRACT}),
        Status.REVIEWED: frozenset({Act.CHANGE, Act.SIGN, Act.ABANDON, Act.RETRACT}),
        Status.FINAL: frozenset({Act.AMEND, Act.COSIGN, Act.RETRACT}),
        Status.AMENDED: frozenset({Act.AMEND, Act.COSIGN, Act.RETRACT}),
        Status.ENTERED_IN_ERROR: frozenset(),
    }
)


class SignatureKind(StrEnum):
    """What a signature says of the version that it stands under."""

    FINAL = "final"
    AMENDED = "amended"
    COSIGNED = "cosigned"
    ENTERED_IN_ERROR = "entered-in-error"


STATEMENTS: Mapping[SignatureKind, str] = MappingProxyType(
    {
        SignatureKind.FINAL: "I have read this note and its entries. They are complete and correct to my knowledge, "
        "and I answer for them.",
        SignatureKind.AMENDED: "I have read this amended note and its entries. They are complete and correct to my "
        "knowledge, and I answer for them in place of the version before.",
        SignatureKind.COSIGNED: "I have read this signed note and its entries, and I agree with them.",
        SignatureKind.ENTERED_IN_ERROR: "This record was entered in error. It must not be used for care; it is kept "
        "as it was.",
    }
)
"""What each signature states; the text that was shown is stored with it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature under an encounter. `number` counts them from 1, `hash` is the SHA-256 of its canonical content,
    `reason` says why it was amended or retracted, `version` is the number of the note version that it stands under.
    """

    id: str
    number: int
    kind: SignatureKind
    signer_id: str
    signer: str
    signed_at: datetime
    statement: str
    reason: str
    version: int
    hash: str
