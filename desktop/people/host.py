"""What the dialogs about users need of the room that opens them."""

from __future__ import annotations

from typing import Protocol

from desktop.chart import Asking
from ehr.chart.people import User


class Host(Asking, Protocol):
    """The present user, who asks the store, and what a dialog tells when it is done."""

    @property
    def user(self) -> User | None:
        """Who has unlocked."""

    @property
    def minutes(self) -> int:
        """After how many idle minutes it locks; 0 for never."""

    def lock_after(self, minutes: int) -> None:
        """Lock after so many idle minutes from now on; 0 for never."""

    def changed(self) -> None:
        """Users were changed, the present one perhaps among them."""

    def began_emergency(self) -> None:
        """Charts can be read now."""
