"""ICD-10-CM: the one sure code of a name, and a ranked pick list for a person.

Owns the order of trust: the curated synonyms first, then the tabular list's own titles. Everything else is a candidate
to choose from, never a code by itself. The tables are data: `icd10_synonyms.tsv` (ours) and `icd10cm.db` (CDC's tabular
list, built by packaging/terminology/build_icd10.py).
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import resources
from ehr.chart.entry import Code
from ehr.terminology.concept import ICD10CM
from ehr.terminology.text import SIDES, key, plain_stems, side_of, stems

_DEGREE = re.compile(
    r"\b(?:mild|moderate|severe|sudden|occasional|intermittent|persistent|worsening|recent|new|acute)\b", re.IGNORECASE
)
"""How much and since when: said of any condition, and dropped where the name as it is has no code."""

VAGUE = frozenset(("unspecified", "nos", "initial", "encounter"))
"""Stems of a title that say only that nothing more was said."""


@dataclass(frozen=True, slots=True, eq=False)
class Synonym:
    """One curated row: its names, its code and the codes of the same condition on a named side."""

    code: str
    names: tuple[str, ...]
    sides: Mapping[str, str]


def code_for(name: str, *, laterality: str | None = None, history: bool = False) -> Code | None:
    """The code of `name` when a table holds it for sure, else None.

    `laterality` (right, left, bilateral) picks the sided code where ICD-10-CM has one; a side said in the name counts
    too. With `history`, the "personal history of" code comes first, the condition's own code where there is none.
    """
    bare, said_side = side_of(name)
    side = laterality if laterality in SIDES else said_side
    attempts = [f"history of {bare}"] if history else []
    attempts += [name, bare, _DEGREE.sub("", bare)]
    for attempt in dict.fromkeys(attempts):
        code = _synonym(attempt, side) or _title(attempt, side)
        if code is not None:
            return code
    words = plain_stems(bare)
    head = _heads().get(words[-1]) if words else None
    return concept(head) if head else None


def title_key(term: str) -> int:
    """The key under which the database's `title` table holds a term: order, plural and "unspecified" do not matter."""
    parts = stems(term)
    bag = key(part for part in parts if part not in VAGUE) or key(parts)
    return int.from_bytes(hashlib.blake2b(bag.encode(), digest_size=7).digest())


@cache
def synonyms() -> tuple[Synonym, ...]:
    """The curated table in its own order."""
    rows = []
    for code, names, *sided in resources.table("terminology/icd10_synonyms"):
        sides = {side: target for side, target in zip(SIDES, sided, strict=False) if target}
        rows.append(Synonym(code, tuple(names.split("|")), sides))
    return tuple(rows)


@cache
def database() -> sqlite3.Connection:
    """The tabular list, read-only."""
    path = resources.path("terminology/icd10cm.db")
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def concept(code: str) -> Code:
    """The code with its title from the tabular list."""
    row = database().execute("SELECT display FROM code WHERE code = ?", (code,)).fetchone()
    return Code(ICD10CM, code, row[0])


@cache
def _synonym_index() -> Mapping[str, Synonym]:
    """Rows by the key of a name as written, and by its canonical key where all rows with that key agree."""
    exact: dict[str, Synonym] = {}
    canonical: dict[str, set[Synonym]] = {}
    for row in synonyms():
        for name in row.names:
            exact.setdefault(_plain_key(name), row)
            canonical.setdefault(key(stems(name)), set()).add(row)
    return {bag: next(iter(rows)) for bag, rows in canonical.items() if len(rows) == 1} | exact


@cache
def _heads() -> Mapping[str, str]:
    """Codes of findings that ICD-10-CM does not tell apart by place, by the stem of their last word."""
    return {plain_stems(head)[-1]: code for head, code in resources.table("terminology/icd10_heads")}


def _plain_key(name: str) -> str:
    return "=" + key(plain_stems(name))


def _synonym(name: str, side: str | None) -> Code | None:
    index = _synonym_index()
    row = index.get(_plain_key(name)) or index.get(key(stems(name)))
    if row is None:
        return None
    return concept(row.sides.get(side or "") or sided(row.code, side))


def _title(name: str, side: str | None) -> Code | None:
    row = (
        database()
        .execute("SELECT code FROM title JOIN code ON code.id = code_id WHERE key = ?", (title_key(name),))
        .fetchone()
    )
    return concept(sided(row[0], side)) if row else None


def sided(code: str, side: str | None) -> str:
    """The same condition on `side`, where the tabular list tells them apart."""
    if side is None:
        return code
    row = (
        database()
        .execute(
            "SELECT target.code FROM side JOIN code ON code.id = code_id JOIN code AS target ON target.id = target_id"
            " WHERE code.code = ? AND side = ?",
            (code, side),
        )
        .fetchone()
    )
    return str(row[0]) if row else code
