"""ICD-10-CM: the curated table, the built index, sure codes and the pick list."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resources
from ehr.terminology import icd10
from ehr.terminology.lookup import search

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the package reads its data by an old way
    import simple_icd_10_cm as tabular

DATA = Path(__file__).parent / "data/icd10_everyday.tsv"


def everyday() -> list[dict[str, str]]:
    """The list of everyday problems."""
    lines = [line for line in DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def test_every_code_of_the_curated_table_is_a_leaf_with_the_title_of_the_tabular_list():
    """No code is misremembered: each is a leaf of CDC's list, and the database shows CDC's title."""
    rows = icd10.synonyms()
    assert len(rows) >= 900
    for row in rows:
        for code in (row.code, *row.sides.values()):
            assert tabular.is_leaf(code), code
            assert tabular.get_description(code) == icd10.concept(code).display


def test_findings_coded_alike_everywhere_have_leaf_codes():
    """The codes by last word exist as well."""
    lines = resources.path("terminology/icd10_heads.tsv").read_text("utf-8").splitlines()
    codes = [line.split("\t")[1] for line in lines if not line.startswith("#")]
    assert codes
    assert all(tabular.is_leaf(code) for code in codes)


def test_no_name_stands_for_two_codes():
    """A name looked up first must be unambiguous."""
    names = [name for row in icd10.synonyms() for name in row.names]
    assert len(names) == len(set(names))


def test_sides_of_the_curated_table_say_the_side_in_their_title():
    """A right-side code's title says right, a left-side one's left."""
    for row in icd10.synonyms():
        for side, code in row.sides.items():
            if side != "bilateral":
                assert side in icd10.concept(code).display.lower(), (row.code, code)


def test_the_shipped_index_is_what_the_build_makes(tmp_path):
    """The database in the repository holds the build's output; the bytes may differ between versions of SQLite."""
    root = Path(__file__).parents[2]
    built = tmp_path / "icd10cm.db"
    subprocess.run([sys.executable, str(root / "packaging/terminology/build_icd10.py"), str(built)], check=True)
    with closing(sqlite3.connect(built)) as fresh:
        for table in ("code", "term", "title", "side", "vocabulary"):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608 - the names stand in the line above
            assert fresh.execute(query).fetchall() == icd10.database().execute(query).fetchall(), table


@pytest.mark.parametrize(("block", "first", "five"), [("a", 0.9, 0.97), ("b", 0.9, 0.97), ("c", 0.9, 0.97)])
def test_the_pick_list_finds_everyday_problems(block, first, five):
    """The right code comes first for nine in ten everyday phrases and among five for nearly all."""
    rows = [row for row in everyday() if row["block"] == block]
    hits = [[match.code.code for match in search(row["phrase"], limit=5)] for row in rows]
    wanted = [row["code"].split("|") for row in rows]
    assert len(rows) >= 150
    assert sum(bool(hit) and hit[0] in codes for hit, codes in zip(hits, wanted, strict=True)) >= first * len(rows)
    assert sum(any(code in codes for code in hit) for hit, codes in zip(hits, wanted, strict=True)) >= five * len(rows)


def test_the_lists_answers_are_leaf_codes():
    """The expected answers themselves exist in the tabular list."""
    for row in everyday():
        assert all(tabular.is_leaf(code) for code in row["code"].split("|")), row["phrase"]


@pytest.mark.parametrize(
    ("name", "laterality", "history", "code"),
    [
        ("heart attack", None, False, "I21.9"),
        ("STEMI", None, False, "I21.3"),
        ("heart attack", None, True, "I25.2"),
        ("breast cancer", None, True, "Z85.3"),
        ("gout", None, True, "M10.9"),
        ("knee pain", "left", False, "M25.562"),
        ("pain in the right knee", None, False, "M25.561"),
        ("osteoarthritis of the knee", "bilateral", False, "M17.0"),
        ("otitis media", "bilateral", False, "H66.93"),
        ("ankle sprain", "right", False, "S93.401A"),
        ("hypertension", "left", False, "I10"),
        ("hepatitis A", None, False, "B15.9"),
        ("oedema", None, False, "R60.9"),
        ("severe reflux", None, False, "K21.9"),
        ("tingling of the left hand", None, False, "R20.2"),
        ("Myasthenia gravis with (acute) exacerbation", None, False, "G70.01"),
    ],
)
def test_a_sure_name_gets_its_code(name, laterality, history, code):
    """Curated names, titles, sides, history, British spelling and word order."""
    assert icd10.code_for(name, laterality=laterality, history=history).code == code


@pytest.mark.parametrize("name", ["", "a", "purple elbow syndrome", "lesion of the thing", "diabetes and hypertension"])
def test_an_unsure_name_stays_text(name):
    """Nothing is coded that no table holds."""
    assert icd10.code_for(name) is None


def test_a_misspelt_word_still_finds_its_code():
    """The pick list forgives spelling; the sure look-up does not."""
    assert search("diverticulitus")[0].code.code == "K57.92"
    assert icd10.code_for("diverticulitus") is None


def test_kidney_trouble_of_a_diabetic_comes_first_as_such():
    """The issue's own example."""
    assert search("sugar diabetes with kidney trouble")[0].code.code.startswith("E11.2")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_asked(words):
    """Quotes, operators of the full-text engine and noise are only words."""
    matches = search(words, limit=3)
    assert all(0 < match.score <= 1 for match in matches)
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
