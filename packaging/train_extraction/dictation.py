"""Generated dictation: templates filled from the lexicons, in the ways a speech recognizer returns it.

Owns the generator. Condition names come from the extraction lexicons, the coding synonyms and ICD-10-CM's short
titles; a held-out fifth of them, chosen by hash, is never shown in training.
"""

from __future__ import annotations

import hashlib
import random
import re
from functools import cache
from pathlib import Path

from corpora import Tagged

import resources
from ehr.extract import resources as tables
from ehr.terminology import icd10

HERE = Path(__file__).parent
LONGEST = 5
TIMES = ("two weeks", "three months", "a year", "6 weeks", "last Tuesday", "several days", "ten years", "about a month")


NO_CONDITION = ("F1", "T", "V", "W", "X", "Y")
"""Codes of habits, poisonings and accidents: not filed as conditions of the patient."""

NO_HEADS = frozenset(
    """accident accidents asleep balance beats blade blues bodies bones breasts breath breathe chemicals click
    column concentrate consciousness coordination correspondence creativity desire discrimination dreams
    elsewhere energy globe hands herself hunger hungry hurts illness labor locks metals movements nails passage
    patches penis rotation sensation shake smell spell stream stuck taste teeth tetanus things touch traits
    transfusion transfusions trauma vision voice voices weather worries worry""".split()
)
"""Words that end a title, an event or a phrase about everyday things, but no condition by themselves."""


def no_heads() -> frozenset[str]:
    """Last words of names that are coded, but are no conditions: "smoker", "overdose", "elbow"."""
    ends: dict[bool, set[str]] = {True: set(), False: set()}
    for row in icd10.synonyms():
        ends[row.code.startswith(NO_CONDITION)] |= {name.split()[-1] for name in row.names if row.code[0] != "Z"}
    places = {row[0] for row in tables.table("body")}
    return frozenset(ends[True] - ends[False]) | NO_HEADS | places


def held_out(name: str) -> bool:
    """Whether `name` belongs to the fifth that training never sees."""
    return hashlib.sha256(name.encode()).digest()[0] % 5 == 0


@cache
def names(kind: str) -> tuple[str, ...]:
    """Fillers of a slot: C conditions, D drugs, P procedures and tests."""
    if kind == "C":
        found = _table("problems") + _table("symptoms")
        found += [name for row in icd10.synonyms() if row.code[0] not in "ZVWXY" for name in row.names]
        titles = icd10.database().execute("SELECT display FROM code WHERE substr(code, 1, 1) < 'O'")
        found += [title.lower() for (title,) in titles if re.fullmatch(r"[A-Za-z' -]+", title)]
    else:
        found = _table("medications" if kind == "D" else "procedures")
    return tuple(sorted({name for name in found if 0 < len(name.split()) <= LONGEST}))


def sentences(count: int, *, seed: int, unseen: bool) -> list[Tagged]:
    """`count` generated passages of one to four sentences; `unseen` picks only held-out names, else only the others."""
    rng = random.Random(seed)
    templates = [
        line for line in (HERE / "templates.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    pools = {kind: [name for name in names(kind) if held_out(name) == unseen] for kind in "CDP"}
    return [_passage(rng, templates, pools) for _ in range(count)]


def _passage(rng: random.Random, templates: list[str], pools: dict[str, list[str]]) -> Tagged:
    style = rng.choice(("plain", "plain", "commands", "unpunctuated"))
    tagged: Tagged = []
    for template in rng.choices(templates, k=rng.randint(1, 4)):
        sentence = _fill(rng, template, pools)
        tagged += _styled(sentence, style)
    return tagged


def _fill(rng: random.Random, template: str, pools: dict[str, list[str]]) -> Tagged:
    tagged: Tagged = []
    for piece in re.findall(r"\[[CDPNT]\]|[\w'-]+|[.,]", template):
        if piece[0] != "[":
            tagged.append((piece, "O"))
            continue
        slot = piece[1]
        text = str(rng.randint(2, 180)) if slot == "N" else rng.choice(TIMES if slot == "T" else pools[slot])
        label = {"C": "CONDITION", "D": "DRUG"}.get(slot)
        for at, word in enumerate(re.findall(r"[\w'/-]+", text)):
            tagged.append((word, f"{'I' if at else 'B'}-{label}" if label else "O"))
    return tagged


def _styled(sentence: Tagged, style: str) -> Tagged:
    if style == "unpunctuated":
        return [(word.lower(), tag) for word, tag in sentence if word not in ".,"]
    end = [("period", "O")] if style == "commands" else [(".", "O")]
    spoken = {".": "period", ",": "comma"} if style == "commands" else {}
    styled = [(spoken.get(word, word), tag) for word, tag in sentence] + end
    return [(styled[0][0].capitalize(), styled[0][1]), *styled[1:]] if style == "plain" else styled


def _table(name: str) -> list[str]:
    found: list[str] = []
    for line in resources.path(f"extract/{name}.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            cells = line.split("\t")
            found.append(cells[0])
            if name in ("problems", "symptoms"):
                found += [other for cell in cells[1:3] for other in cell.split("|") if other]
    return [" ".join(name.lower().split()) for name in found]
