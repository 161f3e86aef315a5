"""What a word list would change in past dictations: the count, and every place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.phrases.sheet import Sheet
from desktop.widgets import label

if TYPE_CHECKING:
    from ehr.soundalike.trial import Place


class TrialView(QWidget):
    """Empty until something was tried."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome = label("", "strong", wrap=True)
        titles = (self.tr("Verdict"), self.tr("Now"), self.tr("With it"))
        self.table = Sheet(self.tr("What would change"), titles, (90, 260))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 6, 0, 0)
        outer.addWidget(self.outcome)
        outer.addWidget(self.table, 1)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.outcome.setText("")
        self.table.hide()

    def wait(self) -> None:
        """Say that it is being tried."""
        self.clear()
        self.outcome.setText(self.tr("Trying it on your past dictations …"))

    def show_places(self, places: Sequence[Place], *, dictations: int) -> None:
        """Show what came of it."""
        from ehr.soundalike.trial import Verdict, counts

        found = counts(places)
        told = self.tr("Fixes {0}, breaks {1}, not decided by anyone yet {2}; dictations tried: {3}.")
        self.outcome.setText(told.format(found[Verdict.FIXES], found[Verdict.BREAKS], found[Verdict.OPEN], dictations))
        words = {Verdict.FIXES: self.tr("fixes"), Verdict.BREAKS: self.tr("breaks"), Verdict.OPEN: self.tr("open")}
        rows = []
        for place in sorted(places, key=lambda each: list(words).index(each.verdict)):
            after = place.after if place.made else self.tr("{0} (only suggested)").format(place.after)
            rows.append((words[place.verdict], place.before, after))
        self.table.show_rows(rows)
        self.table.setVisible(bool(places))
