"""What a clinic and its users have taught the program to write: auto-texts, and words with their sound.

Owns the types, which auto-text wins where two answer to one name, and what a list would change in another. Knows
nothing of files or of where they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class AutoText:
    """A text that one spoken command inserts.

    `names` are what is said after "insert", lower case, the first its title ("normal chest exam"); `section` is the key
    of the section it belongs under (`resources/dictation/sections.json`), empty for wherever it is said. `text` may
    hold fields: `[size]` is left open, `[clear|wheezes]` is a choice whose default comes first.
    """

    names: tuple[str, ...]
    text: str
    section: str = ""

    @property
    def name(self) -> str:
        """Its title."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class ClinicTerm:
    """A word or name as it is to be written, with spellings of how it sounds ("oh zem pick")."""

    written: str
    sounds_like: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrases:
    """What holds for one user's dictation.

    `autotexts` are in order of precedence; `says_marks` tells that the user speaks every punctuation mark, so that the
    recognizer's own are dropped.
    """

    autotexts: tuple[AutoText, ...] = ()
    terms: tuple[ClinicTerm, ...] = ()
    says_marks: bool = False


NO_PHRASES = Phrases()
"""No auto-texts but those that come with the program, and no words of the clinic's own."""


def by_name(autotexts: Iterable[AutoText]) -> dict[str, AutoText]:
    """The auto-text that each name inserts; of two with one name the earlier."""
    found: dict[str, AutoText] = {}
    for autotext in autotexts:
        for name in autotext.names:
            found.setdefault(name, autotext)
    return found


Phrase = AutoText | ClinicTerm


class Fate(StrEnum):
    """What taking a phrase into a list does there."""

    NEW = "new"
    REPLACES = "replaces"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A phrase that would be taken, what it does there, and the one that it replaces."""

    phrase: Phrase
    fate: Fate
    before: Phrase | None = None


def title(phrase: Phrase) -> str:
    """What tells a phrase from the others of one owner: an auto-text's first name, a word as it is written."""
    return phrase.name if isinstance(phrase, AutoText) else phrase.written


def arrivals(found: Iterable[Phrase], now: Iterable[Phrase]) -> tuple[Arrival, ...]:
    """What each phrase found does to the list as it is `now`; capital letters of a word do not tell two apart."""
    there = {title(each).lower(): each for each in now}
    made = []
    for phrase in found:
        before = there.get(title(phrase).lower())
        fate = Fate.NEW if before is None else Fate.SAME if before == phrase else Fate.REPLACES
        made.append(Arrival(phrase, fate, before))
    return tuple(made)
