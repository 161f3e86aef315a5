"""The repairs of one transcript: which are made, which are shown, and which are left to a person.

Owns the choice between overlapping candidates and the rules that no probability overrides: a medicine that was heard is
never turned into another one, two medicines that sound alike are not chosen between, a poorly heard sentence is not
repaired. English only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ehr.chart.note import Repair, Span
from ehr.chart.phrases import ClinicTerm
from ehr.soundalike.asking import joined, question, written
from ehr.soundalike.candidates import Candidate, Site, sites
from ehr.soundalike.decision import ASKED, Sound, features, model, sounds_of
from ehr.soundalike.lexicon import Lexicon, own_terms, taught_terms
from transcriber.transcript import Question, SpanScorer, Word, word_offsets

_SENTENCE = 8  # words on either side
_POORLY_HEARD = 0.45
_RIVAL = 0.25  # of the probability of the best
_WORTH_NAMING = 0.05
_ALTERNATIVES = 3


def repairs(
    words: Sequence[Word],
    *,
    scorer: SpanScorer | None,
    medications: Iterable[str] = (),
    vocabulary: Iterable[ClinicTerm] = (),
    names: Iterable[str] = (),
    language: str = "en",
) -> tuple[Repair, ...]:
    """What was probably said in place of misheard words, in order; none in a language other than English.

    `scorer` asks the sound; without it only what is all but certain is repaired. `medications` are the patient's,
    `vocabulary` is the clinic's, `names` are words of people's names, which stay as they are.
    """
    found = _sites(words, medications, vocabulary, names, language)
    asked = [(site, question(words, site)) for site in found]
    questions = tuple(ask for _, ask in asked if ask is not None)
    scores = scorer.score(questions) if scorer is not None and questions else None
    answers = iter(scores if scores is not None else ())
    spans = list(word_offsets(tuple(words)))
    made: list[Repair] = []
    for site, ask in asked:
        sounds = sounds_of(site, next(answers)) if scores is not None and ask is not None else None
        made += (_repair(words, spans, choice) for choice in _choices(words, site, sounds))
    return tuple(made)


def questions_of(
    words: Sequence[Word],
    *,
    medications: Iterable[str] = (),
    vocabulary: Iterable[ClinicTerm] = (),
    names: Iterable[str] = (),
    language: str = "en",
) -> tuple[Question, ...]:
    """What `repairs` will ask its scorer, for a caller whose engine lives elsewhere."""
    found = _sites(words, medications, vocabulary, names, language)
    return tuple(ask for site in found if (ask := question(words, site)) is not None)


def sentence_probability(words: Sequence[Word], site: Site) -> float:
    """Mean probability of the words around a site, itself included: low where a whole phrase was poorly heard."""
    around = words[max(0, site.first - _SENTENCE) : site.last + _SENTENCE]
    return sum(word.probability for word in around) / len(around)


@dataclass(frozen=True, slots=True)
class _Choice:
    candidate: Candidate
    probability: float
    alternatives: tuple[str, ...]
    applied: bool


def _sites(
    words: Sequence[Word],
    medications: Iterable[str],
    vocabulary: Iterable[ClinicTerm],
    names: Iterable[str],
    language: str,
) -> list[Site]:
    if language.lower().partition("-")[0] != "en":
        return []
    listed = [*own_terms(medications, "medication"), *taught_terms(vocabulary)]
    found = (_promising(words, site) for site in sites(words, Lexicon(listed), names))
    return [site for site in found if site.candidates]


def _promising(words: Sequence[Word], site: Site) -> Site:
    """The site with those candidates alone that are worth asking the sound about, which is what costs time."""
    decision, sentence = model(with_sound=False), sentence_probability(words, site)
    kept = (each for each in site.candidates if decision.probability(features(each, site, sentence, None)) >= ASKED)
    return replace(site, candidates=tuple(kept))


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A candidate with its probability and the one from which it would be made."""

    candidate: Candidate
    probability: float
    bar: float


def _weighed(words: Sequence[Word], site: Site, sounds: list[Sound] | None) -> list[_Weighed]:
    """The candidates that the sound does not rule out, likeliest first."""
    decision = model(with_sound=sounds is not None)
    sentence = sentence_probability(words, site)
    heard: Sequence[Sound | None] = sounds if sounds is not None else [None] * len(site.candidates)
    weighed = (
        _Weighed(each, decision.probability(features(each, site, sentence, sound)), decision.bar(each, sound))
        for each, sound in zip(site.candidates, heard, strict=True)
        if sound is None or not sound.speaks_against(each)
    )
    return sorted(weighed, key=lambda one: -one.probability)


def _choices(words: Sequence[Word], site: Site, sounds: list[Sound] | None) -> list[_Choice]:
    """The likeliest candidates of a site that do not overlap, as far as they are worth showing."""
    clear = sentence_probability(words, site) >= _POORLY_HEARD
    least = model(with_sound=sounds is not None).maybe
    weighed = _weighed(words, site, sounds)
    chosen: list[_Choice] = []
    for one in weighed:
        each = one.candidate
        if one.probability < least or any(_overlap(each, other.candidate) for other in chosen):
            continue
        others = [o for o in weighed if o.candidate.term != each.term and _overlap(each, o.candidate)]
        named = (o.candidate.term.text for o in others if o.probability >= _WORTH_NAMING)
        rival = any(_rival(each, o.candidate) and o.probability >= _RIVAL * one.probability for o in others)
        applied = one.probability >= one.bar and clear and not each.holds_medicine and not rival
        chosen.append(_Choice(each, one.probability, tuple(dict.fromkeys(named))[:_ALTERNATIVES], applied))
    return sorted(chosen, key=lambda choice: choice.candidate.first)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.first < other.last and other.first < one.last


def _rival(one: Candidate, other: Candidate) -> bool:
    """Whether the two are different medicines."""
    return one.term.kind == other.term.kind == "medication" and one.term.filed != other.term.filed


def _repair(words: Sequence[Word], spans: list[tuple[int, int]], choice: _Choice) -> Repair:
    each = choice.candidate
    return Repair(
        said=Span(spans[each.first][0], spans[each.last - 1][1]),
        heard=joined(words[each.first : each.last]),
        written=written(words, each),
        score=round(choice.probability, 3),
        alternatives=choice.alternatives,
        applied=choice.applied,
    )
