"""Words in, proposed chart entries out: the one place where dictation, extraction and checks meet.

Owns the order of the steps and the flags that come from the sound. Knows neither the store nor a window; spaCy and the
rule files load on the first draft, not on import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from ehr.chart.encounter import Draft
from ehr.chart.entry import Entry, Flag
from ehr.chart.note import Note, Repair
from ehr.chart.patient import Patient
from ehr.chart.phrases import NO_PHRASES, Phrases
from transcriber.transcript import Question, SpanScorer, Transcript, Word

LOW_PROBABILITY = Flag("low-probability", "A word that this entry rests on was heard with little certainty.")
"""Set where the recognizer gave a word of the evidence, articles and the like aside, a probability below `DOUBTFUL`."""

NO_SPEECH = Flag("no-speech", "A word that this entry rests on lies where no speech was found in the recording.")
"""Set where a word of the evidence is stray (`Coverage.stray`): what a model invents over silence."""

MISHEARD = "sound-alike"
"""Code of the flag where a word of the evidence was repaired, or may be another: a name, a number, a verb, a "no"."""

BOOSTED = Flag("boosted", "A word that this entry rests on was written because it is on your word list.")
"""Set where a word of the evidence was repaired, or may be repaired, to a term of the clinic's or the user's own."""

DOUBTFUL = 0.5
"""Probability below which a word is doubtful."""

_FUNCTION_WORDS = frozenset("the a an and of in on is was has had he she his her with for to it".split())


def draft(
    transcript: Transcript,
    patient: Patient | None = None,
    *,
    on: date,
    scorer: SpanScorer | None = None,
    medications: Iterable[str] = (),
    phrases: Phrases = NO_PHRASES,
) -> Draft:
    """The note and the proposed entries of a transcript that was dictated on the day `on`.

    `patient` keeps the patient's own name from being read as a finding ("Mr. Burns"). `scorer` asks the sound which
    words were misheard; without it only what is all but certain is repaired. `medications` are the patient's,
    `phrases` the clinic's and the user's.
    """
    from ehr.soundalike.doubts import doubts  # noqa: PLC0415
    from ehr.soundalike.repair import repairs  # noqa: PLC0415 - the window imports this module and must open fast

    named = _name_words(patient)
    repaired = repairs(
        transcript.words,
        scorer=scorer,
        medications=medications,
        vocabulary=phrases.terms,
        names=named,
        language=transcript.language,
    )
    unsure = doubts(transcript.words, scorer=scorer, language=transcript.language, repaired=repaired)
    misheard = sorted((*repaired, *unsure), key=lambda each: each.said)
    language = transcript.language or "en"
    text = draft_text(transcript.text, on=on, repaired=misheard, language=language, phrases=phrases)
    entries = (entry for entry in text.entries if not named or not _is_name(entry, text.note, named))
    heard = Draft(text.note, (), transcript)
    own = frozenset(term.written.lower() for term in phrases.terms)
    return replace(heard, entries=tuple(_with_flags(entry, heard, own) for entry in entries))


def questions(
    transcript: Transcript,
    patient: Patient | None = None,
    *,
    medications: Iterable[str] = (),
    phrases: Phrases = NO_PHRASES,
) -> tuple[Question, ...]:
    """What `draft` will ask its scorer, for a caller whose engine lives in another process (`repair.Answers`)."""
    from ehr.soundalike.doubts import doubt_questions  # noqa: PLC0415
    from ehr.soundalike.repair import questions_of  # noqa: PLC0415

    words, language = transcript.words, transcript.language
    asked = questions_of(
        words, medications=medications, vocabulary=phrases.terms, names=_name_words(patient), language=language
    )
    return tuple(sorted((*asked, *doubt_questions(words, language=language)), key=lambda each: each.span.start))


def draft_text(
    said: str, *, on: date, repaired: Sequence[Repair] = (), language: str = "en", phrases: Phrases = NO_PHRASES
) -> Draft:
    """The note and the proposed entries of words that were never heard: typed, or from another recognizer.

    The rules are for English: a dictation in another `language` (ISO 639-1) becomes a note without entries. What stands
    in an open field of an inserted text is no fact yet, and what was inserted is marked as such.
    """
    from ehr.chart.fields import without_fields  # noqa: PLC0415
    from ehr.dictation import write  # noqa: PLC0415
    from ehr.dictation.unspoken import marked  # noqa: PLC0415
    from ehr.extract.extractor import load  # noqa: PLC0415

    note = write(said, repairs=repaired, language=language, phrases=phrases)
    if not language.lower().startswith("en"):
        return Draft(note, ())
    return Draft(note, marked(load().extract(without_fields(note), on=on), note))


def _name_words(patient: Patient | None) -> frozenset[str]:
    return frozenset(f"{patient.given_name} {patient.family_name}".lower().split()) if patient else frozenset()


def _is_name(entry: Entry, note: Note, named: frozenset[str]) -> bool:
    """Whether the entry rests on nothing but words of the patient's name, written as a name."""
    evidence = entry.evidence.of(note.written)
    return evidence[:1].isupper() and set(evidence.lower().split()) <= named


def _with_flags(entry: Entry, heard: Draft, own: frozenset[str]) -> Entry:
    """The entry with the flags that its heard words call for."""
    words = heard.words_of(entry)
    said = heard.note.to_said(entry.evidence)
    touched = [repair for repair in heard.note.repairs if repair.said.overlaps(said)]
    flags = [*entry.flags, *(Flag(MISHEARD, _reason(repair)) for repair in touched)]
    if any(reading.lower() in own for repair in touched for reading in repair.readings[1:]):
        flags.append(BOOSTED)
    if any(word.probability < DOUBTFUL and _matters(word) for word in words):
        flags.append(LOW_PROBABILITY)
    stray = heard.transcript.coverage.stray if heard.transcript else ()
    if any(word in stray for word in words):
        flags.append(NO_SPEECH)
    return replace(entry, flags=tuple(flags)) if len(flags) > len(entry.flags) else entry


def _reason(repair: Repair) -> str:
    others = ", ".join(repair.alternatives)
    if repair.applied:
        return f"Heard “{repair.heard}”, written “{repair.written}”" + (f"; perhaps {others}." if others else ".")
    return f"Heard “{repair.heard}”, perhaps {', '.join(filter(None, (repair.written, others)))}."


def _matters(word: Word) -> bool:
    """Whether a heard word says something: a name, a figure, a cue, and no article or pronoun."""
    return word.text.lower().strip(".,;:?!") not in _FUNCTION_WORDS
