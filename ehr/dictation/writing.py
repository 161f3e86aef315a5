"""The road from said to written, step by step.

Owns the order of the steps and the notes they make. Each step is a pure function from the working text to the edits it
wants; none knows another. English rules apply to English alone: other languages get clean white space and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ehr.chart.note import Note, Repair
from ehr.dictation.commands import spoken_marks, stray_marks
from ehr.dictation.forms import MEASURES, NAMES
from ehr.dictation.layout import numbered_items, paragraphs
from ehr.dictation.mapped import Edit, MappedText
from ehr.dictation.numbers import numbers, ordinals
from ehr.dictation.retraction import retractions
from ehr.dictation.sections import find_sections
from ehr.dictation.sentences import sentence_breaks
from ehr.dictation.spacing import spacing

_ENGLISH: tuple[Callable[[str], list[Edit]], ...] = (
    stray_marks, *NAMES, ordinals, numbers, *MEASURES,
    spoken_marks, sentence_breaks, retractions, numbered_items, spacing, paragraphs,
)  # fmt: skip


def write(said: str, *, language: str = "en", repairs: Sequence[Repair] = ()) -> Note:
    """The note that `said` dictates; every change is recorded and every character keeps its origin.

    `language` is an ISO 639-1 code; applied `repairs` of misheard words come first. Never raises, whatever the text.
    """
    text = MappedText.verbatim(said).apply(_repaired(repairs))
    text = text.apply(spacing(text.text))
    is_english = language.lower().partition("-")[0] == "en"
    for step in _ENGLISH if is_english else ():
        text = text.apply(step(text.text))
    sections = find_sections(text.text) if is_english else ()
    return Note(said, text.text, text.changes, sections, text.origins(), tuple(repairs))


def _repaired(repairs: Sequence[Repair]) -> list[Edit]:
    return [
        Edit(repair.said.start, repair.said.end, repair.written, "sound-alike") for repair in repairs if repair.applied
    ]
