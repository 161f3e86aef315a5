"""Train the component "clinical_ner" from scratch and write resources/models/clinical-ner.

    python packaging/train_extraction/train.py [--output FOLDER] [--epochs N]

Random initialisation, CPU, one seed. Data: BC5CDR and NCBI disease and generated dictation. See README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import corpora
import dictation
import spacy
from corpora import Tagged
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.iob_utils import iob_to_biluo
from spacy.util import compounding, fix_random_seed, minibatch

SEED = 20261124
GENERATED = 7000
OUTPUT = Path(__file__).parents[2] / "resources/models/clinical-ner"
MODEL = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 48,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 64,
            "depth": 3,
            "embed_size": 3000,
            "window_size": 1,
            "maxout_pieces": 2,
            "subword_features": True,
        },
    }
}
SURE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Candidates for the least share of a word's occurrences that must end a condition for the component to trust it."""

ADJECTIVES = ("al", "ed", "ic", "ing", "ive", "ous")
"""Endings of words that end a condition only where the rest of it is missing ("she is asthmatic")."""

PRECISION = 0.95
"""What the proposals must reach on the held-out part; the lowest share that reaches it is taken."""


def main() -> None:
    """Train, choose the trusted last words, evaluate on unseen data and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--epochs", type=int, default=4)
    options = parser.parse_args()
    started = time.time()
    fix_random_seed(SEED)
    papers = [*corpora.bc5cdr("train"), *corpora.bc5cdr("devel"), *corpora.ncbi("train"), *corpora.ncbi("devel")]
    spoken = dictation.sentences(GENERATED, seed=SEED, unseen=False)
    rng = random.Random(SEED)
    varied = [_varied(rng, sentence) for sentence in papers]
    nlp = _train([*varied, *spoken], epochs=options.epochs)
    report(nlp, [*papers, *spoken], options.output)
    print(f"{time.time() - started:.0f} s")


def report(nlp: Language, data: list[Tagged], output: Path) -> None:
    """Choose the trusted last words of `data`, evaluate and write model, words and scores to `output`."""
    shares = _shares(data)
    chosen_on = _answers(nlp, [*corpora.ncbi("test"), *dictation.sentences(800, seed=SEED + 1, unseen=True)])
    gated = {sure: _gated(chosen_on, _trusted(shares, sure)) for sure in SURE}
    sure = next((sure for sure in SURE if gated[sure]["precision"] >= PRECISION), SURE[-1])
    tests = {
        "bc5cdr test": _answers(nlp, list(corpora.bc5cdr("test"))),
        "generated dictation, unseen names": _answers(nlp, dictation.sentences(800, seed=SEED + 2, unseen=True)),
    }
    scores = {
        "network": {name: _score(answers) for name, answers in tests.items()},
        "gate, by share, where it was chosen": {str(share): found for share, found in gated.items()},
        "share": sure,
        "gated": {name: _gated(answers, _trusted(shares, sure)) for name, answers in tests.items()},
    }
    nlp.to_disk(output, exclude=["vocab"])
    (output / "heads.json").write_text(json.dumps(sorted(_trusted(shares, sure)), indent=0) + "\n", "utf-8")
    (output / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", "utf-8")
    print(json.dumps(scores, indent=1))


def _train(data: list[Tagged], *, epochs: int) -> Language:
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner", config=MODEL)
    for label in ("CONDITION", "DRUG"):
        ner.add_label(label)
    examples = [_example(nlp, sentence) for sentence in data]
    optimizer = nlp.initialize(lambda: examples[:200])
    optimizer.learn_rate = 0.002
    rng = random.Random(SEED)
    for epoch in range(epochs):
        rng.shuffle(examples)
        losses: dict[str, float] = {}
        for batch in minibatch(examples, compounding(32.0, 128.0, 1.002)):
            nlp.update(batch, sgd=optimizer, drop=0.2, losses=losses)
        optimizer.learn_rate *= 0.75
        print(f"epoch {epoch + 1}: loss {losses['ner']:.0f}", flush=True)
    return nlp


def _example(nlp: Language, sentence: Tagged) -> Example:
    words = [word for word, _ in sentence]
    tags = iob_to_biluo([tag for _, tag in sentence])
    return Example.from_dict(Doc(nlp.vocab, words=words), {"entities": tags})


def _varied(rng: random.Random, sentence: Tagged) -> Tagged:
    """The sentence as it is, in lower case, or in lower case without punctuation: dictation has no title case."""
    style = rng.random()
    if style < 1 / 3:
        return sentence
    lowered = [(word.lower(), tag) for word, tag in sentence]
    bare = [(word, tag) for word, tag in lowered if word[0].isalnum() or tag != "O"]
    return bare if style > 2 / 3 and bare else lowered


def _shares(data: list[Tagged]) -> dict[str, float]:
    """How often each word ends a condition where it occurs; words that ended one at least twice."""
    ends: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for sentence in data:
        for at, (word, tag) in enumerate(sentence):
            following = sentence[at + 1][1] if at + 1 < len(sentence) else "O"
            seen[word.lower()] += 1
            ends[word.lower()] += tag.endswith("CONDITION") and not following.startswith("I-")
    return {word: count / seen[word] for word, count in ends.items() if count >= 2}


def _trusted(shares: dict[str, float], sure: float) -> frozenset[str]:
    nouns = {word for word in shares if len(word) > 4 and word.isalpha() and not word.endswith(ADJECTIVES)}
    return frozenset(word for word in nouns - dictation.no_heads() if shares[word] >= sure)


def _answers(nlp: Language, data: list[Tagged]) -> list[tuple[Doc, Doc]]:
    """Each sentence as it should be and as the network reads it."""
    docs = [Doc(nlp.vocab, words=[word for word, _ in sentence]) for sentence in data]
    return [(_example(nlp, sentence).reference, nlp(doc)) for sentence, doc in zip(data, docs, strict=True)]


def _gated(answers: list[tuple[Doc, Doc]], trusted: frozenset[str]) -> dict[str, float]:
    """Conditions that the network proposes and the gate lets through; right when a true one ends at the same word."""
    count: Counter[str] = Counter()
    for gold, found in answers:
        wanted = {entity.end for entity in gold.ents if entity.label_ == "CONDITION"}
        got = {entity.end for entity in found.ents if entity.label_ == "CONDITION" and entity[-1].lower_ in trusted}
        count += Counter(right=len(wanted & got), wanted=len(wanted), got=len(got))
    return _prf(count)


def _score(answers: list[tuple[Doc, Doc]]) -> dict[str, dict[str, float]]:
    """Exact spans of each label."""
    scores = {}
    for label in ("CONDITION", "DRUG"):
        count: Counter[str] = Counter()
        for pair in answers:
            wanted, got = ({(e.start, e.end) for e in doc.ents if e.label_ == label} for doc in pair)
            count += Counter(right=len(wanted & got), wanted=len(wanted), got=len(got))
        scores[label] = _prf(count)
    return scores


def _prf(count: Counter[str]) -> dict[str, float]:
    precision = count["right"] / max(count["got"], 1)
    recall = count["right"] / max(count["wanted"], 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3), "n": count["wanted"]}


if __name__ == "__main__":
    main()
