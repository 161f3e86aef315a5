"""RxNorm, LOINC, CVX and UCUM: every code stands in a file, and names find it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import resources
from ehr.chart.entry import Assertion, Kind
from ehr.terminology import cvx, loinc, rxnorm, ucum
from ehr.terminology.coder import code_entry
from ehr.terminology.lookup import SYSTEMS, search

SOURCES = Path(__file__).parent / "data/terminology_sources.tsv"
SHARED = Path(__file__).parents[2].parent / "shared/terms"
UCUM_GRAMMAR = re.compile(r"(?:/?(?:[A-Za-z%]+|\[[A-Za-z_.0-9]+\]|10\*\d|[a-z]*\[[A-Za-z]+\]|\{[^{}]+\})+\d?)+")


def rows(table: str) -> list[list[str]]:
    """The rows of a shipped table."""
    lines = resources.path(f"terminology/{table}.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def vouched(system: str) -> set[tuple[str, str]]:
    """(code, source) of the stored rows of public files."""
    lines = SOURCES.read_text("utf-8").splitlines()
    found = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {(code, source) for name, code, _, source in found if name == system}


@pytest.mark.parametrize("table", ["rxnorm", "loinc", "cvx"])
def test_every_code_stands_in_the_file_its_row_names(table):
    """No code comes from memory."""
    stored = vouched(table)
    for code, display, _, source in rows(table):
        assert source == "synthea" or (code, source) in stored, (code, display)


def test_the_codes_said_to_be_synthea_s_are():
    """Codes from the shared harvest are in it."""
    if not SHARED.exists():
        pytest.skip("the shared term lists are not here")
    with (SHARED / "loinc.tsv").open(encoding="utf-8") as file:
        harvested = {row["code"] for row in csv.DictReader(file, delimiter="\t")}
    assert {code for code, _, _, source in rows("loinc") if source == "synthea"} <= harvested


def test_names_and_codes_of_the_sources_agree():
    """Where two sources hold a medicine, they give it the same code."""
    lines = [line.split("\t") for line in SOURCES.read_text("utf-8").splitlines() if line.startswith("rxnorm")]
    codes: dict[str, set[str]] = {}
    for _, code, name, _ in lines:
        codes.setdefault(name, set()).add(code)
    assert all(len(found) == 1 for found in codes.values())


def test_loinc_check_digits():
    """Every LOINC code ends in its mod-10 check digit."""
    for code, *_ in rows("loinc"):
        number, digit = code.split("-")
        digits = [int(char) for char in reversed(number)]
        doubled = [value * 2 for value in digits[0::2]]
        total = sum(value - 9 if value > 9 else value for value in doubled) + sum(digits[1::2])
        assert int(digit) == -total % 10, code


def test_ucum_codes_follow_the_grammar_or_stand_in_the_file():
    """Units are UCUM: vouched for by NLM's table or well-formed."""
    stored = {code for code, _ in vouched("ucum")}
    for code, *_ in rows("ucum"):
        assert code in stored or UCUM_GRAMMAR.fullmatch(code), code


@pytest.mark.parametrize("table", ["rxnorm", "loinc", "cvx", "ucum"])
def test_no_dictated_name_stands_for_two_codes(table):
    """A name leads to one code."""
    names = [name for _, _, cell, _ in rows(table) for name in cell.split("|") if name]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("look_up", "name", "code"),
    [
        (rxnorm.code_for, "metoprolol succinate", "6918"),
        (rxnorm.code_for, "Lipitor", "83367"),
        (rxnorm.code_for, "albuterol inhaler", "435"),
        (rxnorm.code_for, "Augmentin", "19711"),
        (rxnorm.code_for, "penicillin", "7980"),
        (loinc.code_for, "A1c", "4548-4"),
        (loinc.code_for, "blood pressure", "85354-9"),
        (loinc.code_for, "sats", "59408-5"),
        (cvx.code_for, "flu shot", "88"),
        (cvx.code_for, "Tdap booster", "115"),
        (ucum.code_for, "milligrams per deciliter", "mg/dL"),
        (ucum.code_for, "mmHg", "mm[Hg]"),
    ],
)
def test_names_find_their_codes(look_up, name, code):
    """Generic and brand names, salts, spoken names and units."""
    assert look_up(name).code == code


@pytest.mark.parametrize("look_up", [rxnorm.code_for, loinc.code_for, cvx.code_for, ucum.code_for])
@pytest.mark.parametrize("name", ["", "xyzzy", "not a thing at all"])
def test_unknown_names_stay_text(look_up, name):
    """Nothing is coded that no table holds."""
    assert look_up(name) is None


def test_each_kind_is_coded_in_its_terminology():
    """The coding step picks the system by the kind."""
    found = {
        kind: code_entry(kind, name, attributes)
        for kind, name, attributes in [
            (Kind.PROBLEM, "gout", {}),
            (Kind.SYMPTOM, "knee pain", {"laterality": "left"}),
            (Kind.MEDICATION, "metformin", {}),
            (Kind.ALLERGY, "no known drug allergies", {}),
            (Kind.VITAL, "heart rate", {}),
            (Kind.IMMUNIZATION, "shingrix", {}),
            (Kind.FAMILY_HISTORY, "breast cancer", {"relation": "mother"}),
            (Kind.SOCIAL_HISTORY, "tobacco", {}),
            (Kind.ORDER, "cbc", {"type": "lab"}),
        ]
    }
    codes = {kind: code.code for kind, code in found.items() if code}
    assert codes == {
        Kind.PROBLEM: "M10.9",
        Kind.SYMPTOM: "M25.562",
        Kind.MEDICATION: "6809",
        Kind.VITAL: "8867-4",
        Kind.IMMUNIZATION: "187",
        Kind.FAMILY_HISTORY: "C50.919",
        Kind.ORDER: "58410-2",
    }
    assert code_entry(Kind.ORDER, "cbc", {"type": "imaging"}) is None
    assert code_entry(Kind.PROBLEM, "stroke", {}, assertion=Assertion.HISTORICAL).code == "Z86.73"


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_the_pick_list_ranks_every_system(system):
    """All systems answer with the same kind of match, best first, no more than asked for."""
    words = {"icd10cm": "chest pain", "rxnorm": "lisinoprl", "loinc": "cholesterol", "cvx": "pneumonia shot"}[system]
    matches = search(words, system, 4)
    assert 0 < len(matches) <= 4
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


def test_the_notices_the_owners_ask_for_are_shipped():
    """NLM's and Regenstrief's sentences travel with the tables."""
    text = resources.path("terminology/NOTICES.txt").read_text("utf-8")
    assert "NLM is not responsible for the product" in text
    assert "http://loinc.org/license" in text
