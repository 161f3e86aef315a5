"""What can be said: every spoken command and auto-text by its words.

Owns the list that the window and the command line show. It is made from what the rules themselves read, so a command
that is not on it does not exist. Knows nothing of how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ehr.chart.phrases import Phrases, by_name
from ehr.dictation.autotexts import shipped
from ehr.dictation.headings import section_kinds
from ehr.dictation.rules import rules
from ehr.dictation.voice import way_to, ways_said

SHIPPED = "comes with Chartwright"
OWN = "yours or your clinic's"


@dataclass(frozen=True, slots=True)
class Sayable:
    """Words that do something. `say` are the ways to say it, the usual one first; `does` is what comes of it."""

    group: str
    say: tuple[str, ...]
    does: str


def sayables(phrases: Phrases) -> tuple[Sayable, ...]:
    """Everything that a user with these `phrases` can say, by group."""
    return (*_editing(), *_auto_texts(phrases), *_sections(), *_marks())


def _editing() -> Iterator[Sayable]:
    retractions = tuple(rules("commands")["retractions"])
    yield Sayable("Editing", retractions, "takes back the words before it, or the command just given")
    yield Sayable("Editing", tuple(rules("commands")["corrections"]), "puts the next number, side or the like in place")
    yield Sayable("Fields", ("next field",), "goes to the next [field]; what you say next fills it")
    yield Sayable(
        "Fields", ("accept defaults", "accept the defaults"), "takes the first option of every [choice|field]"
    )


def _auto_texts(phrases: Phrases) -> Iterator[Sayable]:
    obeyed = by_name((*phrases.autotexts, *shipped()))
    for autotext in (*phrases.autotexts, *shipped()):
        names = tuple(f"insert {name}" for name in autotext.names if obeyed[name] is autotext)
        if names:
            origin = OWN if autotext in phrases.autotexts else SHIPPED
            yield Sayable("Auto-texts", names, f"{_beginning(autotext.text)} ({origin})")


def _sections() -> Iterator[Sayable]:
    for kind in section_kinds().values():
        ways = (way_to(kind), *(f"go to {phrase}" for phrase in ways_said(kind)))
        yield Sayable(
            "Sections", tuple(dict.fromkeys(ways)), f"writes on under “{kind.title}”, at its end if it is there"
        )
    yield Sayable("Sections", ("navigate to plan", "jump to plan"), "as “go to plan”; so with every section")


def _marks() -> Iterator[Sayable]:
    for mark in rules("commands")["marks"]:
        written = {"\n\n": "begins a paragraph", "\n": "begins a line"}.get(mark["write"], f"writes {mark['write']}")
        ways = (say for say in mark["say"] if say != "kama")
        yield Sayable("Punctuation", tuple(say if say != "quote" else "quote … unquote" for say in ways), written)


def _beginning(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= 60 else line[:57].rstrip() + " …"
