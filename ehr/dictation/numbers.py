"""Number words to numerals: "one forty two" → 142, "ninety eight point four" → 98.4, "march third" → march 3rd.

Owns the judgement whether a number word is meant as a number: "no one", "one day he" and "two thirds" stay words. Knows
nothing of units and of what the number measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ehr.dictation.mapped import Edit
from ehr.dictation.number_words import TEENS, TENS, UNITS, ZERO, ZERO_INSIDE, Number, read_number
from ehr.dictation.rules import any_of, rules

_RULES = rules("numbers")
_ORDINALS: dict[str, str] = _RULES["ordinals"]
_SETS = {name: frozenset(words) for name, words in _RULES.items() if isinstance(words, list)}

_YEAR = re.compile(r"(?:19|20)\d\d")
_START = any_of([*UNITS, *TEENS, *TENS, *ZERO, "a hundred", "a thousand"])
_JOINERS = ("hundred", "thousand", "million", "point", "and", "a", "half")
_INSIDE = any_of([*UNITS, *TEENS, *TENS, *ZERO, *ZERO_INSIDE, *_JOINERS])
_NUMERAL = r"(?<![.,])\d+(?=[ \-](?:point|hundred|thousand|million|and a half)\b)"
_RUN = re.compile(rf"\b(?:{_START}|{_NUMERAL}|point(?= \w))\b(?:[ \-]+(?:{_INSIDE}|\d+)\b(?![.,]\d))*", re.IGNORECASE)
_WORD = re.compile(r"[^\s\-]+")
_BEFORE = re.compile(r"([\w']+)[^\w']*\Z")
_AFTER = re.compile(r"[ \-]*([\w']+)?(?:[ \-]+([\w']+))?")
_TENS_ORDINAL = re.compile(
    rf"(?<!\ba )(?<!\bfor )\b({any_of(TENS)})[ \-]({any_of(list(_ORDINALS)[:9])})\b", re.IGNORECASE
)
_DATE_ORDINAL = re.compile(rf"\b{any_of(_RULES['months'])} ({any_of(_ORDINALS)})\b", re.IGNORECASE)


def ordinals(text: str) -> list[Edit]:
    """Edits for ordinals that are dates or past twentieth: "march third", "twenty first"; "first" alone stays."""
    edits = []
    for match in _TENS_ORDINAL.finditer(text):
        written = str(TENS[match[1].lower()] // 10) + _ORDINALS[match[2].lower()]
        edits.append(Edit(match.start(), match.end(), written, "ordinal"))
    edits += [
        Edit(match.start(1), match.end(1), _ORDINALS[match[1].lower()], "ordinal")
        for match in _DATE_ORDINAL.finditer(text)
    ]
    return sorted(edits, key=lambda edit: edit.start)


def numbers(text: str) -> list[Edit]:
    """Edits that write the spoken numbers of `text` as numerals."""
    return [edit for run in _RUN.finditer(text) for edit in _read_run(text, run)]


def _read_run(text: str, run: re.Match[str]) -> Iterator[Edit]:
    places = list(_WORD.finditer(text, run.start(), run.end()))
    words = [place[0].lower() for place in places]
    before = _BEFORE.search(text, max(0, run.start() - 30), run.start())
    after = _AFTER.match(text, run.end())
    following = [(word or "").lower() for word in (after.groups() if after else ())]
    around = [before[1].lower() if before else "", *words, *following]
    at = 0
    while at < len(words):
        number = _choose(words, at, around)
        if number is None:
            at += 1
            continue
        start, end = places[at].start(), places[number.end - 1].end()
        if text[start:end] != number.text:
            yield Edit(start, end, number.text, "number")
        at = number.end


def _choose(words: list[str], at: int, around: list[str]) -> Number | None:
    """The number at word `at`, None where the words stay words.

    `around` is `words` with its neighbours: one before, two after.
    """
    before = around[at]
    if words[at] == "point" and before in _SETS["point_stays_after"]:
        return None
    number = read_number(words, at, elided=before not in _SETS["labels"])
    if number is None:
        return None
    after, second = [*around[number.end + 1 :], "", ""][:2]
    counts_packs = before in _SETS["split_counts_after"] and after in _SETS["split_counts_before"]
    is_year = bool(_YEAR.fullmatch(number.text))
    if counts_packs or (is_year and after in _SETS["no_year_before"]):
        number = read_number(words, at, elided=False) or number
        after, second = [*around[number.end + 1 :], "", ""][:2]
    if "." in number.text and after in _SETS["countable_after_decimal"]:
        number = _give_back_count(words, at, number)
    if number.end == at + 1 and not _is_number(words[at], before, after, second):
        return None
    return number


def _give_back_count(words: list[str], at: int, number: Number) -> Number:
    """The number short of its last digit, which counts what follows: "one point two two weeks ago"."""
    decimals = number.text.split(".")[1]
    if len(decimals) < 2 or words[number.end - 1] not in UNITS or words[number.end - 2] in TENS:
        return number
    return read_number(words[: number.end - 1], at) or number


def _is_number(word: str, before: str, after: str, second: str) -> bool:
    """Whether a number word that stands alone is meant as a number."""
    if after in _SETS["fraction_words"]:
        return False
    if word in UNITS and before == "the" and after == "of":
        return False
    if word != "one":
        return True
    if before in _SETS["one_stays_after"]:
        return False
    if before in _SETS["one_needs_before"] or after in _SETS["one_needs_after"]:
        return True
    if after == "day":
        return before in _SETS["day_counts_after"] or second in _SETS["day_counts_before"]
    return after in {"to", "or"} and (second in UNITS or second.isdigit())
