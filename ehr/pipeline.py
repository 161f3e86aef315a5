"""Words in, proposed chart entries out: the one place where dictation, extraction and checks meet.

Owns the order of the steps and the flags that come from the sound. Knows neither the store nor a window; spaCy and the
rule files load on the first draft, not on import.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry, Flag
from ehr.chart.note import Note
from ehr.chart.patient import Patient
from transcriber.transcript import Transcript, Word

LOW_PROBABILITY = Flag("low-probability", "A word that this entry rests on was heard with little certainty.")
"""Set where the recognizer gave a word of the evidence, articles and the like aside, a probability below `DOUBTFUL`."""

NO_SPEECH = Flag("no-speech", "A word that this entry rests on lies where no speech was found in the recording.")
"""Set where a word of the evidence is stray (`Coverage.stray`): what a model invents over silence."""

DOUBTFUL = 0.5
"""Probability below which a word is doubtful."""

_FUNCTION_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "of",
        "in",
        "on",
        "is",
        "was",
        "has",
        "had",
        "he",
        "she",
        "his",
        "her",
        "with",
        "for",
        "to",
        "it",
    ]
)


def draft(transcript: Transcript, patient: Patient | None = None, *, on: date) -> Draft:
    """The note and the proposed entries of a transcript that was dictated on the day `on`.

    `patient` keeps the patient's own name from being read as a finding ("Mr. Burns").
    """
    text = draft_text(transcript.text, on=on)
    named = _name_words(patient)
    entries = (entry for entry in text.entries if not named or not _is_name(entry, text.note, named))
    heard = Draft(text.note, (), transcript)
    return replace(heard, entries=tuple(_with_flags(entry, heard) for entry in entries))


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


def _with_flags(entry: Entry, heard: Draft) -> Entry:
    """The entry with the flags that its heard words call for."""
    words = heard.words_of(entry)
    flags = list(entry.flags)
    if any(word.probability < DOUBTFUL and _matters(word) for word in words):
        flags.append(LOW_PROBABILITY)
    stray = heard.transcript.coverage.stray if heard.transcript else ()
    if any(word in stray for word in words):
        flags.append(NO_SPEECH)
    return replace(entry, flags=tuple(flags)) if len(flags) > len(entry.flags) else entry


def _matters(word: Word) -> bool:
    """Whether a heard word says something: a name, a figure, a cue, and no article or pronoun."""
    return word.text.lower().strip(".,;:?!") not in _FUNCTION_WORDS
