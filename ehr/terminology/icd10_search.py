"""Ranked ICD-10-CM candidates for a person to choose from.

Owns how candidates are gathered (curated names, the full-text index, near spellings) and ranked. A candidate is never
an entry's code by itself.
"""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from ehr.terminology import icd10
from ehr.terminology.concept import Match
from ehr.terminology.ranking import likeness
from ehr.terminology.text import side_of, stems, wider

CANDIDATES = 300
"""Full-text hits that are ranked by likeness."""

CURATED = 1.06
"""How much more a curated name counts than a title of the tabular list; scores end at 1."""

REGION = 0.97
"""What a title that names the region instead of the body part is worth."""

_DENIAL = "non"
"""A title that denies what was asked about ("non-diabetic") is seldom meant: the stem weighs as two rare ones."""

_MISSPELT = 0.75
"""Least likeness of a word outside the vocabulary to the word it stands for (difflib's ratio)."""

_ASSUMED = frozenset(
    (
        "unspecified", "nos", "initial", "encounter", "other", "specified", "not", "elsewhere", "classified", "site",
        "part", "organism", "type", "2", "primary", "essential", "without", "complication", "closed", "first",
        "uncomplicated", "due", "current", "acquired", "general", "behavioral", "disturbance", "intractable", "status",
        "migrainosus", "contact",
    )
)  # fmt: skip
"""Stems that the tabular list adds where nothing was said, so that their absence tells little against a title."""


def search(words: str, *, limit: int = 10) -> list[Match]:
    """The likeliest leaf codes for `words`, best first; empty when no word is known."""
    bare, side = side_of(words)
    scores: dict[str, tuple[float, str]] = {}
    for code, term, score in (*_curated(_spelt(bare)), *_tabular(_spelt(words), _spelt(bare))):
        target = icd10.sided(code, side)
        if score > scores.get(target, (0.0, ""))[0]:
            scores[target] = (score, term)
    sure = icd10.code_for(words)
    if sure is not None:
        scores[sure.code] = (2.0, words)
    best = sorted(scores.items(), key=lambda item: (-item[1][0], len(item[0]), item[0]))[:limit]
    return [Match(icd10.concept(code), round(min(score, 1.0), 3), term) for code, (score, term) in best]


def _curated(asked: tuple[str, ...]) -> Iterator[tuple[str, str, float]]:
    names = _names_by_stem()
    seen: set[int] = set()
    for stem in asked:
        for name_id in names.get(stem, ()):
            if name_id not in seen:
                seen.add(name_id)
                row, name, parts = _names()[name_id]
                yield row.code, name, CURATED * _score(asked, parts)


def _tabular(asked: tuple[str, ...], bare: tuple[str, ...]) -> Iterator[tuple[str, str, float]]:
    region = wider(asked)
    query = " OR ".join(f'"{stem}"' for stem in dict.fromkeys((*asked, *region)))
    if not query:
        return
    rows = icd10.database().execute(
        "SELECT code, coalesce(term.words, display) FROM stem JOIN term ON term.id = stem.rowid"
        " JOIN code ON code.id = term.code_id WHERE stem MATCH ? ORDER BY rank LIMIT ?",
        (query, CANDIDATES),
    )
    for code, term in rows:
        parts = stems(term)
        score = max(_score(asked, parts), _score(bare, parts))
        yield code, term, max(score, REGION * _score(region, parts)) if region != asked else score


def _score(asked: tuple[str, ...], term: tuple[str, ...]) -> float:
    return likeness(asked, term, weight=_weight, term_weight=_term_weight)


def _term_weight(stem: str) -> float:
    if stem == _DENIAL:
        return 20.0
    return 0.4 if stem in _ASSUMED else _weight(stem)


@cache
def _weight(stem: str) -> float:
    """How telling a stem is: its inverse document frequency in the tabular list."""
    if stem in _SLIGHT:
        return 1.0
    row = icd10.database().execute("SELECT doc FROM vocabulary WHERE term = ?", (stem,)).fetchone()
    return math.log(60_000 / (1 + (row[0] if row else 20)))


_SLIGHT = frozenset(
    ("all", "am", "bad", "feel", "feeling", "keep", "kind", "lot", "really", "so", "some", "terrible", "very")
)
"""Stems of everyday speech that tell nothing about the condition."""


@cache
def _names() -> tuple[tuple[icd10.Synonym, str, tuple[str, ...]], ...]:
    return tuple((row, name, stems(name)) for row in icd10.synonyms() for name in row.names)


@cache
def _names_by_stem() -> Mapping[str, tuple[int, ...]]:
    index: dict[str, list[int]] = defaultdict(list)
    for name_id, (_, _, parts) in enumerate(_names()):
        for stem in set(parts):
            index[stem].append(name_id)
    return {stem: tuple(ids) for stem, ids in index.items()}


def _spelt(words: str) -> tuple[str, ...]:
    """The stems of `words`, each unknown one replaced by the known stem it most resembles."""
    return tuple(_known(stem) for stem in stems(words))


@cache
def _known(stem: str) -> str:
    if len(stem) < 4 or stem in _names_by_stem() or stem in _vocabulary().get(stem[0], ()):
        return stem
    close = difflib.get_close_matches(stem, _vocabulary().get(stem[0], ()), n=1, cutoff=_MISSPELT)
    return close[0] if close else stem


@cache
def _vocabulary() -> Mapping[str, tuple[str, ...]]:
    """All stems of the tabular list and the curated names, by first letter."""
    letters: dict[str, set[str]] = defaultdict(set)
    for (stem,) in icd10.database().execute("SELECT term FROM vocabulary"):
        letters[stem[0]].add(stem)
    for stem in _names_by_stem():
        letters[stem[0]].add(stem)
    return {letter: tuple(sorted(found)) for letter, found in letters.items()}
