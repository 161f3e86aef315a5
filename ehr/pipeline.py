"""Words in, proposed chart entries out: the one place where dictation, extraction and checks meet.

Owns the order of the steps and the flags that come from the sound. Knows neither the store nor a window; spaCy and the
rule files load on the first draft, not on import.
"""

from __future__ import annotations

from datetime import date

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry
from ehr.chart.note import Note
from ehr.chart.patient import Patient
from transcriber.transcript import Transcript


def draft(transcript: Transcript, patient: Patient | None = None, *, on: date) -> Draft:
    """The note and the proposed entries of a transcript that was dictated on the day `on`.

    `patient` keeps the patient's own name from being read as a finding ("Mr. Burns").
    """
    text = draft_text(transcript.text, on=on)
    named = _name_words(patient)
    entries = tuple(entry for entry in text.entries if not named or not _is_name(entry, text.note, named))
    return Draft(text.note, entries, transcript)


def draft_text(said: str, *, on: date) -> Draft:
    """The note and the proposed entries of words that were never heard: typed, or from another recognizer."""
    from ehr.dictation import write  # noqa: PLC0415 - the window imports this module and must open fast
    from ehr.extract.extractor import load  # noqa: PLC0415

    note = write(said)
    return Draft(note, load().extract(note, on=on))


def _name_words(patient: Patient | None) -> frozenset[str]:
    return frozenset(f"{patient.given_name} {patient.family_name}".lower().split()) if patient else frozenset()


def _is_name(entry: Entry, note: Note, named: frozenset[str]) -> bool:
    """Whether the entry rests on nothing but words of the patient's name, written as a name."""
    evidence = entry.evidence.of(note.written)
    return evidence[:1].isupper() and set(evidence.lower().split()) <= named
