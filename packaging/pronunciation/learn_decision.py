"""Learn how likely a sound-alike candidate is right, and write resources/soundalike/decision.json.

    python packaging/pronunciation/learn_decision.py ROWS TEXTS HYPOTHESES [GOLD] [-- TEXTS HYPOTHESES …]

TEXTS holds {"id", "text", "file"?} a line (sound beside it), HYPOTHESES {"id", "words": [{"text", "start", "end",
"probability"}]} as the bare embedded model heard them, GOLD the gold entries, whose medicines make simulated lists.
Every candidate is asked of the sound and called right where it stands in the text and takes word errors away, as many
as any other of its place. ROWS keeps the answers: an existing file is used as it is. Prints five-fold cross-validated
figures, by recording, with a fixed seed, and the reliability table.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import resources
from ehr.soundalike.asking import joined, question, written
from ehr.soundalike.candidates import Site, sites
from ehr.soundalike.decision import ASKED, FEATURES, HIGHEST, LOWEST, SOUND_FEATURES, features, sounds_of
from ehr.soundalike.lexicon import Lexicon, clinical_terms, own_terms
from ehr.soundalike.repair import sentence_probability
from transcriber import models
from transcriber.audio import AudioFile
from transcriber.engines.whisper import WhisperEngine
from transcriber.scoring import Scorer
from transcriber.transcript import Word

FOLDS, SEED, ROUNDS, RATE, L2 = 5, 7, 4000, 0.5, 0.003
BARS = {"sure": 0.5, "careful": 0.8, "listed": 0.3, "maybe": 0.15}
BARS_WITHOUT_SOUND = {"sure": 0.85, "careful": 0.95, "listed": 0.6, "maybe": 0.3}

Row = dict[str, Any]


def tokens(text: str) -> list[str]:
    """Comparable words."""
    return re.findall(r"[a-z]+|\d+(?:\.\d+)?", text.lower().replace("'", ""))


def distance(left: list[str], right: list[str]) -> int:
    """Word errors between two texts."""
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        above, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def behind(said: list[str], heard: list[str]) -> list[int]:
    """For each heard word, and the end, the place in the text that stands against it."""
    places = [0] * (len(heard) + 1)
    for _, a, b, c, d in SequenceMatcher(None, said, heard, autojunk=False).get_opcodes():
        for at in range(c, d):
            places[at] = a + min(at - c, b - a)
        places[d] = b
    return places


def gains(said: list[str], words: list[Word], site: Site) -> list[tuple[int, bool]]:
    """For each candidate the word errors that it takes away, and whether it was said there."""
    counts = [len(tokens(word.text)) for word in words]
    places = behind(said, [token for word in words for token in tokens(word.text)])
    low, high = max(0, site.first - 4), min(len(words), site.last + 4)
    start, stop = places[sum(counts[:low])], places[sum(counts[:high])]
    truth = said[start:stop]
    before = distance(truth, tokens(joined(words[low:high])))
    found = []
    for each in site.candidates:
        text = " ".join((joined(words[low : each.first]), written(words, each), joined(words[each.last : high])))
        was_said = f" {' '.join(tokens(each.term.text))} " in f" {' '.join(truth)} "
        found.append((before - distance(truth, tokens(text)), was_said))
    return found


def medicines(path: Path) -> dict[str, list[str]]:
    """The medicines of each note that the lexicon knows."""
    notes = {}
    for note in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        names = {entry["name"].lower() for entry in note["entries"] if entry["kind"] == "medication"}
        notes[note["id"]] = sorted(name for name in names if name in clinical_terms())
    return notes


def gathered(texts: Path, hypotheses: Path, gold: Path | None, engine: WhisperEngine) -> Iterator[Row]:
    """Every candidate of every recording with its features and whether it is right; twice where there are lists."""
    heard = {row["id"]: row["words"] for row in map(json.loads, hypotheses.read_text(encoding="utf-8").splitlines())}
    lists = medicines(gold) if gold else {}
    order = list(lists)
    for item in map(json.loads, texts.read_text(encoding="utf-8").splitlines()):
        if item["id"] not in heard:
            continue
        words = [
            Word(w["text"].strip(), w["start"], w["end"], w["probability"], w["text"][:1] == " ")
            for w in heard[item["id"]]
        ]
        source = AudioFile(texts.parent / item.get("file", f"{item['id']}.flac"))
        scorer = Scorer(engine, source, "en")
        yield from rows(item, words, scorer, None)
        if lists:
            after = order[(order.index(item["id"]) + 1) % len(order)]
            yield from rows(item, words, scorer, Lexicon(own_terms([*lists[item["id"]], *lists[after]], "medication")))


def rows(item: dict[str, str], words: list[Word], scorer: Scorer, own: Lexicon | None) -> Iterator[Row]:
    """The candidates of one recording."""
    said = tokens(item["text"])
    asked = [(site, ask) for site in sites(words, own) if (ask := question(words, site))]
    scores = scorer.score([ask for _, ask in asked]) or ()
    for number, ((site, _), found) in enumerate(zip(asked, scores, strict=True)):
        won = gains(said, words, site)
        most = max((gain for gain, was_said in won if was_said), default=0)
        for each, sound, (gain, was_said) in zip(site.candidates, sounds_of(site, found), won, strict=True):
            yield {
                "id": item["id"], "site": number, "list": own is not None, "first": each.first, "last": each.last,
                "heard": joined(words[each.first : each.last]), "term": each.term.text,
                "filed": each.term.filed, "gain": gain,
                "right": was_said and gain > 0 and gain == most, "medicine": each.holds_medicine,
                "features": features(each, site, sentence_probability(words, site), sound),
            }  # fmt: skip


def fitted(x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """A logistic regression by gradient descent."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = (x - mean) / scale
    weight, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(ROUNDS):
        error = 1 / (1 + np.exp(-(z @ weight + bias))) - y
        weight -= RATE * (z.T @ error / len(y) + L2 * weight)
        bias -= RATE * float(error.mean())
    return {"mean": mean, "scale": scale, "weight": weight, "bias": bias}


def predicted(model: dict[str, Any], x: np.ndarray) -> np.ndarray:
    """Probabilities of a fitted model."""
    z = (x - model["mean"]) / model["scale"]
    return np.asarray(1 / (1 + np.exp(-(z @ model["weight"] + model["bias"]))))


def cross_validated(x: np.ndarray, y: np.ndarray, ids: list[str]) -> np.ndarray:
    """Each row's probability from a model that has not seen its recording."""
    names = sorted(set(ids))
    np.random.default_rng(SEED).shuffle(names)
    fold = {name: number % FOLDS for number, name in enumerate(names)}
    folds = np.array([fold[name] for name in ids])
    found = np.zeros(len(y))
    for number in range(FOLDS):
        found[folds == number] = predicted(fitted(x[folds != number], y[folds != number]), x[folds == number])
    return found


def chosen(table: list[Row], probability: np.ndarray, sure: float) -> list[int]:
    """The rows that would be repairs: likeliest first, none overlapping."""
    taken: set[tuple[object, ...]] = set()
    picks = []
    for at in np.argsort(-probability):
        row = table[at]
        places = {(row["id"], row["list"], place) for place in range(row["first"], row["last"])}
        if probability[at] >= sure and not row["medicine"] and not places & taken:
            taken |= places
            picks.append(int(at))
    return picks


def report(name: str, table: list[Row], probability: np.ndarray, y: np.ndarray) -> None:
    """Print what cross-validation says."""
    print(f"{name}: {len(table)} candidates, {int(y.sum())} right")
    for low, high in pairwise((0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01)):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            said, right = probability[inside].mean(), y[inside].mean()
            print(f"  between {low:.1f} and {high:.1f}: {inside.sum():5}, said {said:.2f}, right {right:.2f}")
    for sure in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        gain = np.array([table[at]["gain"] for at in chosen(table, probability, sure)])
        counts = f"{(gain > 0).sum()} better, {(gain == 0).sum()} neutral, {(gain < 0).sum()} worse"
        print(f"  from {sure}: {len(gain)} repairs, {counts}")
    for at in chosen(table, probability, 0.5):
        row = table[at]
        if row["gain"] <= 0:
            print(f"    {probability[at]:.2f} gain {row['gain']}: {row['id']} {row['heard']} → {row['term']}")


def read(path: Path, sources: list[list[str]]) -> list[Row]:
    """The rows of an earlier run, or new ones."""
    if not path.exists():
        engine = WhisperEngine(models.resolve(models.EMBEDDED, None), name=models.EMBEDDED, threads=2)
        with path.open("w", encoding="utf-8") as file:
            for texts, hypotheses, *gold in sources:
                for row in gathered(Path(texts), Path(hypotheses), Path(gold[0]) if gold else None, engine):
                    file.write(json.dumps(row) + "\n")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def as_asked(table: list[Row], x: np.ndarray, probability: np.ndarray) -> tuple[list[int], np.ndarray]:
    """The rows that the sound is asked about once the model without sound has sorted, and their features then."""
    distance_at, rivals_at = FEATURES.index("distance"), FEATURES.index("rivals")
    difference_at, lead_at = len(FEATURES), len(FEATURES) + 2
    places: dict[tuple[object, ...], list[int]] = {}
    for at, row in enumerate(table):
        if probability[at] >= ASKED:
            places.setdefault((row["id"], row["list"], row["site"]), []).append(at)
    changed = x.copy()
    for kept in places.values():
        for at in kept:
            others = [x[other, difference_at] for other in kept if table[other]["filed"] != table[at]["filed"]]
            lead = x[at, difference_at] - max(others, default=0.0)
            changed[at, lead_at] = min(HIGHEST, max(LOWEST, lead))
            changed[at, rivals_at] = x[at, distance_at] - min(x[other, distance_at] for other in kept)
    rows_kept = sorted(at for kept in places.values() for at in kept)
    return rows_kept, changed[rows_kept]


def learned(name: str, table: list[Row], x: np.ndarray, bars: dict[str, float]) -> tuple[np.ndarray, dict[str, object]]:
    """Cross-validated probabilities, which are reported, and the model of all rows."""
    y = np.array([float(row["right"]) for row in table])
    probability = cross_validated(x, y, [row["id"] for row in table])
    report(name, table, probability, y)
    model = fitted(x, y)
    return probability, {key: np.round(value, 5).tolist() for key, value in model.items()} | bars


def main(path: Path, sources: list[list[str]]) -> None:
    """Fit the decisions with and without sound on the table at `path`, judged by `sources`, and write them."""
    table = read(path, sources)
    x = np.array([row["features"] for row in table])
    probability, bare = learned("without sound", table, x[:, : len(FEATURES)], BARS_WITHOUT_SOUND)
    kept, asked = as_asked(table, x, probability)
    _, sound = learned("with sound", [table[at] for at in kept], asked, BARS)
    result = {"source": "learn_decision.py", "features": [*FEATURES, *SOUND_FEATURES], "sound": sound, "bare": bare}
    resources.path("soundalike/decision.json").write_text(json.dumps(result) + "\n", encoding="utf-8")


if __name__ == "__main__":
    groups: list[list[str]] = [[]]
    for argument in sys.argv[2:]:
        if argument == "--":
            groups.append([])
        else:
            groups[-1].append(argument)
    main(Path(sys.argv[1]), groups)
