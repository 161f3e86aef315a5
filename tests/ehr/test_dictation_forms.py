"""Numbers, units and names in their clinical form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.dictation import write
from ehr.dictation.mapped import MappedText
from ehr.dictation.number_words import TEENS, TENS, UNITS, read_number
from ehr.dictation.numbers import numbers

FORMS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "written_forms.jsonl").read_text("utf-8").splitlines()
]
ONES = {value: word for word, value in (UNITS | TEENS).items()}
DECADES = {value: word for word, value in TENS.items() if word != "fourty"}


def spoken(value: int) -> str:
    """A number below a million in full words."""
    if value >= 1000:
        rest = value % 1000
        return f"{spoken(value // 1000)} thousand" + (f" {spoken(rest)}" if rest else "")
    if value >= 100:
        rest = value % 100
        return f"{ONES[value // 100]} hundred" + (f" {spoken(rest)}" if rest else "")
    if value >= 20:
        return DECADES[value // 10 * 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    return ONES[value]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form["said"])
def test_spoken_forms_are_written_as_clinicians_write_them(form: dict[str, str]) -> None:
    """Each said form has its written one, and words that only look like numbers stay."""
    assert form["written"] == write(form["said"]).written


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form["written"])
def test_written_forms_are_left_as_they_are(form: dict[str, str]) -> None:
    """What is already in its written form does not change again."""
    assert form["written"] == write(form["written"]).written


@given(st.integers(min_value=1, max_value=999_999))
def test_every_number_said_in_full_is_read(value: int) -> None:
    """The grammar reads any whole number below a million."""
    words = spoken(value).split()
    number = read_number(words, 0)
    assert number is not None
    assert (str(value), len(words)) == (number.text.replace(",", ""), number.end)


@given(st.integers(1, 9), st.integers(10, 99))
def test_an_unsaid_hundred_is_read(hundreds: int, rest: int) -> None:
    """ "One forty two" is 142."""  # noqa: D210
    said = f"pulse {ONES[hundreds]} {spoken(rest)}"
    assert f"pulse {hundreds * 100 + rest}" == write(said).written


@given(st.integers(0, 99), st.lists(st.sampled_from(list(UNITS)), min_size=1, max_size=3))
def test_decimals_keep_every_digit_that_was_said(whole: int, digits: list[str]) -> None:
    """No digit is added to a decimal or dropped from it."""
    said = f"potassium {spoken(whole) if whole else 'zero'} point {' '.join(digits)}"
    assert f"potassium {whole}.{''.join(str(UNITS[digit]) for digit in digits)}" == write(said).written


def test_a_number_traces_to_its_own_words_alone() -> None:
    """Each half of a pressure, and a dose beside its unit, is heard alone."""
    note = write("blood pressure one forty two over eighty eight on twenty five milligrams")
    heard = {
        part: note.to_said(type(note.origins[0])(at, at + len(part))).of(note.said)
        for part in ("142", "88", "142/88", "25", "mg")
        if (at := note.written.index(part)) >= 0
    }
    assert heard == {
        "142": "one forty two",
        "88": "eighty eight",
        "142/88": "one forty two over eighty eight",
        "25": "twenty five",
        "mg": "milligrams",
    }


@given(st.text(alphabet="0123456789.,-/ onetwhr", max_size=40))
def test_reading_numbers_only_replaces(text: str) -> None:
    """The step's edits lie in order inside the text, whatever it is."""
    edits = numbers(text)
    assert all(0 <= edit.start < edit.end <= len(text) for edit in edits)
    assert MappedText.verbatim(text).apply(edits).text.count(" ") <= text.count(" ")
