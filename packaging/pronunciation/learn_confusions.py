"""Learn how easily a recognizer takes one phoneme for another.

    python packaging/pronunciation/learn_confusions.py DICTATIONS HYPOTHESES

DICTATIONS holds {"id", "text"} a line, HYPOTHESES {"id", "words": [{"text"}]}, both JSON lines. Where the words
differ, both sides are pronounced and their phonemes aligned; the counts move the costs away from what phonetics
suggests (same place or manner of articulation, voicing; vowels change easily and schwas are lost). Writes
resources/soundalike/confusions.json.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from difflib import SequenceMatcher
from math import log
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import resources
from ehr.soundalike.phonemes import PHONEMES, VOWELS
from ehr.soundalike.pronounce import read

PLACES = ("B P M F V W", "T D S Z N L R TH DH", "SH ZH CH JH Y", "K G NG", "HH")
PAIRS = ("B P", "D T", "G K", "Z S", "V F", "DH TH", "ZH SH", "JH CH", "M N", "N NG", "L R", "S SH", "TH F", "S TH")
PRIOR = 12.0  # so many sightings weigh as much as the phonetic prior
FARTHEST = 1.2


def prior() -> tuple[np.ndarray, np.ndarray]:
    """Costs from phonetics alone."""
    size = len(PHONEMES)
    substitution = np.full((size, size), 1.0)
    places = {name: place for place, names in enumerate(PLACES) for name in names.split()}
    pairs = {frozenset(pair.split()) for pair in PAIRS}
    for i, one in enumerate(PHONEMES):
        for j, other in enumerate(PHONEMES):
            if i == j:
                substitution[i, j] = 0.0
            elif one in VOWELS and other in VOWELS:
                substitution[i, j] = 0.3
            elif one in VOWELS or other in VOWELS:
                substitution[i, j] = FARTHEST
            elif frozenset((one, other)) in pairs:
                substitution[i, j] = 0.4
            elif places[one] == places[other]:
                substitution[i, j] = 0.6
    lost = np.array([0.2 if name == "AH" else 0.35 if name in VOWELS else 0.8 for name in PHONEMES])
    return substitution, lost


def aligned(said: bytes, heard: bytes, substitution: np.ndarray, lost: np.ndarray) -> list[tuple[int, int]]:
    """Pairs (said, heard) of the cheapest alignment; −1 where a side has nothing."""
    cost = np.zeros((len(said) + 1, len(heard) + 1))
    cost[1:, 0] = np.cumsum(lost[list(said)])
    cost[0, 1:] = np.cumsum(lost[list(heard)])
    for i, one in enumerate(said, 1):
        for j, other in enumerate(heard, 1):
            changed = cost[i - 1, j - 1] + substitution[one, other]
            cost[i, j] = min(changed, cost[i - 1, j] + lost[one], cost[i, j - 1] + lost[other])
    pairs, i, j = [], len(said), len(heard)
    while i or j:
        if i and j and np.isclose(cost[i, j], cost[i - 1, j - 1] + substitution[said[i - 1], heard[j - 1]]):
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
        elif i and np.isclose(cost[i, j], cost[i - 1, j] + lost[said[i - 1]]):
            i -= 1
            pairs.append((said[i], -1))
        else:
            j -= 1
            pairs.append((-1, heard[j]))
    return pairs


def misheard(dictations: Path, hypotheses: Path) -> list[tuple[bytes, bytes]]:
    """Pronunciations (said, heard) of the stretches where a recognizer's words differ from the reference."""
    heard = {row["id"]: row["words"] for row in map(json.loads, hypotheses.read_text().splitlines())}
    found = []
    for row in map(json.loads, dictations.read_text().splitlines()):
        said = re.findall(r"[a-z]+", row["text"].lower())
        got = re.findall(r"[a-z]+", " ".join(word["text"] for word in heard.get(row["id"], [])).lower())
        for tag, a, b, c, d in SequenceMatcher(None, said, got, autojunk=False).get_opcodes():
            left, right = b"".join(map(read, said[a:b])), b"".join(map(read, got[c:d]))
            if tag == "replace" and min(len(left), len(right)) > 2 and 0.6 < len(left) / len(right) < 1.7:
                found.append((left, right))
    return found


def moved(cost: float, times: int, of: int, farthest: float) -> float:
    """A prior cost, moved by what was seen `times` times in `of` occurrences."""
    learned = min(farthest, -log((times + 0.5) / (of + 20)) / 4)
    return (PRIOR * cost + of / 8 * learned) / (PRIOR + of / 8)


def main(dictations: Path, hypotheses: Path) -> None:
    """Count what was heard for what was said, and write the costs."""
    substitution, lost = prior()
    seen: Counter[tuple[int, int]] = Counter()
    for said, heard in misheard(dictations, hypotheses):
        seen.update(aligned(said, heard, substitution, lost))
    by_phoneme = Counter({one: sum(n for (a, _), n in seen.items() if a == one) for one in range(len(PHONEMES))})
    for one in range(len(PHONEMES)):
        for other in range(len(PHONEMES)):
            if one != other:
                both = seen[one, other] + seen[other, one]
                total = by_phoneme[one] + by_phoneme[other]
                substitution[one, other] = moved(substitution[one, other], both, total, FARTHEST)
        lost[one] = moved(lost[one], seen[one, -1] + seen[-1, one], by_phoneme[one], 1.0)
    table = {
        "source": "learn_confusions.py: a phonetic prior and the embedded model's errors on the development dictations",
        "phonemes": list(PHONEMES),
        "substitution": np.round(substitution, 3).tolist(),
        "lost": np.round(lost, 3).tolist(),
    }
    resources.path("soundalike/confusions.json").write_text(json.dumps(table) + "\n", encoding="utf-8")
    consonants = range(len(VOWELS), len(PHONEMES))
    easiest = sorted((substitution[i, j], PHONEMES[i], PHONEMES[j]) for i in consonants for j in consonants if j < i)
    print(sum(seen.values()), "aligned phonemes; most easily confused consonants:", easiest[:12])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
