"""Misheard clinical words: their sound, their candidates, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr import pipeline
from ehr.chart.entry import ReviewState
from ehr.chart.phrases import ClinicTerm, Phrases
from ehr.dictation import write
from ehr.soundalike.candidates import sites
from ehr.soundalike.doubts import doubt_questions, doubts
from ehr.soundalike.lexicon import clinical, clinical_terms, pronounce
from ehr.soundalike.phonemes import parsed, spelled
from ehr.soundalike.repair import questions_of, repairs
from ehr.soundalike.rewriting import as_changes, rewritten
from ehr.soundalike.vocabulary import read_vocabulary
from transcriber.transcript import Answers, Coverage, Segment, Transcript, Word

DAY = date(2026, 3, 1)


def words_of(text: str, probability: float = 0.6) -> tuple[Word, ...]:
    """Half a second a word; words in capitals are doubtful."""
    return tuple(
        Word(word, at / 2, at / 2 + 0.4, 0.2 if word.isupper() and len(word) > 3 else probability)
        for at, word in enumerate(text.split())
    )


def transcript_of(text: str, language: str = "en") -> Transcript:
    words = words_of(text)
    return Transcript((Segment(words),), language, len(words) / 2, "test", "CPU", Coverage(1.0, 1.0, (), ()))


@dataclass
class Ear:
    """A scorer that gives every text that holds one of `said` more than what was heard, and all others less."""

    said: tuple[str, ...]
    by: float = 8.0

    def score(self, questions):
        """The heard text comes first and scores −20."""
        return tuple(
            (-20.0, *(-20.0 + (self.by if any(term in text for term in self.said) else -self.by) for text in rest))
            for _, *rest in (question.texts for question in questions)
        )


class Flatterer:
    """A scorer that prefers everything to what was heard."""

    def score(self, questions):
        """What was heard scores −40, all else 0."""
        return tuple((-40.0, *(0.0 for _ in question.texts[1:])) for question in questions)


@given(st.binary(max_size=20).map(lambda raw: bytes(byte % 39 for byte in raw)))
def test_pronunciations_are_spelled_and_read_back(phones):
    """Text and bytes say the same."""
    assert parsed(spelled(phones)) == phones


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        (["lysinopryl"], "lisinopril"),
        (["met", "for", "men"], "metformin"),
        (["sitaglipped", "in"], "sitagliptin"),
        (["hydrochloro", "thyside"], "hydrochlorothiazide"),
        (["fluticosone"], "fluticasone"),
    ],
)
def test_the_nearest_term_is_the_one_that_was_said(heard, said):
    """Across word boundaries and misspellings."""
    nearest = clinical().alike(pronounce(heard), within=0.45, limit=3)
    assert nearest[0].term.text == said
    assert all(one.distance <= other.distance for one, other in pairwise(nearest))


def test_a_misheard_medicine_is_repaired_by_its_sound():
    """What was heard stays said, the note has the medicine, and the change is named."""
    words = words_of("Please continue LYSINOPRYL 20 mg daily.")
    (made,) = repairs(words, scorer=Ear(("lisinopril",)))
    assert (made.heard, made.written, made.applied) == ("LYSINOPRYL", "lisinopril", True)
    note = write("Please continue LYSINOPRYL 20 mg daily.", repairs=(made,))
    assert "lisinopril 20 mg" in note.written
    assert "LYSINOPRYL" in note.said
    assert "sound-alike" in {change.rule for change in note.changes}
    at = note.written.index("lisinopril")
    assert note.to_said(type(made.said)(at, at + 10)).of(note.said) == "LYSINOPRYL"


def test_the_sound_decides():
    """The same words stay where the sound speaks against every candidate."""
    found = repairs(words_of("Please continue LYSINOPRYL 20 mg daily."), scorer=Ear((), by=30.0))
    assert not any(each.applied for each in found)


def test_several_words_become_one():
    """Words that a recognizer made of one medicine go together."""
    (made,) = repairs(words_of("Start SITA glip tin 100 mg daily."), scorer=Ear(("sitagliptin",)))
    assert (made.heard, made.written) == ("SITA glip tin", "sitagliptin")


@pytest.mark.parametrize("step", range(4))
def test_a_medicine_that_was_heard_never_becomes_another(step):
    """However the sound flatters the others: no change touches a known medicine."""
    known = [term.text for term in clinical_terms().values() if term.kind == "medication" and " " not in term.text]
    for name in known[step * 10 :: 97]:
        words = words_of(f"She will start {name} 20 mg daily for this.", probability=0.3)
        for each in repairs(words, scorer=Flatterer()):
            assert not (each.applied and name in each.heard.lower()), (name, each)


def test_ordinary_words_in_their_place_are_left_alone():
    """Plain speech has no site at all, or none that the sound cannot rule out."""
    text = "We talked about the weather and then he walked home with his two brothers in the evening."
    assert not any(each.applied for each in repairs(words_of(text, 0.95), scorer=Ear((), by=5.0)))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Lungs have no wheezes, rails or rhonchi on auscultation.", ["rales"]),
        ("The rails of the bridge were painted last week by him.", []),
        ("The father of Mister Fisher has an anal problem and pain.", []),
        ("A rainbow of red and yellow bands with a tender rash.", []),
    ],
)
def test_words_that_are_the_same_to_the_ear(text, made):
    """What stands around decides, names and everyday words stay; the sound gives the heard word a little more."""
    found = repairs(words_of(text, 0.8), scorer=Ear((), by=5.0))
    assert [each.written for each in found if each.applied] == made


def test_two_medicines_that_sound_alike_are_both_shown():
    """Where the sound does not tell them apart nothing is changed."""
    words = words_of("Start HYDROXALAZINE 25 mg at night.")
    found = repairs(words, scorer=Ear(("hydroxyzine", "hydralazine")))
    shown = {name for each in found for name in (each.written, *each.alternatives)}
    assert not any(each.applied for each in found)
    assert {"hydroxyzine", "hydralazine"} <= shown


def test_names_and_other_languages_are_left_alone():
    """The patient's name, and words that are not English."""
    words = words_of("Mr. LYSINOPRYL takes LYSINOPRYL 20 mg.")
    assert sites(words, names=["lysinopryl"]) == []
    assert repairs(words, scorer=Flatterer(), language="es") == ()


def test_without_sound_the_bar_is_higher():
    """The same candidate is repaired with the sound, and not surer without it."""
    words = words_of("Please continue LYSINOPRYL 20 mg daily.")
    with_sound = repairs(words, scorer=Ear(("lisinopril",)))
    without = repairs(words, scorer=None)
    assert with_sound[0].written == without[0].written == "lisinopril"
    assert with_sound[0].applied


def test_answers_of_another_process_are_used_as_they_are():
    """Asked elsewhere, the result is the same; an unanswered question counts as no sound."""
    words = words_of("Please continue LYSINOPRYL 20 mg daily.")
    ear = Ear(("lisinopril",))
    questions = questions_of(words)
    answers = Answers(dict(zip(questions, ear.score(questions), strict=True)))
    assert repairs(words, scorer=answers) == repairs(words, scorer=ear)
    assert repairs(words, scorer=Answers({})) == repairs(words, scorer=None)


def test_the_patients_own_medicine_is_likelier():
    """The same sound, and a list that holds the medicine."""
    words = words_of("She takes LEVA TIRAS TAM twice a day.")
    bare = {each.written: each.score for each in repairs(words, scorer=None)}
    listed = {each.written: each.score for each in repairs(words, scorer=None, medications=["levetiracetam"])}
    assert listed["levetiracetam"] > bare.get("levetiracetam", 0.0)


def test_entries_tell_that_their_words_were_misheard():
    """The draft has the medicine, flagged with what was heard."""
    transcript = transcript_of("Please continue LYSINOPRYL 20 mg daily.")
    found = pipeline.draft(transcript, on=DAY, scorer=Ear(("lisinopril",)))
    (entry,) = found.entries
    assert entry.name == "lisinopril"
    assert "LYSINOPRYL" in next(flag.reason for flag in entry.flags if flag.code == "sound-alike")
    assert found.note.repairs[0].applied
    assert found.transcript == transcript


def test_a_rewritten_transcript_keeps_times():
    """One word with the time of all; the other words and the contract's changes are as they were."""
    transcript = transcript_of("Start SITA glip tin 100 mg daily.")
    made = repairs(transcript.words, scorer=Ear(("sitagliptin",)))
    words = rewritten(transcript, made).words
    assert [word.text for word in words] == ["Start", "sitagliptin", "100", "mg", "daily."]
    assert (words[1].start, words[1].end) == (0.5, 1.9)
    (change,) = as_changes(transcript.words, made)
    assert (change["heard"], change["start"], change["end"]) == ("SITA glip tin", 0.5, 1.9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=9).filter(lambda text: bool(text.strip())), max_size=8))
def test_any_words_pass(texts):
    """Whatever the words, nothing is raised, and repairs lie in order without overlap."""
    words = tuple(Word(text.strip(), at, at + 1, 0.3) for at, text in enumerate(texts))
    made = [each.said for each in repairs(words, scorer=Flatterer()) if each.applied]
    assert all(one.end <= other.start for one, other in pairwise(made))


def test_doubtful_verbs_and_numbers_are_shown():
    """An alternative that the sound supports is a doubt; the text stays."""
    words = words_of("Stop losartan and take 15 mg daily.", 0.5)
    assert doubt_questions(words)[0].texts[1].startswith("Start")
    found = doubts(words, scorer=Ear(("Start", "50 mg")))
    assert [(each.heard, each.written, each.applied) for each in found] == [
        ("Stop", "Start", False),
        ("15", "50", False),
    ]
    assert doubts(words, scorer=Ear((), by=5.0)) == ()
    assert doubts(words, scorer=Flatterer(), language="de") == ()


def test_a_digit_that_swallowed_the_word_before_is_shown():
    """Where "succinate 25 mg" was heard as 825 mg the sound is asked; a number without a unit is none of a dose."""
    words = words_of("Start metoprolol succinate 825 mg daily. Room 825 is free.", 0.5)
    found = doubts(words, scorer=Ear(("succinate 25 mg",)))
    assert [each.readings for each in found] == [("825", "25")]


def test_numbers_that_nobody_dictates_are_shown_without_sound():
    """Two readings of one number, side by side."""
    found = doubts(words_of("A 50-80-year-old man. A1c was 7, 9% today."), scorer=None)
    assert [each.readings for each in found] == [("50-80", "58"), ("7, 9", "7.9")]


def test_a_doubtful_dose_flags_its_entry():
    """The reviewer reads both."""
    found = pipeline.draft(transcript_of("Start losartan 15 mg daily."), on=DAY, scorer=Ear(("50 mg",)))
    (entry,) = found.entries
    assert any(flag.code == "sound-alike" and "50" in flag.reason for flag in entry.flags)
    assert [each.readings for each in found.note.repairs] == [("15", "50")]


@pytest.mark.parametrize(
    ("content", "terms", "refused"),
    [
        (b"", (), ()),
        (b"\n\n  \n", (), ()),
        (b"\xef\xbb\xbfEntyvio\nkyphoplasty\r\n", ("Entyvio", "kyphoplasty"), ()),
        (b'written,sounds_like\nHbA1c,"aye one see; a one see"\n', ("HbA1c",), ()),
        (b'{"written": "Entyvio", "sounds_like": ["en tie vee oh"]}\n', ("Entyvio",), ()),
        (
            b'{"written": 5}\n',
            (),
            ((1, 'an object has "written", a text, and may have "sounds_like", a list of texts'),),
        ),
        (
            b"Entyvio,en2\n",
            (),
            ((1, "a spelling of the sound consists of the letters a to z, spaces, hyphens and apostrophes"),),
        ),
        (b'"Entyvio\n', (), ((1, "a quotation mark has no partner"),)),
        (b"Entyvio\nentyvio\n", ("Entyvio",), ((2, "line 1 says the same"),)),
        (b"caf\xe9ine\nropinirole\n", ("ropinirole",), ((1, "it is not UTF-8"),)),
        (b"12345\n", (), ((1, "a term consists of the letters a to z, spaces, hyphens and apostrophes"),)),
        (b"ab\n", (), ((1, "a term of fewer than 4 letters cannot be told by its sound"),)),
        (b"x" * 61, (), ((1, "it is longer than 60 characters"),)),
    ],
)
def test_a_clinics_list_is_refused_line_by_line(content, terms, refused):
    """Each unusable line with its reason; the others count."""
    found, left_out = read_vocabulary(content)

    assert (tuple(term.written for term in found), left_out) == (terms, refused)


@given(st.binary(max_size=200))
def test_any_list_is_read(content):
    """Whatever the bytes: a line is a term, blank, or refused."""
    terms, refused = read_vocabulary(content)
    assert len(terms) + len(refused) <= len(content.splitlines())


def test_a_fact_from_the_word_list_is_flagged_and_only_proposed():
    """What is written because it is on the list waits for a person, whoever made the list."""
    heard = transcript_of("She continues zandoprell 50 mg daily.")
    listed = Phrases(terms=(ClinicTerm("metoprolol", ("zando prell",)),))
    (entry,) = pipeline.draft(heard, on=DAY, phrases=listed).entries
    without = pipeline.draft(heard, on=DAY).entries

    assert "boosted" in {flag.code for flag in entry.flags}
    assert entry.state is ReviewState.PROPOSED
    assert not any(flag.code == "boosted" for each in without for flag in each.flags)


def test_a_word_is_found_by_a_spelling_of_its_sound():
    """And not without it."""
    words = words_of("We used the zando flex brace today.")
    (repair,) = repairs(words, scorer=None, vocabulary=[ClinicTerm("Q7 Orthosis", ("zando flex",))])

    assert repair.written == "Q7 Orthosis"
    assert "Q7 Orthosis" not in {each.written for each in repairs(words, scorer=None)}
