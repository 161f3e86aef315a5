"""The extraction pipeline: which components run, and in which order.

Owns the spaCy pipeline and the road from a written note to proposed entries. Each component is a module of this
package; what it knows about medicine lies in `resources/extract`.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import spacy
from spacy.language import Language

from ehr.chart.entry import Entry
from ehr.chart.note import Note
from ehr.extract import (
    allergies,
    attributes,
    clauses,
    dates,
    entries,
    findings,
    follow_up,
    immunizations,
    judgement,
    measurements,
    medications,
    ner,
    plan,
    sides,
    social,
)

PIPELINE: tuple[tuple[object, str], ...] = (
    (clauses, "clauses"),
    (allergies, "allergies"),
    (medications, "medications"),
    (immunizations, "immunizations"),
    (measurements, "measurements"),
    (findings, "findings"),
    (plan, "plan"),
    (follow_up, "follow_up"),
    (social, "social"),
    (ner, "clinical_ner"),
    (judgement, "judgement"),
    (attributes, "attributes"),
    (dates, "dates"),
)
"""Each component's module, whose import registers the factory, and the factory's name; in the order they run."""


class Extractor:
    """Finds the clinical facts of a written note."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    def extract(self, note: Note, *, on: date) -> tuple[Entry, ...]:
        """The proposed entries of `note`, dictated on the day `on`, in the order of their evidence."""
        doc = self._nlp.make_doc(note.written)
        doc.user_data["note"] = note
        doc.user_data["on"] = on
        return sides.flag_sides(entries.settle(self._nlp(doc)))


@cache
def load() -> Extractor:
    """The extractor with all its components; built once, then shared."""
    nlp = spacy.blank("en")
    for _, name in PIPELINE:
        nlp.add_pipe(name)
    return Extractor(nlp)
