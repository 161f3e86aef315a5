"""The history of a dictation as rows: what each version changed, who wrote it, and what was signed.

Owns which versions make one row and the words of a row. Knows nothing of Qt's widgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.translation import QT_TRANSLATE_NOOP
from ehr.chart.diff import Fate, Piece, word_diff
from ehr.chart.signing import Signature, SignatureKind

if TYPE_CHECKING:
    from ehr.store.history import NoteVersion

PIPELINE = "pipeline"
_TOGETHER = timedelta(minutes=2)
"""Versions of one author that follow each other within this are one sitting, and one row."""

_SIGNED = {
    SignatureKind.FINAL: QT_TRANSLATE_NOOP("history", "Signed by {0}"),
    SignatureKind.AMENDED: QT_TRANSLATE_NOOP("history", "Amended and signed by {0}"),
    SignatureKind.COSIGNED: QT_TRANSLATE_NOOP("history", "Signed beside by {0}"),
    SignatureKind.ENTERED_IN_ERROR: QT_TRANSLATE_NOOP("history", "Marked as entered in error by {0}"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One row. `before` and `after` are the note's text around it; `about` says more of a signature or of the rules."""

    title: str
    when: str
    before: str
    after: str
    about: str = ""
    signed: bool = False


def moments(versions: Sequence[NoteVersion], signatures: Sequence[Signature]) -> list[Moment]:
    """The rows, oldest first: what was said became the first version, and so on; signatures under theirs."""
    found: list[Moment] = []
    under = {number: [each for each in signatures if each.version == number] for number in range(len(versions) + 1)}
    before = versions[0].note.said if versions else ""
    for at, version in enumerate(versions):
        following = versions[at + 1] if at + 1 < len(versions) else None
        if following is not None and not under[version.number] and _one_sitting(version, following):
            continue
        found.append(_written(version, before))
        before = version.note.written
        found += [_signed(each, before) for each in under[version.number]]
    return found


def between(rows: Sequence[Moment], first: int, last: int) -> tuple[Piece, ...]:
    """What changed in a row, or from one row to a later one."""
    return word_diff(rows[first].before if first == last else rows[first].after, rows[last].after)


def changed_words(pieces: Sequence[Piece]) -> tuple[int, int]:
    """How many words were struck and how many added."""
    counts = {fate: sum(len(piece.text.split()) for piece in pieces if piece.fate is fate) for fate in Fate}
    return counts[Fate.STRUCK], counts[Fate.ADDED]


def _one_sitting(one: NoteVersion, other: NoteVersion) -> bool:
    return PIPELINE != one.author == other.author and other.written_at - one.written_at < _TOGETHER


def _written(version: NoteVersion, before: str) -> Moment:
    drafted = version.author == PIPELINE
    title = _tr(QT_TRANSLATE_NOOP("history", "Drafted from what was said")) if drafted else (
        _tr(QT_TRANSLATE_NOOP("history", "Edited by {0}")).format(version.author)
    )  # fmt: skip
    about = _tr(QT_TRANSLATE_NOOP("history", "Rules {0}")).format(version.rules) if version.rules else ""
    return Moment(title, f"{version.written_at.astimezone():%d %b %Y %H:%M}", before, version.note.written, about)


def _signed(signature: Signature, text: str) -> Moment:
    reason = _tr(QT_TRANSLATE_NOOP("history", "Reason: {0}")).format(signature.reason) if signature.reason else ""
    lines = [f"“{signature.statement}”", reason, f"SHA-256 {signature.hash}"]
    about = "\n".join(line for line in lines if line)
    when = f"{signature.signed_at.astimezone():%d %b %Y %H:%M}"
    return Moment(_tr(_SIGNED[signature.kind]).format(signature.signer), when, text, text, about, signed=True)


def _tr(text: str) -> str:
    return QCoreApplication.translate("history", text)
