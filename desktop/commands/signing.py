"""How a person reviews, signs, amends and retracts; `desktop.signing` does it."""

from __future__ import annotations

from desktop.commands.command import RECORD, Command
from desktop.signing.signing import Signing
from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.signing import Act

COMMANDS: tuple[Command[Signing], ...] = (
    Command(
        "record.review",
        QT_TRANSLATE_NOOP("commands", "Mark as reviewed"),
        ("Ctrl+Shift+D",),
        RECORD,
        Signing.mark_reviewed,
        Signing.may_review,
    ),
    Command(
        "record.sign",
        QT_TRANSLATE_NOOP("commands", "Sign …"),
        ("Ctrl+S",),
        RECORD,
        Signing.sign,
        lambda signing: signing.may(Act.SIGN),
    ),
    Command(
        "record.amend",
        QT_TRANSLATE_NOOP("commands", "Amend the signed version …"),
        ("Ctrl+Shift+M",),
        RECORD,
        Signing.amend,
        lambda signing: signing.may(Act.AMEND),
    ),
    Command(
        "record.abandon",
        QT_TRANSLATE_NOOP("commands", "Give the amendment up"),
        ("Ctrl+Shift+G",),
        RECORD,
        Signing.abandon,
        lambda signing: signing.may(Act.ABANDON),
    ),
    Command(
        "record.ask",
        QT_TRANSLATE_NOOP("commands", "Ask a colleague to sign beside …"),
        ("Ctrl+Shift+C",),
        RECORD,
        Signing.ask_colleague,
        lambda signing: signing.may(Act.COSIGN),
    ),
    Command(
        "record.cosign",
        QT_TRANSLATE_NOOP("commands", "Sign beside …"),
        ("Ctrl+Shift+S",),
        RECORD,
        Signing.cosign,
        lambda signing: signing.may(Act.COSIGN),
    ),
    Command(
        "record.retract",
        QT_TRANSLATE_NOOP("commands", "Mark as entered in error …"),
        ("Ctrl+Shift+R",),
        RECORD,
        Signing.retract,
        lambda signing: signing.may(Act.RETRACT),
    ),
)
