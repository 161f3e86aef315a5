"""What the rooms of commands need of the window, and what several of them ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from desktop.dictation.recorder import Input
from desktop.dictation.recovery import Recovery
from desktop.dictation.rewinding import Deck
from desktop.facts.panel import FactsPanel
from desktop.patient.guard import Guard
from desktop.patient.keeper import PatientKeeper
from desktop.people.room import People
from desktop.phrases.keeper import PhraseKeeper
from desktop.player.player import Player
from desktop.review.panels import NotePanel
from desktop.session import Session
from desktop.signing.signing import Signing
from desktop.upkeep.room import Upkeep
from desktop.worklist.rail import Rail
from ehr.chart.patient import Patient


class Workbench(Protocol):
    """The parts of the window, and the dialogs that open over it."""

    session: Session
    recovery: Recovery
    player: Player
    deck: Deck
    rail: Rail
    note: NotePanel
    facts: FactsPanel
    people: People
    phrases: PhraseKeeper
    patients: PatientKeeper
    guard: Guard
    signing: Signing
    upkeep: Upkeep

    def tr(self, text: str, /) -> str:
        """A text in the user's language."""

    def panes(self) -> Sequence[QWidget]:
        """The places between which the keyboard moves."""

    def refresh(self) -> None:
        """Enable the actions that make sense now."""

    def ask_patient(self, purpose: str, then: Callable[[Patient], None]) -> None:
        """Let a patient be chosen or added, and go on with them."""

    def ask_audio(self, then: Callable[[Path], None]) -> None:
        """Let an audio file be chosen, and go on with it."""

    def ask_microphone(self) -> None:
        """Let a microphone be chosen."""

    def ask_buttons(self) -> None:
        """Let what pedals, microphones and held keys do be chosen."""

    def input(self) -> Input:
        """The microphone and the channel that were chosen."""

    def show_palette(self) -> None:
        """Find a command by typing."""

    def show_keys(self) -> None:
        """Show every key."""

    def close(self) -> bool:
        """Close the window; whether it did."""


def may_change(window: Workbench) -> bool:
    """Whether nothing is open over the page, and it is not signed."""
    return not window.facts.editing and not window.session.standing.locked


def leave_note(window: Workbench) -> None:
    """Keep what was typed and give the keyboard to the facts."""
    window.note.editor.leave()
    window.facts.list.setFocus()
