"""Auto-texts in files: one JSON object a line, each line judged by itself.

Owns the format (`docs/formats/auto-texts.md`), what makes a line usable, and the auto-texts that come with the program.
Knows nothing of who owns one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache

import resources
from ehr.chart.fields import fields
from ehr.chart.phrases import AutoText
from ehr.dictation.headings import section_kinds

LONGEST_TEXT = 20_000  # characters
LONGEST_NAME = 60  # characters
MOST = 2_000  # auto-texts of one owner

_KEYS = frozenset({"say", "text", "section"})
_NAME = re.compile(r"[a-z0-9][a-z0-9' ]*")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")


class UnfitAutoText(ValueError):
    """Says in words why an auto-text cannot be used."""


def spoken_name(name: str) -> str:
    """A name as it is looked up: lower case, hyphens as spaces."""
    return " ".join(re.sub(r"[\s\-]+", " ", name).lower().split())


def checked(names: Iterable[str], text: str, section: str = "") -> AutoText:
    """The auto-text made of these. Raises UnfitAutoText."""
    spoken = tuple(dict.fromkeys(spoken_name(name) for name in names))
    if not spoken:
        raise UnfitAutoText("it has no name to be said")
    for name in spoken:
        _check_name(name)
    text = text.replace("\r\n", "\n").strip(" \n")
    _check_text(text)
    if section and section not in section_kinds():
        raise UnfitAutoText("its section is none that the program knows")
    return AutoText(spoken, text, section)


def read_autotexts(content: bytes) -> tuple[tuple[AutoText, ...], tuple[tuple[int, str], ...]]:
    """The usable auto-texts of a file, and each refused line: its number, from 1, and why. Blank lines do not count."""
    found: list[AutoText] = []
    refused: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            autotext = _parsed(line)
            _check_new(autotext, seen)
        except UnfitAutoText as unfit:
            refused.append((number, str(unfit)))
            continue
        if len(found) == MOST:
            refused.append((number, f"the file has more than {MOST} auto-texts"))
            continue
        seen.update(dict.fromkeys(autotext.names, number))
        found.append(autotext)
    return tuple(found), tuple(refused)


def write_autotexts(autotexts: Iterable[AutoText]) -> str:
    """The content of a file that `read_autotexts` reads back."""
    return "".join(json.dumps(_as_object(each), ensure_ascii=False) + "\n" for each in autotexts)


@cache
def shipped() -> tuple[AutoText, ...]:
    """The auto-texts that come with the program."""
    found, refused = read_autotexts(resources.path("dictation/autotexts/exams.jsonl").read_bytes())
    if refused:
        raise UnfitAutoText(f"line {refused[0][0]} of the shipped auto-texts: {refused[0][1]}")
    return found


def _as_object(autotext: AutoText) -> dict[str, object]:
    section = {"section": autotext.section} if autotext.section else {}
    return {"say": list(autotext.names), **section, "text": autotext.text}


def _parsed(line: bytes) -> AutoText:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnfitAutoText("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnfitAutoText(f"it is not JSON (column {error.colno})") from None
    except (ValueError, RecursionError):
        raise UnfitAutoText("it is not JSON that can be read") from None
    if not isinstance(value, dict):
        raise UnfitAutoText("it is not a JSON object")
    if unknown := sorted(set(value) - _KEYS):
        raise UnfitAutoText(f'"{unknown[0]}" is no key of an auto-text; there are "say", "text" and "section"')
    say = [value["say"]] if isinstance(value.get("say"), str) else value.get("say")
    if not isinstance(say, list) or not all(isinstance(name, str) for name in say):
        raise UnfitAutoText('"say" must be a text or a list of texts')
    if not isinstance(value.get("text"), str):
        raise UnfitAutoText('"text" must be a text')
    if not isinstance(value.get("section", ""), str):
        raise UnfitAutoText('"section" must be a text')
    return checked(say, value["text"], value.get("section", ""))


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise UnfitAutoText(f"a name is longer than {LONGEST_NAME} characters")
    if not _NAME.fullmatch(name):
        raise UnfitAutoText("a name consists of letters a to z, digits, spaces and hyphens")
    if len(name.split()) < 2:
        raise UnfitAutoText("a name has at least two words, so that “insert” before one word stays prose")


def _check_text(text: str) -> None:
    if not text:
        raise UnfitAutoText("its text is empty")
    if len(text) > LONGEST_TEXT:
        raise UnfitAutoText(f"its text is longer than {LONGEST_TEXT} characters")
    if _CONTROL.search(text):
        raise UnfitAutoText("its text holds a control character")
    rest = text
    for field in reversed(fields(text)):
        if not all(field.options):
            raise UnfitAutoText("a field is empty, or one of its choices is")
        rest = rest[: field.span.start] + rest[field.span.end :]
    if "[" in rest or "]" in rest:
        raise UnfitAutoText("a square bracket has no partner on its line; brackets are for fields alone")


def _check_new(autotext: AutoText, seen: dict[str, int]) -> None:
    for name in autotext.names:
        if name in seen:
            raise UnfitAutoText(f"line {seen[name]} has the same name")
