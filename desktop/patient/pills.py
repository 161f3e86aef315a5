"""The pills beside a patient's name: allergies, problems and medicines, in as much detail as there is room for.

Owns their words and which give way first where the window is narrow: proposals that the list of facts shows anyway,
empty lists, names to counts; allergies never.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.translation import QT_TRANSLATE_NOOP
from desktop.widgets import pill, retone
from ehr.chart.glance import Glance, Standing

MOST = 4
"""Details: everything, then without proposals of problems and medicines, then one allergy by name and no empty lists,
then allergies by number, then allergies alone.
"""

_NAMED = (0, 0, 1, 3, 3)
"""Allergies by name at each detail."""

_SPACING = 8


@dataclass(frozen=True, slots=True)
class Pill:
    """A text, its tone (`desktop.widgets.pill`) and what it says in full."""

    text: str
    tone: str
    whole: str = ""


def pills(glance: Glance, detail: int = MOST) -> list[Pill]:
    """What a glance shows; `detail` from `MOST` down to 0."""
    found = _allergies(glance, _NAMED[detail])
    for standing, texts in ((glance.problems, _PROBLEMS), (glance.medicines, _MEDICINES)):
        if detail >= MOST - 1 or (detail and standing.names):
            found.append(_counted(standing, texts, proposals=detail == MOST))
    return found


def _allergies(glance: Glance, most: int) -> list[Pill]:
    found = []
    standing = glance.allergies
    if glance.conflict:
        text = _tr(QT_TRANSLATE_NOOP("pills", "Allergies in conflict"))
        whole = _tr(QT_TRANSLATE_NOOP("pills", "Listed: {0}. Also dictated: {1}."))
        found.append(Pill(text, "danger", whole.format(", ".join(standing.names), glance.none_known)))
    if standing.names:
        found.append(Pill(_named(standing.names, most), "danger", ", ".join(standing.names)))
    elif glance.none_known:
        found.append(Pill(glance.none_known[:1].upper() + glance.none_known[1:], "ok"))
    elif not standing.proposed and not glance.none_proposed:
        found.append(Pill(_tr(QT_TRANSLATE_NOOP("pills", "Allergies not recorded")), "plain"))
    if standing.proposed:
        found.append(Pill(_named(standing.proposed, most, _PROPOSED), "warn", ", ".join(standing.proposed)))
    elif glance.none_proposed:
        text = _tr(QT_TRANSLATE_NOOP("pills", "Proposed: {0}"))
        found.append(Pill(text.format(glance.none_proposed), "warn"))
    return found


_ALLERGIES = (
    QT_TRANSLATE_NOOP("pills", "Allergy: {0}"),
    QT_TRANSLATE_NOOP("pills", "Allergies: {0}"),
    QT_TRANSLATE_NOOP("pills", "{0} allergies"),
)
_PROPOSED = (
    QT_TRANSLATE_NOOP("pills", "Allergy proposed: {0}"),
    QT_TRANSLATE_NOOP("pills", "Allergies proposed: {0}"),
    QT_TRANSLATE_NOOP("pills", "{0} allergies proposed"),
)


def _named(names: tuple[str, ...], most: int, texts: tuple[str, str, str] = _ALLERGIES) -> str:
    """Penicillin (hives), latex and one more; or how many there are."""
    one, several, counted = texts
    if most == 0 and len(names) > 1:
        return _tr(counted).format(len(names))
    shown, more = ", ".join(names[: max(most, 1)]), len(names) - max(most, 1)
    return _tr(one if len(names) == 1 else several).format(f"{shown} +{more}" if more > 0 else shown)


_PROBLEMS = (
    QT_TRANSLATE_NOOP("pills", "1 active problem"),
    QT_TRANSLATE_NOOP("pills", "{0} active problems"),
    QT_TRANSLATE_NOOP("pills", "Problems not recorded"),
    QT_TRANSLATE_NOOP("pills", "problems: {0} proposed"),
)
_MEDICINES = (
    QT_TRANSLATE_NOOP("pills", "1 medicine"),
    QT_TRANSLATE_NOOP("pills", "{0} medicines"),
    QT_TRANSLATE_NOOP("pills", "Medicines not recorded"),
    QT_TRANSLATE_NOOP("pills", "medicines: {0} proposed"),
)


def _counted(standing: Standing, texts: tuple[str, ...], *, proposals: bool) -> Pill:
    """How many stand, and with `proposals` how many changes are proposed where some stand; in full by name."""
    one, many, none, only = texts
    count, proposed = len(standing.names), len(standing.proposed)
    if not standing.known:
        return Pill(_tr(none), "plain")
    if not count:
        text = _tr(only).format(proposed)
        text = text[:1].upper() + text[1:]
    else:
        text = _tr(one) if count == 1 else _tr(many).format(count)
        text += _tr(QT_TRANSLATE_NOOP("pills", " · {0} proposed")).format(proposed) if proposed and proposals else ""
    whole = [", ".join(standing.names)] if count else []
    whole += (
        [_tr(QT_TRANSLATE_NOOP("pills", "proposed to change: {0}")).format(", ".join(standing.proposed))]
        if proposed
        else []
    )
    return Pill(text, "info" if proposed and (proposals or not count) else "plain", "; ".join(whole))


class PillRow(QWidget):
    """Shows a glance in the width that it gets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glance: Glance | None = None
        self._shown: list[Pill] = []
        self._labels: list[QLabel] = []
        self._probe = pill("", "plain")
        self._probe.setParent(self)
        self._probe.hide()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_SPACING)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def texts(self) -> list[str]:
        """What the pills say."""
        return [each.text for each in self._shown]

    def show_glance(self, glance: Glance | None) -> None:
        """Show a patient's glance; None shows nothing, which is not the same as nothing recorded."""
        self._glance = glance
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fill()

    def _fill(self) -> None:
        wanted = self._fitting()
        if wanted == self._shown:
            return
        self._shown = wanted
        while len(self._labels) < len(wanted):
            self._labels.append(pill("", "plain"))
            self._row.insertWidget(len(self._labels) - 1, self._labels[-1])
        for at, made in enumerate(self._labels):
            made.setVisible(at < len(wanted))
            if at < len(wanted):
                each = wanted[at]
                retone(made, each.text, each.tone)
                made.setToolTip(each.whole)
                made.setAccessibleName(f"{each.text}: {each.whole}" if each.whole else each.text)

    def _fitting(self) -> list[Pill]:
        """The pills in the most detail that the width holds, or in the least."""
        if self._glance is None:
            return []
        for detail in range(MOST, -1, -1):
            wanted = pills(self._glance, detail)
            if sum(self._width(each.text) + _SPACING for each in wanted) <= self.width():
                break
        return wanted

    def _width(self, text: str) -> int:
        self._probe.setText(text)
        return self._probe.sizeHint().width()


def _tr(text: str) -> str:
    return QCoreApplication.translate("pills", text)
