"""JSON Lines in, JSON Lines out: the shape that other programs and measurements use.

Owns reading, checking and writing of the lines; refuses to know what is done to them. The output appears whole or not
at all.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from desktop.cli.output import STREAM, result_file
from desktop.errors import BadLine, FileMissing
from desktop.messages import from_os_error

Fields = Mapping[str, type]
"""Field names that a line must have, with their JSON type (str, int or list)."""

Object = dict[str, object]
"""A JSON object."""

_KIND = {str: "a text", int: "a whole number", list: "a list"}


class UnfitLine(Exception):
    """Says in words why a line of the right shape still makes no sense."""


def convert(source: Path, target: Path, fields: Fields, answer: Callable[[Object], Object]) -> None:
    """Write `{"id", **answer(line)}` for every line of `source`, in order.

    Every line is an object with an `id` and the given fields; others are ignored, blank lines skipped. `answer` may
    raise UnfitLine. Raises BadLine with the line's number.
    """
    with result_file(target) as file:
        for number, line in _lines(source):
            fields_of = _parsed(number, line, fields)
            try:
                result = answer(fields_of)
            except UnfitLine as unfit:
                raise _bad(number, str(unfit)) from None
            file.write(json.dumps({"id": fields_of["id"], **result}, ensure_ascii=False) + "\n")


def _lines(source: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with io.BytesIO(sys.stdin.buffer.read()) if source == STREAM else source.open("rb") as file:
            for number, line in enumerate(file, 1):
                content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if content.strip():
                    yield number, content
    except FileNotFoundError as error:
        raise FileMissing from error
    except OSError as error:
        raise from_os_error(error) from error


def _parsed(number: int, line: bytes, fields: Fields) -> Object:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        raise _bad(number, "it is not UTF-8") from None
    except UnicodeEncodeError:
        raise _bad(number, "it holds half of a surrogate pair, which is no character") from None
    except json.JSONDecodeError as error:
        raise _bad(number, f"it is not JSON (column {error.colno})") from None
    except ValueError:
        raise _bad(number, "it holds a number that JSON does not know or that is too long") from None
    except RecursionError:
        raise _bad(number, "it is nested too deeply") from None
    if not isinstance(value, dict):
        raise _bad(number, "it is not a JSON object")
    if "id" not in value:
        raise _bad(number, 'it has no "id"')
    for name, kind in fields.items():
        if not isinstance(value.get(name), kind) or isinstance(value.get(name), bool):
            raise _bad(number, f'it needs "{name}" as {_KIND[kind]}')
    return value


def _no_constant(name: str) -> object:
    """Python reads and writes NaN and Infinity, which other readers of JSON refuse."""
    raise ValueError(name)


def _bad(number: int, reason: str) -> BadLine:
    return BadLine(f"Line {number} of the input is not usable: {reason}; nothing was written.")
