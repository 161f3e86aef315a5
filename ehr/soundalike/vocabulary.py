"""A clinic's own list of words, line by line: each as it is written, with spellings of how it sounds.

Owns the format (`docs/formats/vocabulary.md`) and what makes a line usable. A line is a JSON object or a row of
comma-separated values, of which a word alone is the simplest. Knows no file.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable

from ehr.chart.phrases import ClinicTerm

LONGEST = 60  # characters
MOST = 5_000  # terms
MOST_SOUNDS = 8  # spellings of one term's sound

_SPOKEN = re.compile(r"[A-Za-z][A-Za-z'’ -]+")
_SPELLED = re.compile(r"[^\W_][^\x00-\x1f\x7f-\x9f\"{};\[\]\ud800-\udfff\ue000-\uf8ff]*")
_SHORTEST = 4  # letters
_HEADER = ("written", "sounds_like")
_KEYS = frozenset(_HEADER)


class UnfitTerm(ValueError):
    """Says in words why a term cannot be used."""


def checked(written: str, sounds_like: Iterable[str] = ()) -> ClinicTerm:
    """The term made of these. Raises UnfitTerm."""
    written = " ".join(written.split())
    sounds = tuple(dict.fromkeys(" ".join(sound.lower().split()) for sound in sounds_like if sound.strip()))
    if len(written) > LONGEST:
        raise UnfitTerm(f"it is longer than {LONGEST} characters")
    if sounds and not _SPELLED.fullmatch(written):
        raise UnfitTerm("it begins with no letter or digit, or holds a character that belongs to the file's format")
    if not sounds:
        _check_spoken(written, "a term")
    if len(sounds) > MOST_SOUNDS:
        raise UnfitTerm(f"it has more than {MOST_SOUNDS} spellings of its sound")
    for sound in sounds:
        _check_spoken(sound, "a spelling of the sound")
    return ClinicTerm(written, sounds)


def read_vocabulary(content: bytes) -> tuple[tuple[ClinicTerm, ...], tuple[tuple[int, str], ...]]:
    """The usable terms of a list, and each refused line: its number, from 1, and why.

    Blank lines and a first line of column names do not count.
    """
    terms: list[ClinicTerm] = []
    seen: dict[str, int] = {}
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            term = _parsed(line, first=number == 1)
            if term is None:
                continue
            _check_new(term, seen)
        except UnfitTerm as unfit:
            refused.append((number, str(unfit)))
            continue
        seen[term.written.lower()] = number
        terms.append(term)
    return tuple(terms), tuple(refused)


def write_vocabulary(terms: Iterable[ClinicTerm]) -> str:
    """The content of a file that `read_vocabulary` reads back: a JSON object a line."""
    lines = ({"written": term.written, "sounds_like": list(term.sounds_like)} for term in terms)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _parsed(line: bytes, *, first: bool) -> ClinicTerm | None:
    """The term of a line; None of a line that says nothing."""
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise UnfitTerm("it is not UTF-8") from None
    if not text:
        return None
    if text.startswith("{"):
        return _from_json(text)
    try:
        written, *sounds = next(csv.reader([text], strict=True))
    except (csv.Error, StopIteration):
        raise UnfitTerm("a quotation mark has no partner") from None
    if first and (written.strip().lower(), *(name.strip().lower() for name in sounds)) in {_HEADER, _HEADER[:1]}:
        return None
    return checked(written, [sound for cell in sounds for sound in cell.split(";")])


def _from_json(text: str) -> ClinicTerm:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UnfitTerm("it is not JSON that can be read") from None
    if not isinstance(value, dict) or set(value) - _KEYS or not isinstance(value.get("written"), str):
        raise UnfitTerm('an object has "written", a text, and may have "sounds_like", a list of texts')
    sounds = value.get("sounds_like", [])
    sounds = [sounds] if isinstance(sounds, str) else sounds
    if not isinstance(sounds, list) or not all(isinstance(sound, str) for sound in sounds):
        raise UnfitTerm('"sounds_like" must be a list of texts')
    return checked(value["written"], sounds)


def _check_new(term: ClinicTerm, seen: dict[str, int]) -> None:
    if term.written.lower() in seen:
        raise UnfitTerm(f"line {seen[term.written.lower()]} says the same")
    if len(seen) == MOST:
        raise UnfitTerm(f"the list has more than {MOST} terms")


def _check_spoken(text: str, what: str) -> None:
    if len(text) > LONGEST:
        raise UnfitTerm(f"{what} is longer than {LONGEST} characters")
    if not _SPOKEN.fullmatch(text):
        raise UnfitTerm(f"{what} consists of the letters a to z, spaces, hyphens and apostrophes")
    if sum(letter.isalpha() for letter in text) < _SHORTEST:
        raise UnfitTerm(f"{what} of fewer than {_SHORTEST} letters cannot be told by its sound")
