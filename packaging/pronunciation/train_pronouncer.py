"""Train the grapheme-to-phoneme model that reads words no dictionary holds.

    python packaging/pronunciation/train_pronouncer.py CMUDICT OUT

CMUDICT is the file `cmudict.dict` of the CMU Pronouncing Dictionary (BSD-2-Clause), OUT the .npz file that
`ehr.soundalike.pronounce` loads. The model is a joint n-gram of graphones (one or two letters with up to two phonemes;
Bisani and Ney, "Joint-sequence models for grapheme-to-phoneme conversion", 2008): letters and phonemes are aligned by
expectation maximization, then graphone n-grams are counted. 3,000 words are held out; their phoneme error rate is
printed. About two minutes on one core; the seed is fixed.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import log
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from ehr.soundalike.phonemes import PHONEMES
from ehr.soundalike.pronounce import BOUNDARY, ORDER, Pronouncer

Graphone = tuple[str, tuple[str, ...]]
Pair = tuple[str, tuple[str, ...]]

MOVES = ((1, 0), (1, 1), (1, 2), (2, 1))
EM_WORDS, EM_ROUNDS, RAREST = 25_000, 6, 2e-7
HELD_OUT, SEED, FEWEST = 3_000, 7, 4


def read(path: Path) -> dict[str, list[tuple[str, ...]]]:
    """The dictionary without stress marks: word → its pronunciations."""
    entries: dict[str, list[tuple[str, ...]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        spelled, *phones = line.split("#")[0].split()
        word = re.sub(r"\(\d\)$", "", spelled).replace("'", "")
        bare = tuple(re.sub(r"\d", "", phone) for phone in phones)
        if re.fullmatch(r"[a-z]{2,}", word) and len(bare) <= 2 * len(word):
            entries.setdefault(word, []).append(bare)
    return entries


def arcs(word: str, phones: tuple[str, ...]) -> Iterator[tuple[int, int, int, int, Graphone]]:
    """Every way to pair letters with phonemes from a place on, left to right."""
    for i in range(len(word)):
        for j in range(len(phones) + 1):
            for a, b in MOVES:
                if i + a <= len(word) and j + b <= len(phones):
                    yield i, j, i + a, j + b, (word[i : i + a], phones[j : j + b])


def expect(pair: Pair, probability: dict[Graphone, float], counts: dict[Graphone, float]) -> None:
    """Add the expected graphone counts of one word to `counts` (forward and backward pass)."""
    word, phones = pair
    lattice = list(arcs(word, phones))
    forward: dict[tuple[int, int], float] = defaultdict(float, {(0, 0): 1.0})
    for i, j, k, m, graphone in lattice:
        forward[k, m] += forward[i, j] * probability.get(graphone, 0.0)
    end = (len(word), len(phones))
    if forward[end] <= 0:
        return
    backward: dict[tuple[int, int], float] = defaultdict(float, {end: 1.0})
    for i, j, k, m, graphone in reversed(lattice):
        through = probability.get(graphone, 0.0) * backward[k, m]
        if through:
            backward[i, j] += through
            counts[graphone] += forward[i, j] * through / forward[end]


def align(pairs: list[Pair]) -> dict[Graphone, float]:
    """Graphone probabilities that explain the pairs best."""
    probability = {graphone: 0.1 for pair in pairs for *_, graphone in arcs(*pair)}
    for turn in range(EM_ROUNDS):
        counts: dict[Graphone, float] = defaultdict(float)
        for pair in pairs:
            expect(pair, probability, counts)
        total = sum(counts.values())
        probability = {graphone: count / total for graphone, count in counts.items() if count / total > RAREST}
        print(f"alignment round {turn + 1}: {len(probability)} graphones", flush=True)
    return probability


def best(pair: Pair, probability: dict[Graphone, float]) -> list[Graphone]:
    """The likeliest graphones of one word; none where they cannot spell it."""
    word, phones = pair
    reached: dict[tuple[int, int], tuple[float, tuple[int, int], Graphone | None]] = {(0, 0): (0.0, (0, 0), None)}
    for i, j, k, m, arc in arcs(word, phones):
        if (i, j) not in reached or arc not in probability:
            continue
        score = reached[i, j][0] + log(probability[arc])
        if (k, m) not in reached or score > reached[k, m][0]:
            reached[k, m] = (score, (i, j), arc)
    place = (len(word), len(phones))
    path: list[Graphone] = []
    while place in reached and (graphone := reached[place][2]) is not None:
        path.append(graphone)
        place = reached[place][1]
    return path[::-1] if place == (0, 0) else []


def count(sequences: list[list[Graphone]], names: list[Graphone]) -> dict[tuple[int, ...], Counter[int]]:
    """How often each graphone follows each context of up to ORDER − 1 others; rare contexts left out."""
    number = {graphone: index + 1 for index, graphone in enumerate(names)}
    contexts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for sequence in sequences:
        ids = [BOUNDARY] * (ORDER - 1) + [number[graphone] for graphone in sequence] + [BOUNDARY]
        for at in range(ORDER - 1, len(ids)):
            for length in range(ORDER):
                contexts[tuple(ids[at - length : at])][ids[at]] += 1
    return {c: n for c, n in contexts.items() if len(c) <= 1 or n.total() >= FEWEST}


def save(contexts: dict[tuple[int, ...], Counter[int]], names: list[Graphone], out: Path) -> None:
    """Write the model as flat arrays; a context and a graphone become one number, ten bits each."""
    keys: list[int] = []
    counts: list[int] = []
    heads, totals = [], []
    for context, following in contexts.items():
        head = 0
        for graphone in context:
            head = head << 10 | graphone
        head |= len(context) << 40
        heads.append(head)
        totals.append((following.total(), len(following)))
        keys += [head << 10 | graphone for graphone in following]
        counts += following.values()
    order = np.argsort(np.array(keys, np.uint64))
    rank = np.argsort(np.array(heads, np.uint64))
    np.savez_compressed(
        out,
        graphones=np.array([f"{letters} {' '.join(phones)}".strip() for letters, phones in names]),
        keys=np.array(keys, np.uint64)[order],
        counts=np.array(counts, np.uint32)[order],
        contexts=np.array(heads, np.uint64)[rank],
        totals=np.array(totals, np.uint32)[rank],
    )


def distance(left: bytes, right: bytes) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        above, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def evaluate(model: Path, held_out: dict[str, list[tuple[str, ...]]]) -> None:
    """Print the share of held-out words read exactly right, and the phoneme error rate."""
    pronouncer = Pronouncer(model)
    right = errors = length = 0
    for word, pronunciations in held_out.items():
        read_as = pronouncer.read(word)
        truths = [bytes(PHONEMES.index(phone) for phone in phones) for phones in pronunciations]
        truth = min(truths, key=lambda phones: distance(phones, read_as))
        right += read_as in truths
        errors += distance(truth, read_as)
        length += len(truth)
    print(f"{len(held_out)} held out: {right / len(held_out):.3f} right, phoneme error rate {errors / length:.3f}")


def main(dictionary: Path, out: Path) -> None:
    """Train on the dictionary, report on the held-out words, and write the model."""
    entries = read(dictionary)
    words = sorted(entries)
    random.Random(SEED).shuffle(words)
    pairs = [(word, phones) for word in words[HELD_OUT:] for phones in entries[word]]
    probability = align(pairs[:EM_WORDS])
    sequences = [path for pair in pairs if (path := best(pair, probability))]
    names = sorted({graphone for path in sequences for graphone in path})
    save(count(sequences, names), names, out)
    evaluate(out, {word: entries[word] for word in words[:HELD_OUT]})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
