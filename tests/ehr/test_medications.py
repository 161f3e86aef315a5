"""Medicines in dictated notes: which are filed, with which dose, how taken, and what is done with them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fact_samples import check, facts, found, samples
from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.entry import ATTRIBUTES, Kind
from ehr.extract import resources
from ehr.extract.medication_lexicon import find_names, lexicon
from ehr.extract.medication_timing import timing_at

ROOT = Path(__file__).parents[2]
DRUGS = st.sampled_from(
    ["lisinopril", "metformin", "Lasix", "insulin glargine", "Tylenol", "vitamin D", "albuterol inhaler"]
)
WORDS = st.sampled_from(
    [
        "start", "stop", "increase", "takes", "no", "if", "20", "mg", "500", "units", "daily", "twice a day",
        "as needed", "for", "pain", "from", "to", "and", ",", ".", "two", "tablets", "by mouth", "of", "at bedtime",
        "10 days", "half", "patch", "5/325", "%", "with food",
    ]
)  # fmt: skip


def medicine(said: str) -> dict[str, Any]:
    """The one medicine of what was said."""
    (only,) = [fact for fact in facts(said) if fact["kind"] == "medication"]
    return only


@pytest.mark.parametrize("sample", samples("medications"), ids=lambda sample: sample["spoken"][:60])
def test_dictated_medicines_become_entries(sample: dict[str, Any]) -> None:
    """Each dictated instruction gives its medicines and every part that was said of them, and nothing else."""
    check(sample)


def test_the_final_dose_and_action_win() -> None:
    """One entry for a drug said three times: the list, the decision, and the brand for the generic."""
    said = "Takes metoprolol 25 mg twice daily and Lasix 40 mg daily. Raise furosemide to 80 mg. Continue metoprolol."
    metoprolol, lasix = [fact for fact in facts(said) if fact["kind"] == "medication"]
    assert tuple(metoprolol[key] for key in ("name", "dose", "frequency", "action")) == (
        "metoprolol",
        "25",
        "twice daily",
        "continue",
    )
    assert tuple(lasix[key] for key in ("name", "dose", "action")) == ("lasix", "80", "increase")


@pytest.mark.parametrize(
    ("said", "assertion"),
    [
        ("She is not taking lisinopril.", "absent"),
        ("She used to take lisinopril.", "historical"),
        ("Lisinopril was stopped in 2015.", "historical"),
        ("He was on lisinopril in the past.", "historical"),
        ("Stop lisinopril today.", "present"),
        ("If her pressure stays high, add lisinopril 10 mg.", "hypothetical"),
        ("We may switch to lisinopril.", "hypothetical"),
        ("Consider lisinopril.", "hypothetical"),
        ("Call if he has fever. Start lisinopril 10 mg daily.", "present"),
        ("call if he has fever start lisinopril 10 mg daily", "present"),
        ("denies chest pain he takes lisinopril 10 mg daily", "present"),
    ],
)
def test_assertion_of_a_medicine(said: str, assertion: str) -> None:
    """Denied, past, conditional and plain statements are told apart, with or without punctuation."""
    assert assertion == medicine(said)["assertion"]


@pytest.mark.parametrize(
    "said",
    [
        "iron deficiency anemia",
        "check a vitamin D level",
        "potassium 4.2",
        "nicotine dependence",
        "insulin resistance",
        "avoid ibuprofen",
        "her mother takes metformin",
        "recheck B12 and folate in 3 months",
        "digoxin level was 0.9",
        "cortisone injection in the right shoulder",
        "low sodium diet",
    ],
)
def test_names_that_are_no_medicine_here(said: str) -> None:
    """Analytes, procedures, relatives' medicines and things to avoid are not filed as the patient's medicines."""
    assert [fact for fact in facts(said) if fact["kind"] == "medication"] == []


def test_a_list_shares_its_verb() -> None:
    """One verb before a list of names speaks of each, with commas and without."""
    for said in ("Continue amlodipine, lisinopril, and metformin.", "continue amlodipine lisinopril and metformin"):
        assert [fact["action"] for fact in facts(said)] == ["continue"] * 3


def test_doses_go_to_their_own_drug() -> None:
    """Without punctuation each dose stays with its name, and "of" hands a dose to the name behind it."""
    run = [(fact["name"], fact["dose"]) for fact in facts("lisinopril 10 mg daily metformin 500 mg twice daily")]
    assert run == [("lisinopril", "10"), ("metformin", "500")]
    of = [(fact["name"], fact["dose"]) for fact in facts("Lasix 40 mg daily and 20 mg of lisinopril")]
    assert of == [("lasix", "40"), ("lisinopril", "20")]


def test_flags_for_what_could_harm() -> None:
    """An unusual dose, a missing unit, daily methotrexate and sound-alike names are flagged with a reason."""

    def codes(said: str) -> list[str]:
        return [flag.code for mention in found(said)[1] for flag in mention.flags]

    assert codes("digoxin 125 mg daily") == ["implausible-dose"]
    assert codes("digoxin 125 mcg daily") == []
    assert codes("lisinopril 20 daily") == ["dose-without-unit"]
    assert codes("methotrexate 15 mg daily") == ["weekly-medicine"]
    assert codes("hydroxyzine 25 mg at bedtime") == ["alike-name"]


def test_a_vaccine_or_an_allergen_is_no_medicine() -> None:
    """The substance of an allergy is filed once, as the allergy."""
    assert [fact["kind"] for fact in facts("He is allergic to penicillin, which gave him hives.")] == ["allergy"]


@given(st.lists(st.one_of(DRUGS, WORDS), min_size=1, max_size=14))
def test_nothing_is_invented(said: list[str]) -> None:
    """Every dose, unit and name of an entry stands in the note, whatever the words, and attributes are known ones."""
    note, mentions = found(" ".join(said))
    written = note.written.lower()
    for mention in mentions:
        assert 0 <= mention.span.start < mention.span.end <= len(note.written)
        assert set(mention.attributes) <= set(ATTRIBUTES[mention.kind])
        if mention.kind is not Kind.MEDICATION:
            continue
        assert mention.name.split()[0][:4] in written
        for number in re.findall(r"\d+(?:\.\d+)?", str(mention.attributes.get("dose", ""))):
            assert (
                number in written.replace(",", "")
                or (number == "0.5" and "half" in written)
                or (number == "1" and " a " in written)
            )
        unit = str(mention.attributes.get("unit", ""))
        assert unit.lower().split("/")[0] in written


def test_the_lexicon_knows_brand_and_generic() -> None:
    """Brand and generic lead to one ingredient, and the names are many enough for an ordinary clinic."""
    names = [
        name.medicine.ingredient
        for name in find_names("Lasix furosemide Synthroid levothyroxine Tylenol acetaminophen")
    ]
    assert names == ["furosemide"] * 2 + ["levothyroxine"] * 2 + ["acetaminophen"] * 2
    assert lexicon().longest(["water", "pill"], 0) is not None


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("every six hours", "every 6 hours"),
        ("q6-8h", "every 6 to 8 hours"),
        ("b.i.d.", "twice daily"),
        ("3 times a week", "three times weekly"),
        ("once weekly", "weekly"),
        ("every other day", "every other day"),
        ("every 2 weeks", "every 2 weeks"),
        ("in the morning", "every morning"),
        ("before bed", "at bedtime"),
        ("with breakfast", "with breakfast"),
        ("on Monday and Friday", "on monday and friday"),
    ],
)
def test_timings_have_one_wording(said: str, label: str) -> None:
    """Each way to say a timing leads to the guidelines' wording."""
    timing = timing_at(said, 0)
    assert timing is not None
    assert (len(said), label) == (timing[0], timing[1].label)


def test_the_lexicon_is_what_its_build_makes(tmp_path: Path) -> None:
    """The table in the program is the one that the build script makes of the drug table, no row edited by hand."""
    drugs = ROOT.parent / "shared" / "terms" / "drugs.tsv"
    if not drugs.exists():
        pytest.skip("needs the shared drug table")
    rebuilt = tmp_path / "medications.tsv"
    subprocess.run([sys.executable, ROOT / "packaging/lexicons/build_medications.py", drugs, rebuilt], check=True)
    assert (ROOT / "resources/extract/medications.tsv").read_text("utf-8") == rebuilt.read_text("utf-8")


def test_each_table_names_medicines_of_the_lexicon() -> None:
    """A dose range or a sound-alike pair for a name that the lexicon lacks would never be used."""
    doses = {row[0] for row in resources.table("medications_doses")}
    assert doses <= {row[1] for row in resources.table("medications")}
    alike = {name for row in resources.table("medications_alike") for name in row}
    assert alike <= {row[0] for row in resources.table("medications")}
