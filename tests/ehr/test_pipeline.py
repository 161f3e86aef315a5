"""The whole road from a transcript to a draft: the evidence thread and the flags that come from the sound."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

from ehr.chart.patient import Patient
from ehr.pipeline import DOUBTFUL, LOW_PROBABILITY, NO_SPEECH, draft, draft_text
from transcriber.transcript import Coverage, Segment, Transcript, Word

DAY = date(2026, 11, 24)


def heard(text: str, *, doubtful: str = "", stray: str = "") -> Transcript:
    """A transcript of `text`, half a second a word."""
    words = tuple(
        Word(word, index / 2, index / 2 + 0.4, DOUBTFUL / 2 if word == doubtful else 0.95)
        for index, word in enumerate(text.split())
    )
    strays = tuple(word for word in words if word.text == stray)
    duration = len(words) / 2
    return Transcript((Segment(words),), "en", duration, "test", "CPU", Coverage(duration, duration, (), strays))


def test_entry_leads_back_to_its_words() -> None:
    """The evidence of an entry names the very words that were heard, with their times."""
    found = draft(heard("She takes metformin five hundred milligrams twice daily."), on=DAY)
    (entry,) = found.entries
    words = found.words_of(entry)
    heard_as = {word.text: word.start for word in words}
    assert heard_as["metformin"] == 1.0
    assert {"five", "hundred", "milligrams"} <= set(heard_as)


def test_doubtful_and_stray_words_are_flagged() -> None:
    """A low probability and a word outside speech mark the entry that rests on them, and no other."""
    found = draft(heard("He has asthma and gout and takes lisinopril", doubtful="asthma", stray="lisinopril"), on=DAY)
    flags = {entry.name: entry.flags for entry in found.entries}
    assert LOW_PROBABILITY in flags["asthma"]
    assert NO_SPEECH in flags["lisinopril"]
    assert flags["gout"] == ()
    assert [entry.name for entry in found.to_review()] == ["asthma", "lisinopril"]


def test_patient_name_is_no_finding() -> None:
    """A patient called Burns has no burns."""
    patient = Patient("1", "Burns", "Grace")
    said = heard("Burns was seen today. She has a burn of the left hand.")
    assert [entry.name for entry in draft(said, patient, on=DAY).entries] == ["hand burn"]


def test_silence_is_an_empty_draft() -> None:
    """No words give a note without entries."""
    assert draft_text("", on=DAY).entries == ()


def test_importing_the_pipeline_loads_no_spacy() -> None:
    """The window imports the pipeline and must open fast."""
    code = "import sys, ehr.pipeline; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_language_becomes_a_note_without_entries() -> None:
    """English rules read no facts into a Spanish dictation."""
    said = "El paciente no tiene dolor. Toma metformin 500 mg."
    found = draft_text(said, on=date(2026, 11, 24), language="es")
    assert (found.note.written, found.entries) == (said, ())
