"""Build resources/terminology/icd10cm.db from the tabular list that simple_icd_10_cm ships (CDC, public domain).

    python packaging/terminology/build_icd10.py [OUTPUT]

The same input gives the same rows, and with the same SQLite the same bytes. Run it again after a change of words.tsv,
whose equivalences are baked into the index, or after an update of simple_icd_10_cm.

Tables
    code   id, code, display          every leaf code kept
    term   id, code_id, words         descriptions and inclusion terms; `words` is null where the display says it
    stem   FTS5 over canonical stems, rowid = term.id, contentless
    title  key, code_id               hash of a term's stems → the one code it titles, for exact look-up
    side   code_id, side, target_id   the same condition on a named side
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import simple_icd_10_cm as tabular

from ehr.terminology.icd10 import title_key
from ehr.terminology.text import SIDES, key, stems

OUTPUT = Path(__file__).parents[2] / "resources/terminology/icd10cm.db"

SCHEMA = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
CREATE TABLE code (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, display TEXT NOT NULL);
CREATE TABLE term (id INTEGER PRIMARY KEY, code_id INTEGER NOT NULL, words TEXT);
CREATE VIRTUAL TABLE stem USING fts5(words, content='', tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('stem', 'row');
CREATE TABLE title (key INTEGER PRIMARY KEY, code_id INTEGER NOT NULL);
CREATE TABLE side (code_id INTEGER NOT NULL, side TEXT NOT NULL, target_id INTEGER NOT NULL,
                   PRIMARY KEY (code_id, side)) WITHOUT ROWID;
"""

EXTENDED = 8
"""Characters of a code with its seventh-character extension, the dot counted."""


def kept(code: str) -> bool:
    """Leaf codes; of the encounter extensions only the initial one (A), of fetus numbers only "unspecified" (0)."""
    if not tabular.is_leaf(code):
        return False
    if len(code) < EXTENDED:
        return True
    return code[-1] == "A" if code[-1].isalpha() else code[0] != "O" or code[-1] == "0"


def default_leaf(code: str) -> str | None:
    """The leaf a term of a whole category means when nothing more is said: the unspecified child, level by level."""
    while not tabular.is_leaf(code):
        children = tabular.get_children(code)
        vague = [child for child in children if "unspecified" in tabular.get_description(child).lower()]
        last = vague[-1] if vague else (children[-1] if children[-1].endswith("9") else None)
        if last is None:
            return None
        code = last
    return code


def terms() -> Iterator[tuple[str, str, bool]]:
    """(code, term, is the code's own description), best source first."""
    codes = list(dict.fromkeys(tabular.get_all_codes(with_dots=True)))
    leaves = [code for code in codes if kept(code)]
    for code in leaves:
        yield code, tabular.get_description(code), True
    for code in leaves:
        for term in tabular.get_inclusion_term(code):
            yield code, term, False
    for code in codes:
        if not tabular.is_leaf(code) and tabular.is_category_or_subcategory(code):
            target = default_leaf(code)
            if target is not None and kept(target):
                for term in (tabular.get_description(code), *tabular.get_inclusion_term(code)):
                    yield target, term, False


def build(output: Path) -> int:
    """Write the database and return its number of terms."""
    output.unlink(missing_ok=True)
    connection = sqlite3.connect(output)
    connection.executescript(SCHEMA)
    ids: dict[str, int] = {}
    titles: dict[int, set[int]] = {}
    own: dict[int, int] = {}
    seen: set[tuple[int, str]] = set()
    count = 0
    for code, term, is_own in terms():
        if is_own:
            ids[code] = len(ids) + 1
            connection.execute("INSERT INTO code VALUES (?, ?, ?)", (ids[code], code, term))
        code_id, parts = ids[code], stems(term)
        bag = key(parts)
        if not parts or (code_id, bag) in seen:
            continue
        seen.add((code_id, bag))
        count += 1
        connection.execute("INSERT INTO term VALUES (?, ?, ?)", (count, code_id, None if is_own else term))
        connection.execute("INSERT INTO stem (rowid, words) VALUES (?, ?)", (count, " ".join(parts)))
        hashed = title_key(term)
        titles.setdefault(hashed, set()).add(code_id)
        if is_own:
            own.setdefault(hashed, code_id)
    for hashed in sorted(titles):
        holder = own.get(hashed) or (next(iter(titles[hashed])) if len(titles[hashed]) == 1 else None)
        if holder is not None:
            connection.execute("INSERT INTO title VALUES (?, ?)", (hashed, holder))
    for row in sides(ids):
        connection.execute("INSERT INTO side VALUES (?, ?, ?)", row)
    connection.execute("INSERT INTO stem(stem) VALUES ('optimize')")
    connection.commit()
    connection.execute("VACUUM")
    connection.close()
    return count


def sides(ids: dict[str, int]) -> Iterator[tuple[int, str, int]]:
    """(code, side, the code of the same condition on that side) within one category."""
    by_text = {(code[:3], _flat(tabular.get_description(code))): code for code in reversed(ids)}
    for code, code_id in ids.items():
        text = _flat(tabular.get_description(code))
        for side in SIDES:
            for match in re.finditer(r"\bunspecified\b", text):
                said = text[: match.start()] + side + text[match.end() :]
                candidates = [said]
                if side == "bilateral":
                    rest = text[: match.start()].rstrip(" ,of")
                    candidates += [f"{rest}, bilateral", said + "s", re.sub(r"bilateral (\w+)", r"\1, bilateral", said)]
                target = next((by_text[code[:3], said] for said in candidates if (code[:3], said) in by_text), None)
                if target is not None and target != code:
                    yield code_id, side, ids[target]
                    break


def _flat(text: str) -> str:
    return text.lower()


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    print(f"{build(target)} terms, {target.stat().st_size / 1e6:.1f} MB, sha256 {digest(target)}")
