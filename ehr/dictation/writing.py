"""The road from said to written, step by step.

Owns the order of the steps and the notes they make. Each step is a pure function from the working text to the edits it
wants; none knows another. English rules apply to English alone: other languages get clean white space and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ehr.chart.encounter import Draft
from ehr.chart.note import Note, Repair
from ehr.chart.phrases import NO_PHRASES, Phrases
from ehr.chart.returning import gathered
from ehr.dictation.autotexts import shipped
from ehr.dictation.broken import broken_phrases
from ehr.dictation.commands import recognizer_marks, spoken_marks, stray_marks
from ehr.dictation.forms import MEASURES, NAMES
from ehr.dictation.insertion import insertions
from ehr.dictation.layout import numbered_items, paragraphs
from ehr.dictation.mapped import Edit, MappedText
from ehr.dictation.misheard import misheard
from ehr.dictation.numbers import numbers, ordinals
from ehr.dictation.openings import heading_openings
from ehr.dictation.retraction import retractions
from ehr.dictation.sections import find_sections
from ehr.dictation.sentences import sentence_breaks
from ehr.dictation.spacing import spacing
from ehr.dictation.voice import HELD, order_edits, orders

_ENGLISH: tuple[Callable[[str], list[Edit]], ...] = (
    stray_marks, broken_phrases, misheard, *NAMES, ordinals, numbers, *MEASURES,
    spoken_marks, sentence_breaks, heading_openings, retractions, numbered_items, spacing, paragraphs,
)  # fmt: skip


def write(said: str, *, language: str = "en", repairs: Sequence[Repair] = (), phrases: Phrases = NO_PHRASES) -> Note:
    """The note that `said` dictates; every change is recorded and every character keeps its origin.

    `language` is an ISO 639-1 code; applied `repairs` of misheard words come first. The auto-texts of `phrases` go
    before those that come with the program. Never raises, whatever the text.
    """
    text = MappedText.verbatim(said).apply(_repaired(repairs))
    text = text.apply(spacing(text.text))
    is_english = language.lower().partition("-")[0] == "en"
    if is_english:
        text = _in_english(text, phrases)
    sections = find_sections(text.text) if is_english else ()
    changes = tuple(change for change in text.changes if change.rule != HELD)
    note = Note(said, text.text, changes, sections, text.origins(), tuple(repairs))
    return gathered(Draft(note, ())).note


def _in_english(text: MappedText, phrases: Phrases) -> MappedText:
    """The text after every English step; inserted texts come last, so that no step rewrites them."""
    if phrases.says_marks:
        text = text.apply(recognizer_marks(text.text))
    given = orders(text.text, (*phrases.autotexts, *shipped()))
    text = text.apply(order_edits(text.text, given))
    for step in _ENGLISH:
        text = text.apply(step(text.text))
    return text.apply(insertions(text.text, given))


def _repaired(repairs: Sequence[Repair]) -> list[Edit]:
    return [
        Edit(repair.said.start, repair.said.end, repair.written, "sound-alike") for repair in repairs if repair.applied
    ]
