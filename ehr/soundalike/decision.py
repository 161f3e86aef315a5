"""How likely a candidate is what was said: from features to a calibrated probability.

Owns the features and the two models over them, learned by `packaging/pronunciation/learn_decision.py`: one for
candidates that the sound was asked about, one, with a stricter bar, for those that it was not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp

import resources
from ehr.soundalike.candidates import ORDINARY, SAME, Candidate, Site

LOWEST, HIGHEST = -40.0, 20.0
"""Where differences of log probabilities are cut off."""

_BEYOND_DOUBT = 0.95
_DOUBTED = 0.9  # the recognizer's probability of a word below which it may be another
_AMONG = 3  # clinical words around it that leave an ordinary word out of its place

ASKED = 0.1
"""The probability without sound from which the sound is asked."""

_AGAINST = -2.0  # a phoneme; of the candidates that were right, 1 in 100 lies below

FEATURES = (
    "distance", "margin", "zipf", "common", "dose", "verb", "beside", "listed", "probability", "phonemes", "words",
    "medication", "part", "sentence", "rivals", "rest",
)  # fmt: skip
"""Names of the features that need no sound."""

SOUND_FEATURES = ("difference", "difference_per_phoneme", "lead")
"""Names of those that do."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Log probabilities: the candidate's above what was heard, and above the best term of its site that means
    something else.
    """

    difference: float
    lead: float

    def speaks_against(self, candidate: Candidate) -> bool:
        """Whether what was heard fits the sound so much better that nothing else may outweigh it."""
        return self.difference / candidate.phonemes < _AGAINST


def sounds_of(site: Site, scores: Sequence[float]) -> list[Sound]:
    """What the scores of a site's question say of its candidates; the first score is what was heard."""
    heard, *rest = scores
    return [
        Sound(
            score - heard,
            score
            - max(
                (s for s, c in zip(rest, site.candidates, strict=True) if c.term.filed != each.term.filed),
                default=heard,
            ),
        )
        for score, each in zip(rest, site.candidates, strict=True)
    ]


def features(candidate: Candidate, site: Site, sentence: float, sound: Sound | None) -> list[float]:
    """The features in their order; `sentence` is the mean probability of the words around."""
    values = [
        candidate.distance,
        candidate.margin,
        candidate.zipf,
        candidate.term.common,
        float(candidate.dose),
        float(candidate.verb),
        float(candidate.beside),
        float(candidate.listed),
        candidate.probability,
        float(min(candidate.phonemes, 20)),
        float(candidate.last - candidate.first),
        float(candidate.term.kind == "medication"),
        float(candidate.term.kind == "word"),
        sentence,
        candidate.distance - min(each.distance for each in site.candidates),
        float(candidate.rest),
    ]
    if sound is not None:
        difference = _clipped(sound.difference)
        values += [difference, difference / candidate.phonemes, _clipped(sound.lead)]
    return values


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression on standardized features.

    At `sure` and above a repair is made, from `maybe` on it is shown; `careful` is the bar of candidates that have
    little but their sound for them, `listed` that of the patient's and the clinic's own.
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    bias: float
    sure: float
    careful: float
    listed: float
    maybe: float

    def bar(self, candidate: Candidate, sound: Sound | None) -> float:
        """The probability from which a candidate's repair is made.

        Ordinary words are most often themselves, the more so where the sound prefers them or nothing but a word of
        longer terms stands against them; not where the recognizer doubted them among clinical words. A rare one with
        nothing clinical around it is a name. A doubted word that is the same to the ear (rails, rales) leaves the sound
        without a say, and what stands around decides. A medicine beside which a strange word stays is often half of
        another.
        """
        if candidate.listed:
            return self.listed
        if candidate.rest and candidate.term.kind == "medication":
            return _BEYOND_DOUBT
        if _is_homophone(candidate) and candidate.probability < _DOUBTED and candidate.beside:
            return self.maybe
        ordinary = candidate.zipf >= ORDINARY and not candidate.dose
        lone = not (candidate.beside or candidate.dose)
        preferred = sound is not None and sound.difference > 0
        doubted = sound is not None and candidate.probability < _DOUBTED and candidate.beside >= _AMONG
        if ordinary and (candidate.term.kind == "word" or not (preferred or doubted)):
            return _BEYOND_DOUBT
        return self.careful if (ordinary and not doubted) or lone else self.sure

    def probability(self, values: Sequence[float]) -> float:
        """That the candidate was said, 0 to 1."""
        terms = zip(values, self.mean, self.scale, self.weight, strict=True)
        score = sum((value - mean) / scale * weight for value, mean, scale, weight in terms)
        return 1 / (1 + exp(-(self.bias + score)))


@cache
def model(*, with_sound: bool) -> Model:
    """The shipped model."""
    table = json.loads(resources.path("soundalike/decision.json").read_text(encoding="utf-8"))
    found = table["sound" if with_sound else "bare"]
    return Model(
        tuple(found["mean"]), tuple(found["scale"]), tuple(found["weight"]),
        found["bias"], found["sure"], found["careful"], found["listed"], found["maybe"],
    )  # fmt: skip


def _is_homophone(candidate: Candidate) -> bool:
    """Whether one word was heard that is the same to the ear as the term."""
    return candidate.distance <= SAME and candidate.last - candidate.first == 1 and candidate.term.kind != "word"


def _clipped(value: float) -> float:
    return max(LOWEST, min(HIGHEST, value))
