# ruff: noqa: S608  (every statement here is made of column names)
"""What the documents of search can be filtered by, as words of the index itself.

Owns the form of these words, once for the triggers that write them (SQL) and once for the query that looks for them. A
filter inside the index is as fast as a word: rare and common words meet without reading the documents. Each begins
with a letter of the private use area, which no keyboard types and `search` removes, and ends with "z", so that none is
the beginning of another unless that is meant (codes).
"""

from __future__ import annotations

import re

MARK = "\ue000"
"""Begins every facet. The index's tokenizer takes letters of the private use area for letters."""

_MARK = "char(57344)"
EVERYTHING = f"{MARK}allz"
"""Every document has it: what is looked for where only dates are given."""


def kind_word(kind: str) -> str:
    """The word for an entry kind, or "note"."""
    return f"{MARK}k{_letters(kind)}z"


def state_word(state: str) -> str:
    """The word for a review state of an entry or the state of a dictation."""
    return f"{MARK}s{_letters(state)}z"


def code_word(code: str) -> str:
    """The word for a code. Where it begins with a letter (ICD-10-CM) it has no end, so that "E11" begins "E11.9"."""
    return f"{MARK}c{_letters(code)}" + ("" if code[:1].isalpha() else "z")


def patient_word(patient_id: str) -> str:
    """The word for a patient."""
    return f"{MARK}p{_letters(patient_id)}z"


def author_word(author: str) -> str:
    """The word for somebody who wrote a version of the note."""
    return f"{MARK}a{author.encode().hex()}z"


def _letters(text: str) -> str:
    return re.sub(r"[-_.]", "", text.lower())


def facets_of_note(encounter: str) -> str:
    """SQL for the facets of an encounter's note; `encounter` is the row's name in the statement."""
    return (
        f"{_MARK} || 'allz ' || {_MARK} || 'knotez ' || {_patient(encounter)}"
        f" || {_state(f'{encounter}.status')} || {_state(f'{encounter}.standing')} || {_authors(f'{encounter}.id')}"
    )


def facets_of_entry(entry: str, encounter: str) -> str:
    """SQL for the facets of an entry; both are the rows' names in the statement."""
    code = f"replace(replace(replace({entry}.code, '.', ''), '-', ''), '_', '')"
    return (
        f"{_MARK} || 'allz ' || {_MARK} || 'k' || replace({entry}.kind, '_', '') || 'z ' || {_patient(encounter)}"
        f" || {_state(f'{entry}.state')} || coalesce({_MARK} || 'c' || {code} || 'z ', '')"
        f" || {_authors(f'{encounter}.id')}"
    )


def facet_of_author(author: str) -> str:
    """SQL for the facet of one author, with a space before it."""
    return f"' ' || {_MARK} || 'a' || hex({author}) || 'z'"


def _state(column: str) -> str:
    return f"{_MARK} || 's' || replace({column}, '-', '') || 'z '"


def _patient(encounter: str) -> str:
    return f"{_MARK} || 'p' || replace({encounter}.patient_id, '-', '') || 'z '"


def _authors(encounter_id: str) -> str:
    each = f"SELECT DISTINCT author FROM note_version WHERE encounter_id = {encounter_id}"
    return f"coalesce((SELECT group_concat({facet_of_author('author')}, '') FROM ({each})), '')"
