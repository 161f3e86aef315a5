"""Auto-texts in files, and their fields."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.fields import fields, with_defaults
from ehr.chart.phrases import AutoText
from ehr.dictation.autotexts import UnfitAutoText, checked, read_autotexts, shipped, write_autotexts

GOOD = {"say": ["normal toe exam"], "text": "Toes: [pink|blue], [count] in number.", "section": "physical_exam"}
REFUSED = [
    ("{", "it is not JSON (column 2)"),
    ("[1]", "it is not a JSON object"),
    (json.dumps(GOOD | {"shape": 1}), '"shape" is no key of an auto-text; there are "say", "text" and "section"'),
    (json.dumps(GOOD | {"say": 3}), '"say" must be a text or a list of texts'),
    (json.dumps(GOOD | {"say": []}), "it has no name to be said"),
    (json.dumps(GOOD | {"say": "toes"}), "a name has at least two words, so that “insert” before one word stays prose"),
    (json.dumps(GOOD | {"say": "normal; exam"}), "a name consists of letters a to z, digits, spaces and hyphens"),
    (json.dumps(GOOD | {"say": "very " * 13 + "long"}), "a name is longer than 60 characters"),
    (json.dumps(GOOD | {"text": " \n"}), "its text is empty"),
    (json.dumps(GOOD | {"text": "x" * 20_001}), "its text is longer than 20000 characters"),
    (json.dumps(GOOD | {"text": "Toes [pink"}),
     "a square bracket has no partner on its line; brackets are for fields alone"),
    (json.dumps(GOOD | {"text": "Toes [pink|]"}), "a field is empty, or one of its choices is"),
    (json.dumps(GOOD | {"text": "Toes \x07"}), "its text holds a control character"),
    (json.dumps(GOOD | {"section": "toes"}), "its section is none that the program knows"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), REFUSED)
def test_an_unusable_line_is_refused_with_its_reason(line, reason):
    """The lines around it count."""
    good, last = json.dumps(GOOD), json.dumps(GOOD | {"say": "other toe exam"})
    found, refused = read_autotexts(f"{good}\n\n{line}\n{last}\n".encode())

    assert refused == ((3, reason),)
    assert [each.name for each in found] == ["normal toe exam", "other toe exam"]


def test_a_second_auto_text_of_one_name_is_refused():
    """Which would be inserted could not be told."""
    line = json.dumps(GOOD)

    assert read_autotexts(f"{line}\n{line}".encode())[1] == ((2, "line 1 has the same name"),)


def test_a_line_that_is_not_utf8_is_refused():
    """It says so."""
    assert read_autotexts(b"\xff\n")[1] == ((1, "it is not UTF-8"),)


def test_the_shipped_auto_texts_are_usable():
    """All of them, and the common exams are among them."""
    names = {name for each in shipped() for name in each.names}

    assert {"normal chest exam", "normal heart exam", "normal abdominal exam", "normal neuro exam"} <= names


_WORDS = st.text("abc d", min_size=1, max_size=8).filter(str.strip)
_PARTS = st.one_of(
    st.text("xyz .,\n:%5é", min_size=1, max_size=12),
    _WORDS.map(lambda label: f"[{label}]"),
    st.lists(_WORDS, min_size=2, max_size=4).map(lambda options: f"[{'|'.join(options)}]"),
)
_TEXTS = st.lists(_PARTS, min_size=1, max_size=8).map("".join).filter(lambda text: text.strip(" \n"))


@given(_TEXTS)
def test_what_is_exported_is_imported(text):
    """An auto-text comes back from its file as it was."""
    autotext = checked(["Some-Thing normal", "another name"], text, "plan")

    assert read_autotexts(write_autotexts([autotext]).encode()) == ((autotext,), ())
    assert autotext.names == ("some thing normal", "another name")


@given(_TEXTS)
def test_defaults_settle_every_choice_and_nothing_else(text):
    """The first option of each takes its place; blanks stay open."""
    settled = with_defaults(text)

    assert all(field.default is None for field in fields(settled))
    assert len(fields(settled)) == sum(field.default is None for field in fields(text))
    assert settled == text or "|" in text


@given(st.binary(max_size=300))
def test_any_file_is_read(content):
    """Whatever the bytes: each line is an auto-text, blank, or refused."""
    found, refused = read_autotexts(content)

    assert len(found) + len(refused) <= content.count(b"\n") + 1


@given(st.text(max_size=80))
def test_any_text_is_judged(text):
    """It is taken with every bracket paired, or refused in words."""
    try:
        autotext = checked(["some name"], text)
    except UnfitAutoText:
        assert not text.strip(" \n") or text != "".join(filter(str.isalpha, text))
    else:
        assert autotext.text.count("[") == autotext.text.count("]") == len(fields(autotext.text))
        assert isinstance(autotext, AutoText)
